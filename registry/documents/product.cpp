#include "registry/documents/product.hpp"

#include "formats/yaml.hpp"
#include "registry/documents/points.hpp"

namespace iai {

namespace {

bool is_day(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9')) return false;
  }
  const int year = std::stoi(text.substr(0, 4)), month = std::stoi(text.substr(5, 2)), day = std::stoi(text.substr(8, 2));
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

std::string filled(const Yaml& map, std::string_view key) {
  const Yaml& value = map.at(key);
  std::string text = value.is_scalar() ? value.text() : std::string();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    value.fail("'" + std::string(key) + "' says nothing", "a statement needs its words, who said them (by) and when (date)");
  }
  return text;
}

Statement read_statement(const Yaml& map) {
  map.allow_keys({"text", "by", "date", "reference"});
  Statement statement{filled(map, "text"), filled(map, "by"), filled(map, "date"), {}};
  if (!is_day(statement.date)) map.at("date").fail("'" + statement.date + "' is no day", "write it as 2026-03-01");
  if (map.find("reference") != nullptr) statement.reference = filled(map, "reference");
  return statement;
}

}  // namespace

std::vector<std::string> statement_keys() {
  std::vector<std::string> keys;
  for (const DocumentSection& section : document_points("annex-iv").sections) {
    for (const DocumentPoint& point : section.points) {
      for (const StatementKey& statement : point.statements) keys.push_back(statement.key);
    }
  }
  return keys;
}

Product read_product(const std::filesystem::path& path) {
  const Yaml root = read_yaml(path);
  std::vector<std::string> known = statement_keys();
  known.emplace_back("name");
  root.allow_keys_of(known);
  Product product;
  product.name = filled(root, "name");
  for (const auto& [key, value] : root.entries()) {
    if (key != "name") product.statements[key] = read_statement(value);
  }
  return product;
}

}  // namespace iai
