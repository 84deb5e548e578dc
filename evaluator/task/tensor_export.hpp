#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "evaluator/task/task.hpp"

namespace iai {

/// An array that was written.
struct ExportedTensor {
  std::string file;  ///< its name in the folder
  std::vector<std::int64_t> shape;
};

struct ExportedSplit {
  std::int64_t samples = 0;
  std::vector<ExportedTensor> tensors;
  std::vector<std::pair<std::string, std::int64_t>> left_out;  ///< reason and number of samples that could not be made
};

/// Writes the samples of a split as the model will see them into `folder`: SPLIT_x.npy, or SPLIT_INPUT.npy for each of
/// several inputs, float32 [samples, ...]; SPLIT_y.npy, float32 [samples] or [samples, labels], where the split has labels;
/// SPLIT_groups.csv where the task has groups or slices. Samples stream; memory is that of 1,024 of them.
/// @throws Error(input) as load_task_samples; also for a class number over 2^24.
ExportedSplit export_split(const Task& task, const std::string& split, const std::filesystem::path& folder,
                           const std::function<void(std::int64_t done, std::int64_t all)>& progress = {});

}  // namespace iai
