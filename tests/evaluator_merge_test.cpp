#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/profile/merge.hpp"
#include "evaluator/profile/profile_state.hpp"
#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/npy.hpp"
#include "tests/real_data.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

using Folder = TemporaryFolder;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Not synced to the disk: thousands of them take their time.
void put(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

/// Manifest, profile, draft contract.
struct Texts {
  explicit Texts(IngestedData& data) : manifest(manifest_text(data.data)), profile(profile_text(data)), contract(draft_contract(data)) {}
  std::string manifest, profile, contract;
  bool operator==(const Texts&) const = default;
};

/// As `iai ingest --mergeable` keeps it.
void keep(IngestedData& data, const fs::path& folder) {
  fs::create_directories(folder);
  write_file(folder / "manifest.json", manifest_text(data.data));
  write_state(data, state_path(folder));
}

/// `files` of folder/in dealt out to `parts` data sets folder/0, folder/1 ... by a fixed chance.
std::vector<fs::path> deal(const Folder& folder, const std::vector<std::string>& files, std::size_t parts, std::uint64_t seed) {
  const CounterRandom random(seed);
  std::vector<fs::path> folders;
  for (std::size_t p = 0; p < parts; ++p) {
    const auto in = folder.path / fmt::format("{}-{}-in", seed, p), out = folder.path / fmt::format("{}-{}", seed, p);
    bool any = false;
    for (std::size_t f = 0; f < files.size(); ++f) {
      if (static_cast<std::size_t>(random.uniform(f) * static_cast<double>(parts)) != p) continue;
      fs::create_directories((in / files[f]).parent_path());
      fs::copy(folder.path / "in" / files[f], in / files[f]);
      any = true;
    }
    if (!any) continue;
    auto data = ingest({in});
    keep(data, out);
    folders.push_back(out);
  }
  return folders;
}

/// A logger's file with gaps, error words, odd cells, missing ones, two clocks, a code and an integer that becomes real.
std::string log_text(std::uint64_t number, std::size_t rows, double spread) {
  const CounterRandom random(number);
  std::string text = "t;v;w;code;n\n";
  std::int64_t time = 1'767'225'600 + static_cast<std::int64_t>(number) * 100'000;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto r = [&](std::uint64_t k) { return random.uniform(i * 8 + k); };
    time += r(0) < 0.01 ? 60 : r(0) < 0.02 ? 0 : 1;
    const std::string v = r(1) < 0.01   ? ""
                          : r(1) < 0.02 ? "Bad Input"
                          : r(1) < 0.03 ? "oops"
                                        : fmt::format("{:.3f}", 1e6 + std::round(random.normal(i) * spread) / 8);
    text += fmt::format("{};{};{};{};{}\n", time, v, r(2) < 0.3 ? "0.5" : fmt::format("{:.2f}", static_cast<double>(i % 50) + r(3)),
                        r(4) < 0.5   ? "OK"
                        : r(4) < 0.9 ? "warm"
                                     : fmt::format("c{}", static_cast<int>(r(5) * 9)),
                        number % 5 == 0 && i == rows - 1 ? "7.5" : std::to_string(static_cast<int>(r(6) * 40)));
  }
  return text;
}

std::vector<std::string> write_logs(const Folder& folder, std::size_t count, std::size_t rows, double spread) {
  std::vector<std::string> files;
  for (std::size_t f = 0; f < count; ++f) {
    files.push_back(fmt::format("{}/log-{:02}.csv", f % 3 == 0 ? "a" : "b", f));
    folder.write("in/" + files.back(), log_text(f, rows + f * 7, spread));
  }
  return files;
}

ColumnProfile& column(IngestedData& data, const std::string& name) {
  for (auto& one : data.tables[0].columns)
    if (one.name == name) return one;
  FAIL("no column " << name);
  return data.tables[0].columns[0];
}

}  // namespace

TEST_CASE("merged parts are the whole byte for byte, however the files are dealt out and the parts are named") {
  const Folder folder;
  auto files = write_logs(folder, 12, 400, 60);
  folder.write("in/other.csv", "x,y\n1,2\n3,4\n5,7\n");
  folder.write("in/notes.txt", "no table");
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  write_npy(folder.path / "in/x.npy", make_tensor<float>({3, 2}, values).view());
  for (const char* more : {"other.csv", "notes.txt", "x.npy"}) files.emplace_back(more);
  auto whole = ingest({folder.path / "in"});
  const Texts texts(whole);
  keep(whole, folder.path / "whole");
  std::size_t merged_parts = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    std::vector<fs::path> parts;
    try {
      parts = deal(folder, files, 2 + seed % 4, seed);
    } catch (const Error&) {
      continue;  // a part without a table
    }
    merged_parts += parts.size();
    auto merged = merge_data_sets(parts);
    CHECK(Texts(merged) == texts);
    std::reverse(parts.begin(), parts.end());
    auto turned = merge_data_sets(parts);
    CHECK(Texts(turned) == texts);
    keep(turned, folder.path / "again");
    CHECK(content(state_path(folder.path / "again")) == content(state_path(folder.path / "whole")));
  }
  CHECK(merged_parts > 10);
}

TEST_CASE("with too many values to count one by one, counts and sums of merged parts are equal, sketches within their bounds") {
  const Folder folder;
  const auto files = write_logs(folder, 6, 9000, 1e6);
  auto whole = ingest({folder.path / "in"});
  auto merged = merge_data_sets(deal(folder, files, 3, 4));
  auto& v = column(whole, "v");
  auto& w = column(merged, "v");
  REQUIRE_FALSE(v.distribution_exact());
  CHECK(v.present() == w.present());
  CHECK(v.distinct() == w.distinct());
  CHECK(*v.mean() == *w.mean());
  CHECK(*v.deviation() == *w.deviation());
  CHECK(*v.minimum() == *w.minimum());
  CHECK(v.minimum_place().row == w.minimum_place().row);
  CHECK(merged.read_names[w.minimum_place().file] == whole.read_names[v.minimum_place().file]);
  CHECK(*whole.tables[0].pairs.correlation(0, 1) == *merged.tables[0].pairs.correlation(0, 1));
  std::vector<double> numbers;
  for (const auto& [value, times] : v.distribution()) numbers.insert(numbers.end(), times, value);
  for (const double rank : {0.01, 0.25, 0.5, 0.75, 0.99}) {
    const double found = w.quantile(rank);
    const auto below = static_cast<double>(std::upper_bound(numbers.begin(), numbers.end(), found) - numbers.begin()) / static_cast<double>(numbers.size());
    CHECK(std::abs(below - rank) < 2 * Quantiles::rank_error);
  }
  CHECK(column(whole, "t").times().gaps() == column(merged, "t").times().gaps());
  CHECK(column(whole, "t").times().period() == column(merged, "t").times().period());
}

TEST_CASE("images and labels in different parts find each other") {
  const Folder folder;
  folder.write("in/a.csv", "x,y\n1,2\n");
  const auto labels =
      R"({"images":[{"id":1,"file_name":"gone.png","width":4,"height":4}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,2,2]}],"categories":[{"id":1,"name":"k"}]})";
  folder.write("in/b.json", labels);
  auto whole = ingest({folder.path / "in"});
  REQUIRE(whole.label_findings.size() == 1);
  auto a = ingest({folder.path / "in/a.csv"});
  keep(a, folder.path / "a");
  IngestOptions any;
  any.need = NeedTable::no;
  auto b = ingest({folder.path / "in/b.json"}, any);
  keep(b, folder.path / "b");
  auto merged = merge_data_sets({folder.path / "b", folder.path / "a"});
  CHECK(Texts(merged) == Texts(whole));
}

TEST_CASE("parts that share a file, and states that are missing, damaged or of other data, are refused") {
  const Folder folder;
  auto a = ingest({folder.write("1/a.csv", "x,y\n1,2\n3,4\n")});
  auto b = ingest({folder.write("2/b.csv", "x,y\n5,2\n6,4\n")});
  keep(a, folder.path / "a");
  keep(b, folder.path / "b");
  CHECK_THROWS_WITH_AS(merge_data_sets({folder.path / "a", folder.path / "a"}), doctest::Contains("a.csv: is in"), Error);
  const auto sound = content(state_path(folder.path / "b"));
  const auto merge_with = [&](const std::string& state) {
    put(state_path(folder.path / "b"), state);
    return merge_data_sets({folder.path / "a", folder.path / "b"});
  };
  CHECK(merge_with(sound).data.files.size() == 2);
  // Cut anywhere, or any byte other than it was: never a crash, and never taken.
  for (std::size_t at = 0; at < sound.size(); ++at) {
    CHECK_THROWS_AS(merge_with(sound.substr(0, at)), Error);
    auto other = sound;
    other[at] = static_cast<char>(other[at] ^ (1 << at % 8));
    CHECK_THROWS_AS(merge_with(other), Error);
  }
  CHECK_THROWS_WITH_AS(merge_with(sound + "x"), doctest::Contains("damaged state"), Error);
  CHECK_THROWS_WITH_AS(merge_with(content(state_path(folder.path / "a"))), doctest::Contains("belongs to other data"), Error);
  fs::remove(state_path(folder.path / "b"));
  CHECK_THROWS_WITH_AS(merge_data_sets({folder.path / "a", folder.path / "b"}), doctest::Contains("keeps no state to merge"), Error);
}

TEST_CASE("a state that was forged, digest and all, is refused or merged, never a crash") {
  const Folder folder;
  auto a = ingest({folder.write("1/a.csv", log_text(1, 60, 9))});
  auto b = ingest({folder.write("2/b.csv", log_text(2, 60, 9))});
  keep(a, folder.path / "a");
  keep(b, folder.path / "b");
  const auto sound = content(state_path(folder.path / "b"));
  const std::size_t head = 80, body = sound.size() - 64;  // behind magic and root digest, before the digest
  const CounterRandom random(7);
  std::size_t merged = 0;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    auto forged = sound.substr(0, body);
    for (std::uint64_t k = 0; k <= i % 3; ++k) {
      const auto at = head + random.below(i * 8 + k, body - head);
      forged[at] = static_cast<char>(i % 2 == 0 ? forged[at] ^ (1 << random.below(i * 8 + k + 4, 8)) : static_cast<int>(random.below(i * 8 + k + 4, 256)));
    }
    put(state_path(folder.path / "b"), forged + sha256(forged));
    try {
      auto whole = merge_data_sets({folder.path / "a", folder.path / "b"});
      const Texts texts(whole);
      if (merged++ % 16 == 0) keep(whole, folder.path / "whole");
    } catch (const Error&) {
    }
  }
  CHECK(merged > 10);
}

TEST_CASE("real files dealt out at random merge to the whole") {
  const Folder folder;
  std::vector<std::string> files;
  std::size_t number = 0;
  for_each_entry(source_folder() / "examples/bearing/raw/bench-2026.zip", {}, [&](const std::string& name, ByteStream& stream) {
    if (number++ % 4 != 0) return;
    std::string text(std::size_t{1} << 20, '\0');
    std::size_t size = 0;
    while (const auto count = stream.read(text.data() + size, text.size() - size)) size += count;
    folder.write("in/" + name, text.substr(0, size));
    files.push_back(name);
  });
  REQUIRE(files.size() > 20);
  auto whole = ingest({folder.path / "in"});
  const Texts texts(whole);
  for (std::uint64_t seed = 11; seed <= 13; ++seed) {
    auto merged = merge_data_sets(deal(folder, files, 2 * seed - 19, seed));
    CHECK(Texts(merged) == texts);
  }
}
