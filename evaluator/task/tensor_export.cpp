#include "evaluator/task/tensor_export.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "formats/atomic_file.hpp"
#include "formats/delimited_cells.hpp"
#include "formats/error.hpp"
#include "formats/npy.hpp"

namespace iai {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t samples_at_once = 1024;

std::string array_name(const std::string& split, const InputSource& input, std::size_t inputs) {
  std::string name = inputs == 1 ? "x" : input.name;
  for (char& c : name)
    if (c == '/' || c == '\\') c = '_';  // an input's name is no path
  return split + "_" + name + ".npy";
}

/// One file, opened when the shape of a sample is known.
class ArrayWriter {
 public:
  ArrayWriter(fs::path path, std::int64_t samples) : path_(std::move(path)), samples_(samples) {}
  void add(const Tensor& tensor) {
    if (!file_) {
      tensor_.file = path_.filename().string();
      tensor_.shape = tensor.shape;
      tensor_.shape[0] = samples_;
      const TensorView whole{tensor.type, tensor_.shape, {}};
      file_ = std::make_unique<AtomicFile>(path_);
      file_->write(npy_header(whole));
    }
    file_->write(tensor.bytes);
  }
  ExportedTensor finish() {
    file_->commit();
    return tensor_;
  }

 private:
  fs::path path_;
  std::int64_t samples_;
  std::unique_ptr<AtomicFile> file_;
  ExportedTensor tensor_;
};

Tensor label_tensor(const LabelledSamples& samples) {
  std::vector<float> values;
  for (const double label : samples.labels) {
    const auto value = static_cast<float>(label);
    if (std::abs(label) > 16'777'216 && static_cast<double>(value) != label)
      throw Error(ErrorKind::input, fmt::format("{}: the label {} does not fit float32", samples.label_file, label), "number the classes from 0");
    values.push_back(value);
  }
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(samples.labels.size()) / samples.labels_per_sample};
  if (samples.labels_per_sample > 1) shape.push_back(samples.labels_per_sample);
  return make_tensor<float>(std::move(shape), values);
}

void write_groups(const TaskSplit& split, const LabelledSamples& samples, const fs::path& path) {
  AtomicFile file(path);
  std::string line = split.groups ? quoted_cell(split.groups->name) : "";
  for (const auto& slice : samples.slices) line += (line.empty() ? "" : ",") + quoted_cell(slice.name);
  file.write(line + "\n");
  for (std::size_t i = 0; i < static_cast<std::size_t>(samples.inputs->count()); ++i) {
    line = split.groups ? quoted_cell(samples.groups[i]) : "";
    for (std::size_t s = 0; s < samples.slices.size(); ++s) line += (s > 0 || split.groups ? "," : "") + quoted_cell(samples.slices[s].values[i]);
    file.write(line + "\n");
  }
  file.commit();
}

}  // namespace

ExportedSplit export_split(const Task& task, const std::string& name, const fs::path& folder, const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const TaskSplit& split = task.split(name);
  std::vector<WantedInput> wanted;
  for (const InputSource& input : split.inputs) wanted.push_back({input.name, ElementType::float32, {}});
  const LabelledSamples samples = load_task_samples(task, name, wanted);
  ExportedSplit done;
  done.samples = samples.inputs->count();
  done.left_out = samples.left_out;
  std::vector<ArrayWriter> writers;
  for (const InputSource& input : split.inputs) writers.emplace_back(folder / array_name(name, input, split.inputs.size()), done.samples);
  for (std::int64_t first = 0; first < done.samples; first += samples_at_once) {
    const std::vector<Tensor> tensors = samples.inputs->read(first, std::min(samples_at_once, done.samples - first));
    for (std::size_t i = 0; i < tensors.size(); ++i) writers[i].add(tensors[i]);
    if (progress) progress(first, done.samples);
  }
  for (ArrayWriter& writer : writers) done.tensors.push_back(writer.finish());
  if (!samples.labels.empty()) {
    const Tensor labels = label_tensor(samples);
    write_npy(folder / (name + "_y.npy"), labels.view());
    done.tensors.push_back({name + "_y.npy", labels.shape});
  }
  if (split.groups || !samples.slices.empty()) write_groups(split, samples, folder / (name + "_groups.csv"));
  return done;
}

}  // namespace iai
