#include "evaluator/profile/ingest_file.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "evaluator/data/tensor_elements.hpp"
#include "formats/columnar.hpp"
#include "formats/digest_stream.hpp"
#include "formats/error.hpp"
#include "formats/file_on_disk.hpp"
#include "formats/image_file.hpp"
#include "formats/json_lines.hpp"
#include "formats/peek_stream.hpp"
#include "formats/tensor_file.hpp"

namespace iai {
namespace {

constexpr std::size_t head_bytes = 64 << 10;
constexpr std::size_t most_skipped_shown = 5;  // lines of a file

}  // namespace

void FileIngest::read(DataFile& file, ByteStream& source, const DigestStream& under) {
  PeekStream peek(source, head_bytes);
  const auto kind = tensor_file_kind(peek.head());
  if (peek.head().starts_with("\x93NUMPY")) read_tensor(file, peek);
  else if (columnar_kind(peek.head()) != ColumnarKind::none) read_columnar(file, peek, under);
  else if (kind != TensorFileKind::none) read_tensor_file(file, kind, peek, under);
  else if (image_kind(peek.head()) != ImageKind::none) read_image_file(file, peek, under);
  else if (is_json_lines(peek.head(), peek.whole(), file.name)) read_json_lines(file, peek, under);
  else if (is_class_list(file.name)) note_classes(file.name, peek.head());
  else if (label_format(peek.head(), file.name) != LabelFormat::none) read_labels(file, label_format(peek.head(), file.name), peek, under);
  else read_delimited(file, peek, under);
}

Error FileIngest::first_refusal() const {
  return {ErrorKind::input, first_refusal_.empty() ? result_.read_names[0] + ": is no table" : first_refusal_,
          !first_hint_.empty()
              ? first_hint_
              : "give delimited text, JSON Lines, Parquet, Arrow, arrays (.npy, .npz, .mat, HDF5), WAV, images, or folders and archives that hold some"};
}

TableProfile& FileIngest::table_of(const std::vector<Column>& columns) {
  const auto [known, added] = tables_.emplace(table_key(columns), result_.tables.size());
  if (added) result_.tables.push_back(make_table_profile(columns));
  return result_.tables[known->second];
}

void FileIngest::read_delimited(DataFile& file, ByteStream& stream, const DigestStream& under) {
  std::unique_ptr<DelimitedReader> reader;
  try {
    DelimitedOptions how;
    how.given = options_.dialect;
    reader = std::make_unique<DelimitedReader>(stream, file.name, how);
  } catch (const Error& error) {
    if (under.failed() || error.kind() != ErrorKind::input) throw;
    if (first_refusal_.empty()) first_refusal_ = error.message();
    return;  // no text: digested only
  }
  if (!is_table(*reader)) {
    if (first_refusal_.empty()) first_refusal_ = file.name + ": is no table, no sign parts its lines into columns of values";
    return;
  }
  file.kind = DataFileKind::delimited;
  file.columns = reader->columns();
  if (!reader->dialect().header && options_.names.size() == file.columns.size())
    for (std::size_t c = 0; c < file.columns.size(); ++c) file.columns[c].name = options_.names[c];
  profile_batches(file, *reader);
  note_skipped(file, *reader);
  file.dialect = reader->dialect();
}

/// Headers that come again, sums and notes: the first lines, then how many more.
void FileIngest::note_skipped(const DataFile& file, const RowReader& reader) {
  const auto first = reader.skipped().first(std::min(most_skipped_shown, reader.skipped().size()));
  for (const auto& line : first)
    result_.file_findings.push_back({skipped_kind_name(line.kind), file.name, "", 0, 1, "is no data: it is left out", line.line, line.byte});
  const auto rest = reader.skipped_count() - static_cast<std::int64_t>(first.size());
  if (rest > 0)
    result_.file_findings.push_back({"skipped_lines", file.name, "", 0, rest, fmt::format("lines that are no data, beyond the first {}", first.size())});
}

void FileIngest::read_json_lines(DataFile& file, ByteStream& stream, const DigestStream& under) {
  std::unique_ptr<JsonLinesReader> reader;
  try {
    reader = open_json_lines(stream, file.name);
  } catch (const Error& error) {
    if (under.failed() || error.kind() != ErrorKind::input) throw;
    if (first_refusal_.empty()) first_refusal_ = error.message();
    return;
  }
  file.kind = DataFileKind::json_lines;
  file.columns = reader->columns();
  profile_rows(file, *reader);
  for (const auto& [member, line] : reader->late_members())
    result_.file_findings.push_back(
        {"late_member", file.name, member, 0, 1, fmt::format("first in line {}, behind the sample that tells the columns: it is not read", line)});
}

/// Parquet, Arrow IPC. What cannot be read is digested and said; rows before it count.
void FileIngest::read_columnar(DataFile& file, PeekStream& stream, const DigestStream& under) {
  const FileOnDisk place(stream, file.name);
  try {
    const auto reader = open_columnar(columnar_kind(stream.head()), place.path(), file.name);
    file.kind = DataFileKind::columnar;
    file.format = reader->format();
    file.columns = reader->columns();
    for (const auto& fault : reader->faults()) result_.file_findings.push_back({fault.kind, file.name, "", 0, 1, fault.text});
    profile_columnar(file, *reader);
  } catch (const Error& error) {
    if (under.failed() || error.kind() != ErrorKind::input) throw;
    refuse(file, error);
  }
}

void FileIngest::profile_columnar(DataFile& file, ColumnarReader& reader) {
  FileProfiler profiler(table_of(file.columns), result_.read_names.size() - 1, file.columns);
  try {
    while (const RowBatch* batch = reader.next_batch()) {
      profiler.add(std::span(batch, 1));
      file.rows += static_cast<std::int64_t>(batch->rows);
    }
  } catch (...) {
    profiler.finish(file.columns, file.rows);
    throw;
  }
  profiler.finish(file.columns, file.rows);
}

void FileIngest::profile_batches(DataFile& file, DelimitedReader& reader) {
  FileProfiler profiler(table_of(file.columns), result_.read_names.size() - 1, file.columns);
  std::vector<RowBatch> batches;
  while (reader.next_batches(batches, threads_)) {
    for (const auto& batch : batches) file.rows += static_cast<std::int64_t>(batch.rows);
    profiler.add(batches);
    profiler.locate(batches, reader);
  }
  profiler.finish(file.columns, file.rows);
}

void FileIngest::profile_rows(DataFile& file, RowReader& reader) {
  FileProfiler profiler(table_of(file.columns), result_.read_names.size() - 1, file.columns);
  Finding broken{"broken_lines", file.name, "", 0, 0, ""};
  while (const Row* row = reader.next()) {
    file.rows = row->number;
    profiler.add(*row, reader.columns());
    if (row->fault.empty()) profiler.locate(*row);
    if (!row->fault.empty() && broken.count++ == 0) {
      broken.row = row->number;
      broken.text = row->fault;
      broken.line = row->line;
      broken.byte = row->byte;
    }
  }
  profiler.finish(file.columns, file.rows);
  if (broken.count > 0) result_.file_findings.push_back(std::move(broken));
}

/// An array is a table of one column: its elements; named by the file, or by the key in an .npz archive.
void FileIngest::read_tensor(DataFile& file, ByteStream& stream) {
  TensorElements elements(stream, file.name);
  file.kind = DataFileKind::tensor;
  file.type = elements.header().type;
  file.shape = elements.header().shape;
  file.rows = file.shape.empty() ? 1 : file.shape[0];
  auto name = std::filesystem::path(file.name).stem().string();
  const bool real = elements.is_real();
  std::vector<Column> columns{{name, "", real ? ColumnType::real : ColumnType::integer}};
  const auto count = element_count(file.shape);
  FileProfiler profiler(table_of(columns), result_.read_names.size() - 1, columns, std::max<std::int64_t>(1, file.rows > 0 ? count / file.rows : 1));
  elements.for_each([&](double value) { profiler.add_element(value); });
  profiler.finish(columns, file.rows);
}

/// WAV, HDF5, MATLAB. What cannot be read is digested and said.
void FileIngest::read_tensor_file(DataFile& file, TensorFileKind kind, ByteStream& stream, const DigestStream& under) {
  const FileOnDisk place(stream, file.name);
  std::unique_ptr<TensorFile> source;
  try {
    source = open_tensor_file(kind, place.path(), file.name);
    file.kind = DataFileKind::tensors;
    file.format = source->format();
    file.tensors = source->tensors();
    for (std::size_t t = 0; t < file.tensors.size(); ++t) profile_tensor(file, *source, t);
  } catch (const Error& error) {
    if (under.failed() || error.kind() != ErrorKind::input) throw;
    refuse(file, error);
  }
  if (!source) return;
  if (file.tensors.empty() && first_refusal_.empty())
    first_refusal_ = file.name + ": holds no array of numbers" + (source->faults().empty() ? "" : ", " + source->faults()[0].text);
  for (const auto& fault : source->faults()) result_.file_findings.push_back({fault.kind, file.name, "", 0, 1, fault.text});
}

/// A column for each channel, or one for all elements.
void FileIngest::profile_tensor(DataFile& file, TensorFile& source, std::size_t number) {
  const auto& entry = file.tensors[number];
  const auto type = is_floating_point(entry.type) ? ColumnType::real : ColumnType::integer;
  std::vector<Column> columns;
  for (const auto& channel : entry.channels) columns.push_back({entry.name.empty() ? channel : entry.name + "." + channel, entry.unit, type});
  if (columns.empty()) columns.push_back({entry.name.empty() ? std::filesystem::path(file.name).stem().string() : entry.name, entry.unit, type});
  const auto per_row = std::max<std::int64_t>(1, entry.rows() > 0 ? element_count(entry.shape) / entry.rows() : 1);
  FileProfiler profiler(table_of(columns), result_.read_names.size() - 1, columns,
                        std::max<std::int64_t>(1, per_row / static_cast<std::int64_t>(columns.size())));
  std::int64_t done = 0;
  const auto finish = [&] {
    const auto rows = done / per_row;  // those that are there, whatever was declared
    file.rows += rows;
    profiler.finish(columns, rows);
  };
  try {
    source.read(number, [&](std::span<const double> values) {
      for (const double value : values) profiler.add_element(value);
      done += static_cast<std::int64_t>(values.size());
    });
  } catch (...) {
    finish();
    throw;
  }
  finish();
}

void FileIngest::note_classes(const std::string& name, std::string_view text) {
  if (const auto count = class_count(name, text)) result_.boxes.set_classes(*count, result_.read_names.size() - 1);
}

/// An image is a row a page.
void FileIngest::read_image_file(DataFile& file, PeekStream& stream, const DigestStream& under) {
  Image image;
  try {
    image = read_image_stream(stream, file.name);
  } catch (const Error& error) {
    if (under.failed() || error.kind() != ErrorKind::input) throw;
    return refuse(file, error);
  }
  file.kind = DataFileKind::image;
  file.format = image.format;
  file.tensors = image_tensors(image);
  for (const auto& fault : image.faults) result_.file_findings.push_back({fault.kind, file.name, "", 0, 1, fault.text});
  result_.boxes.add_image(file.name, image.pages[0].width, image.pages[0].height, image.pages[0].orientation);
  const auto rows = image_rows(std::move(image));
  file.columns = rows->columns();
  profile_rows(file, *rows);
  file.columns.clear();  // the same for every image
}

void FileIngest::read_labels(DataFile& file, LabelFormat format, ByteStream& stream, const DigestStream& under) {
  try {
    result_.boxes.add_labels(file.name, read_box_labels(format, stream, file.name));
  } catch (const Error& error) {
    if (under.failed() || error.kind() != ErrorKind::input) throw;
    return refuse(file, error);
  }
  file.kind = DataFileKind::labels;
  file.format = label_format_name(format);
}

void FileIngest::refuse(const DataFile& file, const Error& error) {
  if (first_refusal_.empty()) {
    first_refusal_ = error.message();
    first_hint_ = error.hint();
  }
  result_.file_findings.push_back({"unreadable", file.name, "", 0, 1, without_name(error, file.name)});
}

bool is_table(const DelimitedReader& reader) {
  const auto& columns = reader.columns();
  const bool words =
      std::all_of(columns.begin(), columns.end(), [](const Column& column) { return column.type == ColumnType::text || column.type == ColumnType::empty; });
  return !words || (columns.size() > 1 && reader.dialect().confidence >= 0.5);
}

}  // namespace iai
