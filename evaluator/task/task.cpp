#include "evaluator/task/task.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "evaluator/data/data_set.hpp"
#include "evaluator/task/metric_names.hpp"
#include "evaluator/task/task_split.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"
#include "formats/yaml.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

std::string did_you_mean_split(const std::string& name, const std::vector<std::string>& known) {
  return did_you_mean(name, known, fmt::format("the task has {}", fmt::join(known, ", ")));
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const TaskKind kind : all_task_kinds) names.push_back(task_kind_name(kind));
  return names;
}

class TaskReader {
 public:
  explicit TaskReader(const fs::path& path) : root_(read_yaml(path)) { task_.path = path; }

  Task read() {
    root_.allow_keys({"name",       "description", "kind",    "output",  "classes", "positive", "threshold", "naive_error", "ignore",
                      "detections", "image_ids",   "metrics", "primary", "inputs",  "labels",   "groups",    "slices",      "limit",
                      "data",       "columns",     "exclude", "where",   "select",  "valid",    "windows",   "states",      "splits"});
    task_.name = root_.text_or("name", task_.path.stem().string());
    task_.kind = all_task_kinds[choice(root_.at("kind"), kind_names())];
    read_classes();
    read_metrics();
    const SplitReader reader(task_.path.parent_path(), task_.kind);
    const TaskSplit whole = reader.read(root_, {});
    if (const Yaml* splits = root_.find("splits")) {
      for (const auto& [name, node] : splits->entries()) {
        if (!node.is_null()) {
          node.allow_keys({"inputs", "labels", "image_ids", "groups", "slices", "limit", "data", "columns", "exclude", "where", "select", "valid", "windows"});
        }
        task_.splits[name] = reader.finish(node.is_null() ? whole : reader.read(node, whole), node);
      }
    }
    if (task_.splits.empty()) task_.splits["evaluation"] = reader.finish(whole, root_);
    read_states();
    return std::move(task_);
  }

 private:
  void read_states() {
    const Yaml* states = root_.find("states");
    if (states == nullptr) return;
    std::set<std::string> outputs;
    for (const auto& [input, output] : states->entries()) {
      task_.states[input] = output.text();
      if (!outputs.insert(output.text()).second) output.fail(fmt::format("output '{}' is named twice", output.text()), "each state has an output of its own");
    }
    if (task_.states.empty()) states->fail("no state is named", "name each state input and the output that holds it afterwards, or remove 'states'");
    for (const auto& [name, split] : task_.splits) {
      if (split.limit > 0)
        states->fail(fmt::format("'limit' of split '{}' would leave out steps of a sequence", name), "remove 'limit', or name fewer sequences");
      for (const InputSource& source : split.inputs) {
        if (task_.states.contains(source.name))
          states->fail(fmt::format("'{}' is a state and an input of split '{}'", source.name, name), "remove one of the two");
      }
    }
  }

  void refuse_for_regression(const char* key) const {
    const Yaml* node = root_.find(key);
    const bool numbers = task_.kind == TaskKind::regression || task_.kind == TaskKind::forecasting;
    if (node != nullptr && numbers) node->fail(fmt::format("'{}' has no meaning for kind: {}", key, task_kind_name(task_.kind)), "remove it");
  }

  void refuse_unless(const char* key, std::initializer_list<TaskKind> kinds) const {
    const Yaml* node = root_.find(key);
    if (node == nullptr || std::find(kinds.begin(), kinds.end(), task_.kind) != kinds.end()) return;
    std::vector<std::string> names;
    for (const TaskKind kind : kinds) names.push_back(task_kind_name(kind));
    node->fail(fmt::format("'{}' has a meaning for kind: {} only", key, fmt::join(names, ", ")), "remove it");
  }

  void read_classes() {
    for (const char* key : {"output", "classes", "positive", "threshold"}) refuse_for_regression(key);
    read_detections();
    if (const Yaml* output = root_.find("output")) task_.output = static_cast<OutputKind>(choice(*output, {"logits", "probabilities"}));
    if (const Yaml* classes = root_.find("classes")) task_.classes = classes->texts();
    refuse_unless("positive", {TaskKind::binary});
    refuse_unless("threshold", {TaskKind::binary, TaskKind::multi_label, TaskKind::anomaly, TaskKind::detection});
    refuse_unless("output", {TaskKind::binary, TaskKind::classification, TaskKind::multi_label});
    refuse_unless("ignore", {TaskKind::segmentation});
    if (const Yaml* ignore = root_.find("ignore")) task_.ignore = ignore->integer();
    refuse_unless("naive_error", {TaskKind::forecasting});
    if (const Yaml* naive = root_.find("naive_error")) {
      task_.naive_error = naive->number();
      if (!(*task_.naive_error > 0)) naive->fail("the error must be above 0", "mean |y[t] - y[t - season]| of the series that the model was trained on");
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

  void read_detections() {
    refuse_unless("detections", {TaskKind::detection});
    refuse_unless("image_ids", {TaskKind::detection});
    if (task_.kind != TaskKind::detection) return;
    task_.detections = read_detection_outputs(root_.at("detections"));
    if (const Yaml* first = root_.at("detections").find("first_class"); first != nullptr && root_.find("classes") == nullptr)
      first->fail("it numbers the first of 'classes', which the task does not name",
                  "add 'classes', or remove it: without, the model's numbers are category ids");
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
    if (const Yaml* metrics = root_.find("metrics"); metrics != nullptr && !task_.naive_error) {
      for (const Yaml& metric : metrics->items()) {
        if (metric.text() == "mase") metric.fail("mase is the error over that of the naive forecast, which is not named", "add 'naive_error'");
      }
    }
    task_.primary = task_.metrics.front();
    if (const Yaml* primary = root_.find("primary")) task_.primary = task_.metrics[choice(*primary, task_.metrics)];
    task_.direction = metric_direction(task_.primary);
  }

  Yaml root_;
  Task task_;
};

}  // namespace

std::string task_kind_name(TaskKind kind) {
  switch (kind) {
    case TaskKind::binary: return "binary";
    case TaskKind::classification: return "classification";
    case TaskKind::regression: return "regression";
    case TaskKind::multi_label: return "multi-label";
    case TaskKind::anomaly: return "anomaly";
    case TaskKind::forecasting: return "forecasting";
    case TaskKind::segmentation: return "segmentation";
    case TaskKind::detection: return "detection";
    case TaskKind::retrieval: return "retrieval";
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
  for (const fs::path& path : part.data) {
    if (!is_data_set(path)) add("data", {path});
    else add("data set", {fs::is_directory(path) ? path / "manifest.json" : path});
  }
  add("data", part.scaling);
  if (part.select) add("data", {part.select->file});
  for (const InputSource& input : part.inputs) add("data", input.files);
  if (part.labels) add("labels", part.labels->files);
  if (part.image_ids) add("data", part.image_ids->source.files);
  if (part.groups) add("data", part.groups->source.files);
  for (const GroupSource& slice : part.slices) add("data", slice.source.files);
  return files;
}

}  // namespace iai
