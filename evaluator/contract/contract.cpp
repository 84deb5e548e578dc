#include "evaluator/contract/contract.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "formats/dialect_file.hpp"
#include "formats/pattern.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

std::int64_t parse_count(const Yaml& node) {
  const auto count = node.integer();
  if (count < 0) node.fail(fmt::format("{} is negative", count), "a count is 0 or more");
  return count;
}

/// What a rule of this kind asks for, for readers of reports.
const char* meaning(RuleKind kind) {
  switch (kind) {
    case RuleKind::files: return "As many files match as the contract says";
    case RuleKind::rows: return "Each file has as many rows as the contract says";
    case RuleKind::required: return "Each file has the column";
    case RuleKind::extra_columns: return "No file has a column that the contract does not list";
    case RuleKind::ragged_rows: return "Each row has as many cells as the table has columns";
    case RuleKind::type: return "Each cell with a value is of the column's type";
    case RuleKind::error_words: return "No word of the logger stands in place of a value";
    case RuleKind::unit: return "The file gives the unit of the contract";
    case RuleKind::missing: return "No more cells lack a value than the contract allows";
    case RuleKind::range: return "Each number lies within the range";
    case RuleKind::allowed: return "Each value is one of those allowed";
    case RuleKind::pattern: return "Each value matches the regular expression";
    case RuleKind::stuck: return "The value does not stand still for that many rows";
    case RuleKind::unique: return "Each key occurs once";
    case RuleKind::order: return "Rows are sorted upwards within each file";
    case RuleKind::sampling: return "Rows come at the period of the contract";
    case RuleKind::implies: return "One column answers for others";
    case RuleKind::duplicate_files: return "No two files have the same content";
    case RuleKind::labels: return "Boxes lie in the images that they label, and each image has labels";
    case RuleKind::unmatched_files: return "Each file belongs to a table of the contract";
  }
  return "";
}

/// Reads one contract; ids are kept so that each occurs once.
class ContractParser {
 public:
  explicit ContractParser(const std::filesystem::path& folder) : folder_(folder) {}
  Contract parse(const Yaml& root) {
    root.allow_keys({"contract", "tables", "duplicate_files", "unmatched_files", "labels", "licence", "purpose"});
    Contract contract;
    contract.name = root.text_or("contract", "");
    const auto& tables = root.at("tables");
    if (!tables.is_list()) tables.fail("tables is a list", "begin each table with '- files: ...'");
    for (std::size_t t = 0; t < tables.items().size(); ++t) {
      heads_.prefix(tables.items().size() > 1 ? fmt::format("table-{}/", t + 1) : "");
      contract.tables.push_back(parse_table(tables.items()[t]));
    }
    heads_.prefix("");
    data_set_rule(root, "duplicate_files", RuleKind::duplicate_files, contract);
    data_set_rule(root, "unmatched_files", RuleKind::unmatched_files, contract);
    if (const auto* labels = root.find("labels")) contract.rules.push_back(parse_labels(*labels));
    contract.licences = parse_licences(root, heads_);
    return contract;
  }

 private:
  /// A severity, or a map of id, severity and the number of classes.
  Rule parse_labels(const Yaml& node) {
    if (!node.is_map()) return severity_rule(RuleKind::labels, "labels", &node, Severity::error);
    node.allow_keys({"id", "severity", "classes"});
    Rule rule = head(RuleKind::labels, "labels", &node, Severity::error);
    if (const auto* classes = node.find("classes")) rule.maximum = static_cast<double>(parse_count(*classes));
    return rule;
  }

  Rule head(RuleKind kind, const std::string& id, const Yaml* node, Severity severity) {
    Rule rule;
    rule.kind = kind;
    static_cast<RuleHead&>(rule) = heads_.head(id, node, severity);
    rule.meaning = meaning(kind);
    if (kind == RuleKind::order || kind == RuleKind::sampling || kind == RuleKind::unique) rule.joining = Joining::same_message;
    if (kind == RuleKind::stuck) rule.joining = Joining::never;
    return rule;
  }

  /// A bare "error", "warning" or "allow", or a map of id and severity.
  Rule severity_rule(RuleKind kind, const std::string& id, const Yaml* node, Severity fallback) {
    if (node != nullptr && node->is_map()) node->allow_keys({"id", "severity"});
    Rule rule = head(kind, id, node, fallback);
    if (node != nullptr && !node->is_map()) rule.severity = parse_severity(*node);
    return rule;
  }

  void data_set_rule(const Yaml& root, const char* key, RuleKind kind, Contract& contract) {
    const auto* node = root.find(key);
    if (node != nullptr) contract.rules.push_back(severity_rule(kind, key, node, Severity::error));
  }

  static void limits(const Yaml& node, Rule& rule) {
    node.allow_keys({"minimum", "maximum", "id", "severity"});
    if (const auto* least = node.find("minimum")) rule.minimum = least->number();
    if (const auto* most = node.find("maximum")) rule.maximum = most->number();
    if (!rule.minimum && !rule.maximum) node.fail("neither minimum nor maximum", "give one of them or both");
    if (rule.minimum && rule.maximum && *rule.minimum > *rule.maximum) node.fail("minimum is over maximum", "swap them");
  }

  TableContract parse_table(const Yaml& node) {
    std::vector<std::string> keys{"files", "count", "dialect", "columns", "extra_columns", "ragged_rows", "rows", "unique", "order", "sampling", "implies"};
    for (const auto& family : rule_families()) keys.push_back(family.key);
    node.allow_keys_of(keys);
    TableContract table;
    table.files = node.at("files").texts();
    if (table.files.empty()) node.at("files").fail("no file pattern", "\"**\" stands for every file");
    if (const auto* dialect = node.find("dialect")) table.dialect = parse_dialect(*dialect);
    names_.clear();
    if (const auto* columns = node.find("columns"))
      for (const auto& column : columns->items()) parse_column(column, table);
    table.rules.push_back(head(RuleKind::files, "files", node.find("count"), Severity::error));
    if (const auto* count = node.find("count")) limits(*count, table.rules.back());
    else table.rules.back().minimum = 1;
    table.rules.push_back(severity_rule(RuleKind::extra_columns, "extra-columns", node.find("extra_columns"), Severity::allow));
    table.rules.push_back(severity_rule(RuleKind::ragged_rows, "ragged-rows", node.find("ragged_rows"), Severity::error));
    if (const auto* rows = node.find("rows")) {
      table.rules.push_back(head(RuleKind::rows, "rows", rows, Severity::error));
      limits(*rows, table.rules.back());
    }
    each(node, "unique", [&](const Yaml& item) { table.rules.push_back(parse_unique(item)); });
    each(node, "order", [&](const Yaml& item) { table.rules.push_back(parse_order(item)); });
    each(node, "sampling", [&](const Yaml& item) { table.rules.push_back(parse_sampling(item)); });
    each(node, "implies", [&](const Yaml& item) { table.rules.push_back(parse_implies(item)); });
    std::erase_if(table.rules, [](const Rule& rule) { return rule.severity == Severity::allow; });
    FamilyPlace where = place();
    for (const auto& family : rule_families())
      if (const auto* written = node.find(family.key)) table.families.push_back(family.parse(*written, where));
    return table;
  }

  /// One map, or a list of maps.
  template <class Visit>
  static void each(const Yaml& node, const char* key, Visit visit) {
    const auto* value = node.find(key);
    if (value == nullptr) return;
    if (value->is_map()) return visit(*value);
    for (const auto& item : value->items()) visit(item);
  }

  void parse_column(const Yaml& node, TableContract& table) {
    node.allow_keys({"name", "type", "unit", "required", "severity", "error_words", "missing", "range", "allowed", "pattern", "stuck", "unique", "personal"});
    ColumnContract column{node.at("name").text(), std::nullopt, node.boolean_or("personal", false)};
    if (std::find(names_.begin(), names_.end(), column.name) != names_.end())
      node.at("name").fail("the column '" + column.name + "' is there twice", "name each column once");
    names_.push_back(column.name);
    Severity severity = Severity::error;
    if (const auto* word = node.find("severity")) severity = parse_severity(*word);
    const auto add = [&](RuleKind kind, const char* key, const Yaml* value) -> Rule& {
      table.rules.push_back(head(kind, column.name + "/" + key, value, severity));
      table.rules.back().columns = {column.name};
      return table.rules.back();
    };
    if (node.boolean_or("required", true)) add(RuleKind::required, "required", nullptr);
    if (const auto* type = node.find("type")) {
      column.type = find_column_type(type->text());
      if (!column.type || column.type == ColumnType::empty)
        type->fail("'" + type->text() + "' is no type",
                   did_you_mean(type->text(), {"integer", "real", "boolean", "timestamp", "text"}, "integer, real, boolean, timestamp or text"));
      add(RuleKind::type, "type", nullptr);
      if (column.type != ColumnType::text) {
        auto rule = severity_rule(RuleKind::error_words, column.name + "/error-words", node.find("error_words"), severity);
        rule.columns = {column.name};
        table.rules.push_back(std::move(rule));
      }
    }
    if (const auto* unit = node.find("unit")) add(RuleKind::unit, "unit", nullptr).text = unit->text();
    parse_cell_rules(node, column, add);
    table.columns.push_back(std::move(column));
  }

  template <class Add>
  static void parse_cell_rules(const Yaml& node, const ColumnContract& column, Add add) {
    if (const auto* missing = node.find("missing")) {
      Rule& rule = add(RuleKind::missing, "missing", missing);
      if (missing->is_map()) {
        missing->allow_keys({"most", "most_share", "id", "severity"});
        if (const auto* most = missing->find("most")) rule.most = parse_count(*most);
        if (const auto* share = missing->find("most_share")) rule.most_share = share->number();
      } else {
        rule.most = parse_count(*missing);
      }
    }
    if (const auto* range = node.find("range")) {
      if (column.type == ColumnType::text || column.type == ColumnType::timestamp || column.type == ColumnType::boolean)
        range->fail("a range is for integer and real columns", "remove it, or change the type");
      limits(*range, add(RuleKind::range, "range", range));
    }
    if (const auto* allowed = node.find("allowed")) {
      Rule& rule = add(RuleKind::allowed, "allowed", allowed);
      if (allowed->is_map()) allowed->allow_keys({"values", "id", "severity"});
      rule.allowed = allowed->is_map() ? allowed->at("values").texts() : allowed->texts();
      if (rule.allowed.empty()) allowed->fail("no value is allowed", "list the values");
    }
    if (const auto* pattern = node.find("pattern")) {
      Rule& rule = add(RuleKind::pattern, "pattern", pattern);
      if (pattern->is_map()) pattern->allow_keys({"expression", "id", "severity"});
      const Yaml& expression = pattern->is_map() ? pattern->at("expression") : *pattern;
      rule.text = expression.text();
      if (const auto fault = pattern_fault(rule.text); !fault.empty())
        expression.fail("the pattern is no regular expression: " + fault, "see the ICU regular expression syntax");
    }
    if (const auto* stuck = node.find("stuck")) {
      Rule& rule = add(RuleKind::stuck, "stuck", stuck);
      if (stuck->is_map()) stuck->allow_keys({"rows", "id", "severity"});
      const Yaml& rows = stuck->is_map() ? stuck->at("rows") : *stuck;
      rule.most = parse_count(rows);
      if (rule.most < 2) rows.fail("a value stands still over 2 rows at least", "the number of rows from which on it counts as stuck");
    }
    if (const auto* unique = node.find("unique"); unique != nullptr && unique->boolean()) add(RuleKind::unique, "unique", nullptr).whole_table = true;
  }

  Rule parse_unique(const Yaml& node) {
    node.allow_keys({"columns", "within", "id", "severity"});
    Rule rule = head(RuleKind::unique, "unique", &node, Severity::error);
    rule.columns = place().known_columns(node.at("columns"));
    const auto within = node.text_or("within", "table");
    if (within != "table" && within != "file") node.at("within").fail("'" + within + "' is no place", "table or file");
    rule.whole_table = within == "table";
    return rule;
  }

  Rule parse_order(const Yaml& node) {
    node.allow_keys({"columns", "strictly", "id", "severity"});
    Rule rule = head(RuleKind::order, "order", &node, Severity::error);
    rule.columns = place().known_columns(node.at("columns"));
    rule.strictly = node.boolean_or("strictly", true);
    return rule;
  }

  static double parse_distance(const Yaml& node) {
    if (const auto duration = parse_duration(node.text())) return *duration;
    const double number = node.number();
    if (!(number >= 0) || std::isinf(number)) node.fail("is no distance", "a duration such as 20 ms, or a number");
    return number;
  }

  Rule parse_sampling(const Yaml& node) {
    node.allow_keys({"column", "period", "tolerance", "gaps", "id", "severity"});
    Rule rule = head(RuleKind::sampling, "sampling", &node, Severity::error);
    rule.columns = place().known_columns(node.at("column"));
    rule.period = parse_distance(node.at("period"));
    if (rule.period <= 0) node.at("period").fail("the period is zero", "the distance of two rows");
    rule.tolerance = node.find("tolerance") != nullptr ? parse_distance(*node.find("tolerance")) : rule.period / 10;
    if (rule.tolerance >= rule.period) node.find("tolerance")->fail("the tolerance reaches the period", "make it smaller");
    const auto gaps = node.text_or("gaps", "refuse");
    if (gaps != "refuse" && gaps != "allow") node.at("gaps").fail("'" + gaps + "' is no choice", "refuse or allow");
    rule.gaps_allowed = gaps == "allow";
    return rule;
  }

  std::vector<std::pair<std::string, std::string>> conditions(const Yaml& node) const {
    std::vector<std::pair<std::string, std::string>> list;
    for (const auto& [name, value] : node.entries()) {
      if (std::find(names_.begin(), names_.end(), name) == names_.end())
        value.fail("the table has no column '" + name + "'", did_you_mean(name, names_, "list it under columns"));
      list.emplace_back(name, value.text());
    }
    if (list.empty()) node.fail("no condition", "write column: value");
    return list;
  }

  Rule parse_implies(const Yaml& node) {
    node.allow_keys({"when", "any", "id", "severity"});
    Rule rule = head(RuleKind::implies, "implies", &node, Severity::error);
    rule.when = conditions(node.at("when"));
    rule.any = conditions(node.at("any"));
    for (const auto& [name, value] : rule.when) rule.columns.push_back(name);
    return rule;
  }

  FamilyPlace place() { return {heads_, names_, folder_}; }

  const std::filesystem::path& folder_;
  RuleHeads heads_;
  std::vector<std::string> names_;
};

}  // namespace

std::vector<const RuleHead*> Contract::all_rules() const {
  std::vector<const RuleHead*> all;
  for (const auto& table : tables) {
    for (const auto& rule : table.rules) all.push_back(&rule);
    for (const auto& family : table.families)
      for (const RuleHead* rule : family->rules()) all.push_back(rule);
  }
  for (const auto& rule : rules) all.push_back(&rule);
  for (const RuleHead* rule : licences.rules()) all.push_back(rule);
  return all;
}

std::vector<std::filesystem::path> Contract::files() const {
  std::vector<std::filesystem::path> all;
  for (const auto& table : tables)
    for (const auto& family : table.families)
      for (auto& file : family->files()) all.push_back(std::move(file));
  return all;
}

Contract parse_contract(const Yaml& root, const std::filesystem::path& folder) { return ContractParser(folder).parse(root); }
Contract read_contract(const std::filesystem::path& path) { return parse_contract(read_yaml(path), path.parent_path()); }

}  // namespace iai
