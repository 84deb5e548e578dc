#include "evaluator/data/exact_sum.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <span>

#include "evaluator/data/state_stream.hpp"

namespace iai {
namespace {

constexpr int lowest_bit = 1152;  // place 0 counts 2^-1152: below all bits of the smallest double's 53

}  // namespace

/// Places from `from` up to before `to` have limbs.
void ExactSum::reach(int from, int to) {
  if (limbs_.empty()) first_ = from;
  if (from < first_) {
    limbs_.insert(limbs_.begin(), static_cast<std::size_t>(first_ - from), 0);
    first_ = from;
  }
  if (const auto wanted = static_cast<std::size_t>(to - first_); limbs_.size() < wanted) limbs_.resize(wanted);
}

void ExactSum::add(double value) {
  if (value == 0) return;
  if (!std::isfinite(value)) {
    finite_ = false;
    return;
  }
  // value = mantissa * 2^exponent, IEEE 754
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto biased = static_cast<int>(bits >> 52 & 0x7FF);
  const auto digits = static_cast<std::int64_t>(bits & 0xF'FFFF'FFFF'FFFF) | (biased > 0 ? std::int64_t{1} << 52 : 0);
  const std::int64_t mantissa = value < 0 ? -digits : digits;
  const int exponent = std::max(1, biased) - 1075, bit = exponent + lowest_bit;
  __extension__ using Wide = __int128;
  const Wide shifted = static_cast<Wide>(mantissa) << (bit & 31);
  reach(bit >> 5, (bit >> 5) + 4);  // one more, for what is carried
  const auto place = static_cast<std::size_t>((bit >> 5) - first_);
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

void ExactSum::add_product(double a, double b, double c) {
  const double product = b * c;
  add_product(a, product);
  if (std::isfinite(product)) add_product(a, std::fma(b, c, -product));
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
  if (!carried.limbs_.empty()) {
    const int end = carried.first_ + static_cast<int>(carried.limbs_.size());
    reach(carried.first_, end + 1);
    carry();
    for (std::size_t i = 0; i < carried.limbs_.size(); ++i) limbs_[i + static_cast<std::size_t>(carried.first_ - first_)] += carried.limbs_[i];
    carry();
  }
  finite_ = finite_ && other.finite_;
}

bool ExactSum::to_magnitude() {
  carry();
  if (limbs_.empty() || limbs_.back() >= 0) return false;
  for (auto& limb : limbs_) limb = -limb;
  carry();
  return true;
}

void ExactSum::value(double& high, double& low) const {
  high = low = std::numeric_limits<double>::quiet_NaN();
  if (!finite_) return;
  ExactSum rest = *this;
  const bool negative = rest.to_magnitude();
  // From the top: what a double cannot hold of the sum goes into the second one.
  high = low = 0;
  for (std::size_t i = rest.limbs_.size(); i-- > 0;) {
    const double part = std::ldexp(static_cast<double>(rest.limbs_[i]), 32 * (rest.first_ + static_cast<int>(i)) - lowest_bit);
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
  ExactSum magnitude = *this;
  magnitude.to_magnitude();
  std::map<int, std::int64_t> limbs;
  for (std::size_t i = 0; i < magnitude.limbs_.size(); ++i)
    if (magnitude.limbs_[i] != 0) limbs[magnitude.first_ + static_cast<int>(i)] = magnitude.limbs_[i];
  return limbs;
}

void ExactSum::transfer(StateStream& state) {
  bool negative = !state.is_reading() && to_magnitude();
  while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
  const auto zeros = std::find_if(limbs_.begin(), limbs_.end(), [](std::int64_t limb) { return limb != 0; });
  first_ += static_cast<int>(zeros - limbs_.begin());
  limbs_.erase(limbs_.begin(), zeros);
  if (limbs_.empty()) first_ = 0;
  state.flag(finite_);
  state.flag(negative);
  auto first = static_cast<std::uint64_t>(first_);
  state.number(first, most_limbs - 2);
  first_ = static_cast<int>(first);
  limbs_.resize(state.length(limbs_.size(), static_cast<std::size_t>(most_limbs - 2 - first_)));  // 2 for what is carried
  for (auto& limb : limbs_) {
    auto digits = static_cast<std::uint64_t>(limb);
    state.number(digits, (std::uint64_t{1} << 40) - 1);  // the last may have more than 32 bits
    limb = static_cast<std::int64_t>(digits);
  }
  if (negative)
    for (auto& limb : limbs_) limb = -limb;
  if (!limbs_.empty()) limbs_.push_back(0);
  carry();
}

namespace {

__extension__ using Wide = __int128;

/// Every digit to 0 to 2^32 - 1; the last takes the sign.
void carry_digits(std::span<Wide> digits) {
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    const Wide high = digits[i] >> 32;
    digits[i] -= high * (Wide{1} << 32);
    digits[i + 1] += high;
  }
}

}  // namespace

double centred_sum(const ExactSum& products, const ExactSum& x, const ExactSum& y, std::int64_t n) {
  if (!products.finite_ || !x.finite_ || !y.finite_) return std::numeric_limits<double>::quiet_NaN();
  ExactSum p = products, a = x, b = y;
  for (auto* sum : {&p, &a, &b}) sum->carry();
  // n * products - x * y in digits of 32 bits, the first of which counts 2^-2304.
  std::array<Wide, 2 * ExactSum::most_limbs + 8> digits{};
  for (std::size_t i = 0; i < p.limbs_.size(); ++i) digits[static_cast<std::size_t>(p.first_ + lowest_bit / 32) + i] += static_cast<Wide>(p.limbs_[i]) * n;
  for (std::size_t i = 0; i < a.limbs_.size(); ++i)
    for (std::size_t j = 0; j < b.limbs_.size(); ++j)
      digits[static_cast<std::size_t>(a.first_ + b.first_) + i + j] -= static_cast<Wide>(a.limbs_[i]) * b.limbs_[j];
  carry_digits(digits);
  const bool negative = digits.back() < 0;
  if (negative) {
    for (auto& digit : digits) digit = -digit;
    carry_digits(digits);
  }
  std::size_t top = digits.size() - 1;
  while (top > 3 && digits[top] == 0) --top;
  double mantissa = 0;
  for (std::size_t i = 4; i-- > 0;) mantissa += std::ldexp(static_cast<double>(digits[top - i]), -32 * static_cast<int>(i));
  const double sum = std::ldexp(mantissa / static_cast<double>(n), 32 * static_cast<int>(top) - 2 * lowest_bit);
  return negative ? -sum : sum;
}

}  // namespace iai
