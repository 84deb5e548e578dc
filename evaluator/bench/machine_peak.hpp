#pragma once

#include "evaluator/bench/measure.hpp"
#include "evaluator/bench/operator_work.hpp"

namespace iai {

/// Measures what `threads` threads of this machine can do at most, in about half a second: multiply-adds on registers (AVX-512, AVX2
/// with FMA, NEON, else what the compiler's baseline has), copies within half of the second-level cache, copies of memory far larger
/// than it. The best of several tries each: other work on the machine only takes away.
MachinePeak measure_machine_peak(int threads, NowMs now = steady_now_ms);

}  // namespace iai
