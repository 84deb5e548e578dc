#include "quantizer/quantize/recurrent_moments.hpp"

#include <algorithm>

#include "quantizer/graph/fold.hpp"

namespace iai {
namespace {

bool runs_backwards(const onnx::NodeProto& node) {
  const onnx::AttributeProto* direction = find_attribute(node, "direction");
  return direction != nullptr && direction->s() == "reverse";
}

}  // namespace

RecurrentMoments::RecurrentMoments(const onnx::NodeProto& node, std::int64_t directions, std::int64_t inputs, std::int64_t hidden, std::int64_t samples)
    : directions_(static_cast<std::size_t>(directions)),
      inputs_(static_cast<std::size_t>(inputs)),
      hidden_(static_cast<std::size_t>(hidden)),
      batch_first_(int_attribute(node, "layout", 0) != 0),
      reverse_(runs_backwards(node)),
      samples_(samples),
      sums_(directions_ * (inputs_ + hidden_)),
      products_(directions_ * (inputs_ + hidden_) * (inputs_ + hidden_)),
      z_(inputs_ + hidden_) {}

void RecurrentMoments::add(const TensorView& x, const TensorView& states) {
  if (x.shape.size() != 3 || states.shape.size() != 4 || x.shape[2] != static_cast<std::int64_t>(inputs_)) return;
  const auto steps = static_cast<std::size_t>(x.shape[batch_first_ ? 1 : 0]), batch = static_cast<std::size_t>(x.shape[batch_first_ ? 0 : 1]);
  if (states.size() != static_cast<std::int64_t>(steps * directions_ * batch * hidden_)) return;
  if (step_ == 0) step_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(steps * batch) * samples_ / most_steps);
  const std::vector<float> inputs = to_floats(x), hidden = to_floats(states);
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t t = 0; t < steps; ++t) {
      if (place_++ % step_ != 0) continue;
      ++seen_;
      const std::size_t row = batch_first_ ? b * steps + t : t * batch + b;
      std::copy_n(inputs.begin() + static_cast<std::ptrdiff_t>(row * inputs_), inputs_, z_.begin());
      for (std::size_t direction = 0; direction < directions_; ++direction) {
        const bool backwards = direction == 1 || reverse_;
        const std::ptrdiff_t before = static_cast<std::ptrdiff_t>(t) + (backwards ? 1 : -1);
        const auto at = z_.begin() + static_cast<std::ptrdiff_t>(inputs_);
        if (before < 0 || before >= static_cast<std::ptrdiff_t>(steps)) {
          std::fill(at, z_.end(), 0.0);
        } else {
          const auto s = static_cast<std::size_t>(before);
          const std::size_t state = batch_first_ ? (b * steps + s) * directions_ + direction : (s * directions_ + direction) * batch + b;
          std::copy_n(hidden.begin() + static_cast<std::ptrdiff_t>(state * hidden_), hidden_, at);
        }
        add_step(direction);
      }
    }
  }
}

void RecurrentMoments::add_step(std::size_t direction) {
  const std::size_t n = z_.size();
  double* sums = sums_.data() + direction * n;
  double* products = products_.data() + direction * n * n;
  for (std::size_t i = 0; i < n; ++i) {
    sums[i] += z_[i];
    if (z_[i] == 0) continue;
    double* row = products + i * n;
    for (std::size_t j = 0; j <= i; ++j) row[j] += z_[i] * z_[j];
  }
}

std::vector<double> RecurrentMoments::means(std::size_t direction) const {
  std::vector<double> means(z_.size());
  if (seen_ == 0) return means;
  for (std::size_t i = 0; i < means.size(); ++i) means[i] = sums_[direction * means.size() + i] / static_cast<double>(seen_);
  return means;
}

std::vector<double> RecurrentMoments::products(std::size_t direction, Coupling coupling) const {
  const std::size_t n = z_.size();
  const std::vector<double> mean = means(direction);
  const auto count = static_cast<double>(seen_);
  std::vector<double> made(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const bool both_states = j >= inputs_, mixed = i >= inputs_ && j < inputs_;
      if (mixed && coupling != Coupling::together) continue;
      const double raw = products_[(direction * n + i) * n + j];
      made[i * n + j] = both_states && coupling == Coupling::apart_raw_state ? raw : raw - count * mean[i] * mean[j];
    }
  }
  return made;
}

}  // namespace iai
