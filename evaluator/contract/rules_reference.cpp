#include "evaluator/contract/rules_reference.hpp"

#include <algorithm>
#include <cstring>
#include <deque>

#include <fmt/format.h>

#include "evaluator/contract/contract.hpp"
#include "evaluator/contract/unique_keys.hpp"
#include "evaluator/contract/violations.hpp"
#include "formats/delimited_source.hpp"

namespace iai {

namespace {

struct ReferenceRule {
  RuleHead head;  // head.columns refer
  std::vector<std::string> files, columns;
};

/// A key's columns in one file; nothing when the file lacks one.
std::optional<std::vector<std::size_t>> find_all(const CheckedFile& file, const std::vector<std::string>& names) {
  std::vector<std::size_t> found;
  for (const auto& name : names) {
    const auto column = file.find(name);
    if (!column) return std::nullopt;
    found.push_back(*column);
  }
  return found;
}

class ReferenceCheck {
 public:
  ReferenceCheck(const ReferenceRule& rule, ViolationLog& log) : rule_(rule), log_(log) {}

  void start_file(const CheckedFile& file) {
    files_.resize(std::max(files_.size(), file.order + 1));
    files_[file.order] = file.name;
    order_ = file.order;
    columns_ = find_all(file, rule_.head.columns);
    types_.clear();
    if (columns_)
      for (const auto column : *columns_) types_.push_back(file.columns[column].type);
  }
  void row(const Row& row) {
    if (columns_) add(row, *columns_, types_, 1);
  }

  Lookup looks_up(const CheckedFile& file) {
    const bool fits = std::any_of(rule_.files.begin(), rule_.files.end(), [&](const auto& glob) { return matches_path_glob(glob, file.name); });
    if (!fits) return Lookup::no;
    ++lookups_;
    lookup_order_ = file.order;
    lookup_columns_ = find_all(file, rule_.columns);
    lookup_types_.clear();
    if (lookup_columns_)
      for (const auto column : *lookup_columns_) lookup_types_.push_back(file.columns[column].type);
    else report_file(file, "lacks a column that others refer to: " + fmt::format("{}", fmt::join(rule_.columns, ", ")));
    return lookup_columns_ ? Lookup::yes : Lookup::no;
  }
  void looked_up_row(const Row& row) { add(row, *lookup_columns_, lookup_types_, 0); }

  void end_table() {
    if (lookups_ == 0)
      return report_file({}, fmt::format("no file of a table matches {}, which others refer to: list it as a table", fmt::join(rule_.files, ", ")));
    keys_.for_each([&](const UniqueKey& first, const UniqueKey& key) {
      if (first.side == 0 || key.side == 0) return;
      Violation violation;
      violation.file = files_[key.file];
      violation.order = key.file;
      violation.column = fmt::format("{}", fmt::join(rule_.head.columns, ", "));
      violation.row = key.row;
      violation.line = key.line;
      violation.byte = key.byte;
      violation.value = key.text;
      violation.message = fmt::format("is not among {} of {}", fmt::join(rule_.columns, ", "), fmt::join(rule_.files, ", "));
      log_.report(rule_.head, std::move(violation));
    });
  }

 private:
  void add(const Row& row, const std::vector<std::size_t>& columns, const std::vector<ColumnType>& types, std::uint32_t side) {
    std::string text, shown;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Cell& cell = row.cells[columns[c]];
      if (cell.state == CellState::missing) return;
      // 7, 7.0 and 7,0 are one number, however the two files write it.
      const bool number = cell.state == CellState::value && (types[c] == ColumnType::integer || types[c] == ColumnType::real);
      const std::string key = number ? fmt::format("{}", cell.number) : std::string(cell.text);
      text += fmt::format("{}:{}", key.size(), key);
      shown += (shown.empty() ? "" : ", ") + std::string(first_bytes(cell.text, 40));
    }
    UniqueKey key;
    key.hash = hash128(text);
    if (side == 0 && key.hash == last_lookup_) return;
    if (side == 0) last_lookup_ = key.hash;
    key.side = side;
    key.file = static_cast<std::uint32_t>(side == 0 ? lookup_order_ : order_);
    key.row = row.number;
    key.line = row.line;
    key.byte = row.cells[columns[0]].byte;
    const auto kept = first_bytes(shown, sizeof key.text - 1);
    std::memcpy(key.text, kept.data(), kept.size());
    keys_.add(key);
  }

  void report_file(const CheckedFile& file, std::string message) {
    Violation violation;
    violation.file = file.name;
    violation.order = file.order;
    violation.message = std::move(message);
    log_.report(rule_.head, std::move(violation));
  }

  const ReferenceRule& rule_;
  ViolationLog& log_;
  UniqueKeys keys_;
  std::vector<std::string> files_;  // by order
  std::size_t order_ = 0, lookup_order_ = 0;
  std::optional<std::vector<std::size_t>> columns_, lookup_columns_;
  std::vector<ColumnType> types_, lookup_types_;
  Hash128 last_lookup_;
  std::int64_t lookups_ = 0;
};

class ReferenceFamilyCheck : public FamilyCheck {
 public:
  ReferenceFamilyCheck(const std::deque<ReferenceRule>& rules, ViolationLog& log) {
    for (const auto& rule : rules) checks_.emplace_back(rule, log);
  }
  void start_file(const CheckedFile& file) override {
    for (auto& check : checks_) check.start_file(file);
  }
  void row(const Row& row) override {
    for (auto& check : checks_) check.row(row);
  }
  Lookup looks_up(const CheckedFile& file) override {
    looking_.clear();
    for (auto& check : checks_)
      if (check.looks_up(file) == Lookup::yes) looking_.push_back(&check);
    return looking_.empty() ? Lookup::no : Lookup::yes;
  }
  void looked_up_row(const Row& row) override {
    for (auto* check : looking_) check->looked_up_row(row);
  }
  void end_table() override {
    for (auto& check : checks_) check.end_table();
  }

 private:
  std::deque<ReferenceCheck> checks_;
  std::vector<ReferenceCheck*> looking_;
};

class ReferenceFamily : public RuleFamily {
 public:
  ReferenceFamily(const Yaml& node, FamilyPlace& place) {
    for_each_map(node, [&](const Yaml& one) { add(one, place); });
  }
  std::vector<const RuleHead*> rules() const override {
    std::vector<const RuleHead*> heads;
    for (const auto& rule : rules_) heads.push_back(&rule.head);
    return heads;
  }
  std::unique_ptr<FamilyCheck> check(ViolationLog& log) const override { return std::make_unique<ReferenceFamilyCheck>(rules_, log); }

 private:
  void add(const Yaml& node, FamilyPlace& place) {
    node.allow_keys({"columns", "to", "id", "severity"});
    const Yaml& to = node.at("to");
    to.allow_keys({"files", "columns"});
    ReferenceRule rule{place.heads.head("reference", &node, Severity::error, place.known_columns(node.at("columns"))), to.at("files").texts(), {}};
    if (rule.files.empty()) to.at("files").fail("no file pattern", "name the files that hold the keys");
    rule.columns = to.find("columns") != nullptr ? to.at("columns").texts() : rule.head.columns;
    if (rule.columns.size() != rule.head.columns.size())
      to.at("columns").fail(fmt::format("{} columns for {}", rule.columns.size(), rule.head.columns.size()), "as many as refer, in the same order");
    rule.head.joining = Joining::same_message;
    if (rule.head.severity != Severity::allow) rules_.push_back(std::move(rule));
  }

  std::deque<ReferenceRule> rules_;
};

}  // namespace

std::unique_ptr<RuleFamily> parse_references(const Yaml& node, FamilyPlace& place) { return std::make_unique<ReferenceFamily>(node, place); }

}  // namespace iai
