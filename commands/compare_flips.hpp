#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands/compare_task.hpp"
#include "commands/result.hpp"

namespace iai {

/// Predictions that the two models answer differently, with what tells the sample apart: its number, group and slices. Of regression those
/// that moved, farthest first. @param most  rows at most
ReportRows flip_rows(const Task& task, const TaskComparison& judged, std::int64_t most);
/// The same, all of them, as comma-separated text with a header.
std::string flips_csv(const Task& task, const TaskComparison& judged);

/// How many flips of each kind.
struct FlipCounts {
  std::int64_t right_to_wrong = 0, wrong_to_right = 0, wrong_to_wrong = 0;
};
FlipCounts count_flips(const PairedAnswers& answers);

}  // namespace iai
