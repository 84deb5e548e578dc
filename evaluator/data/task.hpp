#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/data/samples.hpp"
#include "formats/yaml.hpp"

namespace iai {

enum class TaskKind { binary, classification, regression };
enum class Direction { higher_is_better, lower_is_better };

/// What a model is for and how its answer is judged (task.yaml; man 5 iai-task).
/// Inputs are tensor files, or columns of a data set with scaling, one-hot and windows by unit.
struct Task {
  std::string name;
  TaskKind kind = TaskKind::regression;
  std::vector<std::string> metrics;          ///< accuracy, precision, recall, f1, average_precision, roc_auc, rmse, mae, r2
  std::string primary;                       ///< the metric that gates look at
  Direction direction = Direction::higher_is_better;
  std::optional<double> threshold;           ///< binary: decision threshold on the score
  std::vector<std::filesystem::path> files;  ///< every file the task reads, the task file first, for the record
  Yaml root;
  std::filesystem::path folder;              ///< the task file's folder; its paths are relative to it
};

Task read_task(const std::filesystem::path& path);

/// Inputs and labels of one split of the task.
struct LabelledSamples {
  std::unique_ptr<Samples> inputs;
  std::vector<double> labels;                ///< class number or value, one a sample (several for sequence labels)
  std::vector<std::string> groups;           ///< slice or cluster name of each sample; empty when the task has none
};
/// @param split  "evaluation" or "calibration"; calibration needs no labels.
LabelledSamples load_task_samples(const Task& task, const std::string& split, const std::vector<WantedInput>& wanted);

}  // namespace iai
