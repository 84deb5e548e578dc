#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evaluator/task/samples.hpp"
#include "evaluator/task/task.hpp"

namespace iai {

/// What a sensor, its wiring or its clock does to the numbers that a model gets. Strength s; deviation and mean are those of the
/// channel over all samples.
enum class StressKind {
  noise,     ///< adds s deviations times a standard normal number to each
  gain,      ///< each is (1 + s) times as far from the mean
  offset,    ///< adds s deviations
  dropout,   ///< a channel of a sample is its mean throughout, with probability s
  shift,     ///< the sample is s of its length late: its first value stands until it begins
  quantize,  ///< rounds to steps of s deviations from the mean
  missing,   ///< each number is missing with probability s: the one before stands for it, the mean where there is none
};
struct Stress {
  StressKind kind = StressKind::noise;
  double strength = 0;
};

std::string stress_name(StressKind kind);
const std::vector<StressKind>& all_stresses();
/// Strengths of a curve where none are asked for.
std::span<const double> usual_strengths(StressKind kind);

/// Mean and deviation of each channel of one input, and where its axes lie.
struct ChannelScale {
  std::vector<double> mean, deviation;  ///< empty: the input is no floating-point tensor, and stays as it is
  std::size_t channel_axis = 1;         ///< 0: the whole sample is one channel
  std::size_t time_axis = 0;            ///< 0: none
};

/// Reads all samples once. Channels lie on axis 1 and time on the last of three or more axes, the other way round where the task makes
/// an input of columns with `layout: time-first`.
/// @throws Error(usage) when no input is of floating point.
std::vector<ChannelScale> measure_channels(const Samples& samples, const TaskSplit& split, const std::vector<WantedInput>& wanted);

/// `samples` under a stress. Number e of sample i of an input changes by (seed, input, i, e) alone, so the samples do not depend on how they
/// are read; stronger stresses of a kind hit the same numbers, and more. `samples` and `scales` must outlive the result.
/// @throws Error(usage) from here for `shift` when no input has an axis of time.
std::unique_ptr<Samples> stressed_samples(const Samples& samples, const std::vector<ChannelScale>& scales, const Stress& stress, std::uint64_t seed = 0);

}  // namespace iai
