#include "evaluator/profile/sketches.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <MurmurHash3.h>

#include "evaluator/data/state_stream.hpp"

namespace iai {
namespace {

constexpr std::uint64_t most_unsampled = std::uint64_t{1} << 17;

std::uint64_t load(const char* from, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

/// The two halves of the product, folded together.
std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t low = 0, high = 0;
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  low = static_cast<std::uint64_t>(product);
  high = static_cast<std::uint64_t>(product >> 64);
  return low ^ high;
}

}  // namespace

std::size_t Quantiles::capacity(std::size_t level) const {
  const double share = std::pow(2.0 / 3.0, static_cast<double>(levels_.size() - 1 - level));
  return std::max<std::size_t>(8, static_cast<std::size_t>(std::ceil(share * static_cast<double>(k))));
}

void Quantiles::update_capacity() {
  capacity_ = 0;
  for (std::size_t level = 0; level < levels_.size(); ++level) capacity_ += capacity(level);
  capacity_ = std::max(capacity_, 3 * k);
}

void Quantiles::keep(double value, std::size_t level) {
  if (levels_.size() <= level) {
    levels_.resize(level + 1);
    update_capacity();
  }
  levels_[level].push_back(value);
  if (++size_ > capacity_) compress();
}

/// Halves the lowest level that is full: every second number of it, in order, goes up for two.
void Quantiles::compress() {
  std::size_t level = 0;
  while (level + 1 < levels_.size() && levels_[level].size() < std::max<std::size_t>(2, capacity(level))) ++level;
  if (level + 1 == levels_.size()) {
    levels_.emplace_back();
    update_capacity();
  }
  auto& full = levels_[level];
  auto& above = levels_[level + 1];
  std::sort(full.begin(), full.end());
  // The bits that decide which half survives depend on the position in this stream and on nothing else.
  const std::size_t first = hash_bits(++compactions_) & 1;
  const std::size_t even = full.size() & ~std::size_t{1};
  for (std::size_t i = first; i < even; i += 2) above.push_back(full[i]);
  full.erase(full.begin(), full.begin() + static_cast<std::ptrdiff_t>(even));
  size_ -= even / 2;
}

void Quantiles::add(std::span<const double> values) {
  std::size_t at = 0;
  while (at < values.size()) {
    if (place_ == 0 && count_ >= most_unsampled << (sampling_ + 1)) ++sampling_;
    if (sampling_ == 0) {
      keep(values[at++], 0);
      ++count_;
      continue;
    }
    // One number of each block, drawn by the block's number.
    const std::uint64_t block = std::uint64_t{1} << sampling_, drawn = hash_bits(~blocks_) & (block - 1);
    const auto taken = std::min<std::uint64_t>(block - place_, values.size() - at);
    if (drawn >= place_ && drawn < place_ + taken) keep(values[at + (drawn - place_)], sampling_);
    at += taken;
    count_ += taken;
    place_ = (place_ + taken) & (block - 1);
    blocks_ += place_ == 0 ? 1 : 0;
  }
}

void Quantiles::add(double value, std::uint64_t times) {
  count_ += times;
  for (std::size_t level = 0; times != 0; ++level, times >>= 1)
    if ((times & 1) != 0) keep(value, level);
}

void Quantiles::merge(const Quantiles& other) {
  count_ += other.count_;
  for (std::size_t level = other.levels_.size(); level-- > 0;)
    for (const double value : other.levels_[level]) keep(value, level);
  compactions_ += other.compactions_;
}

void Quantiles::transfer(StateStream& state) {
  constexpr std::size_t most_levels = 44, most_kept = std::size_t{1} << 13;
  state.number(count_, std::uint64_t{1} << 48);
  state.number(compactions_, std::uint64_t{1} << 48);
  std::uint64_t sampling = sampling_;
  state.number(sampling, most_levels);
  sampling_ = sampling;
  levels_.resize(state.length(levels_.size(), most_levels));
  size_ = 0;
  for (auto& level : levels_) {
    level.resize(state.length(level.size(), most_kept));
    for (double& value : level) state.real(value);
    size_ += level.size();
  }
  update_capacity();
}

std::vector<std::pair<double, std::uint64_t>> Quantiles::items() const {
  std::vector<std::pair<double, std::uint64_t>> items;
  items.reserve(size_);
  for (std::size_t level = 0; level < levels_.size(); ++level)
    for (const double value : levels_[level]) items.emplace_back(value, std::uint64_t{1} << level);
  std::sort(items.begin(), items.end());
  return items;
}

Quantiles Quantiles::from_levels(std::uint64_t count, std::vector<std::vector<double>> levels) {
  Quantiles quantiles;
  quantiles.levels_ = std::move(levels);
  quantiles.count_ = count;
  for (const auto& level : quantiles.levels_) quantiles.size_ += level.size();
  quantiles.update_capacity();
  quantiles.compactions_ = quantiles.size_ < count ? 1 : 0;
  return quantiles;
}

double Quantiles::at(double rank) const { return quantile_of(items(), rank); }

double quantile_of(std::span<const std::pair<double, std::uint64_t>> items, double rank) {
  if (items.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::uint64_t weight = 0;
  for (const auto& item : items) weight += item.second;
  const double wanted = std::ceil(rank * static_cast<double>(weight));
  std::uint64_t below = 0;
  for (const auto& [value, times] : items) {
    below += times;
    if (static_cast<double>(below) >= wanted) return value;
  }
  return items.back().first;
}

void DistinctSketch::transfer(StateStream& state) {
  for (auto& rank : registers_) {
    std::uint64_t value = rank;
    state.number(value, 64 - bits + 1);
    rank = static_cast<std::uint8_t>(value);
  }
}

void DistinctSketch::merge(const DistinctSketch& other) {
  for (std::size_t i = 0; i < registers_.size(); ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
}

double DistinctSketch::estimate() const {
  constexpr int most = 64 - bits;  // ranks go to most + 1
  double counts[most + 2] = {};
  for (const auto rank : registers_) counts[std::min<int>(rank, most + 1)] += 1;
  const auto m = static_cast<double>(registers_.size());
  double x = 1 - counts[most + 1] / m, y = 1, before = 0;
  double tau = 0;
  if (x != 0 && x != 1) {
    for (tau = 1 - x; before != tau;) {
      x = std::sqrt(x);
      before = tau;
      y *= 0.5;
      tau -= (1 - x) * (1 - x) * y;
    }
    tau /= 3;
  }
  double z = m * tau;
  for (int rank = most; rank >= 1; --rank) z = 0.5 * (z + counts[rank]);
  x = counts[0] / m;
  if (x == 1) return 0;
  double sigma = x;
  for (y = 1, before = -1; before != sigma;) {
    x *= x;
    before = sigma;
    sigma += x * y;
    y += y;
  }
  return m * m / (2 * std::log(2.0)) / (z + m * sigma);
}

Hash128 hash128(std::string_view text) {
  HashState state;
  MurmurHash3_x64_128(text.data(), text.size(), 0x69'61'69, state);
  return {state.h1, state.h2};
}

std::uint64_t hash_text(std::string_view text) {
  constexpr std::uint64_t a = 0x9E37'79B9'7F4A'7C15, b = 0xC2B2'AE3D'27D4'EB4F, c = 0x1656'67B1'9E37'79F9;
  const char* at = text.data();
  std::size_t size = text.size();
  std::uint64_t hash = a ^ size * c;
  for (; size > 16; at += 16, size -= 16) hash = folded_product(load(at, 8) ^ b ^ hash, load(at + 8, 8) ^ c);
  std::uint64_t first = 0, last = 0;
  if (size >= 8) {
    first = load(at, 8);
    last = load(at + size - 8, 8);
  } else if (size >= 4) {
    first = load(at, 4);
    last = load(at + size - 4, 4);
  } else if (size > 0) {
    first = static_cast<unsigned char>(at[0]) | static_cast<std::uint64_t>(static_cast<unsigned char>(at[size / 2])) << 8 |
            static_cast<std::uint64_t>(static_cast<unsigned char>(at[size - 1])) << 16;
  }
  return folded_product(folded_product(first ^ b ^ hash, last ^ c) ^ hash, a);
}

}  // namespace iai
