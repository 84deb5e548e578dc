#include <fmt/format.h>

#include "commands/sarif.hpp"
#include "commands/validate_outputs.hpp"

namespace iai {

namespace {

OrderedJson rule_object(const RuleHead& rule) {
  OrderedJson object = sarif_rule(rule.id, severity_name(rule.severity), rule.meaning, "man 5 iai-contract says what the rules of a contract demand");
  if (!rule.columns.empty()) object["properties"] = {{"columns", rule.columns}};
  return object;
}

OrderedJson location(const Violation& violation) {
  OrderedJson place = OrderedJson::object();
  if (!violation.file.empty()) {
    OrderedJson physical{{"artifactLocation", {{"uri", sarif_uri(violation.file)}, {"uriBaseId", "DATA"}}}};
    if (violation.line > 0) physical["region"] = {{"startLine", violation.line}, {"endLine", violation.last_line}, {"byteOffset", violation.byte}};
    place["physicalLocation"] = std::move(physical);
  }
  if (!violation.column.empty()) place["logicalLocations"] = OrderedJson::array({{{"name", violation.column}, {"kind", "column"}}});
  return place;
}

OrderedJson result_object(const Violation& violation, std::size_t rule_index, Compared compared, const ViolationLog& log) {
  const bool hashed = violation.row > 0 && !log.hides(violation.rule, violation.column);
  const std::string print = fingerprint({violation.rule, violation.file, violation.column, hashed ? std::string_view(violation.value) : std::string_view()});
  OrderedJson result{{"ruleId", violation.rule}, {"ruleIndex", rule_index}, {"level", severity_name(violation.severity)}};
  result["message"] = {{"text", violation.column.empty() ? violation.message : violation.column + ": " + violation.message}};
  auto place = location(violation);
  if (!place.empty()) result["locations"] = OrderedJson::array({std::move(place)});
  result["partialFingerprints"] = {{"iaiFinding/v1", print}};
  if (compared == Compared::with_baseline) result["baselineState"] = "new";
  if (violation.row > 0) result["properties"] = {{"row", violation.row}, {"lastRow", violation.last_row}, {"value", violation.value}};
  return result;
}

}  // namespace

std::string validation_sarif(const Contract& contract, const Validation& validation, Compared compared) {
  OrderedJson rules = OrderedJson::array(), results = OrderedJson::array();
  std::map<std::string, std::size_t> index;
  for (const RuleHead* rule : contract.all_rules()) {
    index.emplace(rule->id, rules.size());
    rules.push_back(rule_object(*rule));
  }
  const auto kept = validation.log.sorted();
  for (const auto& violation : kept) results.push_back(result_object(violation, index.at(violation.rule), compared, validation.log));
  OrderedJson run;
  run["tool"] = sarif_tool(std::move(rules));
  run["originalUriBaseIds"] = {{"DATA", {{"description", {{"text", "The files and folders that were validated; names in archives follow the archive's"}}}}}};
  run["results"] = std::move(results);
  run["properties"] = {
      {"contract", contract.name}, {"rows", validation.rows}, {"files", validation.files}, {"places", validation.log.places()}, {"placesShown", kept.size()}};
  return sarif_document("validate", std::move(run));
}

}  // namespace iai
