#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

#include <fmt/format.h>

#include "evaluator/contract/validate.hpp"
#include "evaluator/data/counter_random.hpp"
#include "evaluator/profile/ingest.hpp"
#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/interrupt.hpp"
#include "formats/npy.hpp"
#include "tests/json_schema.hpp"
#include "tests/real_data.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

using Folder = TemporaryFolder;

ColumnProfile& column(IngestedData& data, const std::string& name) {
  for (auto& table : data.tables)
    for (auto& one : table.columns)
      if (one.name == name) return one;
  FAIL("no column " << name);
  return data.tables[0].columns[0];
}

}  // namespace

TEST_CASE("figures of a column over several files") {
  const Folder folder;
  folder.write("in/a.csv", "t;v;k\n1;1,5;x\n2;-;x\n3;Bad Input;y\n");
  folder.write("in/b.csv", "t;v;k\n4;2,5;x\n5;zwei;y\n6;5,0;x\n7;2,5;x\n8;2,5;x\n");
  auto data = ingest({folder.path / "in"});
  REQUIRE(data.tables.size() == 1);
  CHECK(data.tables[0].rows == 8);
  auto& v = column(data, "v");
  CHECK(v.type() == ColumnType::real);
  CHECK(v.present() == 5);
  CHECK(v.empty() == 1);
  CHECK(v.error_words() == 1);
  CHECK(v.odd() == 1);
  CHECK(v.missing() == 3);
  CHECK(*v.minimum() == 1.5);
  CHECK(*v.maximum() == 5.0);
  CHECK(*v.mean() == doctest::Approx(2.8));
  CHECK(*v.deviation() == doctest::Approx(std::sqrt((1.69 + 3 * 0.09 + 4.84) / 4)));
  CHECK(v.odd_places().at(0).row == 2);
  CHECK(v.distinct() == 3);
}

TEST_CASE("a large offset costs no digits") {
  const Folder folder;
  std::string text = "v\n";
  for (int i = 0; i < 1000; ++i) text += i % 2 == 0 ? "1000000001.5\n" : "1000000000.5\n";
  auto data = ingest({folder.write("a.csv", text)});
  CHECK(*column(data, "v").mean() == 1000000001.0);
  CHECK(*column(data, "v").deviation() == doctest::Approx(0.5002501876563869).epsilon(1e-12));
}

TEST_CASE("integers that turn out to have fractions later are real") {
  const Folder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 60'000; ++i) text += "7,1\n";
  text += "7.5,1\n";
  auto data = ingest({folder.write("a.csv", text)});
  CHECK(column(data, "a").type() == ColumnType::real);
  CHECK(column(data, "a").odd() == 0);
  CHECK(*column(data, "a").maximum() == 7.5);
  CHECK(data.data.files[0].columns[0].type == ColumnType::real);
}

TEST_CASE("nothing that may name a person is kept as an example") {
  const Folder folder;
  std::string text = "operator,code,note,serial\n";
  const char* people[] = {"Anna", "Bert"};
  for (int i = 0; i < 40; ++i)
    text += std::string(people[i % 2]) + "," + (i % 4 == 0 ? "A" : "B") + ",free text " + std::to_string(i) + "," + std::to_string(1000 + i) + "\n";
  auto data = ingest({folder.write("a.csv", text)});
  const auto profile = profile_text(data);
  CHECK(profile.find("Anna") == std::string::npos);
  CHECK(profile.find("free text") == std::string::npos);
  CHECK(draft_contract(data).find("Anna") == std::string::npos);
  CHECK(column(data, "code").codes()->at("A") == 10);
  std::string more = "who;what\n";
  for (int i = 0; i < 40; ++i) more += i % 2 == 0 ? "Müller;on-line\n" : "Meier;off-line\n";
  auto named = ingest({folder.write("b.csv", more)});
  CHECK(profile_text(named).find("Meier") == std::string::npos);
  CHECK(column(named, "what").codes()->size() == 2);
}

TEST_CASE("arrays are profiled element by element, both byte orders, and cut ones refused") {
  const Folder folder;
  const std::vector<float> values{1, 2, std::nanf(""), 4};
  write_npy(folder.path / "x.npy", make_tensor<float>({2, 2}, values).view());
  auto data = ingest({folder.path / "x.npy"});
  CHECK(data.data.files[0].rows == 2);
  CHECK(column(data, "x").missing() == 1);
  CHECK(*column(data, "x").mean() == doctest::Approx(7.0 / 3));
  std::string header = "{'descr': '>i2', 'fortran_order': False, 'shape': (3,), }";
  std::string big = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + std::string("\x00\x01\x01\x00\xFF\xFF", 6);
  auto swapped = ingest({folder.write("b.npy", big)});
  CHECK(*column(swapped, "b").minimum() == -1);
  CHECK(*column(swapped, "b").maximum() == 256);
  CHECK_THROWS_WITH_AS(ingest({folder.write("c.npy", big.substr(0, big.size() - 1))}), doctest::Contains("c.npy"), Error);
  CHECK_THROWS_WITH_AS(ingest({folder.write("d.npy", big + "x")}), doctest::Contains("goes on"), Error);
}

TEST_CASE("the draft contract is one, and the data meet it") {
  const Folder folder;
  folder.write("in/a.csv", "time;odd \"name\": #1;k\n2026-01-01 00:00:00;1;x\n2026-01-01 00:00:01;Bad Input;x\n2026-01-01 00:00:02;3;y\n");
  folder.write("in/sub/b.csv", "p,q\n1,2\n3,4\n5,6,7\n8,9\n");
  auto data = ingest({folder.path / "in"});
  const auto contract = parse_contract(parse_yaml(draft_contract(data), "draft"));
  CHECK(contract.tables.size() == 2);
  const auto result = validate(std::vector{folder.path / "in"}, contract);
  CHECK(result.log.errors() == 0);
  CHECK(result.files == 2);
  CHECK(result.rows == 7);
}

TEST_CASE("uniqueness over the files of a table, and within each") {
  const Folder folder;
  folder.write("in/a.csv", "k,v\n1,2\n2,3\n");
  folder.write("in/b.csv", "k,v\n2,3\n3,4\n3,5\n");
  const auto count = [&](const std::string& within) {
    const auto contract = parse_contract(parse_yaml("tables: [{files: '**', unique: {columns: [k], within: " + within + "}, columns: [{name: k}]}]", "c"));
    return validate(std::vector{folder.path / "in"}, contract).log.errors();
  };
  CHECK(count("table") == 2);
  CHECK(count("file") == 1);
}

TEST_CASE("a file that lost its last bytes, its end of line or its middle still gives rows or a clear error") {
  const Folder folder;
  const std::string whole = "t;v\n1;1,5\n2;2,5\n3;3,5\n4;4,5\n5;5,5\n";
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    const auto path = folder.write("a.csv", whole.substr(0, cut));
    try {
      const auto files = ingest({path}).data.files.size();
      CHECK(files == 1);
    } catch (const Error& error) {
      CHECK(error.message().find("a.csv") != std::string::npos);
    }
  }
}

TEST_CASE("huge numbers, long texts and odd file names break no output") {
  const Folder folder;
  std::string text = "a;b\n";
  for (int i = 0; i < 20; ++i) text += "1e308;" + std::string(static_cast<std::size_t>(190 + i), 'x') + "ÄÖÜ€\n-1e308;ÄÖÜ\n";
  folder.write("in/a.csv", text);
  folder.write("in/b.csv", text + "1;2\n");
  auto data = ingest({folder.path / "in"});
  CHECK(column(data, "a").to_json()["maximum"] == 1e308);
  CHECK_NOTHROW(manifest_text(data.data));
  CHECK_NOTHROW(profile_text(data));
  const auto contract = parse_contract(parse_yaml("tables: [{files: '**', unique: {columns: [b]}, columns: [{name: b, pattern: x}]}]", "c"));
  const auto result = validate(std::vector{folder.path / "in"}, contract);
  for (const auto& violation : result.log.sorted())
    CHECK_NOTHROW(canonical_json({{"value", violation.value}, {"message", violation.message}, {"file", violation.file}}));
  folder.write("in/\xE4.csv", text);
  CHECK_THROWS_WITH_AS(ingest({folder.path / "in"}), doctest::Contains("?.csv: the file's name is no UTF-8"), Error);
}

TEST_CASE("manifest and profile are what their schemas say") {
  const auto fault = [](const std::string& name, const std::string& text) {
    return schema_fault(read_json(source_folder() / "schemas" / (name + ".schema.json")), parse_json(text, name));
  };
  auto data = ingest({source_folder() / "examples/bearing"});
  CHECK(fault("manifest", manifest_text(data.data)) == "");
  CHECK(fault("profile", profile_text(data)) == "");
  CHECK(fault("profile", "{}") != "");
}

TEST_CASE("order, histogram, top values, jitter and correlations are those of a plain computation") {
  const Folder folder;
  std::string text = "t;up;down;x;y;k\n";
  std::vector<double> xs, ys;
  const CounterRandom random(3);
  for (std::uint64_t i = 0; i < 9000; ++i) {
    const double x = std::round(random.normal(i) * 100) / 100, y = std::round((2 * x + random.normal(i + 10'000)) * 100) / 100;
    const bool lacks = i % 7 == 3;
    if (!lacks) {
      xs.push_back(x);
      ys.push_back(y);
    }
    text += fmt::format("2026-01-01 00:{:02}:{:02}.{:03};{};{};{};{:.2f};{}\n", i / 60 % 60 + i / 3600 * 20, i % 60, i % 3, i, -static_cast<int>(i / 2),
                        lacks ? "-" : fmt::format("{:.2f}", x), y, i % 5 == 0 ? 7 : i % 11);
  }
  auto data = ingest({folder.write("a.csv", text)});
  CHECK(column(data, "up").order() == "ascending");
  CHECK(column(data, "down").order() == "descending");
  CHECK(column(data, "x").order() == "neither");
  const auto k = column(data, "k").to_json();
  CHECK(k["top_values"][0] == Json({{"value", 7.0}, {"count", 2455}}));
  CHECK(k["top_values_error"] == 0);
  CHECK(k["histogram"]["counts"].size() == 11);
  CHECK(k["histogram"]["counts"][7] == 2455);
  CHECK(k["histogram"]["from"] == -0.5);
  const auto mean = [](const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()); };
  const double mx = mean(xs), my = mean(ys);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    xx += (xs[i] - mx) * (xs[i] - mx);
    yy += (ys[i] - my) * (ys[i] - my);
    xy += (xs[i] - mx) * (ys[i] - my);
  }
  const auto profile = parse_json(profile_text(data), "profile");
  bool met = false;
  for (const auto& pair : profile["correlations"]) {
    if (pair["a"] != "x" || pair["b"] != "y") continue;
    met = true;
    CHECK(pair["rows"] == xs.size());
    CHECK(pair["coefficient"].get<double>() == doctest::Approx(xy / std::sqrt(xx * yy)).epsilon(1e-12));
  }
  CHECK(met);
  const auto t = column(data, "t").to_json();
  CHECK(t["interval_s"]["shortest"] == doctest::Approx(0.998));
  CHECK(t["interval_s"]["median"] == doctest::Approx(1.001));
  CHECK(t["jitter_s"] == doctest::Approx(0.0015));
}

TEST_CASE("integers beyond 2^53 are told apart") {
  const Folder folder;
  std::string text = "id,v\n";
  for (int i = 0; i < 500; ++i) text += fmt::format("{},1\n", 9'007'199'254'740'993 + i);
  auto data = ingest({folder.write("a.csv", text)});
  CHECK(column(data, "id").type() == ColumnType::integer);
  CHECK(column(data, "id").distinct() == 500);
  CHECK(column(data, "id").longest_run() == 1);
  CHECK(column(data, "id").distribution().size() == 500);
}

TEST_CASE("a file that changes while it is copied is refused, and what was copied does not stay") {
  const Folder folder;
  const auto file = folder.write("a.csv", "t;v\n1;2\n2;3\n");
  IngestOptions options;
  options.store = folder.path / "store";
  options.progress = [&](std::uint64_t, std::uint64_t) { std::ofstream(file, std::ios::app) << "3;4\n"; };
  CHECK_THROWS_WITH_AS(ingest({file}, options), doctest::Contains("changed while it was read"), Error);
  discard_outputs();  // as cli does after an error
  CHECK_FALSE(fs::exists(options.store));
}
