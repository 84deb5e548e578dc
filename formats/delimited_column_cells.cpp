#include "formats/delimited_column_cells.hpp"

namespace iai {
namespace {

constexpr std::uint64_t exact_in_double = std::uint64_t{1} << 53;

}  // namespace

inline bool ColumnCellReader::take_quick(std::string_view cell, std::size_t row) {
  if (cell.empty() || !quick_) return false;
  PlainNumber number;
  switch (type_) {
    case ColumnType::real:
      if (!read_plain_number(cell, layout_.form.numbers.decimal, number) || number.digits > exact_in_double) return false;
      out_->numbers[row] = number.value();
      // An integer has no negative zero.
      if (number.fraction == 0 && number.digits == 0) out_->numbers[row] = 0;
      return true;
    case ColumnType::integer:
      if (!read_plain_number(cell, layout_.form.numbers.decimal, number) || number.fraction != 0) return false;
      out_->integers[row] = number.negative ? -static_cast<std::int64_t>(number.digits) : static_cast<std::int64_t>(number.digits);
      return true;
    case ColumnType::timestamp:
      if (const auto time = times_.read(cell)) {
        out_->integers[row] = *time;
        return true;
      }
      return false;
    default: return false;
  }
}

bool ColumnCellReader::take(std::string_view text, std::size_t row, bool broken) {
  if (text.empty() && !broken) {
    if (type_ != ColumnType::empty) except({static_cast<std::uint32_t>(row), CellState::missing, 0, text});
    return true;
  }
  const Cell& cell = memo_.interpret(text, type_, layout_.form);
  const CellState state = broken ? CellState::odd : cell.state;
  if (!broken && type_ == ColumnType::empty && state != CellState::missing) {
    if (!is_error_word(text, layout_.form.words)) return false;
    except({static_cast<std::uint32_t>(row), CellState::error, 0, text});
    return true;
  }
  const bool open = !broken && !layout_.decimal_found && type_ == ColumnType::integer && state == CellState::odd;
  if (open && shown_decimal(text, layout_.form, layout_.splitter.delimiter)) return false;
  if (state != CellState::value) {
    if (type_ != ColumnType::empty || state != CellState::missing) except({static_cast<std::uint32_t>(row), state, cell.number, text});
  } else if (type_ == ColumnType::text) {
    out_->texts[row] = text;
  } else if (type_ == ColumnType::integer || type_ == ColumnType::timestamp) {
    out_->integers[row] = cell.integer;
  } else {
    out_->numbers[row] = cell.number;
  }
  return true;
}

std::size_t ColumnCellReader::read(const Strip& strip, std::size_t column, std::size_t first_row, ColumnCells& out) {
  const std::size_t stride = layout_.columns.size();
  const std::string_view* const cells = strip.cells.data() + column;
  const std::uint8_t* const broken = strip.broken.empty() ? nullptr : strip.broken.data() + column;
  const std::size_t rows = strip.rows;
  out_ = &out;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string_view cell = cells[row * stride];
    const bool quick = take_quick(cell, first_row + row) && (broken == nullptr || broken[row * stride] == 0);
    if (!quick && !take(cell, first_row + row, broken != nullptr && broken[row * stride] != 0)) return row;
  }
  return rows;
}

}  // namespace iai
