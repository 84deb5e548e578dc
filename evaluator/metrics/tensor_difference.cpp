#include "evaluator/metrics/tensor_difference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>

#include "evaluator/metrics/output_error.hpp"
#include "formats/decibels.hpp"

namespace iai {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

TensorDifferenceSums TensorDifferenceSums::of(const TensorView& reference, const TensorView& candidate, std::int64_t first, std::int64_t n,
                                              const Tolerance& tolerance) {
  TensorDifferenceSums sums;
  if (reference.shape != candidate.shape) {
    sums.found_.shape = reference.shape;
    sums.found_.other_shape = candidate.shape;
    return sums;
  }
  const std::vector<double> a = to_doubles(reference), b = to_doubles(candidate);
  const std::int64_t rows = !reference.shape.empty() && reference.shape[0] == n ? n : 1;
  const std::size_t each = a.size() / static_cast<std::size_t>(rows);
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::size_t at = static_cast<std::size_t>(row) * each;
    sums.add_row(a.data() + at, b.data() + at, each, first + row, tolerance);
  }
  return sums;
}

void TensorDifferenceSums::add_row(const double* reference, const double* candidate, std::size_t count, std::int64_t sample, const Tolerance& tolerance) {
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isfinite(reference[i])) largest = std::max(largest, std::abs(reference[i]));
  }
  const double limit = tolerance.relative ? tolerance.value * largest : tolerance.value;
  const std::int64_t before = found_.beyond;
  for (std::size_t i = 0; i < count; ++i) {
    const double r = reference[i], c = candidate[i];
    if (!std::isfinite(r)) ++found_.not_finite;
    if (!std::isfinite(r) || !std::isfinite(c)) {
      if (same(r, c)) continue;
      ++found_.broken;
      ++found_.beyond;
      continue;
    }
    const double difference = std::abs(c - r);
    signal_ += r * r;
    noise_ += difference * difference;
    candidate_ += c * c;
    product_ += r * c;
    absolute_ += difference;
    found_.max_absolute = std::max(found_.max_absolute, difference);
    if (difference > limit) ++found_.beyond;
  }
  found_.elements += static_cast<std::int64_t>(count);
  if (found_.first_sample < 0 && found_.beyond > before) found_.first_sample = sample;
}

void TensorDifferenceSums::append(const TensorDifferenceSums& later) {
  if (!found_.comparable()) return;
  signal_ += later.signal_;
  noise_ += later.noise_;
  candidate_ += later.candidate_;
  product_ += later.product_;
  absolute_ += later.absolute_;
  const TensorDifference& other = later.found_;
  found_.max_absolute = std::max(found_.max_absolute, other.max_absolute);
  found_.elements += other.elements;
  found_.beyond += other.beyond;
  found_.broken += other.broken;
  found_.not_finite += other.not_finite;
  if (found_.first_sample < 0) found_.first_sample = other.first_sample;
  found_.shape = other.shape;
  found_.other_shape = other.other_shape;
}

TensorDifference TensorDifferenceSums::result() const {
  TensorDifference made = found_;
  made.sqnr_db = decibels(signal_, noise_);
  if (noise_ > 0) made.cosine = signal_ > 0 && candidate_ > 0 ? product_ / std::sqrt(signal_) / std::sqrt(candidate_) : 0;
  const std::int64_t compared = found_.elements;
  made.mean_absolute = compared > 0 ? absolute_ / static_cast<double>(compared) : 0;
  if (made.broken > 0) {
    made.sqnr_db = -infinity;
    made.cosine = 0;
    made.max_absolute = made.mean_absolute = infinity;
  }
  return made;
}

std::vector<TensorDifference> compare_tensors(const Session& reference, const Session& candidate, const Samples& samples,
                                              const std::vector<std::pair<std::size_t, std::size_t>>& pairs, const Tolerance& tolerance, int threads,
                                              const std::function<void(std::int64_t samples)>& done) {
  std::mutex mutex;
  std::map<std::int64_t, std::vector<TensorDifferenceSums>> waiting;  // by the first sample of the run
  std::vector<TensorDifferenceSums> sums(pairs.size());
  const auto visit = [&](const BothOutputs& outputs) {
    std::vector<TensorDifferenceSums> run;
    for (const auto& [a, b] : pairs) run.push_back(TensorDifferenceSums::of(outputs.reference[a], outputs.candidate[b], outputs.first, outputs.n, tolerance));
    const std::lock_guard lock(mutex);
    waiting.emplace(outputs.first, std::move(run));
  };
  visit_both(reference, candidate, samples, threads, visit, [&](std::int64_t compared) {
    std::unique_lock lock(mutex);
    const auto run = waiting.extract(waiting.begin());  // every earlier one was taken before
    lock.unlock();
    for (std::size_t i = 0; i < pairs.size(); ++i) sums[i].append(run.mapped()[i]);
    done(compared);
  });
  std::vector<TensorDifference> differences;
  for (const TensorDifferenceSums& sum : sums) differences.push_back(sum.result());
  return differences;
}

}  // namespace iai
