#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "formats/columnar.hpp"
#include "formats/error.hpp"
#include "formats/json_lines.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

/// The files of tests/columnar/files.cpp; empty when this build has no Arrow.
const fs::path& files() {
  struct Folder : TemporaryFolder {
    Folder() {
      const auto self = fs::read_symlink("/proc/self/exe").parent_path();
      there = std::system(("'" + (self / "iai_columnar_files").string() + "' '" + path.string() + "' 2>/dev/null").c_str()) == 0;
    }
    bool there = false;
  };
  static const Folder folder;
  static const fs::path none;
  if (!folder.there) MESSAGE("skipped: built without Arrow");
  return folder.there ? folder.path : none;
}

std::string slurp(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

ColumnarKind kind_of(const std::string& bytes) { return columnar_kind(std::string_view(bytes).substr(0, 64)); }

std::unique_ptr<ColumnarReader> open(const fs::path& path, const std::vector<std::pair<std::string, ColumnType>>& types = {}) {
  return open_columnar(kind_of(slurp(path)), path, path.filename().string(), types);
}

/// Cells of one column, by row: "text" of values, "state:text" of others, with their numbers behind.
std::vector<std::string> cells(const fs::path& path, const std::string& column, const std::vector<std::pair<std::string, ColumnType>>& types = {}) {
  const auto reader = open(path, types);
  std::size_t at = 0;
  while (at < reader->columns().size() && reader->columns()[at].name != column) ++at;
  REQUIRE(at < reader->columns().size());
  std::vector<std::string> shown;
  while (const Row* row = reader->next()) {
    const Cell& cell = row->cells[at];
    const char* state[] = {"", "missing:", "error:", "odd:"};
    shown.push_back(state[static_cast<int>(cell.state)] + std::string(cell.text));
  }
  return shown;
}

using Texts = std::vector<std::string>;

/// What becomes of damaged bytes: rows, or an error about the file; never anything else.
void read_damaged(const std::string& bytes, const std::string& name) {
  const auto path = files() / name;
  std::ofstream(path, std::ios::binary) << bytes;
  const auto kind = kind_of(bytes);
  if (kind == ColumnarKind::none) return;
  try {
    const auto reader = open_columnar(kind, path, name);
    std::int64_t rows = 0;
    while (const RowBatch* batch = reader->next_batch()) {
      CHECK(batch->first_row == rows + 1);
      CHECK(batch->columns.size() == reader->columns().size());
      rows += static_cast<std::int64_t>(batch->rows);
    }
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::input);
    CHECK(error.message().starts_with(name + ": "));
    CHECK(!error.hint().empty());
  }
}

}  // namespace

TEST_CASE("every kind of cell, the same from Parquet, Arrow files and streams") {
  if (files().empty()) return;
  for (const char* name : {"plant.parquet", "plant.arrow", "plant.arrows"}) {
    CAPTURE(name);
    const auto path = files() / name;
    CHECK(cells(path, "time")[1] == "2026-03-01T12:00:00.25Z");
    CHECK(cells(path, "force") == Texts{"0.1", "1.5", "missing:", "missing:", "odd:inf", "-2"});
    CHECK(cells(path, "angle") == Texts{"0.1", "1e+300", "2.5", "missing:", "-0", "7"});
    CHECK(cells(path, "count") == Texts{"9007199254740993", "9007199254740994", "missing:", "9223372036854775807", "-9223372036854775808", "0"});
    CHECK(cells(path, "serial") == Texts{"18446744073709551615", "1", "2", "missing:", "9223372036854775808", "5"});
    CHECK(cells(path, "small") == Texts{"-128", "127", "0", "1", "missing:", "3"});
    CHECK(cells(path, "ok") == Texts{"true", "false", "missing:", "true", "true", "false"});
    CHECK(cells(path, "state") == Texts{"running", "stopped", "running", "running", "missing:", "stopped"});
    CHECK(cells(path, "price") == Texts{"123.45", "-0.10", "missing:", "0.00", "99999999.99", "1.00"});
    CHECK(cells(path, "exact") == Texts{"1", "-5", "9223372036854775807", "missing:", "0", "7"});
    CHECK(cells(path, "day") == Texts{"2026-03-01", "2026-03-02", "missing:", "1970-01-01", "1969-12-31", "odd:2000000 (date32[day])"});
    CHECK(cells(path, "shift") == Texts{"06:00:00", "06:00:00.5", "00:00:00", "missing:", "00:00:00.000001", "00:00:00.000002"});
    CHECK(cells(path, "cycle") == Texts{"1500", "1501", "-3", "missing:", "0", "1"});
    CHECK(cells(path, "half") == Texts{"1", "0.5", "missing:", "missing:", "-2", "0"});
    CHECK(cells(path, "note") == Texts{"Prüfstand 7", "missing:", "missing:", "missing:-", "odd:a\uFFFDb", "odd:x\xEF\xBF\xBDy"});
    CHECK(cells(path, "raw")[4] == "odd:\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(cells(path, "key") == Texts{"0001", "6162", "6364", "missing:", "6566", "6768"});
    CHECK(cells(path, "nothing") == Texts(6, "missing:"));
    CHECK(cells(path, "motor.current") == Texts{"1.5", "2", "missing:", "4", "5", "missing:"});
  }
}

TEST_CASE("types, units and what is left out") {
  if (files().empty()) return;
  const auto reader = open(files() / "plant.parquet");
  std::map<std::string, Column> columns;
  for (const auto& column : reader->columns()) columns[column.name] = column;
  CHECK(columns.at("force").unit == "kN");
  CHECK(columns.at("motor.current").unit == "A");
  CHECK(columns.at("cycle").unit == "ms");
  CHECK(columns.at("serial").type == ColumnType::text);
  CHECK(columns.at("exact").type == ColumnType::integer);
  CHECK(columns.at("price").type == ColumnType::real);
  CHECK(columns.at("nothing").type == ColumnType::empty);
  CHECK(!columns.contains("wave"));
  REQUIRE(reader->faults().size() == 1);
  CHECK(reader->faults()[0].text.find("the column wave holds list") == 0);
}

TEST_CASE("the caller's types hold: cells mean what their text reads as") {
  if (files().empty()) return;
  const auto path = files() / "plant.parquet";
  CHECK(cells(path, "count", {{"count", ColumnType::text}})[0] == "9007199254740993");
  CHECK(cells(path, "price", {{"price", ColumnType::text}})[1] == "-0.10");
  CHECK(cells(path, "motor.current", {{"motor.current", ColumnType::integer}}) == Texts{"odd:1.5", "2", "missing:", "4", "5", "missing:"});
  CHECK(cells(path, "state", {{"state", ColumnType::real}})[0] == "odd:running");
  CHECK(cells(path, "day", {{"day", ColumnType::text}})[0] == "2026-03-01");
}

TEST_CASE("rows and batches are the same rows") {
  if (files().empty()) return;
  for (const char* name : {"many.parquet", "many.arrow", "many.arrows"}) {
    CAPTURE(name);
    const auto rows = open(files() / name), batches = open(files() / name);
    std::int64_t count = 0;
    while (const RowBatch* batch = batches->next_batch()) {
      for (std::size_t i = 0; i < batch->rows; ++i) {
        const Row* row = rows->next();
        REQUIRE(row != nullptr);
        if (row->number != ++count || row->cells[0].integer != batch->columns[0].integers[i] || row->cells[1].number != batch->columns[1].numbers[i] ||
            row->cells[2].integer != count - 1 || row->cells[3].text != batch->columns[3].texts[i])
          FAIL("row " << count);
      }
    }
    CHECK(rows->next() == nullptr);
    CHECK(count == 20'000);
  }
}

TEST_CASE("a file that breaks in the midst ends in a row with the fault") {
  if (files().empty()) return;
  auto bytes = slurp(files() / "many.parquet");
  bytes[300'000] = static_cast<char>(bytes[300'000] ^ 0xFF);
  std::ofstream(files() / "flipped.parquet", std::ios::binary) << bytes;
  const auto reader = open(files() / "flipped.parquet");
  std::int64_t rows = 0;
  std::string fault;
  while (const Row* row = reader->next()) {
    CHECK(fault.empty());
    fault = row->fault;
    ++rows;
  }
  CHECK(rows > 1000);
  CHECK(rows < 20'000);
  CHECK(fault.find("from here on the file cannot be read") == 0);
}

TEST_CASE("cut at each tenth, flipped bits in footer and pages, bytes at random: rows or an error") {
  if (files().empty()) return;
  std::mt19937 random(7);
  for (const char* name : {"plant.parquet", "plant.arrow", "plant.arrows", "zstd.parquet", "lz4.arrow"}) {
    const auto good = slurp(files() / name);
    const auto ending = fs::path(name).extension().string();
    for (std::size_t tenth = 0; tenth < 10; ++tenth) read_damaged(good.substr(0, good.size() * tenth / 10), "cut" + ending);
    for (int run = 0; run < 60; ++run) {
      auto bytes = good;
      for (auto flips = 1 + random() % 3; flips > 0; --flips) {
        const auto at = run % 2 == 0 ? bytes.size() - 1 - random() % std::min<std::size_t>(bytes.size() - 8, 1500)
                                     : random() % bytes.size();  // the footer every other time
        bytes[at] = static_cast<char>(bytes[at] ^ (1u << random() % 8));
      }
      read_damaged(bytes, "flipped" + ending);
    }
    for (int run = 0; run < 10; ++run) {
      auto bytes = good.substr(0, 8);
      for (int i = 0; i < 2000; ++i) bytes += static_cast<char>(random());
      read_damaged(bytes + (run % 2 == 0 ? good.substr(good.size() - 8) : ""), "random" + ending);
    }
  }
}

TEST_CASE("told apart by content, text is none of them") {
  CHECK(columnar_kind("PAR1;PAR2\n1;2\n") == ColumnarKind::none);
  CHECK(columnar_kind("ARROW1,x\n") == ColumnarKind::none);
  CHECK(columnar_kind("PAR1") == ColumnarKind::parquet);
  CHECK(columnar_kind(std::string_view("ARROW1\0\0", 8)) == ColumnarKind::arrow_file);
  CHECK(columnar_kind(std::string_view("\xFF\xFF\xFF\xFF\x10\0\0\0\x08\0\0\0", 12)) == ColumnarKind::arrow_stream);
  CHECK(columnar_kind(std::string_view("\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 12)) == ColumnarKind::none);
  CHECK(columnar_kind("") == ColumnarKind::none);
}
