#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace iai {

class StateStream;

/// The sum of any doubles without any rounding: whatever the order, and however parts are merged, the sum is the same.
/// Memory for the digits that were met, 8 bytes for each 32 bits of them.
/// @source R. Neal, "Fast Exact Summation Using Small and Large Superaccumulators" (2015), the small one
class ExactSum {
 public:
  /// NaN and infinities make the sum "not finite" for good.
  void add(double value);
  /// a * b, exactly, unless it is below 1e-290.
  void add_product(double a, double b);
  /// a * b * c, to twice the digits of a double of b * c.
  void add_product(double a, double b, double c);
  void merge(const ExactSum& other);
  bool finite() const { return finite_; }
  /// The nearest double, or NaN.
  double value() const;
  /// The sum as the nearest double and what it lacks, to 106 bits.
  void value(double& high, double& low) const;
  /// Limbs of 32 bits of the sum's magnitude that are not 0, by place: it is the sum of limb * 2^(32 place - 1152).
  std::map<int, std::int64_t> limbs() const;
  void transfer(StateStream& state);

 private:
  friend double centred_sum(const ExactSum& products, const ExactSum& x, const ExactSum& y, std::int64_t n);
  static constexpr int most_limbs = 80;  // all that doubles reach, with room for what is carried
  void reach(int from, int to);
  void carry();
  /// The sum's sign taken off it. @returns true when it was negative
  bool to_magnitude();
  std::vector<std::int64_t> limbs_;  // value = sum of limbs_[i] * 2^(32 (first_ + i) - 1152); the last takes the sign
  int first_ = 0;
  int pending_ = 0;  // additions since the last carry
  bool finite_ = true;
};

/// sum of x y - (sum of x) (sum of y) / n, from the exact numerator, as the difference may be small beside its terms; NaN when
/// one of the sums is not finite.
double centred_sum(const ExactSum& products, const ExactSum& x, const ExactSum& y, std::int64_t n);

}  // namespace iai
