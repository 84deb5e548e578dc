#include "evaluator/series/rules_local_time.hpp"

#include <deque>

#include "evaluator/contract/violations.hpp"
#include "formats/time_zone.hpp"

namespace iai {
namespace {

enum class Twice { refuse, allow };

struct LocalTimeRule {
  RuleHead head;
  std::string zone;
  Twice twice = Twice::refuse;
};

/// "2026-03-01T12:00+01:00" says itself which time it is.
bool has_zone(std::string_view text) {
  const auto clock = text.rfind(':');
  if (clock == std::string_view::npos) return false;
  return text.find_first_not_of("0123456789.,", clock + 1) != std::string_view::npos || (clock >= 3 && (text[clock - 3] == '+' || text[clock - 3] == '-'));
}

class LocalTimeCheck : public FamilyCheck {
 public:
  LocalTimeCheck(const std::deque<LocalTimeRule>& rules, ViolationLog& log) : log_(log) {
    for (const auto& rule : rules) checks_.push_back({&rule, TimeZone(rule.zone), {}});
  }

  void start_file(const CheckedFile& file) override {
    file_ = &file;
    for (auto& check : checks_) {
      check.column = file.find(check.rule->head.columns[0]);
      if (check.column && file.columns[*check.column].type != ColumnType::timestamp) check.column.reset();
    }
  }

  void row(const Row& row) override {
    for (auto& check : checks_) {
      if (!check.column) continue;
      const auto& cell = row.cells[*check.column];
      if (cell.state != CellState::value) continue;
      const auto times = check.zone.look(cell.integer);
      if (times == LocalTime::once || (times == LocalTime::twice && check.rule->twice == Twice::allow) || has_zone(cell.text)) continue;
      report(check, row, cell, times);
    }
  }

 private:
  struct Check {
    const LocalTimeRule* rule;
    TimeZone zone;
    std::optional<std::size_t> column;
  };

  void report(const Check& check, const Row& row, const Cell& cell, LocalTime times) {
    Violation violation = violation_at(*file_, check.rule->head.columns[0], row, cell.byte, cell.text);
    violation.message = times == LocalTime::never ? "clocks in " + check.rule->zone + " never showed this time: they were put forward"
                                                  : "clocks in " + check.rule->zone + " showed this time twice: they were put back";
    log_.report(check.rule->head, std::move(violation));
  }

  ViolationLog& log_;
  const CheckedFile* file_ = nullptr;
  std::vector<Check> checks_;
};

class LocalTimeFamily : public RuleFamily {
 public:
  LocalTimeFamily(const Yaml& node, FamilyPlace& place) {
    for_each_map(node, [&](const Yaml& one) { add(one, place); });
  }
  std::vector<const RuleHead*> rules() const override {
    std::vector<const RuleHead*> heads;
    for (const auto& rule : rules_) heads.push_back(&rule.head);
    return heads;
  }
  std::unique_ptr<FamilyCheck> check(ViolationLog& log) const override { return std::make_unique<LocalTimeCheck>(rules_, log); }

 private:
  void add(const Yaml& item, FamilyPlace& place) {
    item.allow_keys({"column", "zone", "twice", "id", "severity"});
    LocalTimeRule rule;
    const auto column = place.known_column(item.at("column"));
    rule.zone = item.at("zone").text();
    if (!TimeZone::is_known(rule.zone))
      item.at("zone").fail("'" + rule.zone + "' is no time zone", "a name of the IANA database: Europe/Berlin, Europe/London, UTC ...");
    const auto twice = item.text_or("twice", "refuse");
    if (twice != "refuse" && twice != "allow") item.at("twice").fail("'" + twice + "' is no choice", "refuse or allow");
    rule.twice = twice == "allow" ? Twice::allow : Twice::refuse;
    rule.head = place.heads.head(column + "/local-time", &item, Severity::error, {column});
    rule.head.joining = Joining::same_message;
    rule.head.meaning = "Every time was shown once by the clocks of its zone.";
    if (rule.head.severity != Severity::allow) rules_.push_back(std::move(rule));
  }

  std::deque<LocalTimeRule> rules_;  // checks refer to them
};

}  // namespace

std::unique_ptr<RuleFamily> parse_local_times(const Yaml& node, FamilyPlace& place) { return std::make_unique<LocalTimeFamily>(node, place); }

}  // namespace iai
