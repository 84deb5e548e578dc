#include "evaluator/data/data_set.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "evaluator/data/manifest.hpp"
#include "evaluator/data/sources.hpp"
#include "formats/columnar.hpp"
#include "formats/content_store.hpp"
#include "formats/digest_stream.hpp"
#include "formats/error.hpp"
#include "formats/file_on_disk.hpp"
#include "formats/image_file.hpp"
#include "formats/json_lines.hpp"
#include "formats/parallel.hpp"
#include "formats/peek_stream.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void changed(const std::string& name, const std::string& how) {
  throw Error(ErrorKind::input, name + ": " + how, "put the files back as they were, or ingest the data again");
}

fs::path manifest_path(const fs::path& path) { return fs::is_directory(path) ? path / "manifest.json" : path; }

/// Holds what was read against the manifest.
void check_digest(const DataFile& file, DigestStream& stream) {
  stream.drain();
  if (stream.bytes() != file.bytes) changed(file.name, fmt::format("has {} bytes, the manifest says {}", stream.bytes(), file.bytes));
  if (stream.sha256() != file.sha256) changed(file.name, "its content is not what was ingested");
}

/// The files that the sources hold, by name; those that are gone as their copies.
std::vector<ListedFile> listed_sources(const DataSet& data) {
  if (data.copies.empty()) return list_files(data.sources);
  std::vector<fs::path> there;
  std::error_code failure;
  for (const auto& source : data.sources)
    if (fs::exists(source, failure)) there.push_back(source);
  auto files = list_files(there);
  const auto by_name = [](const ListedFile& a, const ListedFile& b) { return a.name < b.name; };
  const auto found = static_cast<std::ptrdiff_t>(files.size());
  for (const auto& copy : data.copies) {
    ListedFile kept{copy.name, ContentStore(copy.store).path_of(copy.sha256)};
    if (std::binary_search(files.begin(), files.begin() + found, kept, by_name)) continue;
    if (fs::exists(kept.path, failure)) files.push_back(std::move(kept));
  }
  std::inplace_merge(files.begin(), files.begin() + found, files.end(), by_name);
  return files;
}

/// Visits the files that are `wanted` and fails on those that are no longer there.
void for_each_wanted(const DataSet& data, const std::function<bool(const DataFile&)>& is_wanted,
                     const std::function<void(const DataFile&, ByteStream&)>& visit) {
  if (data.sources.empty())
    throw Error(ErrorKind::input, data.manifest.string() + ": nothing says where its files lie",
                "keep sources.json beside the manifest, or ingest the data again");
  std::unordered_map<std::string, const DataFile*> wanted;
  for (const auto& file : data.files)
    if (is_wanted(file)) wanted.emplace(file.name, &file);
  for (const auto& listed : listed_sources(data)) {
    // Archive entries and plain files alike begin with the listed name; all else needs no opening.
    const auto at =
        std::lower_bound(data.files.begin(), data.files.end(), listed.name, [](const DataFile& file, const std::string& name) { return file.name < name; });
    const auto inside = std::lower_bound(data.files.begin(), data.files.end(), listed.name + "/",
                                         [](const DataFile& file, const std::string& name) { return file.name < name; });
    const bool plain = at != data.files.end() && at->name == listed.name;
    const bool archive = inside != data.files.end() && inside->name.starts_with(listed.name + "/");
    if (!plain && !archive) continue;
    for_each_entry(listed, {}, [&](const std::string& name, ByteStream& stream) {
      const auto file = wanted.find(name);
      if (file == wanted.end()) return;
      visit(*file->second, stream);
      wanted.erase(file);
    });
  }
  if (wanted.empty()) return;
  std::string first = wanted.begin()->first;
  for (const auto& [name, file] : wanted) first = std::min(first, name);
  changed(first, fmt::format("is missing ({} of {} files)", wanted.size(), data.files.size()));
}

/// Reads one file of the data set under the manifest's dialect and holds it against the manifest's digest.
void visit_table(const DataFile& file, ByteStream& source, const std::function<void(const DataFile&, RowReader&)>& visit,
                 const std::function<void(const DataFile&, DelimitedOptions&)>& adjust) {
  DigestStream stream(source);
  DelimitedOptions options;
  options.dialect = file.dialect;
  options.columns = file.columns;
  if (adjust) adjust(file, options);
  if (file.kind == DataFileKind::image) {
    PeekStream peek(stream, 16);
    visit(file, *open_image_rows(peek, file.name, options.thumbnails));
  } else if (file.kind == DataFileKind::columnar) {
    PeekStream peek(stream, 16);
    const FileOnDisk place(peek, file.name);
    if (columnar_kind(peek.head()) == ColumnarKind::none) changed(file.name, "is no longer " + file.format);
    std::unique_ptr<ColumnarReader> rows;
    try {
      rows = open_columnar(columnar_kind(peek.head()), place.path(), file.name, types_by_name(options.columns));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::input) check_digest(file, stream);  // it was read when it was ingested
      throw;
    }
    visit(file, *rows);
  } else if (file.kind == DataFileKind::json_lines) {
    visit(file, *open_json_lines(stream, file.name, options.columns, options.column_types));
  } else {
    ReadAhead ahead(stream, reading_thread());
    {
      DelimitedReader rows(ahead, file.name, options);
      visit(file, rows);
    }
    ahead.finish();
  }
  check_digest(file, stream);
}

}  // namespace

std::string data_file_kind_name(DataFileKind kind) {
  switch (kind) {
    case DataFileKind::delimited: return "delimited";
    case DataFileKind::json_lines: return "json_lines";
    case DataFileKind::columnar: return "columnar";
    case DataFileKind::tensor: return "tensor";
    case DataFileKind::tensors: return "tensors";
    case DataFileKind::image: return "image";
    case DataFileKind::labels: return "labels";
    case DataFileKind::other: return "other";
  }
  return "other";
}

std::int64_t DataSet::rows() const {
  std::int64_t sum = 0;
  for (const auto& file : files) sum += file.rows;
  return sum;
}

std::uint64_t DataSet::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& file : files) sum += file.bytes;
  return sum;
}

std::string data_root_digest(const std::vector<DataFile>& files) {
  std::vector<FileDigest> digests;
  for (const auto& file : files) digests.push_back({file.name, file.bytes, file.sha256});
  return root_digest(digests);
}

bool is_data_set(const fs::path& path) {
  std::error_code failure;
  if (fs::is_directory(path, failure)) return fs::is_regular_file(path / "manifest.json", failure);
  if (path.filename() != "manifest.json" || !fs::is_regular_file(path, failure)) return false;
  try {
    const auto json = read_json(path);
    return json.is_object() && json.value("schema", "") == "iai.manifest/1";
  } catch (const Error&) {
    return false;
  }
}

void for_each_table(const DataSet& data, const std::function<void(const DataFile&, RowReader&)>& visit,
                    const std::function<void(const DataFile&, DelimitedOptions&)>& adjust) {
  for_each_wanted(
      data, [](const DataFile& file) { return is_table(file.kind); },
      [&](const DataFile& file, ByteStream& stream) { visit_table(file, stream, visit, adjust); });
}

void for_each_file_of(const DataSet& data, const std::function<bool(const DataFile&)>& wanted, const std::function<void(const DataFile&, ByteStream&)>& visit) {
  for_each_wanted(data, wanted, [&](const DataFile& file, ByteStream& source) {
    DigestStream stream(source);
    visit(file, stream);
    check_digest(file, stream);
  });
}

DataSet read_data_set(const fs::path& path) {
  std::error_code failure;
  if (!fs::exists(path, failure)) throw Error(ErrorKind::input, path.string() + ": no such data set", "make one: iai ingest PATH... -o " + path.string());
  const fs::path manifest = manifest_path(path);
  if (!fs::is_regular_file(manifest, failure))
    throw Error(ErrorKind::input, path.string() + ": is no data set, it holds no manifest.json", "make one: iai ingest " + path.string() + " -o DIR");
  DataSet data = parse_manifest(read_json(manifest), manifest.string());
  data.manifest = manifest;
  read_sources(manifest.parent_path(), data);
  return data;
}

}  // namespace iai
