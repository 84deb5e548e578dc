#include "evaluator/task/task_split.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "evaluator/task/row_keys.hpp"
#include "evaluator/task/scaling.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

std::optional<Crop> crop_in(const Yaml& node) {
  const Yaml* crop = node.find("crop");
  if (crop == nullptr) return std::nullopt;
  if (crop->items().size() != 2) crop->fail("expected two numbers, first and end", "crop: [0, 128] takes the first 128 elements of axis 1");
  const Crop result{crop->items()[0].integer(), crop->items()[1].integer()};
  if (result.begin < 0 || result.end <= result.begin) crop->fail("the end must lie behind the first element", "crop: [0, 128]");
  return result;
}

}  // namespace

std::size_t choice(const Yaml& node, const std::vector<std::string>& words) {
  const std::string text = node.text();
  const auto at = std::find(words.begin(), words.end(), text);
  if (at == words.end()) node.fail(fmt::format("'{}' is none of {}", text, fmt::join(words, ", ")), did_you_mean(text, words));
  return static_cast<std::size_t>(at - words.begin());
}

fs::path SplitReader::resolved(const Yaml& node) const {
  const std::string text = node.text();
  if (text.empty()) node.fail("the path is empty", "name a file");
  return (folder_ / text).lexically_normal();
}

std::vector<fs::path> SplitReader::files_in(const Yaml& node) const {
  if (!node.is_list()) return {resolved(node)};
  std::vector<fs::path> files;
  for (const Yaml& item : node.items()) files.push_back(resolved(item));
  if (files.empty()) node.fail("no file is named", "name a file");
  return files;
}

std::vector<Feature> SplitReader::features(const Yaml& node, TaskSplit& split) const {
  std::vector<Feature> features;
  const Yaml* one_hot = node.find("one_hot");
  const std::vector<std::string> columns = node.at("columns").texts();
  if (columns.empty()) node.at("columns").fail("no column is named", "name the columns in the order of the model's features");
  if (one_hot != nullptr) {
    for (const auto& [column, values] : one_hot->entries()) {
      if (std::find(columns.begin(), columns.end(), column) == columns.end())
        values.fail(fmt::format("'{}' is not among the columns", column), did_you_mean(column, columns));
    }
  }
  const auto categories = [&](const std::string& column) { return one_hot == nullptr ? nullptr : one_hot->find(column); };
  for (const std::string& column : columns) {
    if (const Yaml* values = categories(column)) {
      for (const std::string& value : values->texts()) features.push_back({column, 0, 1, value});
    } else {
      features.push_back({column, 0, 1, {}});
    }
  }
  const Yaml* scaling = node.find("scaling");
  if (scaling == nullptr || (scaling->is_scalar() && scaling->text() == "none")) return features;
  if (scaling->is_map()) {
    apply_scaling(*scaling, features);
  } else {
    split.scaling.push_back(resolved(*scaling));
    apply_scaling(split.scaling.back(), features);
  }
  return features;
}

InputSource SplitReader::input(const std::string& name, const Yaml& node, TaskSplit& split) const {
  InputSource source;
  source.name = name;
  if (!node.is_map()) {
    source.files = files_in(node);
    return source;
  }
  node.allow_keys({"file", "crop", "columns", "one_hot", "scaling", "layout"});
  if (node.find("columns") == nullptr) {
    node.allow_keys({"file", "crop"});
    source.files = files_in(node.at("file"));
    source.crop = crop_in(node);
    return source;
  }
  node.allow_keys({"columns", "one_hot", "scaling", "layout"});
  source.features = features(node, split);
  if (const Yaml* layout = node.find("layout")) source.layout = static_cast<WindowLayout>(choice(*layout, {"channels-first", "time-first"}));
  return source;
}

void SplitReader::read_inputs(const Yaml& inputs, TaskSplit& split) const {
  split.inputs.clear();
  split.scaling.clear();
  if (!inputs.is_map() || inputs.find("file") != nullptr || inputs.find("columns") != nullptr) {
    split.inputs.push_back(input("", inputs, split));
    return;
  }
  for (const auto& [name, value] : inputs.entries()) split.inputs.push_back(input(name, value, split));
}

LabelSource SplitReader::label_source(const Yaml& node) const {
  LabelSource source;
  if (!node.is_map()) {
    source.files = files_in(node);
    if (node.is_scalar()) source.column = node.text();  // finish() decides which of the two is meant
    return source;
  }
  node.allow_keys({"file", "column", "crop", "clip", "key", "file_key", "countdown"});
  source = label_fields(node);
  if (const Yaml* clip = node.find("clip")) {
    if (kind_ != TaskKind::regression && kind_ != TaskKind::forecasting) clip->fail("class labels cannot be clipped", "remove it");
    source.clip = clip->number();
  }
  return source;
}

LabelSource SplitReader::label_fields(const Yaml& node) const {
  LabelSource source;
  if (const Yaml* file = node.find("file")) source.files = files_in(*file);
  source.column = node.text_or("column", "");
  source.crop = crop_in(node);
  source.key = node.text_or("key", "");
  source.file_key = node.text_or("file_key", source.key);
  source.countdown = node.text_or("countdown", "");
  if (!source.key.empty() && source.files.empty()) node.fail("'key' joins a file, which is not named", "add 'file'");
  if (!source.key.empty() && source.column.empty()) node.fail("the file's column with the labels is not named", "add 'column'");
  if (source.files.empty() && source.column.empty() && source.countdown.empty()) node.fail("no label is named", "name a file or a column");
  return source;
}

GroupSource SplitReader::group(const std::string& name, const Yaml& node) const {
  if (node.is_map()) node.allow_keys({"file", "column"});
  return {name, label_source(node), {}};
}

void SplitReader::read_slices(const Yaml& slices, TaskSplit& split) const {
  std::vector<std::string> names;
  for (const auto& [name, value] : slices.entries()) {
    if (value.is_map() && value.find("cross") != nullptr) continue;
    const Yaml* ranges = value.is_map() ? value.find("ranges") : nullptr;
    split.slices.push_back(ranges == nullptr ? group(name, value) : ranged(name, value, *ranges));
    names.push_back(name);
  }
  for (const auto& [name, value] : slices.entries()) {
    if (!value.is_map() || value.find("cross") == nullptr) continue;
    value.allow_keys({"cross"});
    const std::vector<std::string> parts = value.at("cross").texts();
    if (parts.size() != 2) value.fail("expected the names of two slices", "cross: [machine, tool]");
    for (const std::string& part : parts) {
      if (std::find(names.begin(), names.end(), part) == names.end())
        value.fail(fmt::format("'{}' is no slice", part), did_you_mean(part, names, "name it as a slice of its own first"));
    }
    split.crosses.push_back({name, parts[0], parts[1]});
  }
}

GroupSource SplitReader::ranged(const std::string& name, const Yaml& node, const Yaml& ranges) const {
  node.allow_keys({"file", "column", "ranges"});
  GroupSource source{name, label_fields(node), {}};
  for (const Yaml& bound : ranges.items()) {
    source.ranges.push_back(bound.number());
    if (source.ranges.size() > 1 && !(source.ranges.back() > source.ranges[source.ranges.size() - 2]))
      bound.fail("bounds of ranges rise", "ranges: [20, 40, 60]");
  }
  if (source.ranges.empty()) ranges.fail("no bound is named", "ranges: [20, 40, 60] makes four groups");
  return source;
}

RowSelection SplitReader::selection(const Yaml& node) const {
  node.allow_keys({"file", "key", "file_key", "order", "where"});
  RowSelection selection{resolved(node.at("file")), node.at("key").text(), "", node.text_or("order", ""), {}};
  selection.file_key = node.text_or("file_key", selection.key);
  if (const Yaml* where = node.find("where")) selection.where = read_conditions(*where);
  return selection;
}

void SplitReader::read_rows(const Yaml& node, TaskSplit& split) const {
  if (const Yaml* data = node.find("data")) split.data = files_in(*data);
  if (const Yaml* columns = node.find("columns")) split.columns = columns->texts();
  if (const Yaml* exclude = node.find("exclude")) split.exclude = exclude->texts();
  if (const Yaml* where = node.find("where")) split.where = read_conditions(*where);
  if (const Yaml* select = node.find("select")) split.select = selection(*select);
  if (const Yaml* valid = node.find("valid")) split.valid = read_ranges(*valid);
  if (const Yaml* window = node.find("windows")) split.windows = read_windows(*window, split.windows.value_or(WindowSource{}));
}

TaskSplit SplitReader::read(const Yaml& node, TaskSplit split) const {
  if (const Yaml* inputs = node.find("inputs")) read_inputs(*inputs, split);
  if (const Yaml* labels = node.find("labels")) {
    if (kind_ == TaskKind::detection && labels->is_map()) labels->allow_keys({"file"});
    split.labels = label_source(*labels);
  }
  if (const Yaml* ids = node.find("image_ids")) split.image_ids = group("image_ids", *ids);
  if (const Yaml* groups = node.find("groups")) split.groups = group("groups", *groups);
  if (const Yaml* slices = node.find("slices")) {
    split.slices.clear();
    split.crosses.clear();
    if (slices->is_map()) {
      read_slices(*slices, split);
    } else {
      for (const Yaml& value : slices->items()) split.slices.push_back(group(value.text(), value));
    }
  }
  if (const Yaml* limit = node.find("limit")) split.limit = read_count(*limit);
  read_rows(node, split);
  return split;
}

TaskSplit SplitReader::finish(TaskSplit split, const Yaml& node) const {
  if (split.inputs.empty()) node.fail("missing key 'inputs'", "name a file, or columns of 'data', for each model input");
  const bool columns = !split.data.empty();
  for (const InputSource& input : split.inputs) {
    if (input.features.empty() && columns) node.fail("the inputs are files, but 'data' is named", "name the columns of each input, or remove 'data'");
    if (!input.features.empty() && !columns) node.fail("the inputs are columns, but no data is named", "add 'data': a data set, files, folders or archives");
  }
  if (!columns && (split.windows || split.select || !split.where.empty() || !split.valid.empty() || !split.exclude.empty() || !split.columns.empty())) {
    node.fail("windows, select, where, valid, exclude and columns need 'data'", "add 'data', or remove them");
  }
  for (const ValidRange& range : split.valid) {
    std::vector<std::string> names;
    for (const InputSource& input : split.inputs) {
      for (const Feature& feature : input.features) names.push_back(feature.column);
    }
    if (std::find(names.begin(), names.end(), range.column) == names.end())
      node.fail(fmt::format("'valid' names '{}', which is no column of an input", range.column), did_you_mean(range.column, names));
  }
  if (kind_ == TaskKind::detection && columns) node.fail("images are arrays, not columns of 'data'", "name array files under 'inputs'");
  if (kind_ == TaskKind::detection && split.labels && split.labels->files.size() != 1)
    node.fail("labels of kind: detection are one file", "merge the annotations");
  if (split.windows && split.select && !split.select->order.empty()) node.fail("windows have an order of their own", "remove 'order' from 'select'");
  const auto settle = [&](LabelSource& source, bool bare) {
    if (!columns && !source.countdown.empty()) node.fail("'countdown' counts rows of 'data', which is not named", "add 'data'");
    if (!bare) return;
    if (columns) source.files.clear();
    else source.column.clear();
  };
  const auto is_bare = [&](const LabelSource& source) {
    return source.files.size() == 1 && source.files.front() == (folder_ / source.column).lexically_normal() && !source.column.empty();
  };
  if (split.labels) settle(*split.labels, is_bare(*split.labels));
  const auto settle_group = [&](GroupSource& group) {
    settle(group.source, is_bare(group.source));
    if (columns && (!group.source.files.empty() || group.source.column.empty()))
      node.fail(fmt::format("with 'data', {} are columns", group.name), "name a column");
  };
  if (split.image_ids) settle_group(*split.image_ids);
  if (split.groups) settle_group(*split.groups);
  for (GroupSource& slice : split.slices) {
    settle_group(slice);
    if (!columns) slice.name = fs::path(slice.name).stem().string();
  }
  for (SliceCross& cross : split.crosses) {
    if (columns) continue;
    cross.first = fs::path(cross.first).stem().string();
    cross.second = fs::path(cross.second).stem().string();
  }
  return split;
}

}  // namespace iai
