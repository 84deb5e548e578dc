#include "evaluator/data/task.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "evaluator/data/metric_names.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"
#include "formats/yaml.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

std::string did_you_mean_split(const std::string& name, const std::vector<std::string>& known) {
  return did_you_mean(name, known, fmt::format("the task has {}", fmt::join(known, ", ")));
}

/// One of `words`, as its number; fails at the node.
std::size_t choice(const Yaml& node, const std::vector<std::string>& words) {
  const std::string text = node.text();
  const auto at = std::find(words.begin(), words.end(), text);
  if (at == words.end()) node.fail(fmt::format("'{}' is none of {}", text, fmt::join(words, ", ")), did_you_mean(text, words));
  return static_cast<std::size_t>(at - words.begin());
}

class TaskReader {
 public:
  explicit TaskReader(const fs::path& path) : root_(read_yaml(path)) {
    task_.path = path;
    folder_ = path.parent_path();
  }

  Task read() {
    root_.allow_keys({"name", "description", "kind", "output", "classes", "positive", "threshold", "metrics", "primary",
                      "inputs", "labels", "groups", "slices", "limit", "splits"});
    task_.name = root_.text_or("name", task_.path.stem().string());
    task_.kind = static_cast<TaskKind>(choice(root_.at("kind"), {"binary", "classification", "regression"}));
    read_classes();
    read_metrics();
    const TaskSplit whole = read_split(root_, {});
    if (const Yaml* splits = root_.find("splits")) {
      for (const auto& [name, node] : splits->entries()) {
        node.allow_keys({"inputs", "labels", "groups", "slices", "limit"});
        task_.splits[name] = read_split(node, whole);
        if (task_.splits[name].inputs.empty()) node.fail("the split has no inputs", "name them here or at the top of the task");
      }
    } else {
      task_.splits["evaluation"] = whole;
    }
    if (task_.splits.empty() || task_.splits.begin()->second.inputs.empty()) root_.fail("missing key 'inputs'", "name the file of each model input");
    return std::move(task_);
  }

 private:
  void refuse_for_regression(const char* key) const {
    const Yaml* node = root_.find(key);
    if (node != nullptr && task_.kind == TaskKind::regression) node->fail(fmt::format("'{}' has no meaning for kind: regression", key), "remove it");
  }

  void read_classes() {
    for (const char* key : {"output", "classes", "positive", "threshold"}) refuse_for_regression(key);
    if (const Yaml* output = root_.find("output")) task_.output = static_cast<OutputKind>(choice(*output, {"logits", "probabilities"}));
    if (const Yaml* classes = root_.find("classes")) task_.classes = classes->texts();
    for (const char* key : {"positive", "threshold"}) {
      const Yaml* node = root_.find(key);
      if (node != nullptr && task_.kind != TaskKind::binary) node->fail(fmt::format("'{}' has a meaning for kind: binary only", key), "remove it");
    }
    if (task_.kind == TaskKind::binary && !task_.classes.empty() && task_.classes.size() != 2) {
      root_.at("classes").fail(fmt::format("{} classes; kind: binary has two", task_.classes.size()), "use kind: classification");
    }
    if (const Yaml* positive = root_.find("positive")) {
      std::vector<std::string> names = task_.classes;
      if (names.empty() || positive->text() == "0" || positive->text() == "1") names = {"0", "1"};
      task_.positive = static_cast<std::int64_t>(choice(*positive, names));
    }
    if (const Yaml* threshold = root_.find("threshold")) task_.threshold = threshold->number();
  }

  void read_metrics() {
    const std::vector<std::string> known = metrics_of(task_.kind);
    task_.metrics = usual_metrics(task_.kind);
    if (const Yaml* metrics = root_.find("metrics")) {
      task_.metrics.clear();
      for (const Yaml& metric : metrics->items()) {
        task_.metrics.push_back(known[choice(metric, known)]);
        if (std::count(task_.metrics.begin(), task_.metrics.end(), task_.metrics.back()) > 1) metric.fail("the metric is named twice", "remove one");
      }
      if (task_.metrics.empty()) metrics->fail("no metric is named", fmt::format("choose from {}", fmt::join(known, ", ")));
    }
    task_.primary = task_.metrics.front();
    if (const Yaml* primary = root_.find("primary")) task_.primary = task_.metrics[choice(*primary, task_.metrics)];
    task_.direction = metric_direction(task_.primary);
  }

  fs::path resolved(const Yaml& node) const {
    const std::string text = node.text();
    if (text.empty()) node.fail("the path is empty", "name a file");
    return (folder_ / text).lexically_normal();
  }

  std::vector<fs::path> files_in(const Yaml& node) const {
    std::vector<fs::path> files;
    if (!node.is_list()) return {resolved(node)};
    for (const Yaml& item : node.items()) files.push_back(resolved(item));
    if (files.empty()) node.fail("no file is named", "name a file");
    return files;
  }

  std::optional<Crop> crop_in(const Yaml& node) const {
    const Yaml* crop = node.find("crop");
    if (crop == nullptr) return std::nullopt;
    if (crop->items().size() != 2) crop->fail("expected two numbers, first and end", "crop: [0, 128] takes the first 128 elements of axis 1");
    const Crop result{crop->items()[0].integer(), crop->items()[1].integer()};
    if (result.begin < 0 || result.end <= result.begin) crop->fail("the end must lie behind the first element", "crop: [0, 128]");
    return result;
  }

  InputSource input(const std::string& name, const Yaml& node) const {
    InputSource source{name, {}, {}};
    if (!node.is_map()) {
      source.files = files_in(node);
      return source;
    }
    node.allow_keys({"file", "crop"});
    source.files = files_in(node.at("file"));
    source.crop = crop_in(node);
    return source;
  }

  LabelSource label_source(const Yaml& node) const {
    LabelSource source;
    if (!node.is_map()) {
      source.files = files_in(node);
      return source;
    }
    node.allow_keys({"file", "column", "crop", "clip"});
    source.files = files_in(node.at("file"));
    source.column = node.text_or("column", "");
    source.crop = crop_in(node);
    if (const Yaml* clip = node.find("clip")) {
      if (task_.kind != TaskKind::regression) clip->fail("class labels cannot be clipped", "remove it");
      source.clip = clip->number();
    }
    return source;
  }

  GroupSource group(const Yaml& node, const std::string& name) const {
    GroupSource group{name, {}};
    if (node.is_map()) node.allow_keys({"file", "column"});
    group.source = label_source(node);
    return group;
  }

  /// What `node` says, and `from` where it says nothing.
  TaskSplit read_split(const Yaml& node, TaskSplit from) const {
    if (const Yaml* inputs = node.find("inputs")) {
      from.inputs.clear();
      if (inputs->is_map() && inputs->find("file") == nullptr) {
        for (const auto& [name, value] : inputs->entries()) from.inputs.push_back(input(name, value));
      } else {
        from.inputs.push_back(input("", *inputs));
      }
    }
    if (const Yaml* labels = node.find("labels")) from.labels = label_source(*labels);
    if (const Yaml* groups = node.find("groups")) from.groups = group(*groups, "groups");
    if (const Yaml* slices = node.find("slices")) {
      from.slices.clear();
      for (const auto& [name, value] : slices->entries()) from.slices.push_back(group(value, name));
    }
    if (const Yaml* limit = node.find("limit")) {
      from.limit = limit->integer();
      if (from.limit < 1) limit->fail("the limit must be at least 1", "remove it to take all samples");
    }
    return from;
  }

  Yaml root_;
  Task task_;
  fs::path folder_;
};

}  // namespace

std::string task_kind_name(TaskKind kind) {
  switch (kind) {
    case TaskKind::binary: return "binary";
    case TaskKind::classification: return "classification";
    case TaskKind::regression: return "regression";
  }
  return "";
}

const TaskSplit& Task::split(const std::string& wanted) const {
  if (const auto at = splits.find(wanted); at != splits.end()) return at->second;
  std::vector<std::string> known;
  for (const auto& [known_name, split] : splits) known.push_back(known_name);
  throw Error(ErrorKind::usage, fmt::format("{}: the task has no split '{}'", path.string(), wanted), did_you_mean_split(wanted, known));
}

Task read_task(const fs::path& path) { return TaskReader(path).read(); }

std::vector<TaskFile> task_files(const Task& task, const std::string& split) {
  std::vector<TaskFile> files{{"task", task.path}};
  const auto add = [&](const std::string& role, const std::vector<fs::path>& paths) {
    for (const fs::path& path : paths) {
      const auto same = [&](const TaskFile& file) { return file.path == path; };
      if (std::none_of(files.begin(), files.end(), same)) files.push_back({role, path});
    }
  };
  const TaskSplit& part = task.split(split);
  for (const InputSource& input : part.inputs) add("data", input.files);
  if (part.labels) add("labels", part.labels->files);
  if (part.groups) add("data", part.groups->source.files);
  for (const GroupSource& slice : part.slices) add("data", slice.source.files);
  return files;
}

}  // namespace iai
