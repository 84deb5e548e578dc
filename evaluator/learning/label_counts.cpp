#include "evaluator/learning/label_counts.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "formats/delimited_source.hpp"

namespace iai {

namespace {

constexpr std::size_t most_counters = std::size_t{1} << 18;

std::optional<double> whole_number(const std::string& text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::size_t OperatingGrid::cells() const {
  std::size_t count = 1;
  for (const auto& [column, edges] : axes) count *= edges.size() - 1;
  return count;
}

LabelCounts::LabelCounts(const LabelValues* values, const LabelBalance* balance) : values_(values), balance_(balance) {
  if (values == nullptr) return;
  for (const auto& text : values->values) {
    texts_.insert(text);
    if (const auto number = whole_number(text)) numbers_.push_back(*number);
  }
}

void LabelCounts::row(const LearningTable& table) {
  const Cell* label = table.label();
  if (label == nullptr || label->state == CellState::missing) return;
  if (values_ != nullptr) check_value(table, *label);
  if (balance_ != nullptr) count(table, *label);
}

void LabelCounts::check_value(const LearningTable& table, const Cell& label) {
  if (texts_.contains(std::string(label.text))) return;
  const auto number = number_in(label, table.label_type());
  if (number && table.label_type() != ColumnType::timestamp && std::find(numbers_.begin(), numbers_.end(), *number) != numbers_.end()) return;
  auto violation = table.violation(table.place(), table.roles().label);
  violation.byte = label.byte;
  violation.value = std::string(first_bytes(label.text, 200));
  violation.message = fmt::format("not a label: {}", fmt::join(values_->values, ", "));
  log_->report(values_->head, std::move(violation));
}

void LabelCounts::count(const LearningTable& table, const Cell& cell) {
  key_.clear();
  text_.clear();
  if (balance_->per == LabelBalance::Per::split) {
    if (table.place().split < 0) return;
    key_ = text_ = table.split_name(table.place().split);
  } else if (balance_->per == LabelBalance::Per::group && !table.group(key_, text_)) {
    return;
  }
  const auto [place, added] = places_.try_emplace(key_, all_.size());
  if (added) all_.emplace_back(first_bytes(text_, 80), 0);
  ++all_[place->second].second;
  key_.clear();
  append_value(key_, cell, table.label_type());
  if (counters_ >= most_counters) {
    too_many_ = true;
    return;
  }
  Label& label = labels_[key_];
  if (label.shown.empty()) label.shown = std::string(first_bytes(cell.text, 80));
  if (++label.rows[place->second] == 1) ++counters_;
  if (added) counters_ += 1;
}

void LabelCounts::judge(const std::string& place, std::int64_t all, const std::string& shown, std::int64_t rows, ViolationLog& log) const {
  const double share = static_cast<double>(rows) / static_cast<double>(all);
  std::string wanted;
  if (balance_->least_share && share < *balance_->least_share) wanted = fmt::format("at least {:.4g} %", *balance_->least_share * 100);
  else if (balance_->most_share && share > *balance_->most_share) wanted = fmt::format("at most {:.4g} %", *balance_->most_share * 100);
  else if (rows < balance_->least_rows) wanted = fmt::format("at least {} rows", balance_->least_rows);
  if (wanted.empty()) return;
  Violation violation;
  violation.column = balance_->head.columns.empty() ? "" : balance_->head.columns[0];
  violation.value = shown;
  violation.message = fmt::format("{} of {} rows ({:.3g} %){}{}, {}", rows, all, share * 100, place.empty() ? "" : " in ", place, wanted);
  log.report(balance_->head, std::move(violation));
}

void LabelCounts::end_table(const LearningTable&, ViolationLog& log) {
  if (balance_ == nullptr) return;
  if (too_many_) {
    Violation violation;
    violation.message = fmt::format("more than {} labels and places to count; is it a label of classes?", most_counters);
    return log.report(balance_->head, std::move(violation));
  }
  for (std::size_t p = 0; p < all_.size(); ++p)
    for (const auto& [key, label] : labels_) {
      const auto rows = label.rows.find(p);
      judge(all_[p].first, all_[p].second, label.shown, rows == label.rows.end() ? 0 : rows->second, log);
    }
}

void GridCounts::row(const LearningTable& table) {
  if (!grid_.split.empty() && (table.place().split < 0 || table.split_name(table.place().split) != grid_.split)) return;
  std::size_t at = 0;
  for (const auto& [column, edges] : grid_.axes) {
    const Cell* cell = table.of_column(column);
    const auto number = cell == nullptr ? std::nullopt : number_in(*cell, table.type_of_column(column));
    if (!number || *number < edges.front() || *number > edges.back()) return;
    const auto above = std::upper_bound(edges.begin(), edges.end(), *number) - edges.begin();
    at = at * (edges.size() - 1) + std::min(static_cast<std::size_t>(above) - 1, edges.size() - 2);
  }
  ++rows_[at];
}

void GridCounts::end_table(const LearningTable&, ViolationLog& log) {
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    if (rows_[at] >= grid_.least_rows) continue;
    std::vector<std::string> where;
    std::size_t rest = at;
    for (std::size_t a = grid_.axes.size(); a-- > 0;) {
      const auto& [column, edges] = grid_.axes[a];
      const std::size_t range = rest % (edges.size() - 1);
      rest /= edges.size() - 1;
      where.insert(where.begin(), fmt::format("{} {} to {}", column, edges[range], edges[range + 1]));
    }
    Violation violation;
    violation.message = fmt::format("{}: {} rows, at least {}", fmt::join(where, ", "), rows_[at], grid_.least_rows);
    log.report(grid_.head, std::move(violation));
  }
}

}  // namespace iai
