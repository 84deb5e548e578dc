#include "evaluator/task/label_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "formats/archive.hpp"
#include "formats/delimited.hpp"
#include "formats/error.hpp"
#include "formats/json_lines.hpp"
#include "formats/npy.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

LabelValues array_labels(const fs::path& path, const std::optional<Crop>& crop) {
  const Tensor tensor = read_npy(path);
  LabelValues labels{to_doubles(tensor.view()), 1};
  const std::int64_t rows = tensor.shape.empty() ? 1 : tensor.shape[0];
  for (std::size_t i = 1; i < tensor.shape.size(); ++i) labels.width *= tensor.shape[i];
  if (crop) {
    if (tensor.shape.size() != 2 || crop->end > tensor.shape[1]) {
      throw Error(ErrorKind::input, fmt::format("{}: crop [{}, {}] does not fit {}", path.string(), crop->begin, crop->end, shape_text(tensor.shape)),
                  "crop takes elements of axis 1 of a two-dimensional array");
    }
    LabelValues part{{}, crop->end - crop->begin};
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto begin = labels.values.begin() + row * labels.width;
      part.values.insert(part.values.end(), begin + crop->begin, begin + crop->end);
    }
    labels = std::move(part);
  }
  for (std::size_t i = 0; i < labels.values.size(); ++i) {
    if (!std::isfinite(labels.values[i])) {
      throw Error(ErrorKind::input, fmt::format("{}: the label of sample {} is not a number", path.string(), static_cast<std::int64_t>(i) / labels.width),
                  "remove the sample, or give it a label");
    }
  }
  return labels;
}

std::size_t column_of(const std::vector<Column>& columns, const std::string& wanted, const fs::path& path) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  if (wanted.empty()) {
    if (columns.size() == 1) return 0;
    throw Error(ErrorKind::input, fmt::format("{}: has {} columns", path.string(), columns.size()),
                fmt::format("name one with 'column': {}", fmt::join(names, ", ")));
  }
  const auto at = std::find(names.begin(), names.end(), wanted);
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  throw Error(ErrorKind::input, fmt::format("{}: has no column '{}'", path.string(), wanted),
              did_you_mean(wanted, names, fmt::format("its columns are {}", fmt::join(names, ", "))));
}

/// Visits the cells of one column of a delimited text file.
void for_each_cell(const fs::path& path, const std::string& column, auto&& visit) {
  const auto stream = open_file(path);
  const auto reader = open_rows(*stream, path.string());
  const std::size_t at = column_of(reader->columns(), column, path);
  while (const Row* row = reader->next()) {
    visit(row->cells[at], reader->columns()[at].type, row->line);
  }
}

bool is_array(const fs::path& path) { return path.extension() == ".npy"; }

}  // namespace

double label_of(const Cell& cell, ColumnType type, const std::vector<std::string>& classes, const std::string& where) {
  if (cell.state == CellState::missing || cell.state == CellState::error) {
    throw Error(ErrorKind::input, where + ": the label is missing", "remove the sample, or give it a label");
  }
  if (const std::int64_t named = class_number(std::string(cell.text), classes); named >= 0) return static_cast<double>(named);
  const bool number = type == ColumnType::integer || type == ColumnType::real || type == ColumnType::boolean;
  if (number && cell.state == CellState::value) return cell.number;
  throw Error(ErrorKind::input, fmt::format("{}: '{}' is no label", where, cell.text),
              classes.empty() ? "labels are numbers; name the classes with 'classes' when they are words"
                              : did_you_mean(cell.text, classes, fmt::format("the classes are {}", fmt::join(classes, ", "))));
}

std::int64_t class_number(const std::string& text, const std::vector<std::string>& classes) {
  const auto at = std::find(classes.begin(), classes.end(), text);
  return at == classes.end() ? -1 : at - classes.begin();
}

std::string shortest_text(double number) { return fmt::format("{}", number); }

LabelValues read_labels(const LabelSource& source, const std::vector<std::string>& classes) {
  LabelValues labels;
  for (const fs::path& path : source.files) {
    if (is_array(path)) {
      LabelValues part = array_labels(path, source.crop);
      if (!labels.values.empty() && part.width != labels.width) {
        throw Error(ErrorKind::input, fmt::format("{}: {} labels a sample, {} in the files before", path.string(), part.width, labels.width));
      }
      labels.width = part.width;
      labels.values.insert(labels.values.end(), part.values.begin(), part.values.end());
    } else {
      for_each_cell(path, source.column, [&](const Cell& cell, ColumnType type, std::int64_t line) {
        labels.values.push_back(label_of(cell, type, classes, fmt::format("{}:{}", path.string(), line)));
      });
    }
  }
  if (source.clip) {
    for (double& value : labels.values) value = std::min(value, *source.clip);
  }
  return labels;
}

std::vector<std::string> read_groups(const LabelSource& source) {
  std::vector<std::string> groups;
  for (const fs::path& path : source.files) {
    if (is_array(path)) {
      const LabelValues values = array_labels(path, {});
      if (values.width != 1)
        throw Error(ErrorKind::input, fmt::format("{}: {} groups a sample", path.string(), values.width), "give one group for each sample");
      for (const double value : values.values) groups.push_back(shortest_text(value));
    } else {
      for_each_cell(path, source.column, [&](const Cell& cell, ColumnType, std::int64_t) { groups.emplace_back(cell.text); });
    }
  }
  return groups;
}

}  // namespace iai
