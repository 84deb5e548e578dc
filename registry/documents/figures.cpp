#include "registry/documents/figures.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace iai {

namespace {

struct UnitSuffix {
  std::string_view suffix, text;
};
constexpr UnitSuffix units[] = {{"_bytes", " bytes"}, {"_per_s", " per s"}, {"_ms", " ms"}, {"_s", " s"}, {"_db", " dB"}, {"_j", " J"}, {"_share", ""}};

std::string_view unit_of(const std::string& key) {
  if (key == "bytes") return " bytes";
  for (const UnitSuffix& unit : units) {
    if (key.ends_with(unit.suffix)) return unit.text;
  }
  return "";
}

std::string number_text(const Json& value) {
  if (!value.is_number_integer()) return fmt::format("{:.6g}", value.get<double>());
  std::string digits = value.dump();
  for (std::size_t i = digits.size(); i > (digits[0] == '-' ? 4u : 3u);) digits.insert(i -= 3, ",");
  return digits;
}

/// " (95 % interval 0.97 to 0.99, n 400)", as far as it was recorded.
std::string interval_text(const Json& value) {
  std::string text;
  const auto is_number = [&](const char* key) { return value.contains(key) && value[key].is_number(); };
  if (is_number("low") && is_number("high")) text = fmt::format("95 % interval {} to {}", number_text(value["low"]), number_text(value["high"]));
  if (is_number("n")) text += fmt::format("{}n {}", text.empty() ? "" : ", ", number_text(value["n"]));
  return text.empty() ? "" : " (" + text + ")";
}

}  // namespace

std::string figure_label(const std::string& key) {
  std::string label = key;
  for (const UnitSuffix& unit : units) {
    if (!key.ends_with(unit.suffix)) continue;
    label.resize(key.size() - unit.suffix.size());
    break;
  }
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

std::string figure_text(const std::string& key, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return number_text(value) + std::string(unit_of(key));
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_object() && value.contains("value")) return figure_text(key, value["value"]) + interval_text(value);
  if (value.is_array() && std::none_of(value.begin(), value.end(), [](const Json& item) { return item.is_structured(); })) {
    std::string text;
    for (const Json& item : value) text += (text.empty() ? "" : ", ") + figure_text(key, item);
    return text;
  }
  return canonical_json(value);
}

}  // namespace iai
