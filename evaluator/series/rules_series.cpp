#include "evaluator/series/rules_series.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include <fmt/format.h>

#include "evaluator/contract/contract.hpp"
#include "evaluator/contract/violations.hpp"
#include "evaluator/series/signal_faults.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace {

/// Series of one sensor that are compared with each other, and spikes; of more, the first ones.
constexpr std::size_t most_compared = 65'536;

struct SeriesRules {
  std::optional<std::string> time;
  std::vector<std::string> by, columns;
  std::optional<double> period;  ///< nanoseconds
  SignalLimits limits;
  std::optional<std::string> quality;  ///< column of quality codes
  std::vector<std::string> good;       ///< the codes of values that count
  std::array<RuleHead, signal_fault_kinds> heads;
  const RuleHead& head(SignalFaultKind kind) const { return heads[static_cast<std::size_t>(kind)]; }
};

bool level_moves(SignalFaultKind kind) { return kind == SignalFaultKind::step || kind == SignalFaultKind::drift; }

/// One entry of the list over the files of its table.
class SeriesCheck {
 public:
  SeriesCheck(const SeriesRules& rules, ViolationLog& log) : rules_(rules), log_(log), compared_(rules.columns.size()) {}

  void start_file(const CheckedFile& file) {
    file_ = {file.name, file.order};
    find_columns(file);
    time_ = rules_.time ? file.find(*rules_.time) : std::nullopt;
    if (time_ && file.columns[*time_].type != ColumnType::timestamp) time_.reset();
    quality_ = rules_.quality ? file.find(*rules_.quality) : std::nullopt;
    any_row_ = false;
    start_series();
  }

  void row(const Row& row) {
    if (by_changes(row)) {
      end_series();
      start_series();
    }
    const bool counts = !quality_ || is_good(row.cells[*quality_]);
    for (std::size_t s = 0; s < signals_.size(); ++s) {
      if (!columns_[s]) continue;
      const Cell& cell = row.cells[*columns_[s]];
      const RowPlace place{row.number, row.line, cell.byte};
      if (cell.state == CellState::value && counts) signals_[s].add(cell.number, place);
      else signals_[s].skip();
      last_[s] = place;
      if (!first_[s].row) first_[s] = place;
    }
    if (!time_) return;
    const Cell& cell = row.cells[*time_];
    if (cell.state == CellState::value) clock_.add(cell.integer, {row.number, row.line, cell.byte});
  }

  void end_file() { end_series(); }

  void end_table() {
    for (const auto& spike : spikes_)
      if (is_spike_among(spike.fault.distance, compared_[spike.signal])) report(spike.file, rules_.columns[spike.signal], spike.fault);
    std::vector<std::vector<PeerFault>> found;
    std::map<std::pair<std::size_t, std::int64_t>, int> moving;  // sensors whose level moves, by file and first row of the series
    for (const auto& summaries : compared_) {
      found.push_back(find_peer_faults(summaries));
      for (const PeerFault& one : found.back()) {
        const SeriesSummary& summary = summaries[one.summary];
        if (level_moves(one.fault.kind)) ++moving[{summary.series, summary.first.row}];
      }
    }
    for (std::size_t s = 0; s < found.size(); ++s) {
      for (const PeerFault& one : found[s]) {
        const SeriesSummary& summary = compared_[s][one.summary];
        // Where several sensors move together it is the process that moved.
        if (level_moves(one.fault.kind) && moving[{summary.series, summary.first.row}] > 1) continue;
        report(files_[summary.series], rules_.columns[s], one.fault);
      }
    }
  }

 private:
  struct FileName {
    std::string name;
    std::size_t order = 0;
  };

  struct LaterSpike {
    FileName file;
    std::size_t signal = 0;
    SignalFault fault;
  };

  void find_columns(const CheckedFile& file) {
    columns_.clear();
    for (const auto& name : rules_.columns) {
      auto column = file.find(name);
      if (column && !is_numeric(file.columns[*column].type)) column.reset();
      columns_.push_back(column);
    }
    by_.clear();
    for (const auto& name : rules_.by)
      if (const auto column = file.find(name)) by_.push_back(*column);
  }

  void start_series() {
    signals_ = std::vector<SignalStatistics>(rules_.columns.size());
    first_.assign(rules_.columns.size(), {});
    last_.assign(rules_.columns.size(), {});
    clock_ = IntervalStatistics();
  }

  bool by_changes(const Row& row) {
    if (by_.empty()) return false;
    std::string key;
    for (const auto column : by_) key.append(row.cells[column].text).push_back('\n');
    const bool changes = any_row_ && key != key_;
    key_ = std::move(key);
    any_row_ = true;
    return changes;
  }

  bool is_good(const Cell& cell) const { return std::find(rules_.good.begin(), rules_.good.end(), cell.text) != rules_.good.end(); }

  void end_series() {
    for (std::size_t s = 0; s < signals_.size(); ++s) {
      if (signals_[s].rows() == 0) continue;
      signals_[s].finish();
      for (SignalFault& fault : find_signal_faults(signals_[s], rules_.limits)) {
        if (fault.kind == SignalFaultKind::spike && spikes_.size() < most_compared) spikes_.push_back({file_, s, std::move(fault)});
        else report(file_, rules_.columns[s], fault);
      }
      if (compared_[s].size() < most_compared) compare_later(s);
    }
    if (time_) {
      clock_.finish();
      for (const SignalFault& fault : find_clock_faults(clock_, rules_.period)) report(file_, *rules_.time, fault);
    }
  }

  void compare_later(std::size_t signal) {
    if (signals_[signal].minimum() == signals_[signal].maximum()) return;  // dead: told already
    SeriesSummary summary = summarize(signals_[signal]);
    if (files_.empty() || files_.back().order != file_.order) files_.push_back(file_);
    summary.series = files_.size() - 1;
    summary.first = first_[signal];
    summary.last = last_[signal];
    compared_[signal].push_back(summary);
  }

  void report(const FileName& file, const std::string& column, const SignalFault& fault) {
    const RuleHead& head = rules_.head(fault.kind);
    if (head.severity == Severity::allow) return;
    Violation violation;
    violation.file = file.name;
    violation.order = file.order;
    violation.column = column;
    violation.row = fault.first.row;
    violation.last_row = fault.last.row;
    violation.line = fault.first.line;
    violation.last_line = fault.last.line;
    violation.byte = fault.first.byte;
    violation.value = fault.value;
    violation.message = fault.message;
    log_.report(head, std::move(violation));
  }

  const SeriesRules& rules_;
  ViolationLog& log_;
  FileName file_;
  std::vector<FileName> files_;  // those with a series to compare
  std::vector<std::optional<std::size_t>> columns_;
  std::vector<std::size_t> by_;
  std::optional<std::size_t> time_, quality_;
  std::vector<SignalStatistics> signals_;
  std::vector<RowPlace> first_, last_;
  IntervalStatistics clock_;
  std::string key_;
  bool any_row_ = false;
  std::vector<std::vector<SeriesSummary>> compared_;  // by column
  std::vector<LaterSpike> spikes_;                    // told when it is known what is usual
};

class SeriesFamilyCheck : public FamilyCheck {
 public:
  SeriesFamilyCheck(const std::deque<SeriesRules>& rules, ViolationLog& log) {
    for (const auto& one : rules) checks_.emplace_back(one, log);
  }
  void start_file(const CheckedFile& file) override {
    for (auto& check : checks_) check.start_file(file);
  }
  void row(const Row& row) override {
    for (auto& check : checks_) check.row(row);
  }
  void end_file() override {
    for (auto& check : checks_) check.end_file();
  }
  void end_table() override {
    for (auto& check : checks_) check.end_table();
  }

 private:
  std::deque<SeriesCheck> checks_;
};

class SeriesFamily : public RuleFamily {
 public:
  SeriesFamily(const Yaml& node, FamilyPlace& place) {
    for_each_map(node, [&](const Yaml& one) { add(one, place); });
  }
  std::vector<const RuleHead*> rules() const override {
    std::vector<const RuleHead*> heads;
    for (const auto& one : rules_)
      for (const auto& head : one.heads)
        if (head.severity != Severity::allow) heads.push_back(&head);
    return heads;
  }
  std::unique_ptr<FamilyCheck> check(ViolationLog& log) const override { return std::make_unique<SeriesFamilyCheck>(rules_, log); }

 private:
  void add(const Yaml& node, FamilyPlace& place) {
    node.allow_keys({"time", "by", "columns", "period", "checks", "stuck_rows", "spike_score", "quality", "id", "severity"});
    SeriesRules rules;
    rules.columns = place.known_columns(node.at("columns"));
    if (const auto* time = node.find("time")) rules.time = place.known_column(*time);
    if (const auto* by = node.find("by")) rules.by = place.known_columns(*by);
    if (const auto* period = node.find("period")) {
      rules.period = parse_duration(period->text());
      if (!rules.period || !(*rules.period > 0)) period->fail("'" + period->text() + "' is no duration", "a number and ms, s, min, h or d: 20 ms");
      if (!rules.time) period->fail("a period needs the column of the time", "add time: COLUMN");
    }
    if (const auto* rows = node.find("stuck_rows")) {
      rules.limits.stuck_rows = rows->integer();
      if (rules.limits.stuck_rows < 2) rows->fail("a value stands still over 2 rows at least", "20 when absent");
    }
    if (const auto* score = node.find("spike_score")) {
      rules.limits.spike_score = score->number();
      if (!(rules.limits.spike_score >= 3)) score->fail("noise alone reaches a score of 3", "12 when absent");
    }
    add_quality(node, place, rules);
    add_heads(node, place, rules);
    rules_.push_back(std::move(rules));
  }

  static void add_quality(const Yaml& node, FamilyPlace& place, SeriesRules& rules) {
    const auto* quality = node.find("quality");
    if (quality == nullptr) return;
    if (!quality->is_map()) {
      rules.quality = place.known_column(*quality);
    } else {
      quality->allow_keys({"column", "good"});
      rules.quality = place.known_column(quality->at("column"));
      if (const auto* good = quality->find("good")) rules.good = good->texts();
    }
    // The quality word of OPC Data Access (bits 0xC0), and what historians write. OPC UA's 0 is bad in OPC DA: it has to be declared.
    if (rules.good.empty()) rules.good = {"Good", "GOOD", "good", "192", "0xC0"};
  }

  /// The rules of all kinds; `checks` names those that hold otherwise.
  static void add_heads(const Yaml& node, FamilyPlace& place, SeriesRules& rules) {
    Severity usual = Severity::error;
    if (const auto* severity = node.find("severity")) usual = parse_severity(*severity);
    std::array<Severity, signal_fault_kinds> severities;
    severities.fill(usual);
    std::vector<std::string> names;
    for (std::size_t k = 0; k < signal_fault_kinds; ++k) names.push_back(signal_fault_name(static_cast<SignalFaultKind>(k)));
    if (const auto* checks = node.find("checks")) {
      for (const auto& [name, value] : checks->entries()) {
        const auto at = std::find(names.begin(), names.end(), name);
        if (at == names.end()) value.fail("there is no check '" + name + "'", did_you_mean(name, names, "one of the checks of iai-contract(5)"));
        severities[static_cast<std::size_t>(at - names.begin())] = parse_severity(value);
      }
    }
    const std::string prefix = node.text_or("id", "series");
    for (std::size_t k = 0; k < signal_fault_kinds; ++k) {
      const auto kind = static_cast<SignalFaultKind>(k);
      const bool about_time = kind == SignalFaultKind::gap || kind == SignalFaultKind::clock;
      if (about_time && !rules.time) severities[k] = Severity::allow;
      rules.heads[k] = place.heads.head(prefix + "/" + names[k], nullptr, severities[k], about_time && rules.time ? std::vector{*rules.time} : rules.columns);
      rules.heads[k].joining = Joining::never;
    }
  }

  std::deque<SeriesRules> rules_;  // checks refer to them
};

}  // namespace

std::unique_ptr<RuleFamily> parse_series(const Yaml& node, FamilyPlace& place) { return std::make_unique<SeriesFamily>(node, place); }

}  // namespace iai
