#include "evaluator/privacy/small_domain.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "evaluator/privacy/given_names.hpp"

namespace iai {

namespace {

void visit_numbers(const std::function<void(std::string_view, const char*)>& visit) {
  constexpr const char* domain = "a whole number under 1,000,000";
  char text[8];
  for (int number = 0; number < 1'000'000; ++number) {
    const auto digits = static_cast<int>(fmt::format_to_n(text, sizeof text, "{}", number).size);
    visit({text, static_cast<std::size_t>(digits)}, domain);
    for (int width = std::max(4, digits + 1); width <= 6; ++width) {
      char filled[8];
      fmt::format_to_n(filled, sizeof filled, "{:0{}}", number, width);
      visit({filled, static_cast<std::size_t>(width)}, domain);
    }
  }
}

void visit_days(const std::function<void(std::string_view, const char*)>& visit) {
  using namespace std::chrono;
  const sys_days last = year{2030} / December / 31;
  for (sys_days day = year{1930} / January / 1; day <= last; day += days{1}) {
    const year_month_day date{day};
    const int y = static_cast<int>(date.year());
    const auto m = static_cast<unsigned>(date.month()), d = static_cast<unsigned>(date.day());
    visit(fmt::format("{}-{:02}-{:02}", y, m, d), "a date");
    visit(fmt::format("{:02}.{:02}.{}", d, m, y), "a date");
    visit(fmt::format("{}{:02}{:02}", y, m, d), "a date");
  }
}

std::string in_case(std::string_view name, int (*change)(int)) {
  std::string out(name);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(change(c));
  return out;
}

}  // namespace

void for_each_small_value(std::span<const std::string> declared, const std::function<void(std::string_view, const char*)>& visit) {
  visit_numbers(visit);
  visit_days(visit);
  for (const auto name : given_names()) {
    visit(name, "a given name");
    visit(in_case(name, [](int c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; }), "a given name");
    visit(in_case(name, [](int c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; }), "a given name");
  }
  for (const auto& value : declared) visit(value, "a declared value");
}

std::optional<DigestAlgorithm> looks_like_digest(std::string_view text) {
  const auto algorithm = text.size() == 32   ? std::optional(DigestAlgorithm::md5)
                         : text.size() == 40 ? std::optional(DigestAlgorithm::sha1)
                         : text.size() == 64 ? std::optional(DigestAlgorithm::sha256)
                                             : std::nullopt;
  const auto hexadecimal = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  return algorithm && std::all_of(text.begin(), text.end(), hexadecimal) ? algorithm : std::nullopt;
}

}  // namespace iai
