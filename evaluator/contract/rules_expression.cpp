#include "evaluator/contract/rules_expression.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "evaluator/contract/expression.hpp"
#include "evaluator/contract/violations.hpp"
#include "formats/delimited_source.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

struct ExpressionRule {
  RuleHead head;
  Expression expression;
};

/// One rule over the rows of a file.
class RuleCheck {
 public:
  explicit RuleCheck(const ExpressionRule& rule) : rule_(rule) {}

  void start_file(const CheckedFile& file) {
    columns_.clear();
    types_.clear();
    for (const auto& name : rule_.expression.columns()) {
      const auto column = file.find(name);
      if (!column) return columns_.clear();
      columns_.push_back(*column);
      types_.push_back(file.columns[*column].type);
    }
    cells_.resize(columns_.size());
    before_.assign(columns_.size(), nullptr);
    kept_.resize(columns_.size());
    texts_.resize(columns_.size());
  }

  void row(const CheckedFile& file, const Row& row, ViolationLog& log) {
    if (columns_.empty()) return;
    for (std::size_t c = 0; c < columns_.size(); ++c) cells_[c] = &row.cells[columns_[c]];
    if (rule_.expression.judge(cells_, types_, before_) == Expression::Answer::no) report(file, row, log);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      kept_[c] = *cells_[c];
      texts_[c].assign(cells_[c]->text);  // the row's own text is gone with the next row
      kept_[c].text = texts_[c];
      before_[c] = &kept_[c];
    }
  }

 private:
  void report(const CheckedFile& file, const Row& row, ViolationLog& log) const {
    const Cell& cell = row.cells[columns_[0]];
    Violation violation = violation_at(file, rule_.head.columns[0], row, cell.byte, cell.text);
    violation.message = "does not hold: " + rule_.expression.text();
    if (columns_.size() > 1) violation.message += ";";
    for (std::size_t c = 1; c < std::min<std::size_t>(columns_.size(), 8); ++c)
      violation.message += fmt::format("{} {} {}", c > 1 ? "," : "", rule_.head.columns[c], first_bytes(row.cells[columns_[c]].text, 40));
    log.report(rule_.head, std::move(violation));
  }

  const ExpressionRule& rule_;
  std::vector<std::size_t> columns_;
  std::vector<ColumnType> types_;
  std::vector<const Cell*> cells_, before_;
  std::vector<Cell> kept_;
  std::vector<std::string> texts_;
};

class ExpressionCheck : public FamilyCheck {
 public:
  ExpressionCheck(const std::deque<ExpressionRule>& rules, ViolationLog& log) : log_(log), checks_(rules.begin(), rules.end()) {}
  void start_file(const CheckedFile& file) override {
    file_ = &file;
    for (auto& check : checks_) check.start_file(file);
  }
  void row(const Row& row) override {
    for (auto& check : checks_) check.row(*file_, row, log_);
  }

 private:
  ViolationLog& log_;
  const CheckedFile* file_ = nullptr;
  std::vector<RuleCheck> checks_;
};

class ExpressionFamily : public RuleFamily {
 public:
  ExpressionFamily(const Yaml& node, FamilyPlace& place) {
    for (const Yaml& item : node.items()) add(item, place);
  }
  std::vector<const RuleHead*> rules() const override {
    std::vector<const RuleHead*> heads;
    for (const auto& rule : rules_) heads.push_back(&rule.head);
    return heads;
  }
  std::unique_ptr<FamilyCheck> check(ViolationLog& log) const override { return std::make_unique<ExpressionCheck>(rules_, log); }

 private:
  void add(const Yaml& item, FamilyPlace& place) {
    if (item.is_map()) item.allow_keys({"expression", "id", "severity"});
    const Yaml& text = item.is_map() ? item.at("expression") : item;
    try {
      Expression expression(text.text(), place.columns);
      auto columns = expression.columns();
      RuleHead head = place.heads.head("expression", &item, Severity::error, std::move(columns));
      head.joining = Joining::same_message;
      if (head.severity != Severity::allow) rules_.push_back({std::move(head), std::move(expression)});
    } catch (const Error& error) {
      if (error.message().starts_with("the expression")) text.fail(error.message(), error.hint());
      throw;
    }
  }

  std::deque<ExpressionRule> rules_;  // checks refer to them
};

}  // namespace

std::unique_ptr<RuleFamily> parse_expressions(const Yaml& node, FamilyPlace& place) {
  if (!node.is_list()) node.fail("expressions is a list", "begin each rule with '- expression: ...'");
  return std::make_unique<ExpressionFamily>(node, place);
}

}  // namespace iai
