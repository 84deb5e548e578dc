#include "evaluator/profile/ingest.hpp"

#include <algorithm>

#include "evaluator/profile/ingest_file.hpp"
#include "formats/content_store.hpp"
#include "formats/digest_cache.hpp"
#include "formats/digest_stream.hpp"
#include "formats/error.hpp"
#include "formats/parallel.hpp"
#include "formats/read_ahead.hpp"

namespace iai {
namespace {

class Ingest {
 public:
  Ingest(const IngestOptions& options, int threads) : options_(options), threads_(threads), contents_(options, threads, result_) {}

  /// Of the bytes that will be read, for the progress. What archives hold shows only in reading.
  void expect(const std::vector<ListedFile>& files) {
    for (const ListedFile& file : files) {
      if (is_archive(file.path)) {
        expected_ = 0;
        return;
      }
      std::error_code ignored;
      expected_ += std::filesystem::file_size(file.path, ignored);
    }
  }

  void read(const ListedFile& file) {
    listed_ = file.name.size();
    if (options_.store.empty()) return for_each_entry(file, {}, [&](const std::string& name, ByteStream& stream) { read(name, stream); });
    const ContentStore store(options_.store);
    const auto before = FileStamp::of_file(file.path);
    {
      const auto source = open_file(file.path);
      CopyStream copy(store, *source);
      if (is_archive(file.path)) {
        DigestStream whole(copy);
        whole.drain();
        keep(copy, {file.name, whole.bytes(), whole.sha256(), options_.store});
        for_each_entry(file, {}, [&](const std::string& name, ByteStream& stream) { read(name, stream); });
      } else {
        read(file.name, copy);
        const auto& last = result_.data.files.back();
        keep(copy, {file.name, last.bytes, last.sha256, options_.store});
      }
    }
    if (FileStamp::of_file(file.path) == before) return;
    throw Error(ErrorKind::input, file.path.string() + ": changed while it was read", "ingest it when nothing writes to it any more");
  }

  void read(const std::string& name, ByteStream& source) {
    DigestStream stream(source);
    const auto watch = [&](std::uint64_t bytes) {
      if (options_.progress) options_.progress(total_ + bytes, expected_);
    };
    ReadAhead ahead(stream, threads_ > 1 ? ReadingThread::own : ReadingThread::callers, watch);
    DataFile file;
    file.name = name;
    result_.read_names.push_back(name);
    result_.listed.push_back(listed_);
    contents_.read(file, ahead, stream);
    ahead.finish();
    file.bytes = stream.bytes();
    file.sha256 = stream.sha256();
    total_ += file.bytes;
    result_.data.files.push_back(std::move(file));
  }

  /// @param given  what the user named, for errors
  IngestedData finish(const std::string& given) {
    const auto& files = result_.data.files;
    if (files.empty() && options_.need == NeedTable::yes)
      throw Error(ErrorKind::input, given + ": there is no file in it", "name files, or folders that hold some");
    if (result_.tables.empty() && options_.need == NeedTable::yes) throw contents_.first_refusal();
    complete(result_);
    return std::move(result_);
  }

 private:
  void keep(CopyStream& copy, StoredCopy about) {
    result_.new_in_store += copy.keep(about.sha256);
    result_.data.copies.push_back(std::move(about));
  }

  const IngestOptions& options_;
  int threads_;
  IngestedData result_;
  FileIngest contents_;
  std::size_t listed_ = 0;  // of the file on disk that is read
  std::uint64_t total_ = 0, expected_ = 0;
};

}  // namespace

void complete(IngestedData& ingested) {
  auto& files = ingested.data.files;
  std::sort(files.begin(), files.end(), [](const DataFile& a, const DataFile& b) { return a.name < b.name; });
  ingested.data.root_digest = data_root_digest(files);
  if (ingested.boxes.has_labels())
    for (auto& finding : ingested.boxes.finish()) ingested.label_findings.push_back({finding.kind, finding.file, "", finding.row, finding.count, finding.text});
  // Tables of one file stay in its order.
  std::stable_sort(ingested.tables.begin(), ingested.tables.end(),
                   [&](const TableProfile& a, const TableProfile& b) { return ingested.read_names[a.files[0]] < ingested.read_names[b.files[0]]; });
  ingested.findings = find_faults(ingested);
}

IngestedData ingest(const std::vector<std::filesystem::path>& paths, const IngestOptions& options) {
  return ingest_files(list_files(paths), paths.empty() ? "the input" : paths.front().string(), options);
}

IngestedData ingest_files(const std::vector<ListedFile>& files, const std::string& given, const IngestOptions& options) {
  return with_threads(options.threads, [&] {
    Ingest work(options, options.threads > 0 ? options.threads : thread_count());
    if (options.progress) work.expect(files);
    for (const auto& file : files) work.read(file);
    return work.finish(given);
  });
}

}  // namespace iai
