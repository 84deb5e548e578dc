#include "evaluator/contract/rules_file_name.hpp"

#include <fmt/format.h>

#include "evaluator/contract/violations.hpp"
#include "formats/delimited_cells.hpp"
#include "formats/pattern.hpp"

namespace iai {

namespace {

struct FileNameRule {
  RuleHead head;  // head.columns: one for each group
  std::string pattern;
};

class FileNameCheck : public FamilyCheck {
 public:
  FileNameCheck(const FileNameRule& rule, ViolationLog& log) : rule_(rule), log_(log), pattern_(rule.pattern) {}

  void start_file(const CheckedFile& file) override {
    file_ = &file;
    expected_.clear();
    if (rule_.head.severity == Severity::allow) return;
    const std::string name = file.name.substr(file.name.rfind('/') + 1);
    const auto groups = pattern_.groups(name);
    if (!groups) {
      Violation violation;
      violation.file = file.name;
      violation.order = file.order;
      violation.message = fmt::format("the name does not match {}", rule_.pattern);
      violation.value = name;
      log_.report(rule_.head, std::move(violation));
      return;
    }
    for (std::size_t i = 0; i < rule_.head.columns.size(); ++i)
      if (const auto column = file.find(rule_.head.columns[i])) expected_.push_back({*column, (*groups)[i], number_of((*groups)[i])});
  }

  void row(const Row& row) override {
    for (const auto& expected : expected_) {
      const Cell& cell = row.cells[expected.column];
      if (cell.state != CellState::value || cell.text == expected.text) continue;
      const ColumnType type = file_->columns[expected.column].type;
      const bool number = type == ColumnType::integer || type == ColumnType::real;
      if (number && expected.number && *expected.number == cell.number) continue;
      Violation violation = violation_at(*file_, file_->columns[expected.column].name, row, cell.byte, cell.text);
      violation.message = fmt::format("the file's name says '{}'", expected.text);
      log_.report(rule_.head, std::move(violation));
    }
  }

 private:
  struct Expected {
    std::size_t column;
    std::string text;
    std::optional<double> number;
  };

  /// Names pad numbers with zeros, which columns do not.
  static std::optional<double> number_of(std::string_view text) {
    while (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') text.remove_prefix(1);
    std::int64_t integer = 0;
    double number = 0;
    if (parse_number(text, {}, integer, number) == NumberKind::none) return std::nullopt;
    return number;
  }

  const FileNameRule& rule_;
  ViolationLog& log_;
  Pattern pattern_;
  const CheckedFile* file_ = nullptr;
  std::vector<Expected> expected_;
};

class FileNameFamily : public RuleFamily {
 public:
  FileNameFamily(const Yaml& node, FamilyPlace& place) {
    node.allow_keys({"pattern", "columns", "id", "severity"});
    rule_.head = place.heads.head("file-name", &node, Severity::error);
    const Yaml& pattern = node.at("pattern");
    rule_.pattern = pattern.text();
    if (const auto fault = pattern_fault(rule_.pattern); !fault.empty())
      pattern.fail("the pattern is no regular expression: " + fault, "see the ICU regular expression syntax");
    if (const auto* columns = node.find("columns")) rule_.head.columns = place.known_columns(*columns);
    const auto groups = static_cast<std::size_t>(Pattern(rule_.pattern).group_count());
    if (groups < rule_.head.columns.size())
      pattern.fail(fmt::format("{} groups in parentheses for {} columns", groups, rule_.head.columns.size()), "one group for each column, in their order");
  }
  std::vector<const RuleHead*> rules() const override {
    if (rule_.head.severity == Severity::allow) return {};
    return {&rule_.head};
  }
  std::unique_ptr<FamilyCheck> check(ViolationLog& log) const override { return std::make_unique<FileNameCheck>(rule_, log); }

 private:
  FileNameRule rule_;
};

}  // namespace

std::unique_ptr<RuleFamily> parse_file_name(const Yaml& node, FamilyPlace& place) { return std::make_unique<FileNameFamily>(node, place); }

}  // namespace iai
