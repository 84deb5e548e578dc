#include "commands/finding_rows.hpp"

namespace iai {

ReportRows finding_rows(const std::vector<Finding>& findings, std::size_t most) {
  ReportRows rows;
  for (const auto& finding : findings) {
    if (rows.size() == most) break;
    Report row;
    row.add("kind", finding.kind).add("count", finding.count).add("column", finding.column).add("file", finding.file);
    row.add("row", finding.row > 0 ? std::optional(finding.row) : std::nullopt);
    const bool is_cell = finding.line > 0;
    row.add("line", is_cell ? std::optional(finding.line) : std::nullopt).add("byte", is_cell ? std::optional(finding.byte) : std::nullopt);
    row.add("text", finding.text);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace iai
