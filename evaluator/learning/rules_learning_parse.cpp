#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluator/contract/contract.hpp"
#include "evaluator/learning/rules_learning.hpp"

namespace iai {

namespace {

constexpr std::size_t most_grid_cells = 1'000'000;

double share(const Yaml& node) {
  const double value = node.number();
  if (!(value >= 0 && value <= 1)) node.fail("a share lies between 0 and 1", "0.05 stands for 5 %");
  return value;
}

std::int64_t positive(const Yaml& node) {
  const auto count = node.integer();
  if (count < 1) node.fail(fmt::format("{} is not 1 or more", count), "a number of rows");
  return count;
}

class LearningParser {
 public:
  LearningParser(const Yaml& node, FamilyPlace& place) : node_(node), place_(place) {}

  LearningRules parse() {
    node_.allow_keys({"label", "splits", "group", "group_by_file", "time", "features", "group_leakage", "time_leakage", "duplicate_rows", "near_rows",
                      "near_images", "near_audio", "windows", "target_leakage", "label_conflicts", "constant_columns", "duplicate_columns", "operating_grid"});
    auto& roles = rules_.roles;
    if (const auto* time = node_.find("time")) roles.time = place_.known_column(*time);
    if (const auto* group = node_.find("group")) roles.group = place_.known_columns(*group);
    if (node_.boolean_or("group_by_file", false)) roles.grouping = LearningRoles::Grouping::by_file;
    if (const auto* splits = node_.find("splits")) parse_splits(*splits);
    if (const auto* label = node_.find("label")) parse_label(*label);
    parse_features();
    parse_split_rules();
    parse_column_rules();
    each("operating_grid", [&](const Yaml& item) { parse_grid(item); });
    return std::move(rules_);
  }

 private:
  /// The rule under `key` when it is written, or when `implied`: what it needs is there. Written without that is an error.
  std::optional<RuleHead> rule(const char* key, const std::string& id, Severity severity, bool implied, const char* needs) {
    const Yaml* written = node_.find(key);
    if (written != nullptr && !implied) written->fail(std::string(key) + " needs " + needs, "write it too, or leave the rule out");
    if (!implied) return std::nullopt;
    RuleHead head = place_.heads.head("learning/" + id, written, severity);
    if (written != nullptr && written->is_scalar()) head.severity = parse_severity(*written);
    head.joining = Joining::same_message;
    return head.severity == Severity::allow ? std::nullopt : std::optional(head);
  }

  template <class Visit>
  void each(const char* key, Visit visit) {
    const auto* value = node_.find(key);
    if (value == nullptr) return;
    if (value->is_map()) return visit(*value);
    for (const auto& item : value->items()) visit(item);
  }

  void parse_splits(const Yaml& node) {
    auto& roles = rules_.roles;
    node.allow_keys({"column", "files", "order", "ignore"});
    if ((node.find("column") != nullptr) == (node.find("files") != nullptr)) node.fail("splits are told by a column or by files", "give one of them");
    if (const auto* column = node.find("column")) roles.split = place_.known_column(*column);
    if (const auto* files = node.find("files")) {
      for (const auto& [name, globs] : files->entries()) roles.split_files.emplace_back(name, globs.texts());
      if (roles.split_files.size() < 2) files->fail("one split only", "name the files of each split: {train: 'train/**', test: 'test/**'}");
    }
    if (const auto* order = node.find("order")) {
      roles.order = order->texts();
      if (roles.order.size() < 2) order->fail("an order of one", "splits from early to late: [train, validation, test]");
    }
    if (const auto* ignored = node.find("ignore")) roles.ignored = ignored->texts();
  }

  void parse_label(const Yaml& node) {
    auto& roles = rules_.roles;
    if (node.is_map()) node.allow_keys({"column", "kind", "values", "balance", "id", "severity"});
    roles.label = place_.known_column(node.is_map() ? node.at("column") : node);
    if (!node.is_map()) return;
    if (const auto* kind = node.find("kind")) {
      if (kind->text() != "classes" && kind->text() != "number") kind->fail("'" + kind->text() + "' is no kind of label", "classes or number");
      roles.label_kind = kind->text() == "classes" ? LearningRoles::LabelKind::classes : LearningRoles::LabelKind::number;
    }
    if (const auto* values = node.find("values")) {
      roles.label_kind = LearningRoles::LabelKind::classes;
      LabelValues rule{place_.heads.head("learning/label-values", &node, Severity::error, {roles.label}), values->texts()};
      if (rule.values.empty()) values->fail("no label is allowed", "list the labels");
      if (rule.head.severity != Severity::allow) rules_.label_values = std::move(rule);
    }
    if (const auto* balance = node.find("balance")) parse_balance(*balance);
  }

  void parse_balance(const Yaml& node) {
    node.allow_keys({"per", "least_share", "most_share", "least_rows", "id", "severity"});
    LabelBalance rule{place_.heads.head("learning/label-balance", &node, Severity::error, {rules_.roles.label}), LabelBalance::Per::table, {}, {}, 0};
    const auto per = node.text_or("per", "table");
    if (per == "split") rule.per = LabelBalance::Per::split;
    else if (per == "group") rule.per = LabelBalance::Per::group;
    else if (per != "table") node.at("per").fail("'" + per + "' is no choice", "table, split or group");
    if (rule.per == LabelBalance::Per::split && !rules_.roles.has_splits()) node.at("per").fail("there are no splits", "write splits too");
    if (rule.per == LabelBalance::Per::group && !rules_.roles.has_groups()) node.at("per").fail("there are no groups", "write group too");
    if (const auto* least = node.find("least_share")) rule.least_share = share(*least);
    if (const auto* most = node.find("most_share")) rule.most_share = share(*most);
    if (const auto* rows = node.find("least_rows")) rule.least_rows = positive(*rows);
    if (!rule.least_share && !rule.most_share && rule.least_rows == 0) node.fail("no limit", "least_share, most_share or least_rows");
    if (rule.head.severity != Severity::allow) rules_.label_balance = std::move(rule);
  }

  /// Those listed, or every column that is nothing else.
  void parse_features() {
    auto& roles = rules_.roles;
    if (const auto* features = node_.find("features")) {
      roles.features = place_.known_columns(*features);
      for (const auto& name : roles.features)
        if (name == roles.label || name == roles.split)
          features->fail("'" + name + "' is no feature, it is the " + (name == roles.label ? "label" : "split"), "take it out");
      return;
    }
    for (const auto& name : place_.columns) {
      const bool taken =
          name == roles.label || name == roles.split || name == roles.time || std::find(roles.group.begin(), roles.group.end(), name) != roles.group.end();
      if (!taken) roles.features.push_back(name);
    }
  }

  void parse_split_rules() {
    auto& roles = rules_.roles;
    const auto* group = node_.find("group_leakage");
    if (group != nullptr && group->is_map()) group->allow_keys({"id", "severity"});
    rules_.group_leakage = rule("group_leakage", "group-leakage", Severity::error, roles.has_splits() && roles.has_groups(), "splits and a group");
    const auto* time = node_.find("time_leakage");
    if (time != nullptr && time->is_map()) {
      time->allow_keys({"within", "id", "severity"});
      const auto within = time->text_or("within", "group");
      if (within != "group" && within != "table") time->at("within").fail("'" + within + "' is no choice", "group or table");
      if (within == "table") rules_.time_within = SplitLeakageRules::Within::table;
    }
    rules_.time_leakage = rule("time_leakage", "time-leakage", Severity::error, !roles.order.empty() && !roles.time.empty(), "splits with an order, and time");
    const auto* duplicates = node_.find("duplicate_rows");
    if (duplicates != nullptr && duplicates->is_map()) duplicates->allow_keys({"id", "severity"});
    rules_.duplicate_rows = rule("duplicate_rows", "duplicate-rows", Severity::error, roles.has_splits() && !roles.features.empty(), "splits and features");
    if (node_.find("windows") != nullptr) parse_windows(*node_.find("windows"));
    if (node_.find("near_rows") != nullptr) parse_near_rows(*node_.find("near_rows"));
    if (const auto* images = node_.find("near_images")) rules_.near_images = parse_near<NearImagesRule>(*images, "near_images", "near-images");
    if (const auto* audio = node_.find("near_audio")) rules_.near_audio = parse_near<NearAudioRule>(*audio, "near_audio", "near-audio");
  }

  void parse_windows(const Yaml& node) {
    if (node.is_map()) node.allow_keys({"length", "id", "severity"});
    const auto& roles = rules_.roles;
    const Yaml& length = node.is_map() ? node.at("length") : node;
    if (!roles.has_splits()) node.fail("windows needs splits", "write splits too, or leave the rule out");
    WindowLength rule;
    if (const auto duration = parse_duration(length.text())) {
      if (roles.time.empty()) length.fail("a length in time needs the time column", "write time too, or a number of rows");
      rule.span = *duration;
    } else {
      rule.rows = positive(length);
    }
    rule.head = place_.heads.head("learning/windows", &node, Severity::error);
    rule.head.joining = Joining::same_message;
    if (rule.head.severity != Severity::allow) rules_.windows = std::move(rule);
  }

  void parse_near_rows(const Yaml& node) {
    NearRowsRule near;
    if (node.is_map()) {
      node.allow_keys({"tolerance", "id", "severity"});
      if (const auto* tolerance = node.find("tolerance")) parse_tolerance(*tolerance, near);
    }
    auto head = rule("near_rows", "near-rows", Severity::error, rules_.roles.has_splits(), "splits");
    if (!head) return;
    near.head = std::move(*head);
    rules_.near_rows = std::move(near);
  }

  template <class Rule>
  std::optional<Rule> parse_near(const Yaml& node, const char* key, const std::string& id) {
    Rule near;
    if (node.is_map()) {
      node.allow_keys({"similarity", "id", "severity"});
      if (const auto* similarity = node.find("similarity")) near.similarity = share(*similarity);
    }
    auto head = rule(key, id, Severity::error, rules_.roles.has_splits(), "splits");
    if (!head) return std::nullopt;
    near.head = std::move(*head);
    return near;
  }

  void parse_tolerance(const Yaml& node, NearRowsRule& near) const {
    const auto number = [](const Yaml& item) {
      const double value = item.number();
      if (!(value >= 0) || std::isinf(value)) item.fail("is no tolerance", "a number from 0 on");
      return value;
    };
    if (!node.is_map()) {
      near.share = number(node);
      return;
    }
    for (const auto& [name, value] : node.entries()) {
      if (std::find(rules_.roles.features.begin(), rules_.roles.features.end(), name) == rules_.roles.features.end())
        value.fail("'" + name + "' is no feature", "name a column of the features");
      near.tolerances.emplace(name, number(value));
    }
  }

  void parse_column_rules() {
    const auto& roles = rules_.roles;
    for (const char* key : {"label_conflicts", "constant_columns", "duplicate_columns"})
      if (const auto* written = node_.find(key); written != nullptr && written->is_map()) written->allow_keys({"id", "severity"});
    const auto* target = node_.find("target_leakage");
    TargetLeakageRule limits;
    if (target != nullptr && target->is_map()) {
      target->allow_keys({"auc", "information", "r2", "id", "severity"});
      for (const auto& [key, limit] : {std::pair<const char*, double*>{"auc", &limits.auc}, {"information", &limits.information}, {"r2", &limits.r2}})
        if (const auto* value = target->find(key)) *limit = share(*value);
    }
    if (auto head = rule("target_leakage", "target-leakage", Severity::warning, !roles.label.empty(), "a label")) {
      limits.head = std::move(*head);
      rules_.target_leakage = std::move(limits);
    }
    // Numbers measured under the same conditions differ by noise, classes should not.
    const bool conflicts = !roles.label.empty() && (roles.label_kind == LearningRoles::LabelKind::classes || node_.find("label_conflicts") != nullptr);
    rules_.label_conflicts = rule("label_conflicts", "label-conflicts", Severity::warning, conflicts, "a label");
    rules_.constant_columns = rule("constant_columns", "constant-columns", Severity::warning, !roles.features.empty(), "features");
    rules_.duplicate_columns = rule("duplicate_columns", "duplicate-columns", Severity::warning, !roles.features.empty(), "features");
  }

  void parse_grid(const Yaml& node) {
    node.allow_keys({"columns", "least_rows", "split", "id", "severity"});
    OperatingGrid grid;
    for (const auto& [name, edges] : node.at("columns").entries()) {
      if (std::find(place_.columns.begin(), place_.columns.end(), name) == place_.columns.end())
        edges.fail("the table has no column '" + name + "'", "list it under columns");
      std::vector<double> numbers;
      for (const auto& edge : edges.items()) {
        numbers.push_back(edge.number());
        if (numbers.size() > 1 && !(numbers[numbers.size() - 2] < numbers.back())) edge.fail("the edges do not grow", "list them from small to large");
      }
      if (numbers.size() < 2) edges.fail("fewer than two edges", "a range has two ends");
      grid.axes.emplace_back(name, std::move(numbers));
      if (grid.cells() > most_grid_cells) edges.fail(fmt::format("the grid has more than {} cells", most_grid_cells), "take fewer ranges");
    }
    if (grid.axes.empty()) node.at("columns").fail("no column", "write column: [edges]");
    if (const auto* least = node.find("least_rows")) grid.least_rows = positive(*least);
    if (const auto* split = node.find("split")) {
      grid.split = split->text();
      if (!rules_.roles.has_splits()) split->fail("there are no splits", "write splits too");
    }
    grid.head = place_.heads.head("learning/operating-grid", &node, Severity::error);
    if (grid.head.severity != Severity::allow) rules_.grids.push_back(std::move(grid));
  }

  const Yaml& node_;
  FamilyPlace& place_;
  LearningRules rules_;
};

}  // namespace

LearningRules parse_learning_rules(const Yaml& node, FamilyPlace& place) {
  if (!node.is_map()) node.fail("learning is a map", "{label: ..., splits: {column: ...}, group: ...}");
  return LearningParser(node, place).parse();
}

}  // namespace iai
