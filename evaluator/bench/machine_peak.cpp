#include "evaluator/bench/machine_peak.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace iai {

namespace {

constexpr int chains = 10;  // of multiply-adds that do not wait for each other: two units, a latency of four or five steps
constexpr int tries = 5;
constexpr double try_ms = 20;

/// Runs `rounds` multiply-adds in each lane of each chain. @returns what keeps the compiler from leaving them out
using MultiplyAdd = float (*)(long rounds);
struct Kernel {
  MultiplyAdd run;
  int lanes;
};

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float multiply_add_avx512(long rounds) {
  const __m512 factor = _mm512_set1_ps(0.999F), term = _mm512_set1_ps(0.001F);
  __m512 sums[chains];
  for (__m512& sum : sums) sum = term;
  for (long i = 0; i < rounds; ++i) {
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(sum, factor, term);
  }
  for (int i = 1; i < chains; ++i) sums[0] = _mm512_add_ps(sums[0], sums[i]);
  return _mm512_cvtss_f32(sums[0]);
}

__attribute__((target("avx2,fma"))) float multiply_add_avx2(long rounds) {
  const __m256 factor = _mm256_set1_ps(0.999F), term = _mm256_set1_ps(0.001F);
  __m256 sums[chains];
  for (__m256& sum : sums) sum = term;
  for (long i = 0; i < rounds; ++i) {
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(sum, factor, term);
  }
  for (int i = 1; i < chains; ++i) sums[0] = _mm256_add_ps(sums[0], sums[i]);
  return _mm256_cvtss_f32(sums[0]);
}

float multiply_add_sse(long rounds) {
  const __m128 factor = _mm_set1_ps(0.999F), term = _mm_set1_ps(0.001F);
  __m128 sums[chains];
  for (__m128& sum : sums) sum = term;
  for (long i = 0; i < rounds; ++i) {
    for (__m128& sum : sums) sum = _mm_add_ps(_mm_mul_ps(sum, factor), term);
  }
  for (int i = 1; i < chains; ++i) sums[0] = _mm_add_ps(sums[0], sums[i]);
  return _mm_cvtss_f32(sums[0]);
}

Kernel best_kernel() {
  if (__builtin_cpu_supports("avx512f")) return {multiply_add_avx512, 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {multiply_add_avx2, 8};
  return {multiply_add_sse, 4};
}
#elif defined(__aarch64__)
float multiply_add_neon(long rounds) {
  const float32x4_t factor = vdupq_n_f32(0.999F), term = vdupq_n_f32(0.001F);
  float32x4_t sums[chains];
  for (float32x4_t& sum : sums) sum = term;
  for (long i = 0; i < rounds; ++i) {
    for (float32x4_t& sum : sums) sum = vfmaq_f32(term, sum, factor);
  }
  for (int i = 1; i < chains; ++i) sums[0] = vaddq_f32(sums[0], sums[i]);
  return vgetq_lane_f32(sums[0], 0);
}

Kernel best_kernel() { return {multiply_add_neon, 4}; }
#else
float multiply_add_plain(long rounds) {
  float sums[chains];
  for (float& sum : sums) sum = 0.001F;
  for (long i = 0; i < rounds; ++i) {
    for (float& sum : sums) sum = sum * 0.999F + 0.001F;
  }
  for (int i = 1; i < chains; ++i) sums[0] += sums[i];
  return sums[0];
}

Kernel best_kernel() { return {multiply_add_plain, 1}; }
#endif

/// How often all threads together do `step` in a second, at best. Each thread repeats it until the time of a try is over.
double best_rate(int threads, NowMs now, const std::function<void(int thread)>& step) {
  double best = 0;
  for (int i = 0; i < tries; ++i) {
    std::vector<double> rates(static_cast<std::size_t>(threads));
    std::atomic<int> ready = 0;
    const auto work = [&](int thread) {
      for (++ready; ready < threads;) std::this_thread::yield();
      const double start = now();
      double steps = 0, spent = 0;
      do {
        step(thread);
        ++steps;
        spent = now() - start;
      } while (spent < try_ms);
      rates[static_cast<std::size_t>(thread)] = steps / spent * 1000;
    };
    std::vector<std::thread> others;
    for (int thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
    work(0);
    for (std::thread& other : others) other.join();
    double sum = 0;
    for (const double rate : rates) sum += rate;
    best = std::max(best, sum);
  }
  return best;
}

/// Bytes a second that are read and written while each thread copies one half of its own `bytes` over the other.
double copy_rate(int threads, std::size_t bytes, NowMs now) {
  std::vector<std::unique_ptr<char[]>> halves;
  for (int i = 0; i < threads; ++i) {
    halves.push_back(std::make_unique<char[]>(bytes));
    std::memset(halves.back().get(), i + 1, bytes);  // pages of its own, not the one page of zeros
  }
  const std::size_t half = bytes / 2;
  return static_cast<double>(bytes) * best_rate(threads, now, [&](int thread) {
           char* data = halves[static_cast<std::size_t>(thread)].get();
           std::memcpy(data + half, data, half);
           __asm__ volatile("" : : "r"(data) : "memory");
         });
}

double cache_size(int name, double unless_known) {
  const long bytes = sysconf(name);
  return bytes > 0 ? static_cast<double>(bytes) : unless_known;
}

}  // namespace

MachinePeak measure_machine_peak(int threads, NowMs now) {
  const Kernel kernel = best_kernel();
  constexpr long rounds = 20'000;
  MachinePeak peak;
  std::atomic<float> sink = 0;
  peak.operations_per_s = 2.0 * chains * kernel.lanes * rounds * best_rate(threads, now, [&](int) { sink = kernel.run(rounds); });
  const double second_level = cache_size(_SC_LEVEL2_CACHE_SIZE, 1e6), third_level = cache_size(_SC_LEVEL3_CACHE_SIZE, 0);
  peak.cache_bytes = second_level * threads;
  peak.cache_bytes_per_s = copy_rate(threads, static_cast<std::size_t>(second_level / 2), now);
  const double large = std::clamp(4 * third_level, 128e6, 512e6) / threads;
  peak.memory_bytes_per_s = copy_rate(threads, static_cast<std::size_t>(large), now);
  return peak;
}

}  // namespace iai
