#include "evaluator/task/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "formats/archive.hpp"
#include "formats/delimited.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

struct Scale {
  double offset = 0, divisor = 1;
};

/// Place of the first of `names` among the columns, or -1.
std::ptrdiff_t find_column(const std::vector<Column>& columns, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].name == name) return static_cast<std::ptrdiff_t>(i);
    }
  }
  return -1;
}

std::map<std::string, Scale, std::less<>> read_scales(const fs::path& path) {
  const auto stream = open_file(path);
  DelimitedReader reader(*stream, path.string());
  const std::vector<Column>& columns = reader.columns();
  const auto mean = find_column(columns, {"mean"}), deviation = find_column(columns, {"deviation", "std"});
  const auto minimum = find_column(columns, {"minimum", "min"}), maximum = find_column(columns, {"maximum", "max"});
  const bool z_score = mean > 0 && deviation > 0;
  if (!z_score && !(minimum > 0 && maximum > 0)) {
    throw Error(ErrorKind::input, path.string() + ": is no scaling table", "it needs a column of names, then mean and deviation, or minimum and maximum");
  }
  std::map<std::string, Scale, std::less<>> scales;
  while (const Row* row = reader.next()) {
    const auto number = [&](std::ptrdiff_t column) {
      const Cell& cell = row->cells[static_cast<std::size_t>(column)];
      if (cell.state == CellState::value && std::isfinite(cell.number)) return cell.number;
      throw Error(ErrorKind::input, fmt::format("{}:{}: '{}' is no number", path.string(), row->line, cell.text));
    };
    const double low = number(z_score ? mean : minimum), high = number(z_score ? deviation : maximum);
    const Scale scale{low, z_score ? high : high - low};
    const std::string name(row->cells[0].text);
    if (!(scale.divisor > 0))
      throw Error(ErrorKind::input, fmt::format("{}:{}: '{}' has no spread to scale by", path.string(), row->line, name),
                  "remove the constant column from the inputs");
    if (!scales.emplace(name, scale).second) throw Error(ErrorKind::input, fmt::format("{}:{}: '{}' is named twice", path.string(), row->line, name));
  }
  return scales;
}

}  // namespace

void apply_scaling(const fs::path& table, std::vector<Feature>& features) {
  const auto scales = read_scales(table);
  std::vector<std::string> names;
  for (const auto& [name, scale] : scales) names.push_back(name);
  for (Feature& feature : features) {
    if (feature.category) continue;
    const auto at = scales.find(feature.column);
    if (at == scales.end()) {
      throw Error(ErrorKind::input, fmt::format("{}: has no row for column '{}'", table.string(), feature.column),
                  did_you_mean(feature.column, names, "every column of the input needs a row"));
    }
    feature.offset = at->second.offset;
    feature.divisor = at->second.divisor;
  }
}

void apply_scaling(const Yaml& node, std::vector<Feature>& features) {
  for (const auto& [column, value] : node.entries()) {
    value.allow_keys({"mean", "deviation", "minimum", "maximum"});
    const bool z_score = value.find("mean") != nullptr;
    const double low = value.at(z_score ? "mean" : "minimum").number(), high = value.at(z_score ? "deviation" : "maximum").number();
    const double divisor = z_score ? high : high - low;
    if (!std::isfinite(low) || !std::isfinite(divisor) || divisor <= 0) value.fail("there is no spread to scale by");
    bool found = false;
    for (Feature& feature : features) {
      if (feature.column != column || feature.category) continue;
      feature.offset = low;
      feature.divisor = divisor;
      found = true;
    }
    std::vector<std::string> names;
    for (const Feature& feature : features) names.push_back(feature.column);
    if (!found) value.fail(fmt::format("'{}' is not among the columns", column), did_you_mean(column, names));
  }
}

}  // namespace iai
