#include "evaluator/profile/ingest.hpp"

namespace iai {
namespace {

/// Pearson's coefficient of every two number columns that have one.
void add_correlations(const TableProfile& table, std::size_t number, Json& list) {
  const auto& columns = table.pairs.columns();
  for (std::size_t a = 0; a < columns.size(); ++a)
    for (std::size_t b = a + 1; b < columns.size(); ++b)
      if (const auto coefficient = table.pairs.correlation(a, b))
        list.push_back({{"table", number},
                        {"a", table.columns[columns[a]].name},
                        {"b", table.columns[columns[b]].name},
                        {"rows", table.pairs.rows(a, b)},
                        {"coefficient", *coefficient}});
}

}  // namespace

std::string profile_text(IngestedData& ingested) {
  Json tables = Json::array(), findings = Json::array();
  // Columns become text one by one: as values they take many times the room, and a table may have 262,144 of them.
  // Canonical JSON has its keys in order: "bytes" and "columns" are the first (RFC 8785, section 3.2.3).
  std::string text = "{\"bytes\":" + canonical_json(ingested.data.bytes()) + ",\"columns\":[";
  for (std::size_t t = 0; t < ingested.tables.size(); ++t) {
    auto& table = ingested.tables[t];
    tables.push_back({{"table", t + 1},
                      {"files", table.files.size()},
                      {"first_file", ingested.read_names[table.files[0]]},
                      {"rows", table.rows},
                      {"fewest_rows", table.fewest_rows},
                      {"most_rows", table.most_rows},
                      {"columns", table.columns.size()},
                      {"ragged_rows", table.ragged_rows}});
    for (auto& column : table.columns) {
      Json json = column.to_json();
      json["table"] = t + 1;
      text += (text.back() == '[' ? "" : ",") + canonical_json(json);
    }
  }
  for (const auto& finding : ingested.findings)
    findings.push_back({{"kind", finding.kind},
                        {"file", finding.file},
                        {"column", finding.column},
                        {"row", finding.row},
                        {"line", finding.line},
                        {"byte", finding.byte},
                        {"count", finding.count},
                        {"text", finding.text}});
  Json correlations = Json::array();
  for (std::size_t t = 0; t < ingested.tables.size(); ++t) add_correlations(ingested.tables[t], t + 1, correlations);
  const Json rest{{"correlations", std::move(correlations)},
                  {"files", ingested.data.files.size()},
                  {"findings", std::move(findings)},
                  {"root_digest", ingested.data.root_digest},
                  {"rows", ingested.data.rows()},
                  {"schema", "iai.profile/1"},
                  {"tables", std::move(tables)}};
  text += "]," + canonical_json(rest).substr(1) + "\n";
  return text;
}

}  // namespace iai
