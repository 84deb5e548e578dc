#include "evaluator/bench/machine_peak.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <unistd.h>

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

typedef float Lanes4 __attribute__((vector_size(16)));
typedef float Lanes8 __attribute__((vector_size(32)));
typedef float Lanes16 __attribute__((vector_size(64)));

/// Becomes instructions of the function that it is inlined into. This file is compiled with -ffp-contract=fast (CMakeLists.txt), so that a product and
/// the sum after it are one instruction where there is one.
template <class Lanes>
[[gnu::always_inline]] inline float multiply_add(long rounds) {
  const Lanes factor = Lanes{} + 0.999F, term = Lanes{} + 0.001F;
  Lanes sums[chains];
  for (Lanes& sum : sums) sum = term;
  for (long i = 0; i < rounds; ++i) {
    for (Lanes& sum : sums) sum = sum * factor + term;
  }
  for (int i = 1; i < chains; ++i) sums[0] += sums[i];
  return sums[0][0];
}

float multiply_add_anywhere(long rounds) { return multiply_add<Lanes4>(rounds); }  // SSE, NEON, or what the compiler makes of it
#if defined(__x86_64__)
__attribute__((target("avx512f"))) float multiply_add_avx512(long rounds) { return multiply_add<Lanes16>(rounds); }
__attribute__((target("avx2,fma"))) float multiply_add_avx2(long rounds) { return multiply_add<Lanes8>(rounds); }

Kernel best_kernel() {
  if (__builtin_cpu_supports("avx512f")) return {multiply_add_avx512, 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {multiply_add_avx2, 8};
  return {multiply_add_anywhere, 4};
}
#else
Kernel best_kernel() { return {multiply_add_anywhere, 4}; }
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
