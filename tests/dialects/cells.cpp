// Prints what DelimitedReader makes of a file, with no options: iai_cells FILE. JSON Lines: the columns with the dialect,
// then for every row a list of [kind, value] cells, as tests/dialects/make.py writes the truth.
#include <cstdio>
#include <string>

#include "formats/archive.hpp"
#include "formats/delimited.hpp"
#include "formats/error.hpp"

using namespace iai;

namespace {

const char* state_name(CellState state) {
  switch (state) {
    case CellState::value: return "value";
    case CellState::missing: return "missing";
    case CellState::error: return "error";
    case CellState::odd: return "odd";
  }
  return "odd";
}

Json cell_json(const Cell& cell, ColumnType type) {
  Json value;
  if (cell.state == CellState::value) {
    if (type == ColumnType::integer || type == ColumnType::timestamp) value = cell.integer;
    else if (type == ColumnType::real) value = cell.number;
    else if (type == ColumnType::boolean) value = static_cast<int>(cell.number);
    else value = std::string(cell.text);
  }
  return Json::array({state_name(cell.state), std::move(value)});
}

void print(const Json& json) { std::puts(json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str()); }

void print_cells(const char* path) {
  const auto file = open_file(path);
  DelimitedReader reader(*file, path);
  // Types that the sample leaves open show in the reading: the columns come last, to be printed first by the reader.
  std::vector<Json> rows;
  while (const Row* row = reader.next()) {
    Json cells = Json::array();
    for (std::size_t c = 0; c < row->cells.size(); ++c) cells.push_back(cell_json(row->cells[c], reader.columns()[c].type));
    rows.push_back(std::move(cells));
  }
  Json columns = Json::array();
  for (const auto& column : reader.columns()) columns.push_back({{"name", column.name}, {"type", column_type_name(column.type)}, {"unit", column.unit}});
  print({{"columns", std::move(columns)}, {"dialect", reader.dialect().to_json()}});
  for (const auto& row : rows) print(row);
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be written ends it
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    print_cells(argv[1]);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    return 1;
  }
}
