#include "formats/delimited_batch.hpp"

#include <tbb/parallel_for.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "formats/delimited_source.hpp"
#include "formats/plain_cells.hpp"

namespace iai {
namespace {

constexpr std::size_t strip_cells = 4096;  // cells that are split before they are read, so that both stay in the cache
constexpr std::uint64_t exact_in_double = std::uint64_t{1} << 53;

/// Positions of two characters in a text, 64 bytes at a time.
class MarkScanner {
 public:
  MarkScanner(std::string_view text, char first, char second) : text_(text), first_(first), second_(second) { seek(0); }

  /// The next position, or the text's size.
  std::size_t next() {
    while (mask_ == 0) {
      base_ += 64;
      if (base_ >= text_.size()) return text_.size();
      mask_ = marks(base_);
    }
    const auto at = base_ + static_cast<std::size_t>(std::countr_zero(mask_));
    mask_ &= mask_ - 1;
    return at;
  }
  /// Goes on at `at`.
  void seek(std::size_t at) {
    base_ = at & ~std::size_t{63};
    mask_ = base_ < text_.size() ? marks(base_) & (~std::uint64_t{0} << (at & 63)) : 0;
  }
  /// May there be a byte over 0x7F between the last call and the last position? Whole blocks of 64 bytes are looked at.
  bool take_high() { return std::exchange(high_, block_high_) != 0; }

 private:
  std::uint64_t marks(std::size_t from) {
    block_high_ = 0;
    const auto mask = marks_in(from);
    high_ |= block_high_;
    return mask;
  }
  std::uint64_t marks_in(std::size_t from) {
    if (text_.size() - from >= 64) return marks_of(text_.data() + from);
    char rest[64] = {};
    std::memcpy(rest, text_.data() + from, text_.size() - from);
    return marks_of(rest) & ((std::uint64_t{1} << (text_.size() - from)) - 1);
  }

#if defined(__SSE2__)
  std::uint64_t marks_of(const char* at) {
    const __m128i first = _mm_set1_epi8(first_), second = _mm_set1_epi8(second_);
    std::uint64_t mask = 0;
    for (int part = 0; part < 4; ++part) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + std::ptrdiff_t{16} * part));
      const __m128i equal = _mm_or_si128(_mm_cmpeq_epi8(bytes, first), _mm_cmpeq_epi8(bytes, second));
      mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(equal))) << (16 * part);
      block_high_ |= _mm_movemask_epi8(bytes);
    }
    return mask;
  }
#else
  std::uint64_t marks_of(const char* at) {
    std::uint64_t mask = 0;
    for (int i = 0; i < 64; ++i) {
      mask |= static_cast<std::uint64_t>(at[i] == first_ || at[i] == second_) << i;
      block_high_ |= static_cast<unsigned char>(at[i]) & 0x80;
    }
    return mask;
  }
#endif

  std::string_view text_;
  char first_, second_;
  std::size_t base_ = 0;
  std::uint64_t mask_ = 0;
  int high_ = 0, block_high_ = 0;
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Cells of a few rows, row by row, as texts.
struct Strip {
  std::size_t rows = 0;
  std::vector<std::string_view> cells;  // [row][column]; without data: missing
  std::vector<std::uint8_t> broken;     // per cell: broken UTF-8; empty when there is none
};

/// Takes rows from a text and splits them.
class StripReader {
 public:
  StripReader(std::string_view text, const BatchLayout& layout, RowBatch& batch)
      : text_(text),
        layout_(layout),
        batch_(batch),
        columns_(layout.columns.size()),
        marks_(text, layout.splitter.delimiter, layout.splitter.newline),
        quotes_(layout.splitter.delimiter == ' ' || (layout.splitter.quote != '\0' && text.find(layout.splitter.quote) != text.npos)),
        zeros_(text.find('\0') != text.npos) {}

  bool done() const { return at_ >= text_.size(); }
  std::size_t at() const { return at_; }
  std::int64_t lines() const { return lines_; }
  /// Did fill() stop at a line that begins as the header does?
  bool at_header() const { return at_header_; }
  std::size_t row_begin(std::size_t row) const { return begins_[row]; }
  std::int64_t lines_before(std::size_t row) const { return lines_at_[row]; }
  /// Where the first `count` rows of the strip lie, behind the rows that the batch has.
  void note_places(std::size_t count, RowBatch& batch) const {
    for (std::size_t row = 0; row < count; ++row) {
      batch.begins.push_back(static_cast<std::uint32_t>(begins_[row]));
      batch.lines.push_back(static_cast<std::uint32_t>(lines_at_[row]));
      if (ragged_[row] != 0) batch.ragged.push_back(static_cast<std::uint32_t>(batch.rows + row));
    }
  }

  void fill(Strip& strip, std::size_t most_rows) {
    strip.cells.resize(most_rows * columns_);
    strip.broken.clear();
    begins_.clear();
    lines_at_.clear();
    ragged_.clear();
    strip.rows = 0;
    while (strip.rows < most_rows && !done()) {
      const std::size_t begin = at_;
      if (!layout_.header.empty() && text_.substr(at_).starts_with(layout_.header)) {
        at_header_ = true;
        return;
      }
      const std::int64_t lines = lines_;
      if (!take_row(strip)) continue;  // a blank line
      begins_.push_back(begin);
      lines_at_.push_back(lines);
      ++strip.rows;
    }
  }

 private:
  /// One record into the strip's next row; false for a blank line.
  bool take_row(Strip& strip) {
    std::string_view* const cells = strip.cells.data() + strip.rows * columns_;
    const char* const data = text_.data();
    const char newline = layout_.splitter.newline;
    std::size_t width = 0, begin = at_, end;  // end: of the row, once the loop is done
    if (quotes_) {
      const auto stop = text_.find(newline, at_);
      const auto line = text_.substr(at_, stop == text_.npos ? stop : stop - at_);
      if (layout_.splitter.delimiter == ' ' || line.find(layout_.splitter.quote) != line.npos) return take_quoted(strip);
    }
    for (;;) {
      end = marks_.next();
      const bool last = end == text_.size() || data[end] == newline;
      std::size_t from = begin, to = end;
      if (last)
        while (to > from && data[to - 1] == '\r') --to;
      while (to > from && is_blank(data[to - 1])) --to;
      while (from < to && is_blank(data[from])) ++from;
      if (width < columns_) cells[width] = {data + from, to - from};
      ++width;
      if (last) break;
      begin = end + 1;
    }
    const std::string_view row = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    ++lines_;
    if (width <= 1 && row.find_first_not_of(" \t\r") == row.npos) return false;
    const bool trailing_empty = width == columns_ + 1 && layout_.trailing_delimiter && trim_last(row).empty();
    end_row(strip, width, trailing_empty);
    if ((marks_.take_high() || zeros_) && (!is_utf8(row) || row.find('\0') != row.npos)) mend_row(strip, std::min(width, columns_), nullptr);
    return true;
  }

  /// The cell behind the last delimiter of a row without quotes, trimmed.
  std::string_view trim_last(std::string_view row) const {
    auto cell = row.substr(row.rfind(layout_.splitter.delimiter) + 1);
    while (!cell.empty() && cell.back() == '\r') cell.remove_suffix(1);
    return trim_blanks(cell);
  }

  bool take_quoted(Strip& strip) {
    layout_.splitter.split(text_.substr(at_), true, record_);
    const std::string_view row = text_.substr(at_, record_.end);
    at_ += record_.next;
    marks_.seek(at_);
    marks_.take_high();
    lines_ += 1 + std::count(row.begin(), row.end(), layout_.splitter.newline);
    if (record_.width <= 1 && row.find_first_not_of(" \t\r") == row.npos) return false;
    std::string_view* const cells = strip.cells.data() + strip.rows * columns_;
    const std::size_t count = std::min(columns_, record_.cells.size());
    for (std::size_t c = 0; c < count; ++c) {
      const auto& span = record_.cells[c];
      cells[c] = row.substr(span.begin, span.end - span.begin);
      if (span.doubled && cells[c].find('\0') == cells[c].npos && is_utf8(cells[c]))
        cells[c] = keep(plain_cell_text(cells[c], true, layout_.splitter.quote, false));
    }
    const bool trailing_empty = record_.width == columns_ + 1 && layout_.trailing_delimiter && record_.cells.back().begin == record_.cells.back().end;
    end_row(strip, record_.width, trailing_empty);
    if (!record_.plain_ascii || zeros_) mend_row(strip, count, record_.cells.data());
    return true;
  }

  void end_row(Strip& strip, std::size_t width, bool trailing_empty) {
    for (std::size_t c = width; c < columns_; ++c) strip.cells[strip.rows * columns_ + c] = {};
    ragged_.push_back(width - (trailing_empty ? 1 : 0) != columns_ ? 1 : 0);
  }

  /// Marks the cells of the strip's next row that are no clean UTF-8, and makes them readable.
  void mend_row(Strip& strip, std::size_t count, const CellSpan* spans) {
    for (std::size_t c = 0; c < count; ++c) {
      auto& cell = strip.cells[strip.rows * columns_ + c];
      if (is_utf8(cell) && cell.find('\0') == cell.npos) continue;
      if (strip.broken.empty()) strip.broken.assign(strip.cells.size(), 0);
      strip.broken[strip.rows * columns_ + c] = 1;
      const bool doubled = spans != nullptr && spans[c].doubled;
      cell = keep(plain_cell_text(cell, doubled, layout_.splitter.quote, true));
    }
  }

  std::string_view keep(std::string text) {
    const auto size = text.size();
    text.resize(size + 8);
    return std::string_view(batch_.unescaped.emplace_back(std::move(text))).substr(0, size);
  }

  std::string_view text_;
  const BatchLayout& layout_;
  RowBatch& batch_;
  std::size_t columns_, at_ = 0;
  std::int64_t lines_ = 0;
  MarkScanner marks_;
  bool quotes_, zeros_, at_header_ = false;
  DelimitedRecord record_;
  std::vector<std::size_t> begins_;
  std::vector<std::int64_t> lines_at_;
  std::vector<std::uint8_t> ragged_;
};

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
  std::size_t read(const Strip& strip, std::size_t column, std::size_t first_row, ColumnCells& out) {
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

 private:
  /// The forms that need no thought, into the arrays.
  bool take_quick(std::string_view cell, std::size_t row) {
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

  /// Any cell. @returns false when it tells something new.
  bool take(std::string_view text, std::size_t row, bool broken) {
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
    if (!broken && !layout_.decimal_found && state == CellState::odd) return false;
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

  void except(CellException exception) { out_->exceptions.push_back(exception); }

  const BatchLayout& layout_;
  ShortTextMemo& memo_;
  ColumnType type_;
  bool quick_;  // no words or times of the file's own
  ColumnCells* out_ = nullptr;
  PlainTimes times_;
};

void resize(RowBatch& batch, std::size_t rows) {
  for (auto& cells : batch.columns) {
    const bool number = cells.type == ColumnType::real || cells.type == ColumnType::boolean;
    const bool integer = cells.type == ColumnType::integer || cells.type == ColumnType::timestamp;
    if (number) cells.numbers.resize(rows);
    if (integer) cells.integers.resize(rows);
    if (cells.type == ColumnType::text) cells.texts.resize(rows);
  }
}

/// Whether the first cell of the row that is not missing is odd: the row may be a note.
bool may_be_note(const RowBatch& batch, std::size_t row) {
  for (const auto& cells : batch.columns) {
    const auto at =
        std::lower_bound(cells.exceptions.begin(), cells.exceptions.end(), row, [](const CellException& one, std::size_t place) { return one.row < place; });
    const bool exception = at != cells.exceptions.end() && at->row == row;
    const bool missing = exception ? at->state == CellState::missing : cells.type == ColumnType::empty;
    if (!missing) return exception && at->state == CellState::odd;
  }
  return false;
}

/// The first of the rows [from, to) that may be a note, or `to`.
std::size_t find_note(const RowBatch& batch, std::size_t from, std::size_t to) {
  const auto& first = batch.columns[0];
  if (first.type == ColumnType::empty) {
    while (from < to && !may_be_note(batch, from)) ++from;
    return from;
  }
  auto at =
      std::lower_bound(first.exceptions.begin(), first.exceptions.end(), from, [](const CellException& one, std::size_t place) { return one.row < place; });
  for (; at != first.exceptions.end() && at->row < to; ++at)
    if (may_be_note(batch, at->row)) return at->row;
  return to;
}

/// Takes back what was read of rows from `rows` on.
void cut(RowBatch& batch, std::size_t rows) {
  for (auto& cells : batch.columns)
    while (!cells.exceptions.empty() && cells.exceptions.back().row >= rows) cells.exceptions.pop_back();
}

}  // namespace

std::string plain_cell_text(std::string_view cell, bool doubled, char quote, bool broken) {
  std::string plain;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    plain += cell[i];
    if (doubled && cell[i] == quote && i + 1 < cell.size() && cell[i + 1] == quote) ++i;
  }
  if (!broken || is_utf8(plain)) return plain;
  std::string converted;
  icu::UnicodeString(plain.data(), static_cast<std::int32_t>(plain.size()), "windows-1252").toUTF8String(converted);
  return converted;
}

BatchEnd read_batch(std::string_view text, const BatchLayout& layout, RowBatch& batch) {
  const std::size_t columns = layout.columns.size(), most_rows = std::max<std::size_t>(1, strip_cells / columns);
  batch.rows = 0;
  batch.ragged.clear();
  batch.begins.clear();
  batch.lines.clear();
  batch.unescaped.clear();
  batch.text = text;
  batch.fault.clear();
  batch.columns.resize(columns);
  const auto memo = std::make_unique<ShortTextMemo>();
  std::vector<ColumnCellReader> readers;
  readers.reserve(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    batch.columns[c].type = layout.columns[c].type;
    batch.columns[c].exceptions.clear();
    readers.emplace_back(layout, layout.columns[c].type, *memo);
  }
  StripReader source(text, layout, batch);
  Strip strip;
  BatchEnd end;
  while (!source.done() && !end.learn) {
    source.fill(strip, most_rows);
    resize(batch, batch.rows + strip.rows);
    std::size_t taken = strip.rows;
    for (std::size_t c = 0; c < columns; ++c) taken = std::min(taken, readers[c].read(strip, c, batch.rows, batch.columns[c]));
    taken = find_note(batch, batch.rows, batch.rows + taken) - batch.rows;
    source.note_places(taken, batch);
    batch.rows += taken;
    const bool within = taken < strip.rows;
    end.learn = within || source.at_header();
    end.bytes = within ? source.row_begin(taken) : source.at();
    end.lines = within ? source.lines_before(taken) : source.lines();
  }
  if (end.learn) cut(batch, batch.rows);
  return end;
}

std::vector<BatchEnd> read_batches(const std::vector<std::string_view>& texts, const BatchLayout& layout, std::vector<RowBatch>& batches) {
  std::vector<BatchEnd> ends(texts.size());
  if (texts.size() == 1) ends[0] = read_batch(texts[0], layout, batches[0]);
  else tbb::parallel_for(std::size_t{0}, texts.size(), [&](std::size_t i) { ends[i] = read_batch(texts[i], layout, batches[i]); });
  return ends;
}

namespace {

/// End of the row that begins at `begin`, or npos when it goes on behind `text`.
std::size_t row_end(std::string_view text, std::size_t begin, const RecordSplitter& splitter, bool last, DelimitedRecord& record) {
  const auto stop = text.find(splitter.newline, begin);
  const auto line = text.substr(begin, stop == text.npos ? stop : stop - begin);
  if (line.find(splitter.quote) == line.npos) return stop != text.npos ? stop + 1 : last ? text.size() : stop;
  return splitter.split(text.substr(begin), last, record) ? begin + record.next : text.npos;
}

}  // namespace

std::vector<std::string_view> cut_rows(std::string_view text, const RecordSplitter& splitter, std::size_t piece, bool last) {
  std::vector<std::string_view> pieces;
  const bool quotes = splitter.delimiter != ' ' && splitter.quote != '\0' && text.find(splitter.quote) != text.npos;
  DelimitedRecord record;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    if (!quotes) {
      end = begin + std::min(piece, text.size() - begin);
      const auto stop = text.find(splitter.newline, end - 1);
      end = stop != text.npos ? stop + 1 : last ? text.size() : text.npos;
      if (end == text.npos) {
        const auto back = text.rfind(splitter.newline);
        if (back == text.npos || back < begin) break;
        end = back + 1;
      }
    } else {
      std::size_t next = begin;
      while (next < text.size() && next - begin < piece) {
        next = row_end(text, next, splitter, last, record);
        if (next == text.npos) break;
        end = next;
      }
      if (end == begin) break;
    }
    pieces.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

}  // namespace iai
