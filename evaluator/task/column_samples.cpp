#include "evaluator/task/column_samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "evaluator/task/column_rows.hpp"
#include "evaluator/task/label_file.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

/// One sample: rows [first, first + length) in the order of units.
struct Window {
  std::int64_t first = 0;
  std::size_t unit = 0;
};

/// The features of one model input within a row.
struct InputColumns {
  WantedInput wanted;
  std::size_t begin = 0, count = 0;
  WindowLayout layout = WindowLayout::channels_first;
};

class ColumnSamples : public Samples {
 public:
  ColumnSamples(std::shared_ptr<const ColumnRows> rows, std::vector<InputColumns> inputs, std::vector<Window> windows, std::int64_t length, std::string where)
      : rows_(std::move(rows)), inputs_(std::move(inputs)), windows_(std::move(windows)), length_(length), where_(std::move(where)) {}

  std::int64_t count() const override { return static_cast<std::int64_t>(windows_.size()); }

  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<Tensor> tensors;
    for (const InputColumns& input : inputs_) {
      Tensor tensor = input.wanted.type == ElementType::float32 ? gather<float>(input, first, n) : gather<double>(input, first, n);
      const std::string where = fmt::format("{}: input '{}'", where_, input.wanted.name);
      refuse_non_finite(tensor, first, where);
      tensors.push_back(cast_tensor(std::move(tensor), input.wanted.type, where));
    }
    return tensors;
  }
  SampleOrigin origin(std::int64_t index) const override {
    const Window& window = windows_[static_cast<std::size_t>(index)];
    SampleOrigin origin = rows_->origin(rows_->row(window.first + std::max<std::int64_t>(length_, 1) - 1));
    if (length_ > 0) origin.unit = fmt::format("{}", fmt::join(rows_->units()[window.unit].key, ", "));
    return origin;
  }

 private:
  template <class T>
  Tensor gather(const InputColumns& input, std::int64_t first, std::int64_t n) const {
    const auto features = static_cast<std::int64_t>(input.count);
    const bool channels_first = input.layout == WindowLayout::channels_first;
    std::vector<std::int64_t> shape{n, features};
    if (length_ > 0) shape = {n, channels_first ? features : length_, channels_first ? length_ : features};
    const std::int64_t rows = std::max<std::int64_t>(length_, 1);
    std::vector<T> values(static_cast<std::size_t>(n * features * rows));
    for (std::int64_t i = 0; i < n; ++i) {
      T* sample = values.data() + i * features * rows;
      for (std::int64_t t = 0; t < rows; ++t) {
        const std::span<const double> row = rows_->row(windows_[static_cast<std::size_t>(first + i)].first + t).subspan(input.begin, input.count);
        for (std::int64_t c = 0; c < features; ++c) {
          sample[channels_first ? c * rows + t : t * features + c] = static_cast<T>(row[static_cast<std::size_t>(c)]);
        }
      }
    }
    rows_->looked_at(n * rows);
    return make_tensor<T>(std::move(shape), values);
  }

  std::shared_ptr<const ColumnRows> rows_;
  std::vector<InputColumns> inputs_;
  std::vector<Window> windows_;
  std::int64_t length_;  ///< 0: rows, without an axis of time
  std::string where_;
};

/// Finds the windows of every unit that can be used, and counts why others cannot.
class WindowFinder {
 public:
  WindowFinder(const ColumnRows& rows, const TaskSplit& split) : rows_(rows), split_(split) {
    if (split.windows) spec_ = *split.windows;
    else spec_.length = spec_.stride = 1;
    if (spec_.largest_gap) gap_ = *spec_.largest_gap * (rows.order_is_time() ? 1e9 : 1);
  }

  std::vector<Window> find() {
    for (std::size_t unit = 0; unit < rows_.units().size(); ++unit) find_in(unit);
    return std::move(windows_);
  }
  const std::map<std::string, std::int64_t>& left_out() const { return left_out_; }
  void leave_out(const std::string& reason) { ++left_out_[reason]; }

 private:
  void find_in(std::size_t number) {
    const UnitRows& unit = rows_.units()[number];
    if (unit.count < spec_.length) return leave_out("unit shorter than a window");
    std::int64_t bad = -1, jump = 0;  // last row that cannot be used; last row behind a gap
    for (std::int64_t end = 0; end < unit.count; ++end) {
      const std::span<const double> row = rows_.row(unit.first + end);
      rows_.looked_at(1);
      if (std::any_of(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(rows_.features()), [](double value) { return std::isnan(value); })) bad = end;
      if (spec_.largest_gap && end > 0 && rows_.order(row) - rows_.order(rows_.row(unit.first + end - 1)) > gap_) jump = end;
      const std::int64_t begin = end - spec_.length + 1;
      const bool wanted = spec_.take == WindowTake::last ? end == unit.count - 1 : begin >= 0 && begin % spec_.stride == 0;
      if (!wanted) continue;
      if (bad >= begin) leave_out("missing, wrong or invalid cell");
      else if (jump > begin) leave_out("gap in " + spec_.order);
      else windows_.push_back({unit.first + begin, number});
    }
  }

  const ColumnRows& rows_;
  const TaskSplit& split_;
  WindowSource spec_;
  double gap_ = 0;
  std::vector<Window> windows_;
  std::map<std::string, std::int64_t> left_out_;
};

std::vector<InputColumns> match_inputs(const Task& task, const TaskSplit& split, const std::vector<WantedInput>& wanted) {
  const std::int64_t length = split.windows ? split.windows->length : 0;
  std::vector<InputColumns> inputs;
  for (const WantedInput& input : wanted) {
    const InputSource& source = source_for(task, split, input, wanted.size());
    InputColumns columns{input, 0, source.features.size(), source.layout};
    for (const InputSource& before : split.inputs) {
      if (&before == &source) break;
      columns.begin += before.features.size();
    }
    const auto features = static_cast<std::int64_t>(columns.count);
    std::vector<std::int64_t> shape{-1, features};
    if (length > 0)
      shape = source.layout == WindowLayout::channels_first ? std::vector{std::int64_t{-1}, features, length} : std::vector{std::int64_t{-1}, length, features};
    bool fits = input.shape.empty() || input.shape.size() == shape.size();
    for (std::size_t i = 1; fits && i < input.shape.size(); ++i) fits = input.shape[i] < 0 || input.shape[i] == shape[i];
    if (!fits) {
      throw Error(
          ErrorKind::input,
          fmt::format("{}: input '{}' takes [{}], the task makes [{}]", task.path.string(), input.name, fmt::join(input.shape, ", "), fmt::join(shape, ", ")),
          "check columns, windows and layout of the task; -1 is the batch");
    }
    inputs.push_back(std::move(columns));
  }
  refuse_unknown_inputs(task, split, wanted);
  return inputs;
}

/// Label of each window; NaN where there is none.
std::vector<double> window_labels(const Task& task, const TaskSplit& split, const ColumnRows& rows, const std::vector<Window>& windows, std::int64_t length) {
  const LabelSource& source = *split.labels;
  std::vector<double> by_unit;
  const bool in_order = !source.files.empty() && source.key.empty();
  if (in_order) {
    LabelSource plain = source;
    plain.clip.reset();
    by_unit = read_labels(plain, task.classes).values;
    const std::size_t wanted = split.windows ? rows.units().size() : static_cast<std::size_t>(rows.units().front().count);
    if (by_unit.size() != wanted) {
      throw Error(ErrorKind::input,
                  fmt::format("{}: {} labels for {} {} of {}", source.files.front().string(), by_unit.size(), wanted, split.windows ? "units" : "rows",
                              split.data.front().string()),
                  "a label file without 'key' has one entry for each unit of the windows, in the order of their keys");
    }
  }
  std::vector<double> labels;
  for (const Window& window : windows) {
    rows.looked_at(length);
    const std::int64_t end = window.first + length - 1;
    const std::span<const double> row = rows.row(end);
    double label = 0;
    if (in_order) label = by_unit[split.windows ? window.unit : static_cast<std::size_t>(window.first)];
    else if (!source.key.empty() || !source.column.empty()) label = rows.label(row);
    if (!source.countdown.empty()) {
      const UnitRows& unit = rows.units()[window.unit];
      label += rows.countdown(rows.row(unit.first + unit.count - 1)) - rows.countdown(row);
    }
    labels.push_back(source.clip ? std::min(label, *source.clip) : label);
  }
  return labels;
}

}  // namespace

LabelledSamples column_samples(const Task& task, const TaskSplit& split, const std::vector<WantedInput>& wanted) {
  std::vector<InputColumns> inputs = match_inputs(task, split, wanted);
  const auto rows = std::make_shared<const ColumnRows>(task, split);
  const std::int64_t length = split.windows ? split.windows->length : 1;
  WindowFinder finder(*rows, split);
  std::vector<Window> windows = finder.find();
  if (split.select && !split.select->order.empty()) {
    std::stable_sort(windows.begin(), windows.end(),
                     [&](const Window& a, const Window& b) { return rows->place(rows->row(a.first)) < rows->place(rows->row(b.first)); });
  }
  LabelledSamples samples;
  const std::string data = split.data.front().string();
  if (split.labels) {
    const std::vector<double> labels = window_labels(task, split, *rows, windows, length);
    samples.label_file = split.labels->files.empty() ? data : split.labels->files.front().string();
    std::vector<Window> labelled;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (std::isnan(labels[i])) {
        finder.leave_out("no label");
        continue;
      }
      labelled.push_back(windows[i]);
      samples.labels.push_back(labels[i]);
    }
    windows = std::move(labelled);
  }
  if (windows.empty()) {
    std::string reasons;
    for (const auto& [reason, count] : finder.left_out()) reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : ", ", reason, count);
    throw Error(ErrorKind::input, fmt::format("{}: no sample can be made ({})", data, reasons), "check windows and labels of the task");
  }
  samples.slices.resize(split.slices.size());
  for (std::size_t i = 0; i < split.slices.size(); ++i) samples.slices[i].name = split.slices[i].name;
  for (const Window& window : windows) {
    rows->looked_at(length);
    const std::span<const double> row = rows->row(window.first + length - 1);
    if (split.groups) samples.groups.push_back(rows->group(row));
    for (std::size_t i = 0; i < split.slices.size(); ++i) samples.slices[i].values.push_back(rows->slice(row, i));
  }
  samples.left_out = {finder.left_out().begin(), finder.left_out().end()};
  samples.inputs = std::make_unique<ColumnSamples>(rows, std::move(inputs), std::move(windows), split.windows ? length : 0, data);
  return samples;
}

}  // namespace iai
