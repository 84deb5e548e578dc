#include "evaluator/data/exact_sum.hpp"

#include <cmath>
#include <limits>

namespace iai {
namespace {

constexpr int lowest_bit = 1152;  // limb 0 counts 2^-1152: below all bits of the smallest double's 53

}  // namespace

void ExactSum::add(double value) {
  if (value == 0) return;
  if (!std::isfinite(value)) {
    finite_ = false;
    return;
  }
  int exponent = 0;
  const auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 53));
  const int bit = exponent - 53 + lowest_bit;
  __extension__ using Wide = __int128;
  const Wide shifted = static_cast<Wide>(mantissa) << (bit & 31);
  const auto place = static_cast<std::size_t>(bit >> 5);
  limbs_[place] += static_cast<std::int64_t>(static_cast<std::uint32_t>(shifted));
  limbs_[place + 1] += static_cast<std::int64_t>(static_cast<std::uint32_t>(shifted >> 32));
  limbs_[place + 2] += static_cast<std::int64_t>(shifted >> 64);
  if (++pending_ == 1 << 24) carry();
}

void ExactSum::add_product(double a, double b) {
  const double product = a * b;
  add(product);
  if (std::isfinite(product)) add(std::fma(a, b, -product));
}

/// Every limb to 0 to 2^32 - 1; the last takes the sign.
void ExactSum::carry() {
  for (std::size_t i = 0; i + 1 < limbs_.size(); ++i) {
    const std::int64_t high = limbs_[i] >> 32;
    limbs_[i] -= high * (std::int64_t{1} << 32);
    limbs_[i + 1] += high;
  }
  pending_ = 0;
}

void ExactSum::merge(const ExactSum& other) {
  ExactSum carried = other;
  carried.carry();
  carry();
  for (std::size_t i = 0; i < limbs_.size(); ++i) limbs_[i] += carried.limbs_[i];
  carry();
  finite_ = finite_ && other.finite_;
}

void ExactSum::value(double& high, double& low) const {
  high = low = std::numeric_limits<double>::quiet_NaN();
  if (!finite_) return;
  ExactSum rest = *this;
  rest.carry();
  const bool negative = rest.limbs_.back() < 0;
  if (negative) {
    for (auto& limb : rest.limbs_) limb = -limb;
    rest.carry();
  }
  // From the top: what a double cannot hold of the sum goes into the second one.
  high = low = 0;
  for (std::size_t i = rest.limbs_.size(); i-- > 0;) {
    const double part = std::ldexp(static_cast<double>(rest.limbs_[i]), 32 * static_cast<int>(i) - lowest_bit);
    const double sum = high + part;
    low += part - (sum - high);
    high = sum;
  }
  const double sum = high + low;
  low -= sum - high;
  high = sum;
  if (negative) {
    high = -high;
    low = -low;
  }
}

double ExactSum::value() const {
  double high = 0, low = 0;
  value(high, low);
  return high;
}

std::map<int, std::int64_t> ExactSum::limbs() const {
  ExactSum carried = *this;
  carried.carry();
  std::map<int, std::int64_t> limbs;
  for (std::size_t i = 0; i < carried.limbs_.size(); ++i)
    if (carried.limbs_[i] != 0) limbs[static_cast<int>(i)] = carried.limbs_[i];
  return limbs;
}

void ExactSum::add_limb(int place, std::int64_t limb) {
  if (place >= 0 && place < limb_count) limbs_[static_cast<std::size_t>(place)] += limb;
}

}  // namespace iai
