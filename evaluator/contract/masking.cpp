#include "evaluator/contract/masking.hpp"

#include <algorithm>

namespace iai {

namespace {
bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }
}  // namespace

std::string masked(std::string_view text) {
  constexpr const char* ellipsis = "…";
  if (text.empty()) return {};
  if (text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues)) < 6) return ellipsis;
  std::size_t first = 1, last = text.size() - 1;
  while (first < text.size() && continues(text[first])) ++first;
  while (last > 0 && continues(text[last])) --last;
  return std::string(text.substr(0, first)) + ellipsis + std::string(text.substr(last));
}

}  // namespace iai
