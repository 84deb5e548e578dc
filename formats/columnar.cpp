#include "formats/columnar.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "formats/delimited_cells.hpp"
#include "formats/delimited_dialect.hpp"
#include "formats/error.hpp"
#include "formats/module.hpp"
#include "formats/timestamp.hpp"

namespace iai {
namespace {

constexpr std::uint64_t least_memory = 192u << 20, most_memory = std::uint64_t{2} << 30;

/// A signature that begins no text: a control character comes soon after it, or nothing.
bool begins_binary(std::string_view head, std::string_view signature) {
  if (!head.starts_with(signature)) return false;
  const auto behind = head.substr(signature.size(), 4);
  return behind.empty() ||
         std::any_of(behind.begin(), behind.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n'; });
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

/// A message without body of a few bytes up to 256 MiB, which begins with the offset of its root table.
/// @source Arrow Columnar Format, "Encapsulated message format"
bool begins_stream(std::string_view head) {
  if (head.size() < 12 || !head.starts_with("\xFF\xFF\xFF\xFF")) return false;
  const auto size = little_endian(head.substr(4)), root = little_endian(head.substr(8));
  return size % 8 == 0 && size >= 16 && size <= (256u << 20) && root >= 4 && root < size;
}

void write_value(const ColumnCells& cells, std::size_t row, CellStyle style, std::string& text) {
  if (!cells.texts.empty()) {
    text = cells.texts[row];
    return;
  }
  text.clear();
  const auto to = std::back_inserter(text);
  switch (cells.type) {
    case ColumnType::integer: fmt::format_to(to, "{}", cells.integers[row]); return;
    case ColumnType::boolean: text = cells.numbers[row] != 0 ? "true" : "false"; return;
    case ColumnType::real:
      if (style == CellStyle::short_real) fmt::format_to(to, "{}", static_cast<float>(cells.numbers[row]));
      else fmt::format_to(to, "{}", cells.numbers[row]);
      return;
    case ColumnType::timestamp:
      text = format_timestamp(cells.integers[row]);
      if (style == CellStyle::date) text.resize(std::min(text.find('T'), text.size()));
      if (style == CellStyle::time_of_day) text.erase(0, text.find('T') + 1);
      if (style == CellStyle::utc) text += 'Z';
      return;
    default: return;
  }
}

class Reader : public ColumnarReader {
 public:
  Reader(std::unique_ptr<ColumnarFile> file, std::string name, const std::vector<std::pair<std::string, ColumnType>>& types)
      : file_(std::move(file)), name_(std::move(name)), stored_(file_->columns()) {
    for (const auto& one : stored_) columns_.push_back(one.column);
    make_names_unique(columns_);
    retyped_.resize(columns_.size());
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      stored_[c].column.name = columns_[c].name;
      for (const auto& [wanted, type] : types) {
        if (wanted != columns_[c].name) continue;
        retyped_[c] = type != stored_[c].column.type && type != ColumnType::empty ? 1 : 0;
        if (retyped_[c] != 0) columns_[c].type = type;
      }
    }
    row_.cells.resize(columns_.size());
    row_.width = columns_.size();
    texts_.resize(columns_.size());
    exceptions_.resize(columns_.size());
  }

  std::string format() const override { return file_->format(); }
  const std::vector<std::pair<std::string, std::string>>& properties() const override { return file_->properties(); }
  const std::vector<FileFault>& faults() const override { return file_->faults(); }
  const std::vector<ColumnarColumn>& stored_columns() const override { return stored_; }
  const std::vector<Column>& columns() const override { return columns_; }

  const RowBatch* next_batch() override {
    at_ = 0;
    std::fill(exceptions_.begin(), exceptions_.end(), 0);
    if (!file_->next(batch_)) {
      batch_.rows = 0;
      return nullptr;
    }
    for (std::size_t c = 0; c < columns_.size(); ++c)
      if (retyped_[c]) retype(batch_.columns[c], stored_[c].style, columns_[c].type);
    return &batch_;
  }

  const Row* next() override {
    if (broken_) return nullptr;
    if (at_ == batch_.rows) {
      try {
        if (next_batch() == nullptr) return nullptr;
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::input) throw;
        return broken_row(error);
      }
    }
    ++row_.number;
    row_.line = row_.number;
    for (std::size_t c = 0; c < columns_.size(); ++c) fill(row_.cells[c], c);
    ++at_;
    return &row_;
  }

 private:
  /// The last row: what comes cannot be read.
  const Row* broken_row(const Error& error) {
    broken_ = true;
    batch_.rows = at_ = 0;
    ++row_.number;
    row_.line = row_.number;
    row_.fault = "from here on the file cannot be read: " + without_name(error, name_);
    for (auto& cell : row_.cells) cell = Cell{"", CellState::missing, 0, 0, 0};
    return &row_;
  }

  void fill(Cell& cell, std::size_t column) {
    const auto& cells = batch_.columns[column];
    auto& next = exceptions_[column];
    if (next < cells.exceptions.size() && cells.exceptions[next].row == at_) {
      const auto& one = cells.exceptions[next++];
      cell = Cell{one.text, one.state, one.number, 0, 0};
      return;
    }
    cell = Cell{};
    if (cells.type == ColumnType::empty) {
      cell.state = CellState::missing;
      return;
    }
    if (!cells.numbers.empty()) cell.number = cells.numbers[at_];
    if (!cells.integers.empty()) {
      cell.integer = cells.integers[at_];
      if (cells.type == ColumnType::integer) cell.number = static_cast<double>(cell.integer);
    }
    if (!cells.texts.empty()) {
      cell.text = cells.texts[at_];
      return;
    }
    write_value(cells, at_, stored_[column].style, texts_[column]);
    cell.text = texts_[column];
  }

  /// The cells of a column as they read under another type.
  void retype(ColumnCells& cells, CellStyle style, ColumnType type) {
    ColumnCells read;
    read.type = type;
    std::size_t next = 0;
    std::string text;
    for (std::size_t row = 0; row < batch_.rows; ++row) {
      Cell cell;
      const bool exception = next < cells.exceptions.size() && cells.exceptions[next].row == row;
      if (exception) text = cells.exceptions[next].text;
      else write_value(cells, row, style, text);
      auto& kept = batch_.unescaped.emplace_back(text);
      kept.resize(text.size() + 8);  // as far as texts may be read
      cell.text = std::string_view(kept).substr(0, text.size());
      if (exception && cells.exceptions[next].state != CellState::odd) cell.state = cells.exceptions[next].state;
      else interpret(cell, type, {});
      next += exception ? 1 : 0;
      if (cell.state != CellState::value) read.exceptions.push_back({static_cast<std::uint32_t>(row), cell.state, cell.number, cell.text});
      if (type == ColumnType::integer || type == ColumnType::timestamp) read.integers.push_back(cell.integer);
      if (type == ColumnType::real || type == ColumnType::boolean) read.numbers.push_back(cell.number);
      read.texts.push_back(cell.text);
    }
    cells = std::move(read);
  }

  std::unique_ptr<ColumnarFile> file_;
  std::string name_;
  std::vector<ColumnarColumn> stored_;
  std::vector<Column> columns_;
  std::vector<char> retyped_;
  RowBatch batch_;
  std::size_t at_ = 0;                   // row of the batch
  std::vector<std::size_t> exceptions_;  // by column: the next one
  std::vector<std::string> texts_;
  Row row_;
  bool broken_ = false;
};

using Open = ColumnarFile*(ColumnarKind, const std::filesystem::path&, const std::string&, std::uint64_t);

/// Of the module, which a build without Arrow does not have.
Open* find_opener(const std::string& name) {
  try {
    return module_function<Open>("arrow", "iai_open_columnar");
  } catch (const Error& error) {
    throw Error(
        error.kind(), name + ": is Parquet or Arrow, and " + error.message(),
        "install iai as a whole (make install or the Debian package), or build it after scripts/setup.sh, which fetches Arrow; or write the file as CSV");
  }
}

/// Room to unpack a row group in; small files need little, and are given little.
std::uint64_t memory_for(const std::filesystem::path& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  return failure ? least_memory : std::min(most_memory, least_memory + 2 * std::min<std::uint64_t>(size, most_memory));
}

}  // namespace

ColumnarKind columnar_kind(std::string_view head) {
  if (begins_binary(head, "PAR1") || begins_binary(head, "PARE")) return ColumnarKind::parquet;
  if (begins_binary(head, "ARROW1")) return ColumnarKind::arrow_file;
  if (begins_binary(head, "FEA1")) return ColumnarKind::feather_1;
  return begins_stream(head) ? ColumnarKind::arrow_stream : ColumnarKind::none;
}

std::unique_ptr<ColumnarReader> open_columnar(ColumnarKind kind, const std::filesystem::path& path, const std::string& name,
                                              const std::vector<std::pair<std::string, ColumnType>>& types) {
  if (kind == ColumnarKind::none) throw Error(ErrorKind::internal, name + ": is no Parquet or Arrow file");
  if (kind == ColumnarKind::feather_1)
    throw Error(ErrorKind::input, name + ": is Feather of version 1, which is read no more",
                "write it again as version 2: pyarrow.feather.write_feather(pyarrow.feather.read_table(path), new)");
  const auto open = find_opener(name);
  const auto memory = memory_for(path);
  auto file = isolate_columnar_file(name, memory, [&] { return std::unique_ptr<ColumnarFile>(open(kind, path, name, memory)); });
  return std::make_unique<Reader>(std::move(file), name, types);
}

std::vector<std::pair<std::string, ColumnType>> types_by_name(const std::vector<Column>& columns) {
  std::vector<std::pair<std::string, ColumnType>> types;
  for (const auto& column : columns) types.emplace_back(column.name, column.type);
  return types;
}

}  // namespace iai
