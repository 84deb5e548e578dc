#include "evaluator/drift/reference_profile.hpp"

#include <algorithm>
#include <cmath>

namespace iai {

ReferenceColumn reference_column(const StoredColumn& stored) {
  ReferenceColumn reference;
  reference.name = stored.name;
  reference.values = static_cast<double>(stored.values - stored.infinite);
  reference.missing = static_cast<double>(stored.missing() + stored.infinite);
  reference.deviation = stored.deviation.value_or(0);
  if (stored.order == "ascending" || stored.order == "descending") reference.course = ReferenceColumn::Course::steady;
  if (stored.type == "boolean" && stored.mean) {
    reference.kind = ReferenceColumn::Kind::booleans;
    const double trues = std::round(*stored.mean * reference.values);
    reference.codes = {{"true", trues}, {"false", reference.values - trues}};
  } else if (stored.type == "text" && !stored.top_values.empty()) {
    reference.kind = ReferenceColumn::Kind::codes;
    for (const auto& [code, rows] : stored.top_values) reference.codes[code] = static_cast<double>(rows);
  } else if (stored.distribution && reference.values > 0) {
    reference.kind = ReferenceColumn::Kind::numbers;
    reference.numbers = known_distribution(*stored.distribution, std::max(0.0, stored.rank_error), reference.values);
  }
  return reference;
}

std::vector<ReferenceColumn> reference_columns(const StoredProfile& profile, std::span<const std::string> wanted) {
  std::map<std::int64_t, std::size_t> hits;  // by table
  for (const auto& column : profile.columns) hits[column.table] += std::find(wanted.begin(), wanted.end(), column.name) != wanted.end() ? 1 : 0;
  const auto best = std::max_element(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<ReferenceColumn> columns;
  for (const auto& column : profile.columns)
    if (column.table == best->first) columns.push_back(reference_column(column));
  return columns;
}

std::filesystem::path reference_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return path / "profile.json";
  return path.filename() == "manifest.json" ? path.parent_path() / "profile.json" : path;
}

}  // namespace iai
