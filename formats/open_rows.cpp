#include "formats/columnar.hpp"
#include "formats/file_on_disk.hpp"
#include "formats/image_file.hpp"
#include "formats/json_lines.hpp"
#include "formats/module.hpp"
#include "formats/peek_stream.hpp"
#include "formats/row_batch.hpp"

namespace iai {
namespace {

constexpr std::size_t head_bytes = 64 << 10;
constexpr std::string_view blanks = " \t\r\n", mark = "\xEF\xBB\xBF";

/// A reader with the stream that it reads from.
class PeekedRows : public RowReader {
 public:
  PeekedRows(ByteStream& stream, std::string name, const DelimitedOptions& options) : stream_(stream, head_bytes) {
    const auto columnar = columnar_kind(stream_.head());
    if (columnar != ColumnarKind::none) {
      file_.emplace(stream_, name);
      auto types = options.column_types;
      for (const auto& known : types_by_name(options.columns)) types.push_back(known);
      rows_ = open_columnar(columnar, file_->path(), name, types);
    } else if (image_kind(stream_.head()) != ImageKind::none) rows_ = open_image_rows(stream_, name, options.thumbnails);
    else if (is_json_lines(stream_.head(), stream_.whole(), name)) rows_ = open_json_lines(stream_, name, options.columns, options.column_types);
    else rows_ = std::make_unique<DelimitedReader>(stream_, std::move(name), options);
  }
  const std::vector<Column>& columns() const override { return rows_->columns(); }
  const Row* next() override { return rows_->next(); }
  bool next_batches(std::vector<RowBatch>& batches, int threads) override { return rows_->next_batches(batches, threads); }
  const Row& row_of(const RowBatch& batch, std::size_t row) override { return rows_->row_of(batch, row); }
  bool names_columns() const override { return rows_->names_columns(); }
  std::int64_t skipped_count() const override { return rows_->skipped_count(); }
  std::span<const SkippedLine> skipped() const override { return rows_->skipped(); }

 private:
  PeekStream stream_;
  std::optional<FileOnDisk> file_;  // for formats that are not read from front to back
  std::unique_ptr<RowReader> rows_;
};

}  // namespace

bool is_json_lines(std::string_view head, bool whole, std::string_view name) {
  if (head.starts_with(mark)) head.remove_prefix(mark.size());
  for (const std::string_view ending : {".jsonl", ".ndjson", ".jsonlines", ".ldjson"})
    if (name.ends_with(ending)) return !head.empty();
  // The first line is an object by itself, and another one begins behind it: neither a document over many lines nor a
  // document in one line is that.
  const auto begin = head.find_first_not_of(blanks);
  if (begin == std::string_view::npos || head[begin] != '{') return false;
  const auto end = head.find('\n', begin);
  if (end == std::string_view::npos) return false;
  const auto last = head.find_last_not_of(blanks, end);
  if (head[last] != '}') return false;
  const auto next = head.find_first_not_of(blanks, end);
  if (next == std::string_view::npos) return !whole;
  return head[next] == '{';
}

std::unique_ptr<JsonLinesReader> open_json_lines(ByteStream& stream, const std::string& name, const std::vector<Column>& columns,
                                                 const std::vector<std::pair<std::string, ColumnType>>& types) {
  using Open = JsonLinesReader*(ByteStream&, const std::string&, const std::vector<Column>&, const std::vector<std::pair<std::string, ColumnType>>&);
  return std::unique_ptr<JsonLinesReader>(module_function<Open>("json_lines", "iai_open_json_lines")(stream, name, columns, types));
}

std::unique_ptr<RowReader> open_rows(ByteStream& stream, std::string name, const DelimitedOptions& options) {
  return std::make_unique<PeekedRows>(stream, std::move(name), options);
}

}  // namespace iai
