#include <algorithm>

#include "formats/delimited_dialect.hpp"

namespace iai {
namespace {

using Lines = std::vector<SampleLine>;

bool is_neutral(std::string_view text) { return is_missing_marker(text, ColumnType::real) || is_error_word(text); }

/// Where header and data begin among the lines of the sample.
class TopOfTable {
 public:
  TopOfTable(const Lines& lines, std::size_t width) : lines_(lines), width_(width) {
    std::size_t fitting = 0;
    for (const auto& line : lines) fitting += line.cells.size() == width ? 1 : 0;
    measured_.resize(width);
    for (std::size_t c = 0; c < width; ++c) measured_[c] = is_measured_column(c, std::min<std::size_t>(5, fitting / 2));
  }

  TableTop find() const {
    TableTop top;
    top.data = first_data();
    while (top.data > 0 && lines_[top.data - 1].cells.size() == width_ && !is_header(top.data - 1) && !is_unit_row(top.data - 1) && mostly_filled(top.data - 1))
      --top.data;
    const auto data = static_cast<std::ptrdiff_t>(top.data);
    if (data > 1 && is_unit_row(top.data - 1) && is_header(top.data - 2)) {
      top.units = data - 1;
      top.header = data - 2;
    } else if (data > 0 && is_header(top.data - 1)) {
      top.header = data - 1;
    }
    return top;
  }

  /// The top of a table that begins in the first line: it is told where.
  TableTop at_first_line() const {
    TableTop top = find();
    if (top.header == 0) return top;
    top = {};
    if (!is_header(0)) return top;
    top.header = 0;
    top.units = lines_.size() > 1 && is_unit_row(1) ? 1 : -1;
    top.data = top.units > 0 ? 2 : 1;
    return top;
  }

 private:
  bool is_measured_column(std::size_t column, std::size_t skipped) const {
    std::size_t filled = 0, measured = 0, seen = 0;
    for (const auto& line : lines_) {
      if (line.cells.size() != width_ || seen++ < skipped || is_neutral(line.cells[column])) continue;
      ++filled;
      measured += is_measured(line.cells[column]) ? 1 : 0;
    }
    return measured > 0 && measured * 2 >= filled;
  }

  std::size_t first_data() const {
    std::size_t first_of_width = lines_.size();
    const bool any = std::find(measured_.begin(), measured_.end(), true) != measured_.end();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].cells.size() != width_) continue;
      first_of_width = std::min(first_of_width, i);
      std::size_t filled = 0, measured = 0;
      for (std::size_t c = 0; c < width_; ++c) {
        if (!measured_[c] || is_neutral(lines_[i].cells[c])) continue;
        ++filled;
        measured += is_measured(lines_[i].cells[c]) ? 1 : 0;
      }
      if (any && measured > 0 && measured * 2 > filled) return i;
    }
    // Words only: the first line is the header when each of its cells is there and differs from the others.
    return any ? first_of_width : first_of_width + (is_header(first_of_width) && width_ > 1 ? 1 : 0);
  }

  bool mostly_filled(std::size_t index) const {
    const auto& cells = lines_[index].cells;
    const auto filled = std::count_if(cells.begin(), cells.end(), [](auto cell) { return !cell.empty(); });
    return static_cast<std::size_t>(filled) * 2 >= cells.size();
  }

  bool is_header(std::size_t index) const {
    if (index >= lines_.size()) return false;
    auto cells = lines_[index].cells;
    if (cells.size() != width_ && cells.size() != width_ - 1 && !(cells.size() == width_ + 1 && cells.back().empty())) return false;
    if (cells.size() > 1 && cells.back().empty()) cells.pop_back();
    std::size_t measured = 0, filled = 0;
    for (const auto cell : cells) {
      filled += cell.empty() ? 0 : 1;
      measured += is_measured(cell) ? 1 : 0;
    }
    return filled > 0 && filled * 2 >= cells.size() && measured * 10 <= cells.size() && !is_neutral(cells[0]);
  }

  bool is_unit_row(std::size_t index) const {
    const auto& cells = lines_[index].cells;
    if (cells.size() + 1 < width_ || cells.size() > width_ + 1) return false;
    std::size_t filled = 0, units = 0;
    for (const auto cell : cells) {
      filled += cell.empty() || cell == "-" ? 0 : 1;
      units += is_unit(cell) ? 1 : 0;
    }
    return units > 0 && units * 2 >= filled;
  }

  const Lines& lines_;
  std::size_t width_;
  std::vector<bool> measured_;
};

}  // namespace

TableTop find_top(const Lines& lines, std::size_t width, const GivenDialect& given) {
  const TopOfTable table(lines, width);
  TableTop top = given.preamble_lines ? table.at_first_line() : table.find();
  if (given.header && *given.header && top.header < 0) {
    top.header = static_cast<std::ptrdiff_t>(std::min(top.data, lines.size() - 1));
    ++top.data;
  } else if (given.header && !*given.header && top.header >= 0) {
    top.data = static_cast<std::size_t>(top.units >= 0 && !given.unit_row.value_or(true) ? top.units : top.header);
    top.header = top.units = -1;
  }
  if (given.unit_row && *given.unit_row && top.units < 0 && top.data < lines.size()) top.units = static_cast<std::ptrdiff_t>(top.data++);
  if (given.unit_row && !*given.unit_row && top.units >= 0) {
    top.data = static_cast<std::size_t>(top.units);
    top.units = -1;
  }
  return top;
}

}  // namespace iai
