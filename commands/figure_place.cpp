#include "commands/figure_place.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "formats/error.hpp"

namespace iai {

namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw Error(ErrorKind::usage, "'" + text + "' names no figure: " + why, "for example energy_j, steadiness.steal_share or drift[column=load].psi");
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == text.npos ? std::string() : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Reads one place from its text.
class PlaceReader {
 public:
  explicit PlaceReader(const std::string& text) : text_(text) {}

  FigurePlace read() {
    FigurePlace place{text_, {}};
    for (;;) {
      FigurePlace::Step step;
      step.key = trimmed(until(".["));
      if (step.key.empty()) refuse(text_, "a name is empty");
      if (at_ < text_.size() && text_[at_] == '[') read_cells(step);
      place.steps.push_back(std::move(step));
      if (at_ == text_.size()) return place;
      if (text_[at_++] != '.') refuse(text_, "a dot is wanted after ]");
    }
  }

 private:
  std::string until(const char* ends) {
    const std::size_t from = at_;
    at_ = std::min(text_.find_first_of(ends, at_), text_.size());
    return text_.substr(from, at_ - from);
  }

  /// "[column=load, reference="a,b"]"; quotes for values with commas and brackets.
  void read_cells(FigurePlace::Step& step) {
    step.is_table = true;
    ++at_;
    at_ = std::min(text_.find_first_not_of(' ', at_), text_.size());
    if (at_ < text_.size() && text_[at_] == ']') {
      ++at_;
      return;
    }
    for (;;) {
      const std::string key = trimmed(until("=,]"));
      if (at_ == text_.size() || text_[at_] != '=' || key.empty()) refuse(text_, "within [] stands KEY=VALUE, KEY=VALUE");
      ++at_;
      step.wanted.emplace_back(key, value());
      if (at_ == text_.size()) refuse(text_, "] is missing");
      if (text_[at_++] == ']') return;
    }
  }

  std::string value() {
    at_ = std::min(text_.find_first_not_of(' ', at_), text_.size());
    if (at_ == text_.size() || text_[at_] != '"') return trimmed(until(",]"));
    ++at_;
    std::string quoted = until("\"");
    if (at_ == text_.size()) refuse(text_, "a quote is not closed");
    ++at_;
    at_ = std::min(text_.find_first_not_of(' ', at_), text_.size());
    if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ']') refuse(text_, "a comma or ] is wanted after a quoted value");
    return quoted;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

std::string cell_text(const Json& cell) { return cell.is_string() ? cell.get<std::string>() : cell.dump(); }

/// What tells this row from the others that were found: the words of the row that the place does not ask for.
std::string row_label(const Json& row, const FigurePlace::Step& step) {
  std::string label;
  for (const auto& [key, cell] : row.items()) {
    const auto asked = [&, &key = key](const auto& wanted) { return wanted.first == key; };
    if (!cell.is_string() || std::any_of(step.wanted.begin(), step.wanted.end(), asked)) continue;
    if (key == "reason" || key == "interval" || key == "message") continue;  // they speak of the figure, they name no row
    label += (label.empty() ? "" : ", ") + key + " " + cell.get<std::string>();
  }
  return label;
}

bool has_cells(const Json& row, const FigurePlace::Step& step) {
  return row.is_object() && std::all_of(step.wanted.begin(), step.wanted.end(),
                                        [&](const auto& wanted) { return row.contains(wanted.first) && cell_text(row.at(wanted.first)) == wanted.second; });
}

/// Null for tables and for maps that hold no value: they are no figures.
const Json* value_of(const Json& figure) {
  if (figure.is_array()) return nullptr;
  if (!figure.is_object()) return &figure;
  return figure.contains("value") ? &figure.at("value") : nullptr;
}

/// @param row  the table's row that `node` is a cell of, where it is one
void collect(const Json& node, const FigurePlace& place, std::size_t step, const Json* row, const std::string& label, std::vector<FoundFigure>& found) {
  if (step == place.steps.size()) {
    // The interval of slices[...].value and slices[...].difference stands beside it.
    const std::string& key = place.steps.back().key;
    const bool is_row_figure = row != nullptr && (key == "value" || key == "difference");
    const Json figure = plain_figure(node);
    if (const Json* value = value_of(figure)) found.push_back({label, *value, is_row_figure ? *row : figure});
    return;
  }
  const FigurePlace::Step& wanted = place.steps[step];
  if (!node.is_object() || !node.contains(wanted.key)) return;
  const Json& next = node.at(wanted.key);
  if (!wanted.is_table) return collect(next, place, step + 1, row, label, found);
  if (!next.is_array()) return;
  for (const Json& one : next) {
    if (!has_cells(one, wanted)) continue;
    const std::string name = row_label(one, wanted);
    collect(one, place, step + 1, &one, label.empty() ? name : label + ", " + name, found);
  }
}

}  // namespace

Json plain_figure(const Json& figure) {
  if (!figure.is_object() || figure.contains("value")) return figure;
  for (const char* unit : {"_ms", "_s", "_j", "_bytes", "_per_s", "_db", "_share", "_mhz"}) {
    if (!figure.contains(std::string("value") + unit)) continue;
    Json plain = figure;
    for (const char* key : {"value", "low", "high"}) {
      if (figure.contains(std::string(key) + unit)) plain[key] = figure.at(std::string(key) + unit);
    }
    return plain;
  }
  return figure;
}

FigurePlace parse_figure_place(const std::string& text) { return PlaceReader(text).read(); }

std::vector<FoundFigure> figures_at(const FigurePlace& place, const Record& record) {
  std::vector<FoundFigure> found;
  if (place.text == "verdict") return {{"", record.verdict, record.verdict}};
  for (const Json* where : {&record.metrics, &record.details}) {
    collect(*where, place, 0, nullptr, "", found);
    if (!found.empty()) break;
  }
  return found;
}

std::string figure_names(const Record& record) {
  std::set<std::string> names;
  for (const auto& [name, value] : record.metrics.items()) names.insert(name);
  for (const auto& [name, value] : record.details.items()) {
    if (value.is_array() && !value.empty() && value.front().is_object()) names.insert(name + "[]");
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace iai
