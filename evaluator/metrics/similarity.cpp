#include "evaluator/metrics/similarity.hpp"

#include <cmath>
#include <cstring>

// The inner loop is compiled twice on x86-64: for every machine, and for those with AVX2. Neither fuses a multiplication with an addition.
#if defined(__x86_64__)
#define IAI_WITH_AVX2 [[gnu::target("avx2")]]
#endif

namespace iai {
namespace {

constexpr std::size_t tile = 4;  // rows whose sums stay in registers
typedef double Four __attribute__((vector_size(32), aligned(8)));

/// Products of `tile` vectors with 8 others. @param vectors  [tile, size]  @param others  [size, 8]  @param out  [tile, stride]
[[gnu::always_inline]] inline void products_body(const double* vectors, const double* others, std::size_t size, double* out, std::size_t stride) {
  Four low[tile] = {}, high[tile] = {};
  for (std::size_t k = 0; k < size; ++k) {
    Four first, second;
    std::memcpy(&first, others + 8 * k, sizeof first);
    std::memcpy(&second, others + 8 * k + 4, sizeof second);
    for (std::size_t row = 0; row < tile; ++row) {
      low[row] += vectors[row * size + k] * first;
      high[row] += vectors[row * size + k] * second;
    }
  }
  for (std::size_t row = 0; row < tile; ++row) {
    std::memcpy(out + row * stride, &low[row], sizeof(Four));
    std::memcpy(out + row * stride + 4, &high[row], sizeof(Four));
  }
}

void products_plain(const double* vectors, const double* others, std::size_t size, double* out, std::size_t stride) {
  products_body(vectors, others, size, out, stride);
}

#ifdef IAI_WITH_AVX2
const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
IAI_WITH_AVX2 void products_avx2(const double* vectors, const double* others, std::size_t size, double* out, std::size_t stride) {
  products_body(vectors, others, size, out, stride);
}
#else
constexpr bool has_avx2 = false;
constexpr auto products_avx2 = products_plain;
#endif

}  // namespace

Similarities::Similarities(std::span<const float> vectors, std::size_t count)
    : count_(count),
      size_(count == 0 ? 0 : vectors.size() / count),
      blocks_((count + lanes - 1) / lanes),
      unit_(((count + rows - 1) / rows) * rows * size_),
      packed_(blocks_ * size_ * lanes) {
  for (std::size_t i = 0; i < count_; ++i) {
    double squares = 0;
    const float* vector = vectors.data() + i * size_;
    for (std::size_t k = 0; k < size_; ++k) squares += static_cast<double>(vector[k]) * static_cast<double>(vector[k]);
    for (std::size_t k = 0; k < size_; ++k) {
      const auto number = static_cast<double>(vector[k]);
      const double unit = squares > 0 ? number / std::sqrt(squares) : number;
      unit_[i * size_ + k] = unit;
      packed_[(i / lanes * size_ + k) * lanes + i % lanes] = unit;
    }
  }
}

void Similarities::compute(std::size_t first, std::span<double> out) const {
  const auto products = has_avx2 ? products_avx2 : products_plain;
  for (std::size_t block = 0; block < blocks_; ++block) {
    for (std::size_t row = 0; row < rows && first + row < count_; row += tile) {
      products(unit_.data() + (first + row) * size_, packed_.data() + block * size_ * lanes, size_, out.data() + row * stride() + block * lanes, stride());
    }
  }
}

}  // namespace iai
