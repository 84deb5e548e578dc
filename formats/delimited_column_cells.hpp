#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "formats/delimited_strip.hpp"
#include "formats/plain_cells.hpp"

namespace iai {

/// What interpret() says of short texts, remembered: markers and code words come again and again.
class ShortTextMemo {
 public:
  const Cell& interpret(std::string_view text, ColumnType type, const CellForm& form) {
    if (text.size() > 8) {
      cell_.text = text;
      iai::interpret(cell_, type, form);
      return cell_;
    }
    const auto bits = short_text_bits(text.data(), text.size());
    const auto kind = text.size() * 8 + static_cast<std::size_t>(type);
    auto& entry = entries_[((bits + kind) * 0x9E37'79B9'7F4A'7C15) >> 55];
    if (entry.bits != bits || entry.kind != kind) {
      entry.bits = bits;
      entry.kind = kind;
      entry.cell.text = text;
      iai::interpret(entry.cell, type, form);
    }
    return entry.cell;
  }

 private:
  struct Entry {
    std::uint64_t bits = 0;
    std::size_t kind = ~std::size_t{0};
    Cell cell;
  };
  std::array<Entry, 512> entries_;
  Cell cell_;
};

/// Reads the cells of one column, strip after strip.
class ColumnCellReader {
 public:
  ColumnCellReader(const BatchLayout& layout, ColumnType type, ShortTextMemo& memo)
      : layout_(layout), memo_(memo), type_(type), quick_(layout.form.words == nullptr && layout.form.times == nullptr) {}

  /// @returns the first row whose cell tells something new, or strip.rows.
  std::size_t read(const Strip& strip, std::size_t column, std::size_t first_row, ColumnCells& out);

 private:
  /// The forms that need no thought, into the arrays.
  bool take_quick(std::string_view cell, std::size_t row);

  /// Any cell. @returns false when it tells something new.
  bool take(std::string_view text, std::size_t row, bool broken);

  void except(CellException exception) { out_->exceptions.push_back(exception); }

  const BatchLayout& layout_;
  ShortTextMemo& memo_;
  ColumnType type_;
  bool quick_;  // no words or times of the file's own
  ColumnCells* out_ = nullptr;
  PlainTimes times_;
};

}  // namespace iai
