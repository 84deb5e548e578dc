#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluator/task/task.hpp"
#include "formats/yaml.hpp"

namespace iai {

/// Reads the part of a task file that says where samples come from: its top, and each split.
class SplitReader {
 public:
  SplitReader(std::filesystem::path folder, TaskKind kind) : folder_(std::move(folder)), kind_(kind) {}
  /// What `node` says, and `from` where it says nothing.
  TaskSplit read(const Yaml& node, TaskSplit from) const;
  /// Decides what a bare name means: with `data` a column, else a file. Fails at `node` when something is missing or
  /// does not go together.
  TaskSplit finish(TaskSplit split, const Yaml& node) const;

 private:
  std::filesystem::path resolved(const Yaml& node) const;
  std::vector<std::filesystem::path> files_in(const Yaml& node) const;
  InputSource input(const std::string& name, const Yaml& node, TaskSplit& split) const;
  std::vector<Feature> features(const Yaml& node, TaskSplit& split) const;
  LabelSource label_source(const Yaml& node) const;
  LabelSource label_fields(const Yaml& node) const;
  GroupSource group(const std::string& name, const Yaml& node) const;
  GroupSource ranged(const std::string& name, const Yaml& node, const Yaml& ranges) const;
  void read_slices(const Yaml& slices, TaskSplit& split) const;
  void read_inputs(const Yaml& inputs, TaskSplit& split) const;
  void read_rows(const Yaml& node, TaskSplit& split) const;
  RowSelection selection(const Yaml& node) const;
  std::filesystem::path folder_;
  TaskKind kind_;
};

/// One of `words`, as its number; fails at the node.
std::size_t choice(const Yaml& node, const std::vector<std::string>& words);

}  // namespace iai
