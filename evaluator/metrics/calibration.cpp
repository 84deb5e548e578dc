#include "evaluator/metrics/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace iai {
namespace {

constexpr double bin_count = 15;  // of Guo et al.

/// The bin of `probability`, from 0.
double width_bin(double probability) { return std::clamp(std::ceil(probability * bin_count) - 1, 0.0, bin_count - 1); }

}  // namespace

ReliabilityOrder::ReliabilityOrder(const Answers& answers) {
  predictions_.reserve(answers.probability.size());
  for (std::size_t i = 0; i < answers.probability.size(); ++i) {
    const bool right = answers.kind == TaskKind::binary ? answers.actual[i] == 1 : answers.actual[i] == answers.predicted[i];
    predictions_.push_back({answers.probability[i], static_cast<std::size_t>(answers.cluster[i]), right});
  }
  std::stable_sort(predictions_.begin(), predictions_.end(), [](const Prediction& a, const Prediction& b) { return a.probability < b.probability; });
}

std::vector<ReliabilityBin> ReliabilityOrder::bins(ReliabilityBins kind, std::span<const std::uint32_t> weights) const {
  double total = 0, passed = 0, last = -1;
  for (const Prediction& prediction : predictions_) total += weights[prediction.cluster];
  std::vector<ReliabilityBin> bins;
  for (std::size_t i = 0; i < predictions_.size();) {
    const double probability = predictions_[i].probability;
    double n = 0, right = 0;
    for (; i < predictions_.size() && predictions_[i].probability == probability; ++i) {
      n += weights[predictions_[i].cluster];
      right += predictions_[i].right ? weights[predictions_[i].cluster] : 0;
    }
    if (n == 0) continue;
    const double bin = kind == ReliabilityBins::equal_width ? width_bin(probability) : std::floor(bin_count * (passed + n / 2) / total);
    passed += n;
    if (bins.empty() || bin != last) bins.push_back({probability, probability, 0, 0, 0});
    last = bin;
    bins.back().high = probability;
    bins.back().n += n;
    bins.back().probability += n * probability;
    bins.back().right += right;
  }
  return bins;
}

}  // namespace iai
