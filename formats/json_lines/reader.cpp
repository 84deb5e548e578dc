// The module iai_json_lines.so, see formats/module.hpp.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "formats/delimited_cells.hpp"
#include "formats/delimited_dialect.hpp"
#include "formats/error.hpp"
#include "formats/json_lines.hpp"
#include "formats/json_lines/line.hpp"
#include "formats/json_lines/line_window.hpp"
#include "formats/module.hpp"

namespace iai {
namespace {

constexpr std::size_t sample_bytes = 1 << 20, most_late = 16;
constexpr std::string_view blanks = " \t\r\n", mark = "\xEF\xBB\xBF";

bool is_blank(std::string_view text) { return text.find_first_not_of(blanks) == std::string_view::npos; }

/// How often the values of a column were of each type.
struct Votes {
  std::size_t integers = 0, reals = 0, booleans = 0, times = 0, texts = 0;
  std::size_t codes = 0;  // of the texts: integers beyond 64 bits
  ColumnType type() const {
    const auto all = integers + reals + booleans + times + texts;
    const auto most = [&](std::size_t count) { return count * 5 >= all * 4; };
    if (all == 0) return ColumnType::empty;
    if (codes > 0 && reals == 0) return ColumnType::text;
    if (most(integers + reals)) return reals > 0 ? ColumnType::real : ColumnType::integer;
    if (most(times)) return ColumnType::timestamp;
    return most(booleans) ? ColumnType::boolean : ColumnType::text;
  }
};

/// Holds a line against the grammar only.
class LineCheck : public LineWalk {
 protected:
  JsonMember* member_of(JsonMember&, std::string_view) override { return nullptr; }
  JsonFault visit(JsonMember*, const JsonValue&) override { return {}; }
};

/// Finds the columns of the sample: in the order in which their members are met.
class ColumnSearch : public LineWalk {
 public:
  std::vector<std::string> names;
  std::vector<Votes> votes;
  bool too_wide = false;

 protected:
  JsonMember* member_of(JsonMember& parent, std::string_view key) override {
    JsonMember* known = parent.find(key);
    if (known == nullptr) {
      known = &parent.add(key);
      paths_[known] = paths_.contains(&parent) ? paths_[&parent] + "." + std::string(key) : std::string(key);
    }
    return known;
  }
  JsonFault visit(JsonMember* member, const JsonValue& value) override {
    if (member->column == std::string::npos) {
      if (names.size() == most_columns) {
        too_wide = true;
        return {simdjson::SUCCESS, "too wide"};
      }
      member->column = names.size();
      names.push_back(paths_[member]);
      votes.emplace_back();
    }
    auto& vote = votes[member->column];
    std::int64_t integer = 0;
    double number = 0;
    if (value.kind == JsonValue::Kind::number) {
      const auto kind = parse_number(value.text, {}, integer, number);
      const bool code = kind == NumberKind::none && value.text.find_first_of(".eE") == std::string_view::npos;
      ++(code ? vote.texts : kind == NumberKind::integer ? vote.integers : vote.reals);
      vote.codes += code ? 1 : 0;
    }
    if (value.kind == JsonValue::Kind::boolean) ++vote.booleans;
    if (value.kind == JsonValue::Kind::array) ++vote.texts;
    if (value.kind == JsonValue::Kind::text && !is_missing_marker(value.text, ColumnType::real) && !is_error_word(value.text))
      ++(parse_timestamp(value.text) ? vote.times : vote.texts);
    return {};
  }

 private:
  std::map<const JsonMember*, std::string> paths_;
};

struct Rows : LineWalk {
  Rows(ByteStream& stream, std::string shown) : name(std::move(shown)), window(stream) {}

  std::string name;
  LineWindow window;
  simdjson::ondemand::parser parser;
  JsonMember root;
  std::vector<Column> columns;
  std::vector<std::int64_t> met;  // by column: the last row that had it
  std::vector<std::pair<std::string, std::int64_t>> late;
  Row row;
  std::int64_t line_number = 0;
  std::size_t taken = 0;  // bytes of the current line
  const char* begin = nullptr;

  const Row* next();
  void search(const std::vector<Column>& known, const std::vector<std::pair<std::string, ColumnType>>& types);
  void place(JsonMember& member, const std::vector<std::size_t>& places);
  void fill_row(std::string_view line);
  JsonMember* member_of(JsonMember& parent, std::string_view key) override;
  JsonFault visit(JsonMember* member, const JsonValue& value) override;
  void set(Cell& cell, Column& column, const JsonValue& value) const;
};

/// Columns of the sample, and where a given column of the same name lies.
void Rows::search(const std::vector<Column>& known, const std::vector<std::pair<std::string, ColumnType>>& types) {
  window.fill(sample_bytes);
  while (!window.ended() && window.text().size() < most_line_bytes && window.text().find('\n') == std::string_view::npos) window.fill(window.text().size() + 1);
  if (window.text().starts_with(mark)) window.consume(mark.size());
  ColumnSearch found;
  LineCheck check;
  JsonMember nothing;
  std::string first_fault = "holds no line";
  const auto sample = window.text();
  for (std::size_t at = 0; at < sample.size();) {
    const auto end = std::min(sample.find('\n', at), sample.size());
    if (end == sample.size() && !window.ended() && at > 0) break;  // cut off
    const auto line = sample.substr(at, end - at);
    JsonFault fault{simdjson::EMPTY};
    if (!is_blank(line)) fault = check.walk(parser, line, window.allocated() - at, nothing);
    if (!is_blank(line) && !fault) fault = found.walk(parser, line, window.allocated() - at, root);
    if (fault && first_fault == "holds no line" && !is_blank(line)) first_fault = fault_text(fault);
    at = end + 1;
  }
  if (found.too_wide)
    throw Error(ErrorKind::input, name + ": its objects have over 262,144 members", "a table of that width is a tensor: write it as an array");
  if (found.names.empty())
    throw Error(ErrorKind::input, name + ": is no JSON Lines, its first mebibyte holds no object with a member (" + first_fault + ")",
                "write one JSON object a line");
  for (std::size_t c = 0; c < found.names.size(); ++c) columns.push_back({found.names[c], "", found.votes[c].type()});
  make_names_unique(columns);
  std::vector<std::size_t> places(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto at = std::find_if(known.begin(), known.end(), [&](const Column& column) { return column.name == columns[c].name; });
    places[c] = known.empty() ? c : at == known.end() ? std::string::npos : static_cast<std::size_t>(at - known.begin());
  }
  if (!known.empty()) columns = known;
  place(root, places);
  for (auto& column : columns)
    for (const auto& [wanted, type] : types)
      if (wanted == column.name) column.type = type;
}

void Rows::place(JsonMember& member, const std::vector<std::size_t>& places) {
  if (member.column != std::string::npos) member.column = places[member.column];
  for (const auto& inside : member.inside) place(*inside, places);
}

JsonMember* Rows::member_of(JsonMember& parent, std::string_view key) {
  JsonMember* member = parent.find(key);
  if (member != nullptr) return member;
  const auto known = std::find_if(late.begin(), late.end(), [&](const auto& one) { return one.first == key; });
  if (known == late.end() && late.size() < most_late) late.emplace_back(key, row.line);
  return nullptr;
}

JsonFault Rows::visit(JsonMember* member, const JsonValue& value) {
  if (member == nullptr || member->column == std::string::npos) {
    ++row.width;
    return {};
  }
  auto& seen = met[member->column];
  if (seen == row.number) return {simdjson::SUCCESS, "a member is there twice"};
  seen = row.number;
  auto& cell = row.cells[member->column];
  cell.byte = row.byte + static_cast<std::uint64_t>(value.place - begin);
  set(cell, columns[member->column], value);
  return {};
}

/// What the value means under the column's type; JSON's own types are kept apart.
void Rows::set(Cell& cell, Column& column, const JsonValue& value) const {
  const auto odd = [&] {
    cell.number = std::numeric_limits<double>::quiet_NaN();
    cell.state = CellState::odd;
  };
  cell.text = value.text;
  if (value.kind == JsonValue::Kind::null) return;
  if (column.type == ColumnType::empty) {
    if (value.kind == JsonValue::Kind::number) column.type = type_of_text(value.text, {});
    else if (value.kind == JsonValue::Kind::boolean) column.type = ColumnType::boolean;
    else if (value.kind == JsonValue::Kind::array) column.type = ColumnType::text;
    else if (!is_missing_marker(value.text, ColumnType::real) && !is_error_word(value.text))
      column.type = parse_timestamp(value.text) ? ColumnType::timestamp : ColumnType::text;
  }
  if (value.text.find('\0') != std::string_view::npos) return odd();
  const bool number = column.type == ColumnType::integer || column.type == ColumnType::real;
  switch (value.kind) {
    case JsonValue::Kind::number:
      if (column.type != ColumnType::text && !number) return odd();
      if (column.type == ColumnType::text) cell.state = CellState::value;
      else interpret(cell, column.type, {});
      return;
    case JsonValue::Kind::boolean:
      if (column.type != ColumnType::boolean && column.type != ColumnType::text) return odd();
      cell.state = CellState::value;
      cell.number = value.text == "true" ? 1 : 0;
      return;
    case JsonValue::Kind::array:
      if (column.type != ColumnType::text) return odd();
      cell.state = CellState::value;
      return;
    default: break;
  }
  if (column.type == ColumnType::text || column.type == ColumnType::timestamp) return interpret(cell, column.type, {});
  odd();
  if (is_missing_marker(value.text, column.type)) cell.state = CellState::missing;
  else if (is_error_word(value.text)) cell.state = CellState::error;
}

void Rows::fill_row(std::string_view line) {
  row.width = columns.size();
  row.fault.clear();
  begin = line.data();
  for (auto& cell : row.cells) {
    cell = Cell{};
    cell.state = CellState::missing;
    cell.byte = row.byte;
  }
  const auto fault = walk(parser, line, window.allocated(), root);
  if (!fault) return;
  row.fault = fault_text(fault);
  for (auto& cell : row.cells) {
    cell = Cell{};
    cell.state = CellState::missing;
    cell.byte = row.byte;
  }
}

const Row* Rows::next() {
  // The line before is consumed only now: its cells point into it.
  window.consume(taken);
  taken = 0;
  std::string_view line;
  bool too_long = false;
  auto start = window.offset();
  for (; window.line(line, taken, too_long); start = window.offset()) {
    ++line_number;
    if (!too_long && is_blank(line)) {
      window.consume(taken);
      continue;
    }
    ++row.number;
    row.line = line_number;
    row.byte = start;
    if (too_long) line = "x";
    fill_row(line);
    if (too_long) row.fault = "over 16 MiB long";
    return &row;
  }
  taken = 0;
  return nullptr;
}

class Reader : public JsonLinesReader {
 public:
  Reader(ByteStream& stream, const std::string& name, const std::vector<Column>& columns, const std::vector<std::pair<std::string, ColumnType>>& types)
      : rows_(stream, name) {
    rows_.search(columns, types);
    rows_.row.cells.resize(rows_.columns.size());
    rows_.met.resize(rows_.columns.size());
  }
  const std::vector<Column>& columns() const override { return rows_.columns; }
  const Row* next() override { return rows_.next(); }
  const std::vector<std::pair<std::string, std::int64_t>>& late_members() const override { return rows_.late; }

 private:
  Rows rows_;
};

}  // namespace

IAI_MODULE;
IAI_MODULE_EXPORT JsonLinesReader* iai_open_json_lines(ByteStream& stream, const std::string& name, const std::vector<Column>& columns,
                                                       const std::vector<std::pair<std::string, ColumnType>>& types) {
  return new Reader(stream, name, columns, types);
}

}  // namespace iai
