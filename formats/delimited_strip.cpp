#include "formats/delimited_strip.hpp"

#include <unicode/unistr.h>

#include <algorithm>

#include "formats/delimited_notes.hpp"
#include "formats/delimited_source.hpp"

namespace iai {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

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

void StripReader::note_places(std::size_t count, const std::vector<std::size_t>& left_out, RowBatch& batch) const {
  std::size_t place = batch.rows;
  auto next_left_out = left_out.begin();
  for (std::size_t row = 0; row < count; ++row) {
    if (next_left_out != left_out.end() && *next_left_out == row) {
      ++next_left_out;
      continue;
    }
    batch.begins.push_back(static_cast<std::uint32_t>(begins_[row]));
    batch.lines.push_back(static_cast<std::uint32_t>(lines_at_[row]));
    if (widths_[row] != RowWidth::whole) batch.ragged.push_back(static_cast<std::uint32_t>(place));
    ++place;
  }
}

void StripReader::fill(Strip& strip, std::size_t most_rows) {
  strip.cells.resize(most_rows * columns_);
  strip.broken.clear();
  begins_.clear();
  sizes_.clear();
  lines_at_.clear();
  widths_.clear();
  strip.rows = 0;
  while (strip.rows < most_rows && !done()) {
    if (take_repeated()) continue;
    if (at_header_) return;
    const std::size_t begin = at_;
    const std::int64_t lines = lines_;
    if (!take_row(strip)) continue;  // a blank line
    units_follow_ = false;
    begins_.push_back(begin);
    lines_at_.push_back(lines);
    ++strip.rows;
  }
}

bool StripReader::take_repeated() {
  const auto rest = text_.substr(at_);
  const bool like_header = !layout_.header.empty() && rest.starts_with(layout_.header);
  if (!like_header && !(units_follow_ && rest.starts_with(layout_.units))) return false;
  layout_.splitter.split(rest, true, record_);
  const auto row = rest.substr(0, record_.end), trimmed = trim_end(row);
  const bool header = like_header && trimmed == layout_.header;
  if (!header && !(units_follow_ && trimmed == layout_.units)) return false;
  if (header && !layout_.units.empty() && rest.find_first_not_of(" \t\r\n", record_.next) == rest.npos) {
    at_header_ = true;
    return false;
  }
  repeated_.push_back({header ? SkippedLine::Kind::repeated_header : SkippedLine::Kind::repeated_units, row, lines_});
  units_follow_ = header && !layout_.units.empty();
  at_ += record_.next;
  lines_ += 1 + std::count(row.begin(), row.end(), layout_.splitter.newline);
  marks_.seek(at_);
  marks_.take_high();
  return true;
}

bool StripReader::take_row(Strip& strip) {
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
  sizes_.push_back(row.size());
  end_row(strip, width, trailing_empty);
  if ((marks_.take_high() || zeros_) && (!is_utf8(row) || row.find('\0') != row.npos)) mend_row(strip, std::min(width, columns_), nullptr);
  return true;
}

std::string_view StripReader::trim_last(std::string_view row) const {
  auto cell = row.substr(row.rfind(layout_.splitter.delimiter) + 1);
  while (!cell.empty() && cell.back() == '\r') cell.remove_suffix(1);
  return trim_blanks(cell);
}

bool StripReader::take_quoted(Strip& strip) {
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
  sizes_.push_back(row.size());
  end_row(strip, record_.width, trailing_empty);
  if (!record_.plain_ascii || zeros_) mend_row(strip, count, record_.cells.data());
  return true;
}

void StripReader::end_row(Strip& strip, std::size_t width, bool trailing_empty) {
  for (std::size_t c = width; c < columns_; ++c) strip.cells[strip.rows * columns_ + c] = {};
  const std::size_t real = width - (trailing_empty ? 1 : 0);
  widths_.push_back(real == columns_ ? RowWidth::whole : real < columns_ ? RowWidth::narrow : RowWidth::wide);
}

void StripReader::mend_row(Strip& strip, std::size_t count, const CellSpan* spans) {
  for (std::size_t c = 0; c < count; ++c) {
    auto& cell = strip.cells[strip.rows * columns_ + c];
    if (is_utf8(cell) && cell.find('\0') == cell.npos) continue;
    if (strip.broken.empty()) strip.broken.assign(strip.cells.size(), 0);
    strip.broken[strip.rows * columns_ + c] = 1;
    const bool doubled = spans != nullptr && spans[c].doubled;
    cell = keep(plain_cell_text(cell, doubled, layout_.splitter.quote, true));
  }
}

std::string_view StripReader::keep(std::string text) {
  const auto size = text.size();
  text.resize(size + 8);
  return std::string_view(batch_.unescaped.emplace_back(std::move(text))).substr(0, size);
}

}  // namespace iai
