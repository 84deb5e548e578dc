#include "formats/delimited_batch.hpp"

#include <algorithm>

namespace iai {
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
