#include "commands/inspect_data.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/inspect_profile.hpp"
#include "evaluator/data/data_set.hpp"
#include "evaluator/data/tensor_elements.hpp"
#include "evaluator/profile/ingest.hpp"
#include "formats/columnar.hpp"
#include "formats/error.hpp"
#include "formats/image_file.hpp"
#include "formats/json_lines.hpp"
#include "formats/peek_stream.hpp"
#include "formats/tensor_file.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_rows = 50;

std::string sign_name(char sign) {
  if (sign == '\t') return "tab";
  return sign == ' ' ? "blanks" : std::string(1, sign);
}

ReportRows column_rows(const std::vector<Column>& columns) {
  ReportRows rows;
  for (const auto& column : columns) {
    if (rows.size() == most_rows) break;
    Report row;
    row.add("column", column.name).add("type", column_type_name(column.type)).add("unit", column.unit);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Files that are written the same way and have the same columns.
struct Layout {
  const DataFile* first;
  std::int64_t files = 0, rows = 0;
};

bool same_layout(const DataFile& a, const DataFile& b) {
  const auto same = [](const Column& x, const Column& y) { return x.name == y.name && x.unit == y.unit && x.type == y.type; };
  return a.kind == b.kind && a.dialect.encoding == b.dialect.encoding && a.dialect.delimiter == b.dialect.delimiter && a.dialect.decimal == b.dialect.decimal &&
         a.dialect.header == b.dialect.header && std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(), same);
}

ReportRows layout_rows(const std::vector<Layout>& layouts) {
  ReportRows rows;
  for (const auto& layout : layouts) {
    const auto& dialect = layout.first->dialect;
    Report row;
    row.add("first_file", layout.first->name).add("files", layout.files).add("rows", layout.rows).add("columns", layout.first->columns.size());
    if (layout.first->kind != DataFileKind::delimited) {
      const bool text = layout.first->kind == DataFileKind::json_lines;
      rows.push_back(std::move(row.add("encoding", text ? "UTF-8" : "")
                                   .add("delimiter", text ? "JSON Lines" : layout.first->format)
                                   .add("decimal", text ? "." : "")
                                   .add("header", true)
                                   .add("timestamp_format", "")));
      continue;
    }
    row.add("encoding", dialect.encoding).add("delimiter", sign_name(dialect.delimiter)).add("decimal", std::string(1, dialect.decimal));
    row.add("header", dialect.header).add("timestamp_format", dialect.timestamp_format);
    rows.push_back(std::move(row));
    if (rows.size() == most_rows) break;
  }
  return rows;
}

Report inspect_data_set(const fs::path& path) {
  const DataSet data = read_data_set(path);
  std::vector<Layout> layouts;
  ReportRows tensors;
  std::int64_t others = 0;
  for (const auto& file : data.files) {
    if (file.kind == DataFileKind::other) ++others;
    if (file.kind == DataFileKind::tensor && tensors.size() < most_rows) {
      Report row;
      row.add("name", file.name).add("type", type_name(file.type)).add("shape", shape_text(file.shape));
      tensors.push_back(std::move(row));
    }
    for (const auto& tensor : file.tensors) {
      if (tensors.size() == most_rows) break;
      Report row;
      row.add("name", tensor.name.empty() ? file.name : file.name + ": " + tensor.name)
          .add("type", type_name(tensor.type))
          .add("shape", shape_text(tensor.shape));
      tensors.push_back(std::move(row));
    }
    if (!has_layout(file.kind)) continue;
    auto known = std::find_if(layouts.begin(), layouts.end(), [&](const Layout& layout) { return same_layout(*layout.first, file); });
    if (known == layouts.end()) known = layouts.insert(known, {&file, 0, 0});
    ++known->files;
    known->rows += file.rows;
  }
  Report report("iai.inspect/1");
  report.headline(
      fmt::format("{}: data set of {} rows in {} {}", path.string(), human_count(data.rows()), data.files.size(), data.files.size() == 1 ? "file" : "files"));
  report.add("kind", "data set").add("rows", data.rows()).add("files", data.files.size()).add("other_files", others);
  report.add("data", data.bytes(), Unit::bytes).add("root_digest", data.root_digest);
  ReportList sources;
  for (const auto& source : data.sources) sources.push_back(source.lexically_normal().string());
  report.add("sources", sources).add("layouts", layout_rows(layouts)).add("tensors", tensors);
  if (layouts.size() == 1) report.add("columns", column_rows(layouts[0].first->columns));
  if (const auto profile = read_profile(data.manifest.parent_path(), data.root_digest)) add_profile(report, *profile);
  return report;
}

/// An .npz archive by the headers of its arrays, or any other archive by the names and sizes of its entries.
Report inspect_archive(const fs::path& path) {
  ReportRows rows;
  std::int64_t entries = 0, arrays = 0;
  std::uint64_t bytes = 0;
  for_each_entry(path, {}, [&](const std::string& name, ByteStream& stream) {
    ++entries;
    Report row;
    row.add("name", name);
    if (name.ends_with(".npy")) {
      const TensorElements array(stream, path.string() + "/" + name);
      ++arrays;
      bytes += array.header().data_bytes;
      row.add("type", type_name(array.header().type)).add("shape", shape_text(array.header().shape));
      row.add("data", array.header().data_bytes, Unit::bytes);
    } else {
      std::vector<char> block(1 << 18);
      std::uint64_t size = 0;
      while (const auto count = stream.read(block.data(), block.size())) size += count;
      bytes += size;
      row.add("data", size, Unit::bytes);
    }
    if (rows.size() < most_rows) rows.push_back(std::move(row));
  });
  const bool tensors = entries > 0 && arrays == entries;
  Report report("iai.inspect/1");
  report.headline(fmt::format("{}: archive of {} {}", path.filename().string(), entries,
                              tensors        ? (entries == 1 ? "array" : "arrays")
                              : entries == 1 ? "file"
                                             : "files"));
  report.add("kind", tensors ? "tensor archive" : "archive").add("entries", entries).add("data", bytes, Unit::bytes);
  report.add("file", static_cast<std::uint64_t>(fs::file_size(path)), Unit::bytes);
  report.add(tensors ? "tensors" : "contents", rows);
  return report;
}

/// Text, to the eye: no control characters at the beginning, or UTF-16.
bool looks_like_text(const fs::path& path) {
  const auto file = open_file(path);
  char bytes[512];
  const std::string_view head(bytes, file->read(bytes, sizeof bytes));
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return true;
  return std::none_of(head.begin(), head.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n'; });
}

std::optional<Report> inspect_image(const fs::path& path) {
  const auto file = open_file(path);
  PeekStream stream(*file, 16);
  if (image_kind(stream.head()) == ImageKind::none) return std::nullopt;
  const Image image = read_image_stream(stream, path.string());
  ReportRows pages, faults;
  for (const auto& page : image.pages) {
    if (pages.size() == most_rows) break;
    Report row;
    row.add("page", pages.size() + 1)
        .add("width", page.width)
        .add("height", page.height)
        .add("channels", page.channels)
        .add("bits", page.bits)
        .add("color", page.color);
    row.add("orientation", page.orientation).add("mean", page.mean).add("deviation", page.deviation).add("minimum", page.minimum).add("maximum", page.maximum);
    pages.push_back(std::move(row));
  }
  for (const auto& fault : image.faults) {
    Report row;
    row.add("kind", fault.kind).add("text", fault.text);
    faults.push_back(std::move(row));
  }
  Report report("iai.inspect/1");
  report.headline(fmt::format("{}: {} image of {} x {}{}", path.filename().string(), image.format, image.pages[0].width, image.pages[0].height,
                              image.pages.size() > 1 ? fmt::format(", {} pages", image.pages.size()) : ""));
  report.add("kind", "image").add("format", image.format).add("file", static_cast<std::uint64_t>(fs::file_size(path)), Unit::bytes);
  report.add("position", image.position == Presence::present).add("pages", pages).add("faults", faults);
  return report;
}

std::optional<Report> inspect_tensor_file(const fs::path& path) {
  const auto stream = open_file(path);
  const PeekStream head(*stream, 64 << 10);
  const auto kind = tensor_file_kind(head.head());
  if (kind == TensorFileKind::none) return std::nullopt;
  const auto file = open_tensor_file(kind, path, path.string());
  ReportRows tensors, properties, faults;
  std::size_t count = 0;
  for (const auto& tensor : file->tensors()) {
    if (++count > most_rows) break;
    Report row;
    row.add("name", tensor.name).add("type", type_name(tensor.type)).add("shape", shape_text(tensor.shape)).add("unit", tensor.unit);
    if (tensor.sampling_rate_hz > 0) row.add("sampling_rate_hz", tensor.sampling_rate_hz);
    else row.add_null("sampling_rate_hz");
    row.add("channels", tensor.channels);
    tensors.push_back(std::move(row));
    for (const auto& [name, value] : tensor.properties) {
      Report property;
      property.add("tensor", tensor.name).add("property", name).add("value", value);
      properties.push_back(std::move(property));
    }
  }
  for (const auto& fault : file->faults()) {
    Report row;
    row.add("kind", fault.kind).add("text", fault.text);
    faults.push_back(std::move(row));
  }
  count = file->tensors().size();
  Report report("iai.inspect/1");
  report.headline(fmt::format("{}: {}, {} {}", path.filename().string(), file->format(), count, count == 1 ? "tensor" : "tensors"));
  report.add("kind", "tensors").add("format", file->format()).add("file", static_cast<std::uint64_t>(fs::file_size(path)), Unit::bytes);
  report.add("tensors", tensors).add("properties", properties).add("faults", faults);
  return report;
}

std::optional<Report> inspect_columnar(const fs::path& path) {
  const auto file = open_file(path);
  const PeekStream stream(*file, 16);
  const auto kind = columnar_kind(stream.head());
  if (kind == ColumnarKind::none) return std::nullopt;
  const auto reader = open_columnar(kind, path, path.string());
  ReportRows columns, properties, faults;
  for (const auto& one : reader->stored_columns()) {
    if (columns.size() == most_rows) break;
    Report row;
    row.add("column", one.column.name).add("type", column_type_name(one.column.type)).add("unit", one.column.unit).add("stored_as", one.stored);
    columns.push_back(std::move(row));
  }
  for (const auto& [name, value] : reader->properties()) {
    Report row;
    row.add("property", name).add("value", value);
    properties.push_back(std::move(row));
  }
  for (const auto& fault : reader->faults()) {
    Report row;
    row.add("kind", fault.kind).add("text", fault.text);
    faults.push_back(std::move(row));
  }
  const auto count = reader->columns().size();
  Report report("iai.inspect/1");
  report.headline(fmt::format("{}: {}, {} {}", path.filename().string(), reader->format(), count, count == 1 ? "column" : "columns"));
  report.add("kind", "columnar").add("format", reader->format()).add("file", static_cast<std::uint64_t>(fs::file_size(path)), Unit::bytes);
  report.add("columns", columns).add("file_properties", properties).add("faults", faults);
  return report;
}

std::optional<Report> inspect_json_lines(const fs::path& path) {
  const auto file = open_file(path);
  PeekStream stream(*file, 64 << 10);
  if (!is_json_lines(stream.head(), stream.whole(), path.string())) return std::nullopt;
  const auto reader = open_json_lines(stream, path.string());
  Report report("iai.inspect/1");
  report.headline(
      fmt::format("{}: JSON Lines, {} {}", path.filename().string(), reader->columns().size(), reader->columns().size() == 1 ? "column" : "columns"));
  report.add("kind", "JSON Lines").add("file", static_cast<std::uint64_t>(fs::file_size(path)), Unit::bytes);
  report.add("columns", column_rows(reader->columns()));
  return report;
}

std::optional<Report> inspect_delimited(const fs::path& path, const GivenDialect& given) {
  if (path.extension() == ".onnx" || fs::file_size(path) == 0 || !looks_like_text(path)) return std::nullopt;
  const auto file = open_file(path);
  DelimitedOptions how;
  how.given = given;
  const DelimitedReader reader(*file, path.string(), how);
  if (!is_table(reader)) return std::nullopt;
  const auto& dialect = reader.dialect();
  Report report("iai.inspect/1");
  report.headline(
      fmt::format("{}: delimited text, {} {}", path.filename().string(), reader.columns().size(), reader.columns().size() == 1 ? "column" : "columns"));
  report.add("kind", "delimited text").add("encoding", dialect.encoding).add("byte_order_mark", dialect.byte_order_mark);
  report.add("delimiter", sign_name(dialect.delimiter)).add("decimal", std::string(1, dialect.decimal)).add("thousands", dialect.thousands);
  report.add("preamble_lines", dialect.preamble_lines).add("header", dialect.header).add("unit_row", dialect.unit_row);
  report.add("trailing_delimiter", dialect.trailing_delimiter).add("timestamp_format", dialect.timestamp_format);
  report.add("fitting_rows", dialect.confidence, Unit::share);
  report.add("file", static_cast<std::uint64_t>(fs::file_size(path)), Unit::bytes);
  ReportRows evidence;
  for (const auto& sentence : dialect.evidence) {
    Report row;
    row.add("evidence", sentence);
    evidence.push_back(std::move(row));
  }
  report.add("found_from", evidence).add("columns", column_rows(reader.columns()));
  return report;
}

}  // namespace

std::optional<Report> inspect_data(const fs::path& path, const GivenDialect& given) {
  std::error_code failure;
  if (is_data_set(path)) return inspect_data_set(path);
  if (!fs::is_regular_file(path, failure)) return std::nullopt;
  if (is_archive(path)) return inspect_archive(path);
  if (auto report = inspect_image(path)) return report;
  if (auto report = inspect_columnar(path)) return report;
  if (auto report = inspect_tensor_file(path)) return report;
  if (auto report = inspect_json_lines(path)) return report;
  return inspect_delimited(path, given);
}

}  // namespace iai
