#include <doctest/doctest.h>

#include <unicode/unistr.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "formats/delimited.hpp"
#include "formats/error.hpp"

using namespace iai;

namespace {

struct Table {
  Dialect dialect;
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::vector<std::string>> texts;
};

/// Hands out a few bytes at a time, so that every boundary falls everywhere.
class SlowStream : public ByteStream {
 public:
  SlowStream(const std::string& bytes, std::size_t step) : bytes_(bytes), step_(step) {}
  std::size_t read(char* buffer, std::size_t size) override {
    const auto count = std::min({size, step_, bytes_.size() - at_});
    bytes_.copy(buffer, count, at_);
    at_ += count;
    return count;
  }

 private:
  const std::string& bytes_;
  std::size_t step_, at_ = 0;
};

Table read_stream(ByteStream& stream, const DelimitedOptions& options = {}) {
  DelimitedReader reader(stream, "test.csv", options);
  Table table;
  while (const Row* row = reader.next()) {
    table.rows.push_back(*row);
    table.texts.emplace_back();
    for (const auto& cell : row->cells) table.texts.back().emplace_back(cell.text);
  }
  table.dialect = reader.dialect();
  table.columns = reader.columns();
  return table;
}

Table read_text(const std::string& bytes, const DelimitedOptions& options = {}) {
  const auto stream = open_bytes(bytes);
  return read_stream(*stream, options);
}

std::string encode(const std::string& utf8, const std::string& encoding, bool mark) {
  const auto text = icu::UnicodeString::fromUTF8(mark ? "\xEF\xBB\xBF" + utf8 : utf8);
  if (encoding == "UTF-8") return mark ? "\xEF\xBB\xBF" + utf8 : utf8;
  std::string bytes(static_cast<std::size_t>(text.length()) * 4 + 16, '\0');
  const auto size = text.extract(0, text.length(), bytes.data(), static_cast<std::uint32_t>(bytes.size()), encoding.c_str());
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

struct Writing {
  std::string encoding = "UTF-8";
  bool mark = false;
  std::string delimiter = ",";
  char decimal = '.';
  std::string line_end = "\n";
  bool preamble = false, units = false, trailing = false, header = true, german_time = false, sep = false;
};

std::string number(double value, char decimal) {
  auto text = fmt::format("{:.2f}", value);
  if (const auto at = text.find('.'); at != std::string::npos) text[at] = decimal;
  return text;
}

/// 50 rows of time, count, measured value and a word with an umlaut, as `writing` says.
std::string write_table(const Writing& writing) {
  const auto& d = writing.delimiter;
  std::string text;
  const auto line = [&](std::initializer_list<std::string> cells) {
    std::string joined;
    for (const auto& cell : cells) joined += cell + d;
    joined.resize(joined.size() - d.size());
    text += joined + (writing.trailing ? d : "") + writing.line_end;
  };
  if (writing.sep) text += "sep=" + d + writing.line_end;
  if (writing.preamble)
    text +=
        "Pr\xC3\xBC"
        "fstand 7" +
        writing.line_end + "Messung" + d + "M\xC3\xBCller" + writing.line_end + writing.line_end;
  if (writing.header) line({"Zeit", "Z\xC3\xA4hler", "Druck", "Zustand"});
  if (writing.units) line({"", "1", "bar", "-"});
  for (int i = 0; i < 50; ++i) {
    const auto time =
        writing.german_time ? fmt::format("{:02}.03.2024 12:{:02}:00,250", 1 + i / 10, i) : fmt::format("2024-03-{:02}T12:{:02}:00.250", 1 + i / 10, i);
    line({d == "," && time.find(',') != std::string::npos ? '"' + time + '"' : time, std::to_string(1000 + i), number(i * 1.25 - 3, writing.decimal),
          i % 2 == 0 ? "gr\xC3\xBCn" : "rot"});
  }
  return encode(text, writing.encoding, writing.mark);
}

DelimitedOptions as_found(const Table& table) {
  DelimitedOptions options;
  options.dialect = table.dialect;
  options.columns = table.columns;
  return options;
}

void check_table(const Writing& writing) {
  const auto bytes = write_table(writing);
  const auto table = read_text(bytes);
  CHECK(table.dialect.encoding == writing.encoding);
  CHECK(table.dialect.delimiter == writing.delimiter[0]);
  CHECK(table.dialect.decimal == writing.decimal);
  CHECK(table.dialect.header == writing.header);
  CHECK(table.dialect.unit_row == writing.units);
  CHECK(table.dialect.trailing_delimiter == writing.trailing);
  REQUIRE(table.columns.size() == 4);
  CHECK(table.columns[0].type == ColumnType::timestamp);
  CHECK(table.columns[1].type == ColumnType::integer);
  CHECK(table.columns[2].type == ColumnType::real);
  CHECK(table.columns[3].type == ColumnType::text);
  if (writing.header) CHECK(table.columns[1].name == "Z\xC3\xA4hler");
  if (writing.units) CHECK(table.columns[2].unit == "bar");
  REQUIRE(table.rows.size() == 50);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto& cells = table.rows[i].cells;
    CHECK(table.rows[i].width == 4);
    CHECK(cells[1].integer == 1000 + static_cast<std::int64_t>(i));
    CHECK(cells[2].number == doctest::Approx(static_cast<double>(i) * 1.25 - 3).epsilon(1e-12));
    CHECK(table.texts[i][3] == (i % 2 == 0 ? "gr\xC3\xBCn" : "rot"));
    for (std::size_t c = 0; c < 4; ++c) {
      CHECK(cells[c].state == CellState::value);
      // The offset is that of the stored file.
      const auto stored = encode(table.texts[i][c], writing.encoding, false);
      CHECK(bytes.compare(cells[c].byte, stored.size(), stored) == 0);
    }
  }
  const auto told = read_text(bytes, as_found(table));
  REQUIRE(told.rows.size() == 50);
  CHECK(told.texts == table.texts);
  CHECK(told.rows[49].line == table.rows[49].line);
  CHECK(told.rows[49].cells[2].byte == table.rows[49].cells[2].byte);
  SlowStream slow(bytes, 7);
  CHECK(read_stream(slow).texts == table.texts);
}

}  // namespace

TEST_CASE("one table in every encoding and dialect") {
  for (const auto& [encoding, mark] : std::vector<std::pair<std::string, bool>>{
           {"UTF-8", false}, {"UTF-8", true}, {"UTF-16LE", true}, {"UTF-16BE", true}, {"UTF-16LE", false}, {"windows-1252", false}})
    for (const char* delimiter : {",", ";", "\t", "|", " "})
      for (const bool german : {false, true}) {
        Writing writing;
        writing.encoding = encoding;
        writing.mark = mark;
        writing.delimiter = delimiter;
        const char sign = delimiter[0];
        if (german && sign != ' ') writing.german_time = true;
        if (german && sign != ',') writing.decimal = ',';
        if (german && sign == ';') writing.preamble = writing.units = writing.trailing = true;
        if (german) writing.line_end = "\r\n";
        if (german && sign == '\t') writing.header = false;
        if (german && sign == '|') writing.sep = true;
        CAPTURE(writing.encoding);
        CAPTURE(sign);
        CAPTURE(german);
        check_table(writing);
      }
}

TEST_CASE("quotes, line ends in cells and doubled quotes") {
  const auto table = read_text("id,text\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n2,5\" pipe\r\n3, \"x\" \r\n4,\"\"\r\n5,\"open\r\n6,z\r\n");
  REQUIRE(table.rows.size() == 6);
  CHECK(table.texts[0][1] == "a, \"b\"\r\nc");
  CHECK(table.rows[1].line == 4);
  CHECK(table.texts[1][1] == "5\" pipe");
  CHECK(table.texts[2][1] == "x");
  CHECK(table.rows[3].cells[1].state == CellState::missing);
  CHECK(table.texts[4][1] == "\"open");  // never closed: a quote like any other letter
  CHECK(table.rows[5].cells[0].integer == 6);
}

TEST_CASE("missing values, error words and odd cells are told apart") {
  std::string text = "t;T [K];p\n";
  for (int i = 0; i < 20; ++i) text += fmt::format("{};{},5;{}\n", i, 300 + i, i);
  text += "20;;1\n21;NaN;2\n22;Bad Input;3\n23;12.5;4\n24;abc;5,5\n25\n26;1,5;7;8;9\n";
  const auto table = read_text(text);
  REQUIRE(table.rows.size() == 27);
  CHECK(table.columns[1].unit == "K");
  CHECK(table.rows[20].cells[1].state == CellState::missing);
  CHECK(table.rows[21].cells[1].state == CellState::missing);
  CHECK(table.rows[22].cells[1].state == CellState::error);
  CHECK(table.rows[23].cells[1].state == CellState::odd);
  CHECK(table.rows[24].cells[1].state == CellState::odd);
  CHECK(table.rows[24].cells[2].state == CellState::value);  // a real among integers makes the column real
  CHECK(table.rows[25].width == 1);
  CHECK(table.rows[25].cells[2].state == CellState::missing);
  CHECK(table.rows[26].width == 5);
}

TEST_CASE("numbers never change silently") {
  const auto codes = read_text("code,big,huge\n007,9007199254740993,18446744073709551616\n008,-9007199254740993,1\n123,1,2\n");
  CHECK(codes.columns[0].type == ColumnType::text);
  CHECK(codes.columns[1].type == ColumnType::integer);
  CHECK(codes.rows[0].cells[1].integer == 9007199254740993);
  CHECK(codes.columns[2].type == ColumnType::text);
  std::string text = "x\n";
  for (int i = 0; i < 30; ++i) text += "1.5\n";
  const auto reals = read_text(text + "9007199254740993\n9007199254740992\ninf\n1e400\n1.\n");
  CHECK(reals.rows[30].cells[0].state == CellState::odd);  // would come back as ...992
  CHECK(reals.rows[31].cells[0].number == 9007199254740992.0);
  CHECK(reals.rows[32].cells[0].state == CellState::error);
  CHECK(reals.rows[33].cells[0].state == CellState::odd);
  CHECK(reals.rows[34].cells[0].state == CellState::odd);
}

TEST_CASE("a type found late") {
  std::string text = "a;b\n";
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + ";\n";
  text += "100000,5;2,5\n100001;3,5\n";
  const auto table = read_text(text);
  CHECK(table.columns[1].type == ColumnType::real);  // empty in the sample
  CHECK(table.rows[100'001].cells[1].number == 3.5);
  CHECK(table.rows[100'000].cells[0].state == CellState::odd);
}

TEST_CASE("thousands") {
  const auto german = read_text("a;b\n1.234,5;1.234.567\n2,25;12\n0,5;999\n");
  CHECK(german.dialect.thousands == ".");
  CHECK(german.rows[0].cells[0].number == 1234.5);
  CHECK(german.rows[0].cells[1].integer == 1234567);
  const auto swiss = read_text("a;b\n1'234.5;1\n2.25;12'000\n0.5;999\n");
  CHECK(swiss.dialect.thousands == "'");
  CHECK(swiss.rows[0].cells[0].number == 1234.5);
  CHECK(swiss.rows[1].cells[1].integer == 12000);
  const auto french = read_text(
      "a;b\n1\xC2\xA0"
      "234,5;1\n2,25;12\n0,5;999\n");
  CHECK(french.rows[0].cells[0].number == 1234.5);
  const auto american = read_text("a\tb\n1,234.5\t1\n2.25\t12\n");
  CHECK(american.rows[0].cells[0].number == 1234.5);
  const auto plain = read_text("a;b\n1.234;1\n2.250;12\n");
  CHECK(plain.rows[0].cells[0].number == 1.234);
}

TEST_CASE("headers: none, repeated names, padded preamble") {
  CHECK_FALSE(read_text("1,2\n3,4\n").dialect.header);
  CHECK(read_text("x,x,\n1,2,3\n").columns[1].name == "x (2)");
  CHECK(read_text("x,x,\n1,2,3\n").columns[2].name == "column_3");
  const auto words = read_text("name,state\na,on\nb,off\n");
  CHECK(words.dialect.header);
  CHECK(words.rows.size() == 2);
  CHECK(words.columns[1].type == ColumnType::boolean);
  const auto padded = read_text("Report;;;\nPump 7;;;\nt;a;b;c\n1;2,5;3;4\n2;2,5;3;4\n");
  CHECK(padded.dialect.preamble_lines == 2);
  CHECK(padded.columns[0].name == "t");
  CHECK(read_text("1;;\n2;3;4\n3;4;5\n4;5;6\n").rows.size() == 4);  // a first row with gaps is data
  DelimitedOptions told;
  told.given.names = {"u", "v"};
  told.column_types = {{"v", ColumnType::text}};
  const auto named = read_text("1,2\n3,4\n", told);
  CHECK(named.columns[1].name == "v");
  CHECK(named.columns[1].type == ColumnType::text);
  const auto single = read_text("112 \n98 \n69 \n");
  CHECK(single.columns.size() == 1);
  CHECK(single.rows.size() == 3);
  CHECK(read_text("a,b").rows.empty());
  CHECK(read_text("a;b\r1;2\r3;4\r").rows.size() == 2);
}

TEST_CASE("broken text is odd, no table is an error") {
  std::string text = "n,word\n";
  for (int i = 0; i < 40'000; ++i) text += "1,abcdefg\n";
  const auto table = read_text(text + "2,gr\xFCn\n3,a" + std::string(1, '\0') + "b\n");
  CHECK(table.rows[40'000].cells[1].state == CellState::odd);
  CHECK(table.texts[40'000][1] == "gr\xC3\xBCn");
  CHECK(table.rows[40'001].cells[1].state == CellState::odd);
  CHECK_THROWS_WITH_AS(read_text(""), "test.csv: is empty", Error);
  CHECK_THROWS_WITH_AS(read_text("\n \n"), "test.csv: holds blank lines only", Error);
  CHECK_THROWS_WITH_AS(read_text(std::string("PK\3\4\0\0abc", 9)), "test.csv: is no delimited text: zero byte at byte 4", Error);
  CHECK_THROWS_WITH_AS(read_text("a,b\n1,2\n" + std::string(70 << 20, 'x')), "test.csv: row at byte 8 is over 64 MiB long", Error);
  CHECK_THROWS_WITH_AS(read_text("x" + std::string(300'000, ',') + "\n"), "test.csv: over 262144 columns", Error);
  CHECK(read_text("x" + std::string(99'999, ',') + "\n1" + std::string(99'999, ',') + "\n").columns.size() == 99'999);
}

TEST_CASE("real data") {
  const char* root = std::getenv("IAI_TEST_DATA");
  const auto folder = std::filesystem::path(root ? root : "../shared") / "data";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: no test data");
    return;
  }
  const auto read = [&](const char* name) {
    const auto stream = open_file(folder / name);
    return read_stream(*stream);
  };
  const auto ai4i = read("ai4i2020.csv");
  CHECK(ai4i.rows.size() == 10'000);
  CHECK(ai4i.columns.size() == 14);
  double failures = 0;
  for (const auto& row : ai4i.rows) failures += row.cells[8].number;
  CHECK(failures == 339);
  const auto train = read("cmapss/train_FD001.txt");
  CHECK(train.rows.size() == 20'631);
  CHECK(train.columns.size() == 26);
  CHECK(train.rows.back().cells[0].integer == 100);
  CHECK(read("cmapss/RUL_FD001.txt").rows.size() == 100);
}
