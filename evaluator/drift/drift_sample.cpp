#include "evaluator/drift/drift_sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluator/drift/drift_statistics.hpp"
#include "evaluator/learning/learning_table.hpp"
#include "evaluator/profile/sketches.hpp"
#include "formats/delimited_source.hpp"

namespace iai {

namespace {

constexpr std::size_t most_codes = 4096, longest_code = 200;
constexpr double rows_in_bin = 30;  // fewer make a poor approximation of the tails
constexpr std::size_t most_bins = 10;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class Tail>
DriftFigure figure(DriftMeasure measure, double value, Tail tail) {
  return {measure, value, tail(value), tail};
}

void add_divergences(std::vector<DriftFigure>& figures, const Shares& shares, double n, double m, double every) {
  const auto bins = shares.reference.size();
  figures.push_back(
      figure(DriftMeasure::psi, population_stability(shares, n, m), [=](double x) { return population_stability_tail(x, bins, n / every, m / every); }));
  figures.push_back(figure(DriftMeasure::jensen_shannon, jensen_shannon(shares), [=](double x) { return jensen_shannon_tail(x, bins, n / every, m / every); }));
}

/// A number for a code that has nothing to do with those of others.
double place_of(std::string_view code) { return static_cast<double>(hash_text(code) >> 11) * 0x1p-53; }

}  // namespace

double reached_by_chance(const DriftFigure& figure, double level) {
  double low = 0, high = 1;
  while (figure.tail(high) > level && high < 1e12) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (figure.tail(middle) > level ? low : high) = middle;
  }
  return high;
}

DriftSample::DriftSample(const ReferenceColumn& reference, std::optional<double> every) : reference_(reference), every_(every) {
  if (reference.numbers) numbers_.emplace(*reference.numbers);
}

void DriftSample::add(const Cell& cell, ColumnType type) {
  const double number = type == ColumnType::timestamp ? nan : number_in(cell, type).value_or(nan);
  const bool fits = numbers_ ? std::isfinite(number) : cell.state == CellState::value || !std::isnan(number);
  (fits ? values_ : missing_) += 1;
  if (!every_) of_missing_.add(fits ? 0 : 1);
  if (!fits) return;
  if (numbers_) {
    numbers_->add(number);
    if (!every_) of_values_.add(number);
  } else if (reference_.kind == ReferenceColumn::Kind::booleans && !std::isnan(number)) add_code(number != 0 ? "true" : "false");
  else if (reference_.kind != ReferenceColumn::Kind::other) add_code(std::string(first_bytes(cell.text, longest_code)));
}

void DriftSample::add_code(std::string code) {
  if (!every_) of_values_.add(place_of(code));
  if (codes_.size() < most_codes || codes_.contains(code)) codes_[std::move(code)] += 1;
  else codes_[""] += 1;  // one place for all the others
}

std::vector<DriftFigure> DriftSample::of_numbers(double every) {
  const Comparison comparison = numbers_->finish();
  const double n = comparison.reference_rows, m = comparison.rows, fewer = std::min(n, m) / every;
  std::vector<DriftFigure> figures;
  figures.push_back(figure(DriftMeasure::ks, least_ks(comparison), [=](double x) { return ks_tail(x, n / every, m / every); }));
  const auto bins = static_cast<std::size_t>(std::clamp(fewer / rows_in_bin, 1.0, static_cast<double>(most_bins)));
  if (bins >= 2) add_divergences(figures, binned(comparison, bins), n, m, every);
  if (reference_.deviation > 0) {
    const WassersteinTail tail(comparison, n / every, m / every);
    const double unit = reference_.deviation;
    figures.push_back(figure(DriftMeasure::wasserstein, least_wasserstein(comparison) / unit, [=](double x) { return tail(x * unit); }));
  }
  return figures;
}

std::vector<DriftFigure> DriftSample::of_codes(double every) const {
  std::map<std::string, std::pair<double, double>> both;
  for (const auto& [code, rows] : reference_.codes) both[code].first = rows;
  for (const auto& [code, rows] : codes_) both[code].second = rows;
  std::vector<std::pair<double, double>> counts;
  for (const auto& [code, pair] : both) counts.push_back(pair);
  std::vector<DriftFigure> figures;
  const Shares shares = categories(counts);
  if (shares.reference.size() >= 2) add_divergences(figures, shares, reference_.values, values_, every);
  return figures;
}

std::vector<DriftFigure> DriftSample::figures() {
  std::vector<DriftFigure> figures;
  if (values_ > 0 && reference_.kind != ReferenceColumn::Kind::other) figures = numbers_ ? of_numbers(counted_every()) : of_codes(counted_every());
  const double n = reference_.values + reference_.missing, m = values_ + missing_;
  if (n > 0 && m > 0) {
    const double share = reference_.missing / n, now = missing_ / m, sign = now < share ? -1 : 1;
    const double every = every_.value_or(of_missing_.values_as_one());
    const auto tail = [=, missing = reference_.missing](double x) {
      return share_tail(missing / every, n / every, std::clamp(share + sign * x, 0.0, 1.0) * m / every, m / every);
    };
    figures.push_back(figure(DriftMeasure::missing, std::abs(now - share), tail));
  }
  return figures;
}

}  // namespace iai
