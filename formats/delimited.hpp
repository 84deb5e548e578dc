#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/archive.hpp"
#include "formats/json.hpp"
#include "formats/row_reader.hpp"
#include "formats/timestamp.hpp"

namespace iai {

/// How a delimited text file is written, found from its first 256 KiB.
struct Dialect {
  std::string encoding = "UTF-8";  ///< UTF-8, UTF-16LE, UTF-16BE, windows-1252, ISO-8859-1, ...
  bool byte_order_mark = false;
  char delimiter = ',';  ///< ',', ';', '\t', '|'; ' ' stands for runs of blanks
  char quote = '"';
  char decimal = '.';
  std::string thousands;            ///< "", ".", "'", " " ...
  std::int64_t preamble_lines = 0;  ///< before the header, or before the first row when there is no header
  bool header = true;
  bool unit_row = false;  ///< a row of units directly under the header
  bool trailing_delimiter = false;
  std::string timestamp_format;  ///< of the first time column, as TimestampFormat has it: "dd.mm.yyyy HH:MM:SS,fff"; empty when there is none
  std::optional<std::vector<std::string>> missing;      ///< markers for no value, beside the empty cell; nothing: the built-in ones
  std::optional<std::vector<std::string>> error_words;  ///< words for a fault; nothing: the built-in ones
  double confidence = 0;                                ///< share of sampled rows that fit this dialect
  std::vector<std::string> evidence;                    ///< what each finding rests on, one sentence each
  Json to_json() const;
  /// The inverse of to_json; `name` is used in errors. @throws Error(input) when a field is missing or of another type.
  static Dialect from_json(const Json& json, const std::string& name);
};

/// The parts of a dialect that a person states (--dialect, a contract); what is not stated is found.
struct GivenDialect {
  std::optional<std::string> encoding, thousands, timestamp_format;
  std::optional<char> delimiter, quote, decimal;  ///< quote '\0': none
  std::optional<std::int64_t> preamble_lines;
  std::optional<bool> header, unit_row;
  std::optional<std::vector<std::string>> missing, error_words;
  std::vector<std::string> names;  ///< of the columns, in their order; empty: the header's
};

enum class Thumbnails;  // formats/image_file.hpp

/// Parts of the dialect and the columns that the caller fixes instead of having them found.
struct DelimitedOptions {
  GivenDialect given;
  std::vector<std::pair<std::string, ColumnType>> column_types;
  /// Dialect and columns as an earlier reading found them (a data set's manifest): nothing is detected again.
  std::optional<Dialect> dialect;
  std::vector<Column> columns;
  Thumbnails thumbnails{};  ///< where the file turns out to be an image
};

/// Streams rows of a delimited text file; memory is bounded whatever the file's size: a row is at most 64 MiB, a table
/// 262,144 columns wide. Blank lines are no rows. Cells beyond the last column are counted in Row::width only.
///
/// Types hold for the whole file: numbers never pass through another type, text with leading zeros and integers beyond
/// 64 bits stay text. A column that is empty in the sample takes the type of the first value met; columns() then tells.
class DelimitedReader : public RowReader {
 public:
  /// Reads the first 256 KiB (more when they hold under 16 lines) and finds dialect, columns and types. `name` is used in
  /// errors. @throws Error(input) when the stream is no delimited text (empty, zero bytes, an encoding that is not read).
  DelimitedReader(ByteStream& stream, std::string name, const DelimitedOptions& options = {});
  ~DelimitedReader() override;
  const Dialect& dialect() const;
  const std::vector<Column>& columns() const override;
  const Row* next() override;
  bool names_columns() const override { return dialect().header; }
  std::int64_t skipped_count() const override;
  std::span<const SkippedLine> skipped() const override;
  bool next_batches(std::vector<RowBatch>& batches, int threads) override;
  const Row& row_of(const RowBatch& batch, std::size_t row) override;

 private:
  bool take_row_as_batch(std::vector<RowBatch>& batches);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace iai
