// The only file that includes DataSketches: its source of random bits is one for each file that includes it.
#include "evaluator/data/sketches.hpp"

#include <cmath>
#include <limits>

#include <MurmurHash3.h>
#include <hll.hpp>
#include <kll_sketch.hpp>

namespace iai {

struct Quantiles::Sketch {
  datasketches::kll_sketch<double> numbers{400};
};

Quantiles::Quantiles() = default;
Quantiles::~Quantiles() = default;
Quantiles::Quantiles(Quantiles&&) noexcept = default;
Quantiles& Quantiles::operator=(Quantiles&&) noexcept = default;

void Quantiles::flush() {
  if (!sketch_) sketch_ = std::make_unique<Sketch>();
  // The bits that decide which half of a level survives depend on the position in this stream and on nothing else.
  datasketches::random_bit.seed(static_cast<std::uint32_t>(hash_bits(sketch_->numbers.get_n() + 1)));
  for (const double value : buffer_) sketch_->numbers.update(value);
  buffer_.clear();
}

double Quantiles::at(double rank) {
  if (!buffer_.empty()) flush();
  return sketch_ ? sketch_->numbers.get_quantile(rank) : std::numeric_limits<double>::quiet_NaN();
}

struct DistinctCount::Sketch {
  datasketches::hll_sketch hashes{13, datasketches::HLL_8};
};

DistinctCount::DistinctCount(std::size_t most_exact) : most_exact_(most_exact) {}
DistinctCount::~DistinctCount() = default;
DistinctCount::DistinctCount(DistinctCount&&) noexcept = default;
DistinctCount& DistinctCount::operator=(DistinctCount&&) noexcept = default;

void DistinctCount::insert(std::uint64_t hash) {
  if (sketch_) {
    sketch_->hashes.update(hash);
    return;
  }
  const std::uint64_t key = hash == 0 ? 1 : hash;
  if ((used_ + 1) * 2 > slots_.size()) grow();
  std::size_t at = key & (slots_.size() - 1);
  while (slots_[at] != 0 && slots_[at] != key) at = (at + 1) & (slots_.size() - 1);
  if (slots_[at] == key) return;
  slots_[at] = key;
  if (++used_ <= most_exact_) return;
  sketch_ = std::make_unique<Sketch>();
  for (const auto slot : slots_)
    if (slot != 0) sketch_->hashes.update(slot);
  std::vector<std::uint64_t>().swap(slots_);
}

void DistinctCount::grow() {
  std::vector<std::uint64_t> larger(slots_.empty() ? 16 : slots_.size() * 2, 0);
  for (const auto slot : slots_) {
    if (slot == 0) continue;
    std::size_t at = slot & (larger.size() - 1);
    while (larger[at] != 0) at = (at + 1) & (larger.size() - 1);
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

std::int64_t DistinctCount::count() const {
  return sketch_ ? std::llround(sketch_->hashes.get_estimate()) : static_cast<std::int64_t>(used_);
}

Hash128 hash128(std::string_view text) {
  HashState state;
  MurmurHash3_x64_128(text.data(), text.size(), 0x69'61'69, state);
  return {state.h1, state.h2};
}

std::uint64_t hash_text(std::string_view text) { return hash128(text).high; }

}  // namespace iai
