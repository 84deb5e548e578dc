#include "commands/inspect_profile.hpp"

#include <algorithm>

#include "commands/finding_rows.hpp"

namespace iai {
namespace {

constexpr std::size_t most_rows = 50, most_pairs = 10, most_values = 3;

Report column_row(const StoredProfile& profile, const StoredColumn& column) {
  Report row;
  row.add("column", column.name);
  if (profile.tables.size() > 1) row.add("table", column.table);
  return row;
}

ReportRows cells(const StoredProfile& profile) {
  ReportRows rows;
  for (const auto& column : profile.columns) {
    if (rows.size() == most_rows) break;
    Report row = column_row(profile, column);
    row.add("type", column.type).add("values", column.values).add("empty", column.empty).add("error_words", column.error_word).add("odd", column.odd);
    row.add("distinct", column.distinct)
        .add("distinct_exact", column.distinct_exact)
        .add("order", column.order)
        .add("longest_run", std::max<std::int64_t>(column.longest_run, column.values > 0 ? 1 : 0));
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows numbers(const StoredProfile& profile) {
  ReportRows rows;
  for (const auto& column : profile.columns) {
    if (rows.size() == most_rows) break;
    if (!column.minimum) continue;
    Report row = column_row(profile, column);
    row.add("minimum", *column.minimum);
    for (const auto& [rank, value] : column.quantiles)
      row.add("quantile_" + (rank.size() == 3 ? rank.substr(2) + "0" : rank.substr(2)), value);  // "0.5": quantile_50
    row.add("maximum", column.maximum);
    row.add("mean", column.mean);
    row.add("deviation", column.deviation);
    row.add("rank_error", column.rank_error);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows clocks(const StoredProfile& profile) {
  ReportRows rows;
  for (const auto& column : profile.columns) {
    if (rows.size() == most_rows) break;
    if (column.earliest.empty()) continue;
    Report row = column_row(profile, column);
    row.add("earliest", column.earliest).add("latest", column.latest);
    row.add("period_s", column.sampling_period_s);
    row.add("jitter_s", column.intervals ? std::optional(column.intervals->jitter) : std::nullopt);
    row.add("longest_pause_s", column.intervals ? std::optional(column.intervals->longest) : std::nullopt);
    row.add("gaps", column.gaps).add("repeated", column.repeated_times).add("backward", column.backward_times);
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportRows frequent(const StoredProfile& profile) {
  ReportRows rows;
  for (const auto& column : profile.columns) {
    for (std::size_t i = 0; i < std::min(most_values, column.top_values.size()); ++i) {
      if (rows.size() == most_rows) return rows;
      Report row = column_row(profile, column);
      row.add("value", column.top_values[i].first).add("count", column.top_values[i].second).add("may_lack", column.top_values_error);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

ReportRows pairs(const StoredProfile& profile) {
  ReportRows rows;
  for (const auto& pair : profile.correlations) {
    if (rows.size() == most_pairs) break;
    Report row;
    if (profile.tables.size() > 1) row.add("table", pair.table);
    row.add("column", pair.a).add("with", pair.b).add("coefficient", pair.coefficient).add("rows", pair.rows);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

void add_profile(Report& report, const StoredProfile& profile) {
  report.add("cells", cells(profile));
  const auto add = [&](const char* key, ReportRows rows) {
    if (!rows.empty()) report.add(key, std::move(rows));
  };
  add("numbers", numbers(profile));
  add("clocks", clocks(profile));
  add("frequent_values", frequent(profile));
  add("correlations", pairs(profile));
  report.add("findings", finding_rows(profile.findings, most_rows));
}

}  // namespace iai
