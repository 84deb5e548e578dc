#include "evaluator/privacy/rules_privacy.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "evaluator/privacy/anonymity.hpp"
#include "evaluator/privacy/column_privacy.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace {

struct KindName {
  const char* name;
  const char* meaning;
};
/// In the order of IdentifierKind, then what is no text of a cell.
constexpr KindName kind_names[] = {
    {"iban", "No cell holds a bank account number (IBAN)"},
    {"vat", "No cell holds a VAT number of an EU state"},
    {"tax-id", "No cell holds a German tax id"},
    {"social-insurance", "No cell holds a German social insurance number"},
    {"card", "No cell holds a payment card number"},
    {"vin", "No cell holds a vehicle identification number"},
    {"email", "No cell holds an e-mail address"},
    {"phone", "No cell holds a telephone number"},
    {"name", "No text names a person"},
    {"operator", "No table tells who worked when"},
    {"hash", "No hash can be made again from a small domain"},
};
constexpr std::size_t operator_kind = 9, hash_kind = 10;

struct PrivacyRule {
  IdentifierRules identifiers;
  std::vector<std::string> columns;  ///< to look at; empty: all
  AnonymityRule anonymity;
};

/// Does the column say who works at the machine?
bool names_operators(const std::string& name) {
  constexpr std::string_view words[] = {"badge",         "bediener",   "benutzer",   "einrichter",     "employee",  "mitarbeiter",
                                        "operator",      "operatorid", "personalnr", "personalnummer", "personnel", "schichtführer",
                                        "schichtleiter", "user",       "userid",     "username",       "werker",    "worker"};
  std::string lower;
  const auto matches = [&] {
    const bool found = std::any_of(std::begin(words), std::end(words),
                                   [&](std::string_view word) { return lower == word || (lower.starts_with("mitarbeiter") || lower.starts_with("bediener")); });
    lower.clear();
    return found;
  };
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    if (letter) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else if (matches()) return true;
  }
  return matches();
}

/// One entry of the contract over the files of the table.
class PrivacyWork {
 public:
  PrivacyWork(const PrivacyRule& rule, ViolationLog& log) : rule_(rule), log_(log), anonymity_(rule.anonymity, log) {
    for (const auto& name : rule.anonymity.quasi_identifiers) log.hide(name);
    if (!rule.anonymity.sensitive.empty()) log.hide(rule.anonymity.sensitive);
  }

  void start_file(const CheckedFile& file) {
    columns_.clear();
    operators_.clear();
    time_.clear();
    for (std::size_t c = 0; c < file.columns.size(); ++c) {
      const auto& column = file.columns[c];
      if (column.type == ColumnType::timestamp) time_ = time_.empty() ? column.name : time_;
      if (!rule_.columns.empty() && std::find(rule_.columns.begin(), rule_.columns.end(), column.name) == rule_.columns.end()) continue;
      columns_.emplace_back(c, column, rule_.identifiers);
      if (rule_.identifiers.operators && names_operators(column.name)) operators_.push_back({c, column.name, 0});
    }
    anonymity_.start_file(file);
  }

  void row(const CheckedFile& file, const Row& row) {
    for (auto& column : columns_) column.cell(file, row, log_, hashes_);
    for (auto& column : operators_) column.cells += row.cells[column.index].state != CellState::missing ? 1 : 0;
    anonymity_.row(row);
  }

  void end_file(const CheckedFile& file) {
    for (auto& column : columns_) column.end_file(log_);
    for (const auto& column : operators_) {
      if (time_.empty() || column.cells == 0) continue;
      Violation violation;
      violation.file = file.name;
      violation.order = file.order;
      violation.column = column.name;
      violation.message = violation.discreet =
          fmt::format("{} rows tell who worked, and '{}' tells when: this can be used to monitor employees", column.cells, time_);
      log_.hide(column.name);
      log_.report(*rule_.identifiers.operators, std::move(violation));
    }
  }

  void end_table() {
    if (rule_.identifiers.hash) hashes_.recompute(rule_.identifiers, log_);
    anonymity_.end_table();
  }

 private:
  struct OperatorColumn {
    std::size_t index;
    std::string name;
    std::int64_t cells;
  };
  const PrivacyRule& rule_;
  ViolationLog& log_;
  std::vector<ColumnPrivacy> columns_;
  std::vector<OperatorColumn> operators_;
  std::string time_;
  HashedValues hashes_;
  AnonymityCheck anonymity_;
};

class PrivacyCheck : public FamilyCheck {
 public:
  PrivacyCheck(const std::deque<PrivacyRule>& rules, ViolationLog& log) {
    for (const auto& rule : rules) work_.emplace_back(rule, log);
  }
  void start_file(const CheckedFile& file) override {
    file_ = &file;
    for (auto& work : work_) work.start_file(file);
  }
  void row(const Row& row) override {
    for (auto& work : work_) work.row(*file_, row);
  }
  void end_file() override {
    for (auto& work : work_) work.end_file(*file_);
  }
  void end_table() override {
    for (auto& work : work_) work.end_table();
  }

 private:
  const CheckedFile* file_ = nullptr;
  std::deque<PrivacyWork> work_;
};

class PrivacyFamily : public RuleFamily {
 public:
  PrivacyFamily(const Yaml& node, FamilyPlace& place) {
    if (!node.is_list()) add(node, place);
    else
      for (const Yaml& item : node.items()) add(item, place);
  }
  std::vector<const RuleHead*> rules() const override {
    std::vector<const RuleHead*> heads;
    const auto take = [&](const std::optional<RuleHead>& head) {
      if (head) heads.push_back(&*head);
    };
    for (const auto& rule : rules_) {
      for (const auto& head : rule.identifiers.kinds) take(head);
      for (const auto* head : {&rule.identifiers.operators, &rule.identifiers.hash, &rule.anonymity.k_head, &rule.anonymity.l_head}) take(*head);
    }
    return heads;
  }
  std::unique_ptr<FamilyCheck> check(ViolationLog& log) const override { return std::make_unique<PrivacyCheck>(rules_, log); }

 private:
  struct Heads {
    FamilyPlace& place;
    std::string id = "privacy";
    Severity severity = Severity::error;
    RuleHead make(const std::string& kind, const char* meaning, Joining joining) const {
      RuleHead head = place.heads.head(id + "/" + kind, nullptr, severity);
      head.meaning = meaning;
      head.joining = joining;
      return head;
    }
  };

  void add(const Yaml& node, FamilyPlace& place) {
    PrivacyRule rule;
    Heads heads{place};
    if (!node.is_map()) {
      heads.severity = parse_severity(node);
      if (heads.severity == Severity::allow) return;
      identifiers(nullptr, heads, rule.identifiers);
      rules_.push_back(std::move(rule));
      return;
    }
    node.allow_keys({"identifiers", "columns", "hashed_values", "quasi_identifiers", "k", "sensitive", "l", "id", "severity"});
    heads.id = node.text_or("id", heads.id);
    if (const auto* word = node.find("severity")) heads.severity = parse_severity(*word);
    if (const auto* columns = node.find("columns")) rule.columns = place.known_columns(*columns);
    if (const auto* values = node.find("hashed_values")) rule.identifiers.hashed_values = values->texts();
    const bool only_anonymity = node.find("quasi_identifiers") != nullptr && node.find("identifiers") == nullptr;
    if (heads.severity == Severity::allow) return;
    if (!only_anonymity) identifiers(node.find("identifiers"), heads, rule.identifiers);
    anonymity(node, heads, rule.anonymity);
    rules_.push_back(std::move(rule));
  }

  static void identifiers(const Yaml* node, const Heads& heads, IdentifierRules& rules) {
    std::vector<std::string> known{"all"}, wanted{"all"};
    for (const auto& kind : kind_names) known.emplace_back(kind.name);
    if (node != nullptr) wanted = node->texts();
    for (const auto& name : wanted)
      if (std::find(known.begin(), known.end(), name) == known.end())
        node->fail("'" + name + "' is no kind of identifier",
                   did_you_mean(name, known, "all, or some of iban, vat, tax-id, social-insurance, card, vin, email, phone, name, operator, hash"));
    for (std::size_t kind = 0; kind < std::size(kind_names); ++kind) {
      const auto asked = [&](const std::string& name) { return name == "all" || name == kind_names[kind].name; };
      if (std::none_of(wanted.begin(), wanted.end(), asked)) continue;
      auto head = heads.make(kind_names[kind].name, kind_names[kind].meaning, kind == hash_kind ? Joining::same_message : Joining::always);
      (kind == operator_kind ? rules.operators : kind == hash_kind ? rules.hash : rules.kinds[kind]) = std::move(head);
    }
  }

  static std::int64_t least_two(const Yaml& node) {
    const auto number = node.integer();
    if (number < 2) node.fail(fmt::format("{} asks for nothing", number), "2 or more");
    return number;
  }

  static void anonymity(const Yaml& node, const Heads& heads, AnonymityRule& rule) {
    const auto* columns = node.find("quasi_identifiers");
    for (const char* key : {"k", "sensitive", "l"})
      if (columns == nullptr && node.find(key) != nullptr)
        node.at(key).fail(std::string(key) + " goes with quasi_identifiers", "list the columns that together may single a person out");
    if (columns == nullptr) return;
    rule.quasi_identifiers = heads.place.known_columns(*columns);
    if (const auto* k = node.find("k")) rule.k = least_two(*k);
    rule.k_head = heads.make("k-anonymity", "Each combination of quasi-identifiers stands in k rows at least", Joining::same_message);
    if (const auto* sensitive = node.find("sensitive")) rule.sensitive = heads.place.known_column(*sensitive);
    if (const auto* l = node.find("l")) {
      if (rule.sensitive.empty()) l->fail("l goes with a sensitive column", "name it with sensitive: COLUMN");
      rule.l = least_two(*l);
    }
    if (!rule.sensitive.empty())
      rule.l_head = heads.make("l-diversity", "The rows of each combination hold l different sensitive values at least", Joining::never);
    for (auto* head : {&rule.k_head, &rule.l_head})
      if (*head) (*head)->columns = rule.quasi_identifiers;
  }

  std::deque<PrivacyRule> rules_;  // checks refer to them
};

}  // namespace

std::unique_ptr<RuleFamily> parse_privacy(const Yaml& node, FamilyPlace& place) { return std::make_unique<PrivacyFamily>(node, place); }

}  // namespace iai
