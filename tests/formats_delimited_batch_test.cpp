#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include <fmt/format.h>

#include "formats/delimited.hpp"
#include "formats/plain_cells.hpp"
#include "formats/row_batch.hpp"

using namespace iai;

namespace {

/// One cell as text that tells state and value.
std::string shown(ColumnType type, CellState state, double number, std::int64_t integer, std::string_view text) {
  if (state == CellState::missing) return "missing";
  if (state != CellState::value) return fmt::format("{}:{}:{}", static_cast<int>(state), text, type == ColumnType::integer ? number : 0);
  switch (type) {
    case ColumnType::text: return fmt::format("text {}", text);
    case ColumnType::integer:
    case ColumnType::timestamp: return fmt::format("{}", integer);
    default: return fmt::format("{:a}", number);
  }
}

/// Lines that are no data, behind the rows.
void add_skipped(const DelimitedReader& reader, std::vector<std::string>& lines) {
  lines.push_back(fmt::format("{} skipped", reader.skipped_count()));
  for (const auto& line : reader.skipped())
    lines.push_back(fmt::format("{} line {} byte {} {}", skipped_kind_name(line.kind), line.line, line.byte, line.text));
}

std::vector<std::string> by_rows(const std::string& text) {
  const auto stream = open_bytes(text);
  DelimitedReader reader(*stream, "t");
  std::vector<std::string> lines;
  while (const Row* row = reader.next()) {
    std::string line = fmt::format("{}{}", row->number, row->width == reader.columns().size() ? "" : " ragged");
    for (std::size_t c = 0; c < row->cells.size(); ++c) {
      const auto& cell = row->cells[c];
      line += "|" + shown(reader.columns()[c].type, cell.state, cell.number, cell.integer, cell.text);
    }
    lines.push_back(line);
  }
  add_skipped(reader, lines);
  return lines;
}

std::vector<std::string> by_batches(const std::string& text, int threads) {
  const auto stream = open_bytes(text);
  DelimitedReader reader(*stream, "t");
  std::vector<std::string> lines;
  std::vector<RowBatch> batches;
  while (reader.next_batches(batches, threads)) {
    for (const auto& batch : batches) {
      std::vector<std::size_t> at(batch.columns.size());
      const auto ragged = batch.ragged.size();
      for (std::size_t r = 0; r < batch.rows; ++r) {
        std::string line = fmt::format("{}", batch.first_row + static_cast<std::int64_t>(r));
        for (std::size_t c = 0; c < batch.columns.size(); ++c) {
          const auto& cells = batch.columns[c];
          const bool odd = at[c] < cells.exceptions.size() && cells.exceptions[at[c]].row == r;
          const auto* exception = odd ? &cells.exceptions[at[c]++] : nullptr;
          if (odd) line += "|" + shown(cells.type, exception->state, exception->number, 0, exception->text);
          else if (cells.type == ColumnType::empty) line += "|missing";
          else
            line += "|" + shown(cells.type, CellState::value, r < cells.numbers.size() ? cells.numbers[r] : 0,
                                r < cells.integers.size() ? cells.integers[r] : 0, r < cells.texts.size() ? cells.texts[r] : std::string_view());
        }
        lines.push_back(line);
      }
      for (std::size_t c = 0; c < at.size(); ++c) CHECK(at[c] == batch.columns[c].exceptions.size());
      if (ragged > 0 && !lines.empty()) lines.back() += fmt::format(" ragged {}", ragged);
    }
  }
  add_skipped(reader, lines);
  return lines;
}

/// Rows that are ragged are counted by batch only.
void strip_ragged(std::vector<std::string>& lines, std::int64_t& count) {
  for (auto& line : lines) {
    const auto at = line.find(" ragged");
    if (at == line.npos) continue;
    const auto rest = line.substr(at + 7);
    count += rest.empty() || rest[0] != ' ' ? 1 : std::stoll(rest);
    line = line.substr(0, at) + (rest.empty() || rest[0] == ' ' ? "" : rest);
  }
}

/// All that a row tells.
std::string whole(const Row& row, const std::vector<Column>& columns) {
  std::string line = fmt::format("{} line {} byte {} width {}", row.number, row.line, row.byte, row.width);
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    const auto& cell = row.cells[c];
    line += fmt::format("|{} at {} '{}'", shown(columns[c].type, cell.state, cell.number, cell.integer, cell.text), cell.byte, cell.text);
  }
  return line;
}

/// Rows of batches, read again one by one: each of them, or a few as findings need them, backwards as well.
void compare_read_again(const std::string& text) {
  const auto stream = open_bytes(text);
  DelimitedReader reader(*stream, "t");
  std::vector<std::string> rows;
  while (const Row* row = reader.next()) rows.push_back(whole(*row, reader.columns()));
  for (const int threads : {1, 3}) {
    const auto again = open_bytes(text);
    DelimitedReader other(*again, "t");
    std::vector<RowBatch> batches;
    while (other.next_batches(batches, threads)) {
      for (const auto& batch : batches) {
        std::size_t ragged = 0;
        for (std::size_t r = 0; r<batch.rows; r += threads> 1 ? 7 : 1) {
          const auto& row = other.row_of(batch, r);
          REQUIRE(whole(row, other.columns()) == rows.at(static_cast<std::size_t>(row.number - 1)));
          while (ragged < batch.ragged.size() && batch.ragged[ragged] < r) ++ragged;
          CHECK((row.width != other.columns().size()) == (ragged < batch.ragged.size() && batch.ragged[ragged] == r));
        }
      }
      if (batches.empty() || batches[0].rows == 0) continue;
      const auto& first = other.row_of(batches[0], 0);
      REQUIRE(whole(first, other.columns()) == rows.at(static_cast<std::size_t>(first.number - 1)));
    }
  }
}

void compare(const std::string& text) {
  compare_read_again(text);
  auto rows = by_rows(text);
  std::int64_t ragged = 0;
  strip_ragged(rows, ragged);
  for (const int threads : {1, 3}) {
    auto batches = by_batches(text, threads);
    std::int64_t ragged_here = 0;
    strip_ragged(batches, ragged_here);
    REQUIRE(rows.size() == batches.size());
    for (std::size_t i = 0; i < rows.size(); ++i) REQUIRE(rows[i] == batches[i]);
    CHECK(ragged == ragged_here);
  }
}

}  // namespace

TEST_CASE("batches hold what rows hold: cells of every kind, drawn at random") {
  const std::vector<std::string> odd{
      "",      "-",   "NaN", "Bad Input", "I/O Timeout", "x",  "\"a;b\"", "\"a\"\"b\"",           "\"line\nbreak\"",  "\xFC",  "ü",  "#NV",  "007",
      "1.234", "1e5", "+3",  "-0",        "-0,0",        ",5", "5,",      "12345678901234567890", "9007199254740993", "3.5.7", "\"", "a\"b", " 7 ",
      "\t8",   "true"};
  const std::string zero("z\0z", 3);
  std::mt19937 random(11);
  const auto draw = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  for (int round = 0; round < 40; ++round) {
    const char decimal = round % 2 == 0 ? ',' : '.';
    const std::string end = round % 3 == 0 ? "\r\n" : "\n";
    const int oddity = round % 5 == 0 ? 0 : round % 5 == 1 ? 2000 : 40;
    std::string text = "t;r;i;w;k;e" + end;
    for (int i = 0; i < 8000; ++i) {
      std::vector<std::string> cells{fmt::format("2026-03-{:02} {:02}:{:02}:{:02}{}{:0{}}", 1 + i / 500, i / 60 % 24, i % 60, i % 7, decimal, i % 100, 3),
                                     fmt::format("{:.{}f}", (draw(2'000'000) - 1'000'000) / 777.0, draw(12)),
                                     std::to_string(draw(1000) - 500),
                                     std::to_string(draw(3)),
                                     "K" + std::to_string(draw(12)),
                                     i > 7500 && round % 4 == 0 ? "5" : ""};
      if (decimal == ',') std::replace(cells[1].begin(), cells[1].end(), '.', ',');
      for (auto& cell : cells)
        if (oddity > 0 && draw(oddity) == 0) cell = odd[static_cast<std::size_t>(draw(static_cast<int>(odd.size())))];
      if (oddity > 0 && i > 7800 && draw(oddity) == 0) cells[4] = zero;  // behind the sample, where it makes a file no text
      if (oddity > 0 && draw(oddity) == 0) cells.push_back("more");
      if (oddity > 0 && draw(oddity) == 0) cells.resize(static_cast<std::size_t>(draw(3)));
      for (std::size_t c = 0; c < cells.size(); ++c) text += (c > 0 ? ";" : "") + cells[c];
      text += i + 1 < 8000 || round % 2 == 0 ? end : "";
    }
    compare(text);
  }
}

TEST_CASE("batches hold what rows hold: other encodings, blanks, late types, long rows") {
  std::string blanks, late = "a,b,c\n", latin = "t;ort\n", wide16 = "\xFF\xFE", wide = "a,b\n", quoted = "\"a\";\"b\"\n";
  for (int i = 0; i < 5000; ++i) blanks += fmt::format("{}  {:.2f} x{}\n", i, i / 3.0, i % 5);
  for (int i = 0; i < 30'000; ++i) late += i < 25'000 ? "1,,2\n" : i % 100 == 0 ? "1,Bad Input,2\n" : "1,2026-01-01 00:00:00,2.5\n";
  for (int i = 0; i < 5000; ++i) latin += fmt::format("{};M\xFCnchen\n", i);
  for (int i = 0; i < 3000; ++i)
    for (const char c : fmt::format("{},{}\n", i, i / 2.0)) wide16 += {c, '\0'};
  for (int i = 0; i < 100; ++i) wide += fmt::format("{},{}\n", i, std::string(i == 50 ? 3'000'000 : 5, 'x'));
  for (int i = 0; i < 20'000; ++i) quoted += fmt::format("\"{},5\";\"say \"\"{}\"\"\nagain\"\n", i, i);
  std::string notes = "t;v;w\n", ids = ";a;b\n";
  for (int i = 0; i < 9000; ++i) {
    notes += fmt::format("{};{}.5;{}\n", i, i, i % 3 == 0 ? "" : "2");
    if (i % 500 == 7) notes += "t;v;w\n";
    if (i % 700 == 9) notes += "Summe;;12\n;;Summe\n;total;3\n";
    if (i % 900 == 9) notes += "Ende der Messung\nx;1;2\n;y;2\n";
    ids += fmt::format("{};{};{}\n", i % 50 == 0 ? "" : "7", i, i % 100 == 3 ? "zwei" : "2");
  }
  notes += "Ende";
  compare(notes);
  compare(ids);
  for (const auto& text : {blanks, late, latin, wide16, wide, quoted}) compare(text);
}

TEST_CASE("batches hold what rows hold: masses of rows that begin odd, notes, sums and headers that come again") {
  const std::vector<std::string> between{
      "t;v;w",  "t;v;w\ns;Nm;V", "t;v;w\n\n\ns;Nm;V", "s;Nm;V", "Summe;1;2", "Ende der Messung", "oops;;",          "oops",           ";x;y",    ";;", "",
      "t;v;w ", "\"7",           "\"abc;;",           "2,5;3",  "x;1;2",     "1;2;3;4",          "\"Ende\nder\";;", "\xFC\xFC\xFC;;", "Total:;;"};
  std::mt19937 random(3);
  for (int round = 0; round < 12; ++round) {
    std::string text = "t;v;w\n" + std::string(round % 2 == 0 ? "s;Nm;V\n" : "");
    for (int i = 0; i < 12'000; ++i) {
      text += fmt::format("{};{}{};{}\n", i, random() % 100, round % 3 == 0 ? "" : ",5", random() % 9);
      // Behind the sample no more is learnt than a row shows.
      if ((i > 40 || round % 4 == 3) && random() % 3 == 0) text += between[random() % (round % 4 == 2 ? 10 : between.size())] + "\n";
    }
    compare(text);
    std::string wide = "\xFF\xFE";
    for (const char c : text.substr(0, 200'000))
      if (static_cast<unsigned char>(c) < 0x80) wide += {c, '\0'};
    compare(wide);
  }
}

TEST_CASE("short rows under many columns come in batches of bounded size") {
  std::string text = "c0";
  for (int c = 1; c < 5000; ++c) text += fmt::format(";c{}", c);
  for (int i = 0; i < 60; ++i) {  // more than the sample
    text += "\n1";
    for (int c = 1; c < 5000; ++c) text += ";2";
  }
  for (int i = 60; i < 2000; ++i) text += "\n1" + std::string(i % 100 == 0 ? ";2" : "");
  const auto stream = open_bytes(text + "\n");
  DelimitedReader reader(*stream, "t");
  std::vector<RowBatch> batches;
  std::int64_t rows = 0;
  REQUIRE(reader.columns().size() == 5000);
  while (reader.next_batches(batches, 1)) {
    for (const auto& batch : batches) {
      CHECK(batch.first_row == rows + 1);
      rows += static_cast<std::int64_t>(batch.rows);
      CHECK(batch.rows <= 110);
    }
  }
  CHECK(rows == 2000);
}

TEST_CASE("plain numbers are those nearest to their text, all else is left alone") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 200'000; ++i) {
    const auto text = fmt::format(
        "{:.{}f}",
        static_cast<double>(static_cast<std::int64_t>(random() % 2'000'000'000) - 1'000'000'000) / std::pow(10.0, static_cast<double>(random() % 10)),
        static_cast<int>(random() % 9));
    const auto padded = text + "12345678";
    PlainNumber number;
    if (!read_plain_number(std::string_view(padded).substr(0, text.size()), '.', number)) {
      CHECK_MESSAGE(text.size() > 18, text);
      continue;
    }
    if (number.value() != std::strtod(text.c_str(), nullptr)) FAIL(text);
  }
  // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): a digit would be read as part of the byte before it
  for (const std::string text :
       {"", "-", ".", "1.", ".5", "-.5", "00", "01.5", "1.2.3", "1,5", "+1", "1e5", "0x1", "1 2", "\2611", "--1", "1234567890123456789", ":", "/", "1:2"}) {
    PlainNumber number;
    const auto padded = text + "........";
    CHECK_FALSE_MESSAGE(read_plain_number(std::string_view(padded).substr(0, text.size()), '.', number), text);
  }
}

TEST_CASE("plain times are those of the careful reading") {
  PlainTimes times;
  for (const std::string text : {"2026-03-01 00:00:00", "2026-03-01T23:59:59.5", "01.03.2026 12:00:00,250", "2026-02-29 00:00:00", "2026-03-01 24:00:00",
                                 "2026-03-01 12:60:00", "2026-03-01 1:00:00", "2026-03-01 12:00:00.1234567891", "2026-03-01 12:00:00Z",
                                 "2026-03-01 12:00:00.5+01:00", "2026-03-01 12-00-00", "2026-03-01 12:00:00.", "1600-03-01 12:00:00", "2026-13-01 12:00:00",
                                 "2026-03-01 12:00:00.123456789", "31.04.2026 00:00:00", "2026-03-01 12:00:0x", "2026-03-01 12:00:00,1x"}) {
    const auto padded = text + "........";
    const auto quick = times.read(std::string_view(padded).substr(0, text.size()));
    if (quick) CHECK_MESSAGE(*quick == parse_timestamp(text), text);
  }
  CHECK(times.read("2026-03-01 00:00:00.250").value() == parse_timestamp("2026-03-01 00:00:00.25").value());
}
