#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/task/box_truth.hpp"
#include "evaluator/task/detection_outputs.hpp"
#include "evaluator/task/samples.hpp"

namespace iai {

enum class TaskKind {
  binary,          ///< one of two classes
  classification,  ///< one of several classes
  regression,      ///< a number
  multi_label,     ///< for each of several labels, whether it holds
  anomaly,         ///< a score, greater for what is not as usual
  forecasting,     ///< the numbers of the next moments
  segmentation,    ///< a class for each pixel
  detection,       ///< boxes around objects, each with a class and a score
  retrieval,       ///< a vector, near to those of samples of the same class
};
constexpr TaskKind all_task_kinds[] = {TaskKind::binary,      TaskKind::classification, TaskKind::regression, TaskKind::multi_label, TaskKind::anomaly,
                                       TaskKind::forecasting, TaskKind::segmentation,   TaskKind::detection,  TaskKind::retrieval};
enum class Direction { higher_is_better, lower_is_better };
std::string task_kind_name(TaskKind kind);

/// What the numbers of a classifying model are.
enum class OutputKind { logits, probabilities };

/// Elements [begin, end) along axis 1 of an array.
struct Crop {
  std::int64_t begin = 0, end = 0;
};

/// Values that belong to samples: labels, or the names of groups.
struct LabelSource {
  std::vector<std::filesystem::path> files;  ///< arrays or tables, one entry for each sample (of columns: for each unit)
  std::string column;                        ///< of the table, or of the data set when `files` is empty; empty: its only column
  std::optional<Crop> crop;                  ///< arrays with several labels a sample
  std::optional<double> clip;                ///< larger labels become this one
  std::string key, file_key;                 ///< columns of data and of the table that join the two; empty: in order
  std::string countdown;                     ///< column whose distance to its last value in the unit is (added to) the label
};

/// A name and, for each sample, the group it belongs to.
struct GroupSource {
  std::string name;
  LabelSource source;
  std::vector<double> ranges = {};  ///< slices: rising bounds that part numbers; empty: each value is a group
};

/// Slices crossed: each pair of their values is a group.
struct SliceCross {
  std::string name, first, second;  ///< names of slices
};

/// One number that a row gives to the model: (value - offset) / divisor in double, or 1 where the cell is `category`, else 0.
struct Feature {
  std::string column;
  double offset = 0, divisor = 1;
  std::optional<std::string> category;
};

enum class WindowLayout { channels_first, time_first };

/// Where one model input comes from: array files, or columns of the split's data.
struct InputSource {
  std::string name;  ///< of the model's input; empty: its only one
  std::vector<std::filesystem::path> files;
  std::optional<Crop> crop;
  std::vector<Feature> features;
  WindowLayout layout = WindowLayout::channels_first;  ///< [feature, row] or [row, feature] of a window
};

enum class WindowTake { all, last };

/// Samples of several rows that follow each other within a unit (a machine, a run, a file).
struct WindowSource {
  std::vector<std::string> by;  ///< columns that name the unit; "file" is the file's name where no column is called so
  std::string order;            ///< column that orders the rows of a unit; empty: as they stand
  std::int64_t length = 0, stride = 1;
  WindowTake take = WindowTake::all;  ///< last: one window a unit
  std::optional<double> largest_gap;  ///< between two rows, in the unit of `order`, seconds for times
};

/// A row counts when the cell is one of `values`, or lies in [minimum, maximum].
struct RowCondition {
  std::string column;
  std::vector<std::string> values;
  std::optional<double> minimum, maximum;
};

/// A table that names the rows to take, by key, and perhaps their order.
struct RowSelection {
  std::filesystem::path file;
  std::string key, file_key, order;
  std::vector<RowCondition> where;  ///< on the table
};

/// The smallest and largest number that counts as measured.
struct ValidRange {
  std::string column;
  double minimum = 0, maximum = 0;
};

/// One part of the data: "evaluation", "calibration" or another name.
struct TaskSplit {
  std::vector<InputSource> inputs;
  std::optional<LabelSource> labels;
  std::optional<GroupSource> groups;     ///< samples of a group depend on each other; intervals resample whole groups
  std::optional<GroupSource> image_ids;  ///< detection: image of each sample in the labels; absent: in their order
  std::vector<GroupSource> slices;       ///< metrics are also given for each value of these
  std::vector<SliceCross> crosses;       ///< and of these, which come behind them
  std::int64_t limit = 0;                ///< at most so many samples, spread evenly; 0: all

  // Samples made of columns; `data` is empty where inputs are arrays.
  std::vector<std::filesystem::path> data;  ///< data sets, or files, folders and archives of delimited text
  std::vector<std::string> columns;         ///< names of the columns by position; empty: as the files name them
  std::vector<std::string> exclude;         ///< patterns of file names
  std::vector<RowCondition> where;
  std::optional<RowSelection> select;
  std::vector<ValidRange> valid;
  std::optional<WindowSource> windows;         ///< absent: every row is a sample
  std::vector<std::filesystem::path> scaling;  ///< tables that the features were scaled with
};

/// State input of a model that is run step by step -> the output that holds the state after the step.
using StatePorts = std::map<std::string, std::string>;

/// What a model is for and how its answer is judged (task.yaml; man 5 iai-task).
struct Task {
  std::filesystem::path path;  ///< the task file; paths in it are relative to its folder
  std::string name;
  TaskKind kind = TaskKind::regression;
  OutputKind output = OutputKind::logits;
  std::vector<std::string> classes;                   ///< names in the order of the class numbers; may be empty
  std::int64_t positive = 1;                          ///< binary: the class that is looked for
  std::optional<double> threshold;                    ///< binary, multi-label, anomaly: scores above it are positive; detection: others are left out
  std::optional<std::int64_t> ignore;                 ///< segmentation: label of pixels that do not count
  DetectionOutputs detections;                        ///< detection
  std::optional<double> naive_error;                  ///< forecasting: mean absolute error of the naive forecast on the training series
  std::vector<std::string> metrics;                   ///< names of metric_direction()
  std::string primary;                                ///< the metric that gates look at
  Direction direction = Direction::higher_is_better;  ///< of the primary metric
  StatePorts states;                                  ///< samples of one group (else all of a split) are then steps of a sequence, zeros at its start
  std::map<std::string, TaskSplit> splits;
  const TaskSplit& split(const std::string& name) const;  ///< @throws Error(usage) naming the splits that exist
};

/// @throws Error(input) when the file cannot be read, Error(usage) "task.yaml:3:1: ..." when it is no task.
Task read_task(const std::filesystem::path& path);

/// Every file that judging on `split` reads, with its role in records: the task file first ("task"), then "data",
/// "data set" and "labels". Each once.
struct TaskFile {
  std::string role;
  std::filesystem::path path;
};
std::vector<TaskFile> task_files(const Task& task, const std::string& split);

/// Inputs and labels of one split of the task.
struct LabelledSamples {
  struct Slice {
    std::string name;
    std::vector<std::string> values;  ///< one a sample
    std::vector<std::string> order;   ///< in which the values are shown; empty: by their bytes
  };
  std::unique_ptr<Samples> inputs;
  std::vector<double> labels;          ///< class number or value, `labels_per_sample` a sample; empty without labels
  std::int64_t labels_per_sample = 1;  ///< over 1 for sequences
  std::optional<BoxTruth> truth;       ///< detection, in place of labels
  std::vector<std::string> groups;     ///< group of each sample; empty when the task has none
  std::vector<Slice> slices;
  std::string label_file;                                      ///< for messages
  std::vector<std::pair<std::string, std::int64_t>> left_out;  ///< reason and number of samples that could not be made
};
/// Those of `wanted` that data give: not the task's states. @throws Error(input) when a state is no input, or none is left.
std::vector<WantedInput> without_states(std::vector<WantedInput> wanted, const Task& task);

/// @param split  "evaluation", "calibration" or another split of the task. Labels are read where the split has them.
/// @param wanted the inputs of the model (wanted_inputs()); the samples hold all but its states. Inputs stream; labels and groups are held in memory.
/// @throws Error(input) naming the file when arrays, labels and groups do not fit each other or the model.
LabelledSamples load_task_samples(const Task& task, const std::string& split, const std::vector<WantedInput>& wanted);

}  // namespace iai
