#include "quantizer/quantize/recurrent_rounding.hpp"

#include <cmath>

#include "quantizer/graph/fold.hpp"
#include "quantizer/quantize/rounding_metric.hpp"

namespace iai {
namespace {

using Coupling = RecurrentMoments::Coupling;

/// One direction's metric over inputs that all vary by 1, so that raw units beside a state within -1 and 1 do not drown it.
struct EvenMetric {
  std::vector<double> deviations;  // of z; 1 where nothing varies
  RoundingMetric metric;

  EvenMetric(std::vector<double> products, std::size_t n) : deviations(deviations_of(products, n)), metric(evened(std::move(products), deviations, n), n) {}

 private:
  static std::vector<double> deviations_of(const std::vector<double>& products, std::size_t n) {
    std::vector<double> deviations(n, 1);
    for (std::size_t i = 0; i < n; ++i) {
      if (products[i * n + i] > 0) deviations[i] = std::sqrt(products[i * n + i]);
    }
    return deviations;
  }
  static std::vector<double> evened(std::vector<double> products, const std::vector<double>& deviations, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) products[i * n + j] /= deviations[i] * deviations[j];
    }
    return products;
  }
};

/// W and R as one matrix with a row for each gate and unit, columns z = (x, h).
class JointWeight {
 public:
  JointWeight(const TensorView& w, const TensorView& r, QuantizedWeight& rounded_w, QuantizedWeight& rounded_r)
      : inputs_(static_cast<std::size_t>(w.shape[2])),
        hidden_(static_cast<std::size_t>(r.shape[2])),
        w_(to_floats(w)),
        r_(to_floats(r)),
        rounded_w_(rounded_w),
        rounded_r_(rounded_r) {}

  std::size_t columns() const { return inputs_ + hidden_; }
  double value(std::size_t row, std::size_t z) const { return static_cast<double>(z < inputs_ ? w_[row * inputs_ + z] : r_[row * hidden_ + z - inputs_]); }
  double scale(std::size_t row, std::size_t z) const { return static_cast<double>(z < inputs_ ? rounded_w_.scales[row] : rounded_r_.scales[row]); }
  std::int8_t& integer(std::size_t row, std::size_t z) const {
    return z < inputs_ ? rounded_w_.values.values<std::int8_t>()[row * inputs_ + z] : rounded_r_.values.values<std::int8_t>()[row * hidden_ + z - inputs_];
  }

  void round(std::size_t row, const EvenMetric& even) const {
    if (!even.metric.usable()) return;
    const std::size_t n = columns();
    std::vector<double> weights(n), steps(n), nearest(n), adaptive(n);
    for (std::size_t z = 0; z < n; ++z) {
      weights[z] = value(row, z) * even.deviations[z];
      steps[z] = scale(row, z) * even.deviations[z];
      nearest[z] = weights[z] - integer(row, z) * steps[z];
    }
    const std::vector<double> made = even.metric.rounded(weights, steps);
    for (std::size_t z = 0; z < n; ++z) adaptive[z] = weights[z] - made[z] * steps[z];
    if (!(even.metric.cost(adaptive) < even.metric.cost(nearest))) return;
    for (std::size_t z = 0; z < n; ++z) integer(row, z) = static_cast<std::int8_t>(made[z]);
  }

  /// What the roundings of columns [from, to) add to the row on average.
  double shift(std::size_t row, std::size_t from, std::size_t to, const std::vector<double>& means) const {
    double sum = 0;
    for (std::size_t z = from; z < to; ++z) sum += (scale(row, z) * integer(row, z) - value(row, z)) * means[z];
    return sum;
  }

 private:
  std::size_t inputs_, hidden_;
  std::vector<float> w_, r_;
  QuantizedWeight &rounded_w_, &rounded_r_;
};

}  // namespace

std::vector<double> round_recurrent(const onnx::NodeProto& node, const TensorView& w, const TensorView& r, const RecurrentMoments& moments,
                                    QuantizedWeight& rounded_w, QuantizedWeight& rounded_r) {
  const bool gru = is_standard(node, "GRU"), reset_behind = int_attribute(node, "linear_before_reset", 0) != 0;
  const auto directions = static_cast<std::size_t>(w.shape[0]), rows = static_cast<std::size_t>(w.shape[1]);
  const std::size_t inputs = moments.inputs(), hidden = moments.hidden(), n = inputs + hidden;
  const std::size_t candidate = gru ? 2 * hidden : rows;  // GRU's gates: update, reset, candidate
  const JointWeight joint(w, r, rounded_w, rounded_r);
  std::vector<double> shifts(directions * 2 * rows);
  for (std::size_t direction = 0; direction < directions; ++direction) {
    const EvenMetric together(moments.products(direction, Coupling::together), n);
    const EvenMetric apart(moments.products(direction, reset_behind ? Coupling::apart : Coupling::apart_raw_state), n);
    const std::vector<double> means = moments.means(direction);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t row = direction * rows + i;
      joint.round(row, i < candidate ? together : apart);
      shifts[direction * 2 * rows + i] = joint.shift(row, 0, inputs, means);
      // The state goes through the reset gate first: its mean there is not known.
      if (i < candidate || reset_behind) shifts[direction * 2 * rows + rows + i] = joint.shift(row, inputs, n, means);
    }
  }
  return shifts;
}

}  // namespace iai
