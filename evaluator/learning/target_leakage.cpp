#include "evaluator/learning/target_leakage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace iai {

namespace {

constexpr std::size_t most_classes = 16, most_bins = 256, fewest_of_class = 5, fewest_rows = 30;
constexpr double missing = -std::numeric_limits<double>::infinity();  // below all numbers

/// Bins of equal counts; equal values share one. Categories: one bin each, those with few rows together.
std::vector<std::size_t> bins_of(std::span<const double> values, bool categorical) {
  std::vector<std::size_t> order(values.size()), bin(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  const std::size_t wanted = categorical ? fewest_of_class : std::max(fewest_of_class, values.size() / most_bins + 1);
  std::size_t current = 1, inside = 0;  // bin 0: rare categories
  for (std::size_t i = 0, end = 0; i < order.size(); i = end) {
    for (end = i; end < order.size() && values[order[end]] == values[order[i]];) ++end;
    const bool alone = values[order[i]] == missing || (categorical && end - i >= fewest_of_class);
    if (alone && inside > 0) ++current;
    for (std::size_t j = i; j < end; ++j) bin[order[j]] = categorical && !alone ? 0 : current;
    inside = categorical && !alone ? 0 : inside + end - i;
    if (alone || inside >= wanted) {
      current += inside > 0 ? 1 : 0;
      inside = 0;
    }
  }
  return bin;
}

std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0, end = 0; i < order.size(); i = end) {
    for (end = i; end < order.size() && values[order[end]] == values[order[i]];) ++end;
    for (std::size_t j = i; j < end; ++j) ranks[order[j]] = static_cast<double>(i + end - 1) / 2;
  }
  return ranks;
}

double entropy(double weight) { return weight > 0 ? -weight * std::log(weight) : 0; }

}  // namespace

double roc_auc(std::span<const double> scores, std::span<const char> is_class, std::span<const double> weights) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double below = 0, inside = 0, area = 0;
  for (std::size_t i = 0, end = 0; i < order.size(); i = end) {
    double positive = 0, negative = 0;
    for (end = i; end < order.size() && scores[order[end]] == scores[order[i]]; ++end) (is_class[order[end]] != 0 ? positive : negative) += weights[order[end]];
    area += positive * (below + negative / 2);
    below += negative;
    inside += positive;
  }
  return inside > 0 && below > 0 ? area / (inside * below) : std::numeric_limits<double>::quiet_NaN();
}

double explained_information(const std::vector<std::vector<double>>& table, double samples) {
  if (table.empty()) return 0;
  std::vector<double> columns(table[0].size(), 0);
  double all = 0;
  for (const auto& row : table)
    for (std::size_t y = 0; y < row.size(); ++y) {
      columns[y] += row[y];
      all += row[y];
    }
  if (!(all > 0)) return 0;
  double of_x = 0, of_y = 0, of_both = 0, used_x = 0, used_y = 0, used_both = 0;
  for (const auto& row : table) {
    double sum = 0;
    for (const double weight : row) {
      of_both += entropy(weight / all);
      used_both += weight > 0 ? 1 : 0;
      sum += weight;
    }
    of_x += entropy(sum / all);
    used_x += sum > 0 ? 1 : 0;
  }
  for (const double sum : columns) {
    of_y += entropy(sum / all);
    used_y += sum > 0 ? 1 : 0;
  }
  const double bias = (used_both - used_x - used_y + 1) / (2 * samples);
  return of_y > 0 ? std::clamp((of_x + of_y - of_both - bias) / of_y, 0.0, 1.0) : 0;
}

double explained_variance(std::span<const std::size_t> bin, std::span<const double> label) {
  const auto n = static_cast<double>(label.size());
  std::map<std::size_t, std::pair<double, double>> sums;  // count, sum
  double mean = 0;
  for (const double value : label) mean += value / n;
  for (std::size_t i = 0; i < label.size(); ++i) {
    auto& [count, sum] = sums[bin[i]];
    ++count;
    sum += label[i] - mean;
  }
  double all = 0, inside = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const auto& [count, sum] = sums[bin[i]];
    all += (label[i] - mean) * (label[i] - mean);
    inside += (label[i] - mean - sum / count) * (label[i] - mean - sum / count);
  }
  const auto bins = static_cast<double>(sums.size());
  return all > 0 && n > bins ? std::max(0.0, 1 - inside / all * (n - 1) / (n - bins)) : 0;
}

double rank_correlation_squared(std::span<const double> a, std::span<const double> b) {
  const auto x = ranks_of(a), y = ranks_of(b);
  const double middle = (static_cast<double>(a.size()) - 1) / 2;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
    xy += (x[i] - middle) * (y[i] - middle);
  }
  return xx > 0 && yy > 0 ? xy / xx * (xy / yy) : 0;
}

TargetLeakage::TargetLeakage(const TargetLeakageRule& rule, const LearningRoles& roles)
    : rule_(rule),
      roles_(roles),
      most_(std::clamp<std::size_t>((std::size_t{1} << 20) / (roles.features.size() + 16), 64, 16384)),
      categorical_(roles.features.size(), 0),
      values_(roles.features.size()) {}

void TargetLeakage::fill(const LearningTable& table) {
  for (std::size_t f = 0; f < values_.size(); ++f) {
    const Cell* cell = table.feature(f);
    values_[f] = missing;
    if (cell == nullptr || cell->state == CellState::missing) continue;
    const auto type = table.feature_type(f);
    if (const auto number = number_in(*cell, type); number && !std::isnan(*number)) {
      values_[f] = *number;
    } else {
      key_.clear();
      append_value(key_, *cell, type);
      values_[f] = static_cast<double>(hash_text(key_) >> 11);
      if (type == ColumnType::text) categorical_[f] = 1;
    }
  }
}

void TargetLeakage::keep(std::set<Sampled>& sample, std::size_t most, double label, std::uint64_t priority) {
  if (sample.size() == most && std::prev(sample.end())->priority < priority) return;
  sample.insert({priority, label, values_});
  if (sample.size() > most) sample.erase(std::prev(sample.end()));
}

void TargetLeakage::row(const LearningTable& table) {
  const Cell* label = table.label();
  if (label == nullptr || label->state == CellState::missing) return;
  const auto number = number_in(*label, table.label_type());
  label_is_number_ = label_is_number_ && number && table.label_type() != ColumnType::boolean;
  const auto priority = hash_bits((std::uint64_t{table.place().file} << 40) + static_cast<std::uint64_t>(table.place().row));
  fill(table);
  ++rows_;
  if (roles_.label_kind != LearningRoles::LabelKind::classes && label_is_number_) keep(sample_, most_, *number, priority);
  if (roles_.label_kind == LearningRoles::LabelKind::number || many_classes_) return;
  key_.clear();
  append_value(key_, *label, table.label_type());
  if (!classes_.contains(key_) && classes_.size() == most_classes) {
    many_classes_ = true;
    classes_.clear();
    return;
  }
  Class& kept = classes_[key_];
  ++kept.rows;
  keep(kept.sample, most_ / 4, 0, priority);
}

bool TargetLeakage::by_classes() const { return roles_.label_kind != LearningRoles::LabelKind::number && !many_classes_; }

TargetLeakage::Cut TargetLeakage::cut(std::size_t feature, bool classes) const {
  Cut cut;
  const auto add = [&](const std::set<Sampled>& sample, std::optional<double> label, double weight) {
    for (const auto& one : sample) {
      cut.values.push_back(one.features[feature]);
      cut.labels.push_back(label.value_or(one.label));
      cut.weights.push_back(weight);
    }
  };
  if (!classes) add(sample_, std::nullopt, 1);
  else
    for (const auto& [key, kept] : classes_)
      if (kept.sample.size() >= fewest_of_class)
        add(kept.sample, static_cast<double>(cut.classes++), static_cast<double>(kept.rows) / static_cast<double>(kept.sample.size()));
  return cut;
}

std::vector<TargetLeakage::Figure> TargetLeakage::judge_classes(const Cut& cut, bool categorical) const {
  std::vector<Figure> figures;
  if (cut.classes < 2) return figures;
  if (cut.classes == 2 && !categorical) {
    std::vector<char> is_class(cut.labels.size());
    for (std::size_t i = 0; i < is_class.size(); ++i) is_class[i] = static_cast<char>(cut.labels[i] == 1);
    const double auc = roc_auc(cut.values, is_class, cut.weights);
    figures.push_back({std::max(auc, 1 - auc), rule_.auc, "area under the ROC curve"});
  }
  const auto bins = bins_of(cut.values, categorical);
  std::vector<std::vector<double>> table(*std::max_element(bins.begin(), bins.end()) + 1, std::vector<double>(cut.classes, 0));
  for (std::size_t i = 0; i < bins.size(); ++i) table[bins[i]][static_cast<std::size_t>(cut.labels[i])] += cut.weights[i];
  figures.push_back({explained_information(table, static_cast<double>(bins.size())), rule_.information, "share of the label's entropy explained"});
  return figures;
}

std::vector<TargetLeakage::Figure> TargetLeakage::judge_numbers(const Cut& cut, bool categorical) const {
  std::vector<Figure> figures{{explained_variance(bins_of(cut.values, categorical), cut.labels), rule_.r2, "share of the label's variance explained"}};
  if (!categorical) figures.push_back({rank_correlation_squared(cut.values, cut.labels), rule_.r2, "square of the rank correlation"});
  return figures;
}

void TargetLeakage::end_table(const LearningTable&, ViolationLog& log) {
  const bool classes = by_classes();
  if (!classes && !label_is_number_) return;  // more classes than can be told apart here
  for (std::size_t f = 0; f < values_.size(); ++f) {
    const Cut sample = cut(f, classes);
    if (sample.values.size() < fewest_rows) return;
    for (const auto& figure : classes ? judge_classes(sample, categorical_[f] != 0) : judge_numbers(sample, categorical_[f] != 0)) {
      if (!(figure.value >= figure.limit)) continue;
      Violation violation;
      violation.column = roles_.features[f];
      violation.message = fmt::format("tells '{}' almost alone: {} {:.4f}, {:.4g} or more is too good ({} of {} rows looked at)", roles_.label, figure.name,
                                      figure.value, figure.limit, sample.values.size(), rows_);
      log.report(rule_.head, std::move(violation));
      break;
    }
  }
}

}  // namespace iai
