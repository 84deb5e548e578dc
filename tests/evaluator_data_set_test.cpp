#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "evaluator/data/data_set.hpp"
#include "formats/atomic_file.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

using Folder = TemporaryFolder;

DataFile table_file(const std::string& name, const std::string& text) {
  DataFile file;
  file.name = name;
  file.bytes = text.size();
  file.sha256 = sha256(text);
  file.kind = DataFileKind::delimited;
  file.rows = 2;
  file.dialect.delimiter = ';';
  file.dialect.decimal = ',';
  file.columns = {{"t", "s", ColumnType::integer}, {"v", "bar", ColumnType::real}};
  return file;
}

const std::string text_a = "t;v\n1;1,5\n2;2,5\n", text_b = "t;v\n3;3,5\n4;4,5\n";

DataSet two_files() {
  DataSet data;
  data.files = {table_file("a.csv", text_a), table_file("sub/b.csv", text_b)};
  DataFile other;
  other.name = "z.bin";
  other.bytes = 3;
  other.sha256 = sha256("abc");
  data.files.push_back(other);
  return data;
}

/// raw/a.csv, raw/sub/b.csv and ds/manifest.json, ds/sources.json below `folder`.
void lay_out(const fs::path& folder) {
  fs::create_directories(folder / "raw/sub");
  fs::create_directories(folder / "ds");
  write_file(folder / "raw/a.csv", text_a);
  write_file(folder / "raw/sub/b.csv", text_b);
  write_file(folder / "ds/manifest.json", manifest_text(two_files()));
  write_file(folder / "ds/sources.json", R"({"schema":"iai.sources/1","sources":["../raw"]})");
}

}  // namespace

TEST_CASE("a manifest reads back as it was written") {
  const Folder folder;
  lay_out(folder.path);
  const DataSet data = read_data_set(folder.path / "ds");
  CHECK(data.manifest == folder.path / "ds/manifest.json");
  REQUIRE(data.files.size() == 3);
  CHECK(data.files[1].name == "sub/b.csv");
  CHECK(data.files[1].sha256 == sha256(text_b));
  CHECK(data.files[1].dialect.decimal == ',');
  CHECK(data.files[1].columns[1].unit == "bar");
  CHECK(data.files[2].kind == DataFileKind::other);
  CHECK(data.rows() == 4);
  CHECK(manifest_text(data) == manifest_text(two_files()));
  CHECK(read_data_set(folder.path / "ds/manifest.json").root_digest == data.root_digest);
}

TEST_CASE("what is a data set") {
  const Folder folder;
  lay_out(folder.path);
  CHECK(is_data_set(folder.path / "ds"));
  CHECK(is_data_set(folder.path / "ds/manifest.json"));
  CHECK_FALSE(is_data_set(folder.path / "raw"));
  CHECK_FALSE(is_data_set(folder.path / "raw/a.csv"));
  CHECK_FALSE(is_data_set(folder.path / "nothing"));
}

TEST_CASE("tables are visited with the manifest's dialect, in the order of their names") {
  const Folder folder;
  lay_out(folder.path);
  double sum = 0;
  std::vector<std::string> names;
  for_each_table(read_data_set(folder.path / "ds"), [&](const DataFile& file, RowReader& rows) {
    names.push_back(file.name);
    while (const Row* row = rows.next()) sum += row->cells[1].number;
  });
  CHECK(names == std::vector<std::string>{"a.csv", "sub/b.csv"});
  CHECK(sum == doctest::Approx(12));
}

TEST_CASE("files that are no longer what was ingested are named") {
  const Folder folder;
  lay_out(folder.path);
  const DataSet data = read_data_set(folder.path / "ds");
  const auto skip = [](const DataFile&, RowReader&) {};
  SUBCASE("longer") { write_file(folder.path / "raw/a.csv", text_a + "3;3,5\n"); }
  SUBCASE("one byte differs") { write_file(folder.path / "raw/a.csv", "t;v\n1;1,5\n2;2,6\n"); }
  SUBCASE("gone") { fs::remove(folder.path / "raw/a.csv"); }
  CHECK_THROWS_WITH_AS(for_each_table(data, skip), doctest::Contains("a.csv: "), Error);
}

TEST_CASE("sources: absolute paths as they are, others from the folder that is to be") {
  const Folder folder;
  lay_out(folder.path);
  const auto before = fs::current_path();
  fs::current_path(folder.path);
  const auto text = sources_text({"raw/a.csv", "raw", fs::canonical(folder.path) / "raw"}, "new");
  fs::current_path(before);
  CHECK(text == "{\"schema\":\"iai.sources/1\",\"sources\":[\"../raw\",\"../raw/a.csv\",\"" + fs::canonical(folder.path).string() + "/raw\"]}\n");
}

TEST_CASE("a damaged manifest is refused") {
  const Folder folder;
  lay_out(folder.path);
  const std::string good = manifest_text(two_files());
  const auto refuse = [&](const std::string& text) {
    write_file(folder.path / "ds/manifest.json", text);
    CHECK_THROWS_AS(read_data_set(folder.path / "ds"), Error);
  };
  for (std::size_t cut = 0; cut < good.size() - 1; cut += good.size() / 10) refuse(good.substr(0, cut));
  refuse("[]");
  refuse("{}");
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  refuse(replaced("a.csv", "zz.csv"));
  refuse(replaced(sha256(text_a), std::string(64, '0')));
  refuse(replaced(sha256(text_a), "../../etc"));
  refuse(replaced("\"layout\":0", "\"layout\":7"));
  refuse(replaced("\"layout\":0", "\"layout\":-1"));
  refuse(replaced("\"type\":\"integer\"", "\"type\":\"number\""));
}
