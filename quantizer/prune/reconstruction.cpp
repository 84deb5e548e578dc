#include "quantizer/prune/reconstruction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace iai {

namespace {

/// Added to the diagonal, as a share of its mean: channels that are the same up to noise must not get huge weights.
constexpr double ridge = 1e-3;

/// Lower triangular L with L L^T = matrix, in place; false when it is not positive definite.
bool factorise(std::vector<double>& matrix, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      double sum = matrix[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= matrix[i * n + k] * matrix[j * n + k];
      if (i == j) {
        if (!(sum > 0)) return false;
        matrix[j * n + j] = std::sqrt(sum);
      } else {
        matrix[i * n + j] = sum / matrix[j * n + j];
      }
    }
  }
  return true;
}

}  // namespace

std::vector<double> inverse_of(std::vector<double> matrix, std::size_t n) {
  if (!factorise(matrix, n)) return {};
  std::vector<double> inverse(n * n, 0);  // first of L, row by row; then its transpose times itself
  for (std::size_t i = 0; i < n; ++i) {
    inverse[i * n + i] = 1 / matrix[i * n + i];
    for (std::size_t k = 0; k < i; ++k) {
      const double factor = -matrix[i * n + k] * inverse[i * n + i];
      for (std::size_t j = 0; j <= k; ++j) inverse[i * n + j] += factor * inverse[k * n + j];
    }
  }
  std::vector<double> result(n * n, 0);
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i <= k; ++i) {
      for (std::size_t j = 0; j <= i; ++j) result[i * n + j] += inverse[k * n + i] * inverse[k * n + j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) result[j * n + i] = result[i * n + j];
  }
  return result;
}

Reconstruction::Reconstruction(const Model& model, const ChannelMap::Consumer& consumer, const Moments& moments) : consumer_(consumer) {
  const TensorView weights = *model.initializer(consumer.weights);
  channels_ = static_cast<std::size_t>(weights.shape[static_cast<std::size_t>(consumer.axis)]);
  for (int i = 0; i < consumer.axis; ++i) outer_ *= static_cast<std::size_t>(weights.shape[static_cast<std::size_t>(i)]);
  for (std::size_t i = static_cast<std::size_t>(consumer.axis) + 1; i < weights.shape.size(); ++i) inner_ *= static_cast<std::size_t>(weights.shape[i]);
  weights_ = original_ = to_doubles(weights);
  removed_.resize(channels_, false);
  const double count = static_cast<double>(std::max<std::int64_t>(moments.count, 1));
  // Without a bias that takes up the mean, the mean is part of what has to be made up for.
  const bool centred = !consumer.bias.empty();
  for (std::size_t c = 0; c < channels_; ++c) means_.push_back(centred ? moments.sums[c] / count : 0);
  std::vector<double> products(channels_ * channels_);
  double trace = 0;
  for (std::size_t i = 0; i < channels_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) products[i * channels_ + j] = moments.products[i * channels_ + j] / count - means_[i] * means_[j];
    trace += products[i * channels_ + i];
  }
  for (std::size_t i = 0; i < channels_; ++i) {
    for (std::size_t j = 0; j < i; ++j) products[j * channels_ + i] = products[i * channels_ + j];
  }
  for_each_filter([&](std::size_t first) {
    for (std::size_t i = 0; i < channels_; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < channels_; ++j) sum += products[i * channels_ + j] * weights_[first + j * inner_];
      output_energy_ += sum * weights_[first + i * inner_];
    }
  });
  const double least = std::max(trace / static_cast<double>(channels_) * ridge, std::numeric_limits<double>::min());
  for (double added = least; inverse_.empty() && std::isfinite(added); added *= 10) {
    std::vector<double> matrix = products;
    for (std::size_t i = 0; i < channels_; ++i) matrix[i * channels_ + i] += added;
    inverse_ = inverse_of(std::move(matrix), channels_);
  }
  measure_energies();
}

/// Calls `use` with the index of the first channel's weight of every row that is summed over the channels.
template <class Use>
void Reconstruction::for_each_filter(Use use) const {
  for (std::size_t o = 0; o < outer_; ++o) {
    for (std::size_t i = 0; i < inner_; ++i) use(o * channels_ * inner_ + i);
  }
}

void Reconstruction::measure_energies() {
  energies_.assign(channels_, 0);
  for (std::size_t i = 0; i < weights_.size(); ++i) energies_[i / inner_ % channels_] += weights_[i] * weights_[i];
}

double Reconstruction::cost(std::size_t c) const {
  if (removed_[c] || output_energy_ <= 0) return 0;
  return energies_[c] / inverse(c, c) / output_energy_;
}

void Reconstruction::remove(std::size_t c) {
  if (removed_[c]) return;
  removed_[c] = true;
  std::vector<double> row(channels_);
  for (std::size_t j = 0; j < channels_; ++j) row[j] = inverse(c, j);
  const double pivot = row[c];
  for_each_filter([&](std::size_t first) {
    const double factor = weights_[first + c * inner_] / pivot;
    for (std::size_t j = 0; j < channels_; ++j) weights_[first + j * inner_] -= factor * row[j];
    weights_[first + c * inner_] = 0;
  });
  for (std::size_t i = 0; i < channels_; ++i) {
    if (row[i] == 0) continue;
    const double factor = row[i] / pivot;
    for (std::size_t j = 0; j < channels_; ++j) inverse(i, j) -= factor * row[j];
  }
  for (std::size_t j = 0; j < channels_; ++j) inverse(c, j) = inverse(j, c) = 0;
  inverse(c, c) = 1;  // never asked for again
  for (std::size_t other = 0; other < channels_; ++other) {
    if (!removed_[other]) continue;
    for_each_filter([&](std::size_t first) { weights_[first + other * inner_] = 0; });  // rounding left-overs
  }
  measure_energies();
}

void Reconstruction::store(Model& model) const {
  if (std::find(removed_.begin(), removed_.end(), true) == removed_.end()) return;
  const auto shape = model.initializer(consumer_.weights)->shape;
  model.set_initializer(consumer_.weights, make_tensor<float>(shape, std::vector<float>(weights_.begin(), weights_.end())));
  if (consumer_.bias.empty()) return;
  std::vector<double> bias = to_doubles(*model.initializer(consumer_.bias));
  const bool rows_are_outputs = consumer_.axis > 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const std::size_t output = rows_are_outputs ? i / (channels_ * inner_) : i % inner_;
    bias[output] += (original_[i] - weights_[i]) * means_[i / inner_ % channels_];
  }
  model.set_initializer(consumer_.bias, make_tensor<float>(model.initializer(consumer_.bias)->shape, std::vector<float>(bias.begin(), bias.end())));
}

}  // namespace iai
