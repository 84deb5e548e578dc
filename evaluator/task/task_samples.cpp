#include <algorithm>

#include <fmt/format.h>

#include "evaluator/task/column_samples.hpp"
#include "evaluator/task/label_file.hpp"
#include "evaluator/task/slice_bands.hpp"
#include "evaluator/task/task.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

/// Elements [begin, end) of axis 1 of every sample.
class CroppedSamples : public Samples {
 public:
  CroppedSamples(std::unique_ptr<Samples> source, Crop crop, std::string file) : source_(std::move(source)), crop_(crop), file_(std::move(file)) {}
  std::int64_t count() const override { return source_->count(); }

  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<Tensor> tensors = source_->read(first, n);
    Tensor& whole = tensors.front();
    if (whole.shape.size() < 2 || whole.shape[1] < crop_.end) {
      throw Error(ErrorKind::input, fmt::format("{}: crop [{}, {}] does not fit {}", file_, crop_.begin, crop_.end, shape_text(whole.shape)),
                  "crop takes elements of axis 1");
    }
    const std::size_t item = whole.bytes.size() / static_cast<std::size_t>(whole.shape[0] * whole.shape[1]);
    const std::size_t row = item * static_cast<std::size_t>(whole.shape[1]);
    Tensor part{whole.type, whole.shape, {}};
    part.shape[1] = crop_.end - crop_.begin;
    for (std::size_t i = 0; i < static_cast<std::size_t>(whole.shape[0]); ++i) {
      const auto begin = whole.bytes.begin() + static_cast<std::ptrdiff_t>(i * row);
      part.bytes.insert(part.bytes.end(), begin + crop_.begin * static_cast<std::ptrdiff_t>(item), begin + crop_.end * static_cast<std::ptrdiff_t>(item));
    }
    return {std::move(part)};
  }
  SampleOrigin origin(std::int64_t index) const override { return source_->origin(index); }

 private:
  std::unique_ptr<Samples> source_;
  Crop crop_;
  std::string file_;
};

/// Several inputs side by side.
class JoinedSamples : public Samples {
 public:
  explicit JoinedSamples(std::vector<std::unique_ptr<Samples>> parts) : parts_(std::move(parts)) {}
  std::int64_t count() const override { return parts_.front()->count(); }
  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<Tensor> tensors;
    for (const auto& part : parts_) tensors.push_back(std::move(part->read(first, n).front()));
    return tensors;
  }
  SampleOrigin origin(std::int64_t index) const override { return parts_.front()->origin(index); }

 private:
  std::vector<std::unique_ptr<Samples>> parts_;
};

std::unique_ptr<Samples> open_input(const InputSource& source, WantedInput wanted) {
  if (!source.crop) return open_samples(source.files, {std::move(wanted)}, FileOrder::as_given);
  const std::int64_t width = source.crop->end - source.crop->begin;
  if (wanted.shape.size() > 1) {
    if (wanted.shape[1] >= 0 && wanted.shape[1] != width) {
      throw Error(ErrorKind::input, fmt::format("{}: crop [{}, {}] gives {} elements, input '{}' takes {}", source.files.front().string(), source.crop->begin,
                                                source.crop->end, width, wanted.name, wanted.shape[1]));
    }
    wanted.shape[1] = -1;
  }
  return std::make_unique<CroppedSamples>(open_samples(source.files, {std::move(wanted)}, FileOrder::as_given), *source.crop, source.files.front().string());
}

std::unique_ptr<Samples> open_inputs(const Task& task, const TaskSplit& split, const std::vector<WantedInput>& wanted) {
  std::vector<std::unique_ptr<Samples>> parts;
  for (const WantedInput& input : wanted) {
    const InputSource& source = source_for(task, split, input, wanted.size());
    parts.push_back(open_input(source, input));
    if (parts.back()->count() != parts.front()->count()) {
      throw Error(ErrorKind::input,
                  fmt::format("{}: {} samples for input '{}', but {} for input '{}'", source.files.front().string(), parts.back()->count(), input.name,
                              parts.front()->count(), wanted.front().name),
                  "every input needs the same number of samples");
    }
  }
  refuse_unknown_inputs(task, split, wanted);
  if (parts.size() == 1) return std::move(parts.front());
  return std::make_unique<JoinedSamples>(std::move(parts));
}

void check_count(std::int64_t found, const LabelSource& source, const char* what, const TaskSplit& split, std::int64_t samples) {
  if (found == samples) return;
  throw Error(
      ErrorKind::input,
      fmt::format("{}: {} {} for the {} samples of {}", source.files.front().string(), found, what, samples, split.inputs.front().files.front().string()),
      "every sample needs one; check that both files come from the same export");
}

/// Keeps the samples `rows` of everything.
void select_rows(LabelledSamples& samples, const std::vector<std::int64_t>& rows) {
  const auto pick = [&](const auto& from, std::int64_t width) {
    auto picked = from;
    picked.clear();
    for (const std::int64_t row : rows) picked.insert(picked.end(), from.begin() + row * width, from.begin() + (row + 1) * width);
    return picked;
  };
  samples.inputs = select_samples(std::move(samples.inputs), rows);
  if (!samples.labels.empty()) samples.labels = pick(samples.labels, samples.labels_per_sample);
  if (samples.truth) samples.truth->images = pick(samples.truth->images, 1);
  if (!samples.groups.empty()) samples.groups = pick(samples.groups, 1);
  for (LabelledSamples::Slice& slice : samples.slices) slice.values = pick(slice.values, 1);
}

/// What the images show, one sample after the other.
void read_truth(const Task& task, const TaskSplit& split, LabelledSamples& samples) {
  const std::int64_t count = samples.inputs->count();
  std::vector<std::string> ids;
  if (split.image_ids) {
    ids = read_groups(split.image_ids->source);
    check_count(static_cast<std::int64_t>(ids.size()), split.image_ids->source, "image ids", split, count);
  }
  const fs::path& file = split.labels->files.front();
  samples.label_file = file.string();
  samples.truth = read_box_truth(file, ids, {task.classes, task.detections.first_class});
  if (const auto found = static_cast<std::int64_t>(samples.truth->images.size()); found != count) {
    throw Error(ErrorKind::input,
                fmt::format("{}: {} images for the {} samples of {}", file.string(), found, count, split.inputs.front().files.front().string()),
                "name the image of each sample with 'image_ids', by its id or file_name");
  }
}

/// Arrays, labels and groups, one sample after the other.
LabelledSamples array_samples(const Task& task, const TaskSplit& split, const std::vector<WantedInput>& wanted) {
  LabelledSamples samples;
  samples.inputs = open_inputs(task, split, wanted);
  const std::int64_t count = samples.inputs->count();
  if (split.labels && task.kind == TaskKind::detection) {
    read_truth(task, split, samples);
  } else if (split.labels) {
    LabelValues labels = read_labels(*split.labels, task.classes);
    check_count(labels.samples(), *split.labels, "labels", split, count);
    samples.labels = std::move(labels.values);
    samples.labels_per_sample = labels.width;
    samples.label_file = split.labels->files.front().string();
  }
  if (split.groups) {
    samples.groups = read_groups(split.groups->source);
    check_count(static_cast<std::int64_t>(samples.groups.size()), split.groups->source, "groups", split, count);
  }
  for (const GroupSource& slice : split.slices) {
    samples.slices.push_back({slice.name, read_groups(slice.source), {}});
    check_count(static_cast<std::int64_t>(samples.slices.back().values.size()), slice.source, "values", split, count);
  }
  return samples;
}

}  // namespace

const InputSource& source_for(const Task& task, const TaskSplit& split, const WantedInput& wanted, std::size_t inputs) {
  if (inputs == 1 && split.inputs.size() == 1 && split.inputs.front().name.empty()) return split.inputs.front();
  std::vector<std::string> names;
  for (const InputSource& source : split.inputs) {
    if (source.name == wanted.name) return source;
    names.push_back(source.name.empty() ? "one input without a name" : source.name);
  }
  throw Error(ErrorKind::input, fmt::format("{}: the model's input '{}' is not in the task", task.path.string(), wanted.name),
              did_you_mean(wanted.name, names, fmt::format("the task gives {}", fmt::join(names, ", "))));
}

void refuse_unknown_inputs(const Task& task, const TaskSplit& split, const std::vector<WantedInput>& wanted) {
  for (const InputSource& source : split.inputs) {
    const auto named = [&](const WantedInput& input) { return input.name == source.name; };
    if (!source.name.empty() && std::none_of(wanted.begin(), wanted.end(), named)) {
      std::vector<std::string> names;
      for (const WantedInput& input : wanted) names.push_back(input.name);
      throw Error(ErrorKind::input, fmt::format("{}: the model has no input '{}'", task.path.string(), source.name),
                  did_you_mean(source.name, names, fmt::format("its inputs are {}", fmt::join(names, ", "))));
    }
  }
}

std::vector<WantedInput> without_states(std::vector<WantedInput> wanted, const Task& task) {
  std::vector<std::string> names;
  for (const WantedInput& input : wanted) names.push_back(input.name);
  for (const auto& [input, output] : task.states) {
    if (std::find(names.begin(), names.end(), input) != names.end()) continue;
    throw Error(ErrorKind::input, fmt::format("{}: states: the model has no input '{}'", task.path.string(), input),
                did_you_mean(input, names, fmt::format("its inputs are {}", fmt::join(names, ", "))));
  }
  std::erase_if(wanted, [&](const WantedInput& input) { return task.states.contains(input.name); });
  if (wanted.empty() && !task.states.empty()) {
    throw Error(ErrorKind::input, fmt::format("{}: states: every input of the model is a state", task.path.string()),
                "a sequence needs an input for each of its steps");
  }
  return wanted;
}

LabelledSamples load_task_samples(const Task& task, const std::string& name, const std::vector<WantedInput>& all) {
  const TaskSplit& split = task.split(name);
  const std::vector<WantedInput> wanted = without_states(all, task);
  LabelledSamples samples = split.data.empty() ? array_samples(task, split, wanted) : column_samples(task, split, wanted);
  const std::int64_t count = samples.inputs->count();
  if (split.limit > 0 && split.limit < count) {
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < split.limit; ++i) rows.push_back(i * count / split.limit);
    select_rows(samples, rows);
  }
  finish_slices(split, samples);
  return samples;
}

}  // namespace iai
