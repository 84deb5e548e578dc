#include <bit>
#include <cstring>

#include "formats/delimited_cells.hpp"

namespace iai {
namespace {

// A quote that is not closed within this many bytes is no quote: one stray sign must not swallow the file.
constexpr std::size_t longest_quoted = std::size_t{1} << 20;
constexpr std::uint64_t low_bits = 0x7F7F'7F7F'7F7F'7F7F;

std::uint64_t repeated(char c) { return 0x0101'0101'0101'0101 * static_cast<unsigned char>(c); }

/// High bit of every byte of `word` that is zero, exactly. @source H. S. Warren, Hacker's Delight, 2nd ed., section 6-1
std::uint64_t zero_bytes(std::uint64_t word) { return ~(((word & low_bits) + low_bits) | word | low_bits); }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::uint64_t load(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Position of the next delimiter or line end from `at`, or the text's size. `seen` collects the bits of what was read.
std::size_t RecordSplitter::cell_end(std::string_view text, std::size_t at, std::uint64_t& seen) const {
  const auto delimiters = repeated(delimiter), newlines = repeated(newline);
  for (; at < text.size(); at += 8) {
    const auto word = load(text.data() + at);
    seen |= word;
    const auto hits = zero_bytes(word ^ delimiters) | zero_bytes(word ^ newlines);
    if (hits != 0) return std::min(at + static_cast<std::size_t>(std::countr_zero(hits)) / 8, text.size());
  }
  return text.size();
}

/// End of the quoted cell that opens at `open` (behind the closing quote and blanks), 0 when it is no quoted cell after
/// all, npos when the text ends first.
std::size_t RecordSplitter::quoted_end(std::string_view text, std::size_t open, bool last, CellSpan& cell) const {
  // The answer may not depend on how much of the file is in the window.
  const bool more = !last && text.size() - open <= longest_quoted;
  bool doubled = false;
  for (std::size_t at = open + 1;;) {
    const auto close = text.find(quote, at);
    if (close == std::string_view::npos) return more ? close : 0;
    if (close - open > longest_quoted) return 0;
    auto end = close + 1;
    if (end < text.size() && text[end] == quote) {
      doubled = true;
      at = end + 1;
      continue;
    }
    while (end < text.size() && (text[end] == ' ' || text[end] == '\r')) ++end;
    if (end == text.size() && !last) return std::string_view::npos;
    if (end < text.size() && text[end] != delimiter && text[end] != newline) return 0;
    cell = {open + 1, close, true, doubled};
    return end;
  }
}

bool RecordSplitter::split(std::string_view text, bool last, DelimitedRecord& record) const {
  record.cells.clear();
  record.width = 0;
  if (delimiter == ' ') {
    const auto end = text.find(newline);
    if (end == std::string_view::npos && !last) return false;
    record.end = std::min(end, text.size());
    record.next = std::min(record.end + 1, text.size());
    return split_blanks(text.substr(0, record.end), record);
  }
  std::uint64_t seen = 0;
  for (std::size_t begin = 0;;) {
    CellSpan cell;
    auto first = begin;
    while (first < text.size() && text[first] == ' ') ++first;
    std::size_t end = 0;
    if (first < text.size() && text[first] == quote && quote != '\0') {
      end = quoted_end(text, first, last, cell);
      if (end == std::string_view::npos) return false;
      if (end != 0) seen |= ~low_bits;  // not looked at: take it as not plain
    }
    if (end == 0) {
      end = cell_end(text, first, seen);
      if (end == text.size() && !last) return false;
      auto back = end;
      if (end == text.size() || text[end] == newline)
        while (back > first && text[back - 1] == '\r') --back;
      while (back > first && is_blank(text[back - 1])) --back;
      while (first < back && is_blank(text[first])) ++first;
      cell = {first, back, false, false};
    }
    if (end == text.size() && !last) return false;
    if (record.width++ < most_cells) record.cells.push_back(cell);
    if (end == text.size() || text[end] == newline) {
      record.end = end;
      record.next = std::min(end + 1, text.size());
      record.plain_ascii = (seen & ~low_bits) == 0;
      return true;
    }
    begin = end + 1;
  }
}

bool RecordSplitter::split_blanks(std::string_view text, DelimitedRecord& record) const {
  if (text.ends_with('\r')) text.remove_suffix(1);
  record.plain_ascii = true;
  for (std::size_t at = 0;;) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size()) break;
    CellSpan cell{at, at, false, false};
    if (const auto close = text[at] == quote ? text.find(quote, at + 1) : std::string_view::npos;
        close != std::string_view::npos && (close + 1 == text.size() || is_blank(text[close + 1]))) {
      cell = {at + 1, close, true, false};
      at = close + 1;
      record.plain_ascii = false;
    } else {
      while (at < text.size() && !is_blank(text[at])) {
        record.plain_ascii = record.plain_ascii && static_cast<unsigned char>(text[at]) < 0x80;
        ++at;
      }
      cell.end = at;
    }
    if (record.width++ < most_cells) record.cells.push_back(cell);
  }
  if (record.width == 0) {
    record.width = 1;
    record.cells.push_back({});
  }
  return true;
}

}  // namespace iai
