#include <charconv>

#include "evaluator/contract/contract.hpp"

namespace iai {

/// Dynamic programming over the name's positions, so that no glob takes exponential time.
bool matches_path_glob(std::string_view glob, std::string_view name) {
  std::vector<char> reached(name.size() + 1, 0), next;
  reached[0] = 1;
  for (std::size_t g = 0; g < glob.size(); ++g) {
    next.assign(name.size() + 1, 0);
    if (glob[g] == '*') {
      const bool deep = g + 1 < glob.size() && glob[g + 1] == '*';
      const bool folders = deep && g + 2 < glob.size() && glob[g + 2] == '/';  // "**/": whole folders, or none
      bool open = false;
      for (std::size_t n = 0; n <= name.size(); ++n) {
        const bool before = folders ? open && name[n - 1] == '/' : n > 0 && next[n - 1] != 0 && (deep || name[n - 1] != '/');
        next[n] = static_cast<char>(reached[n] != 0 || before);
        open = open || reached[n] != 0;
      }
      g += folders ? 2 : deep ? 1 : 0;
    } else {
      const bool quoted = glob[g] == '\\' && g + 1 < glob.size();
      if (quoted) ++g;
      for (std::size_t n = 1; n <= name.size(); ++n)
        next[n] = static_cast<char>(reached[n - 1] != 0 && (name[n - 1] == glob[g] || (!quoted && glob[g] == '?' && name[n - 1] != '/')));
    }
    reached.swap(next);
  }
  return reached[name.size()] != 0;
}

std::optional<double> parse_duration(std::string_view text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  for (const auto& [unit, nanoseconds] :
       {std::pair<std::string_view, double>{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}, {"d", 86400e9}})
    if (text == unit) return value * nanoseconds;
  return std::nullopt;
}

}  // namespace iai
