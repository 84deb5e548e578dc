#include "evaluator/drift/drift_comparison.hpp"

#include <algorithm>

namespace iai {

namespace {

constexpr double sure = 1.5;  // a rank error of 99 % confidence, times this, is hardly ever passed at any of the values

}  // namespace

KnownDistribution known_distribution(const StoredDistribution& stored, double rank_error, double rows) {
  KnownDistribution known;
  known.rows = rows;
  const double error = sure * rank_error, weight = static_cast<double>(stored.through.back());
  const auto low = [&](double share) { return std::max(0.0, share - error); };
  const auto high = [&](double share) { return std::min(1.0, share + error); };
  for (std::size_t i = 0; i < stored.values.size(); ++i) {
    const double below = static_cast<double>(stored.below[i]) / weight, through = static_cast<double>(stored.through[i]) / weight;
    known.points.push_back({stored.values[i], low(below), high(below), low(through), high(through)});
  }
  known.points.front().below_low = known.points.front().below_high = 0;
  known.points.back().through_low = known.points.back().through_high = 1;
  return known;
}

void SampleCounts::add(double value) {
  least_ = rows_ == 0 ? value : std::min(least_, value);
  most_ = rows_ == 0 ? value : std::max(most_, value);
  ++rows_;
  if (counting_) return count(value);
  kept_.push_back(value);
  if (kept_.size() <= most_kept) return;
  counting_ = true;
  for (const double earlier : kept_) count(earlier);
  std::vector<double>().swap(kept_);
}

void SampleCounts::count(double value) {
  const auto& points = reference_.points;
  if (at_.empty()) {
    at_.assign(points.size(), 0);
    between_.assign(points.size() + 1, 0);
    sums_.assign(points.size() + 1, 0);
  }
  const auto at = static_cast<std::size_t>(
      std::lower_bound(points.begin(), points.end(), value, [](const KnownPoint& point, double v) { return point.value < v; }) - points.begin());
  if (at < points.size() && points[at].value == value) {
    ++at_[at];
    return;
  }
  ++between_[at];
  sums_[at] += at < points.size() ? points[at].value - value : value - points.back().value;
}

/// Adds the sample's own values to the reference's: there the reference lies between its neighbours.
void SampleCounts::refine() {
  std::sort(kept_.begin(), kept_.end());
  std::vector<KnownPoint> points;
  std::size_t next = 0;
  const auto& known = reference_.points;
  for (const double value : kept_) {
    while (next < known.size() && known[next].value <= value) points.push_back(known[next++]);
    if (!points.empty() && points.back().value == value) continue;
    const double low = next == 0 ? 0 : known[next - 1].through_low, high = next == known.size() ? 1 : known[next].below_high;
    points.push_back({value, low, std::max(low, high), low, std::max(low, high)});
  }
  points.insert(points.end(), known.begin() + static_cast<std::ptrdiff_t>(next), known.end());
  reference_.points = std::move(points);
  for (const double value : kept_) count(value);
}

Comparison SampleCounts::finish() {
  if (!counting_) refine();
  Comparison result;
  result.reference_rows = reference_.rows;
  result.rows = static_cast<double>(rows_);
  result.least = least_;
  result.most = most_;
  const auto& points = reference_.points;
  double below = 0;
  for (std::size_t i = 0; i <= points.size(); ++i) {
    const double width = i == 0 || i == points.size() ? 0 : points[i].value - points[i - 1].value;
    result.areas.push_back(below / result.rows * width + sums_[i] / result.rows);
    if (i == points.size()) break;
    below += static_cast<double>(between_[i]);
    result.below.push_back(below / result.rows);
    below += static_cast<double>(at_[i]);
    result.through.push_back(below / result.rows);
  }
  result.reference = points;
  return result;
}

}  // namespace iai
