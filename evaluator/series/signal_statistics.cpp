#include "evaluator/series/signal_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace iai {

void SignalStatistics::add(double value, const RowPlace& place) {
  if (!std::isfinite(value)) return skip();
  ++rows_;
  values_.add(value);
  if ((rows_ - 1) % stride_ == 0) keep_sample(value);
  follow_run(value, place);
  add_to_block(value, place);
  const auto at = static_cast<std::size_t>(around_rows_ % 5);
  around_[at] = value;
  places_[at] = place;
  if (++around_rows_ >= 5) look_around();
}

void SignalStatistics::skip() {
  end_run(0);
  around_rows_ = 0;
}

void SignalStatistics::keep_sample(double value) {
  sample_.push_back(value);
  if (sample_.size() < most_sample) return;
  for (std::size_t i = 0; i < most_sample / 2; ++i) sample_[i] = sample_[2 * i];
  sample_.resize(most_sample / 2);
  stride_ *= 2;
}

void SignalStatistics::finish() {
  end_run(0);
  std::sort(sample_.begin(), sample_.end());
  for (std::size_t i = 1; i < sample_.size(); ++i) {
    const double difference = sample_[i] - sample_[i - 1];
    // Less is what the binary form of two decimals differs by.
    if (difference > 1e-12 * std::max(std::abs(sample_[i]), std::abs(sample_[i - 1]))) resolution_ = std::min(resolution_, difference);
  }
  std::stable_sort(longest_.begin(), longest_.end(), [](const ConstantRun& a, const ConstantRun& b) { return a.rows > b.rows; });
  std::stable_sort(far_.begin(), far_.end(), [](const FarValue& a, const FarValue& b) { return a.distance > b.distance; });
}

void SignalStatistics::follow_run(double value, const RowPlace& place) {
  if (run_.rows > 0 && run_.value == value) {
    ++run_.rows;
    run_.last = place;
    return;
  }
  end_run(std::abs(value - run_.value));
  run_ = {value, 1, place, place, 0};
}

void SignalStatistics::end_run(double jump) {
  if (run_.rows == 0) return;
  run_.jump = jump;
  ++runs_;
  touch_rail(minimum_, run_.value < minimum_.value, run_.value);
  touch_rail(maximum_, run_.value > maximum_.value, run_.value);
  const auto shortest = std::min_element(longest_.begin(), longest_.end(), [](const ConstantRun& a, const ConstantRun& b) { return a.rows < b.rows; });
  if (longest_.size() < most_runs) longest_.push_back(run_);
  else if (run_.rows > shortest->rows) *shortest = run_;
  run_.rows = 0;
}

void SignalStatistics::touch_rail(Rail& rail, bool beyond, double value) {
  if (rail.runs == 0 || beyond) rail = Rail{value, 0, 0, 0, {}};
  if (value != rail.value) return;
  ++rail.runs;
  rail.rows += run_.rows;
  rail.long_runs += run_.rows >= 3 ? 1 : 0;
  if (run_.rows > rail.longest.rows) rail.longest = run_;
}

void SignalStatistics::look_around() {
  auto sorted = around_;
  std::nth_element(sorted.begin(), sorted.begin() + 2, sorted.end());
  const auto middle = static_cast<std::size_t>((around_rows_ + 2) % 5);  // the one that came two values ago
  const double distance = std::abs(around_[middle] - sorted[2]);
  distances_.add(distance);
  if (distance > 0) keep_far({around_[middle], distance, places_[middle]});
}

void SignalStatistics::keep_far(const FarValue& far) {
  if (far_.size() < most_far) {
    far_.push_back(far);
    return;
  }
  const auto nearest = std::min_element(far_.begin(), far_.end(), [](const FarValue& a, const FarValue& b) { return a.distance < b.distance; });
  if (far.distance > nearest->distance) *nearest = far;
}

void SignalStatistics::add_to_block(double value, const RowPlace& place) {
  if (blocks_.empty() || blocks_.back().rows == block_rows_) {
    if (blocks_.size() == most_blocks) {  // two become one, so that blocks grow with the series
      for (std::size_t i = 0; i < most_blocks / 2; ++i) {
        blocks_[i] = blocks_[2 * i];
        blocks_[i].rows += blocks_[2 * i + 1].rows;
        blocks_[i].sum += blocks_[2 * i + 1].sum;
      }
      blocks_.resize(most_blocks / 2);
      block_rows_ *= 2;
    }
    blocks_.push_back({0, 0, place});
  }
  ++blocks_.back().rows;
  blocks_.back().sum += value;
}

}  // namespace iai
