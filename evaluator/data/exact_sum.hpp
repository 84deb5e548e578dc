#pragma once

#include <array>
#include <cstdint>
#include <map>

namespace iai {

/// The sum of any doubles without any rounding: whatever the order, and however parts are merged, the sum is the same.
/// @source R. Neal, "Fast Exact Summation Using Small and Large Superaccumulators" (2015), the small one
class ExactSum {
 public:
  /// NaN and infinities make the sum "not finite" for good.
  void add(double value);
  /// a * b, exactly, unless it is below 1e-290.
  void add_product(double a, double b);
  void merge(const ExactSum& other);
  bool finite() const { return finite_; }
  /// The nearest double, or NaN.
  double value() const;
  /// The sum as the nearest double and what it lacks, to 106 bits.
  void value(double& high, double& low) const;
  /// Limbs of 32 bits that are not 0, by place; the inverse of add_limb.
  std::map<int, std::int64_t> limbs() const;
  void add_limb(int place, std::int64_t limb);
  void set_not_finite() { finite_ = false; }

 private:
  static constexpr int limb_count = 70;
  void carry();
  std::array<std::int64_t, limb_count> limbs_{};  // value = sum of limbs_[i] * 2^(32 i - 1152)
  int pending_ = 0;                               // additions since the last carry
  bool finite_ = true;
};

}  // namespace iai
