#include "evaluator/task/samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "evaluator/data/cast.hpp"
#include "evaluator/data/counter_random.hpp"
#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

using Folder = TemporaryFolder;

template <class T>
void write_npy(const fs::path& path, const std::string& descr, const std::string& shape, const std::vector<T>& values) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", descr, shape);
  header.resize((header.size() + 10) / 64 * 64 + 53, ' ');
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8);
  const char length[2] = {static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  file.write(length, 2);
  file << header;
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
}

std::string error_of(auto&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.message() + "|" + error.hint();
  }
  return "";
}

const std::vector<WantedInput> two_features{{"x", ElementType::float32, {-1, 2}}};

}  // namespace

TEST_CASE("samples: a folder is read by name, files follow each other, float64 becomes float32") {
  const Folder folder;
  write_npy<float>(folder.path / "b.npy", "<f4", "(2, 2)", {5, 6, 7, 8});
  write_npy<double>(folder.path / "a.npy", "<f8", "(2, 2)", {1, 2, 3, 4.1});
  const auto samples = open_samples({folder.path}, two_features);
  CHECK(samples->count() == 4);
  const Tensor middle = samples->read(1, 2)[0];
  CHECK(middle.shape == std::vector<std::int64_t>{2, 2});
  CHECK(middle.type == ElementType::float32);
  CHECK(to_floats(middle.view()) == std::vector<float>{3, 4.1f, 5, 6});
  const auto other = open_samples({folder.path / "b.npy", folder.path / "a.npy"}, two_features);
  CHECK(to_floats(other->read(0, 1)[0].view()) == std::vector<float>{1, 2});
  const auto given = open_samples({folder.path / "b.npy", folder.path / "a.npy"}, two_features, FileOrder::as_given);
  CHECK(to_floats(given->read(0, 1)[0].view()) == std::vector<float>{5, 6});
}

TEST_CASE("samples: several inputs are found by file name, and their counts must agree") {
  const Folder folder;
  write_npy<float>(folder.path / "x.npy", "<f4", "(2, 2)", {1, 2, 3, 4});
  write_npy<std::int32_t>(folder.path / "tokens.npy", "<i4", "(2, 3)", {1, 2, 3, 4, 5, 6});
  std::vector<WantedInput> wanted = two_features;
  wanted.push_back({"tokens", ElementType::int64, {-1, 3}});
  const auto samples = open_samples({folder.path}, wanted);
  const auto tensors = samples->read(1, 1);
  CHECK(to_floats(tensors[0].view()) == std::vector<float>{3, 4});
  CHECK(tensors[1].type == ElementType::int64);
  CHECK(to_int64s(tensors[1].view()) == std::vector<std::int64_t>{4, 5, 6});

  write_npy<std::int32_t>(folder.path / "tokens.npy", "<i4", "(1, 3)", {1, 2, 3});
  CHECK(error_of([&] { open_samples({folder.path}, wanted); }).find("1 samples for input 'tokens', but 2 for input 'x'") != std::string::npos);
  fs::rename(folder.path / "tokens.npy", folder.path / "token.npy");
  const std::string misspelt = error_of([&] { open_samples({folder.path}, wanted); });
  CHECK(misspelt.find("the model has no input 'token'|did you mean 'tokens'?") != std::string::npos);
  fs::remove(folder.path / "token.npy");
  CHECK(error_of([&] { open_samples({folder.path}, wanted); }).find("no data for input 'tokens'") != std::string::npos);
}

TEST_CASE("samples: inputs of different fixed sizes have no batch, a sample is what one run takes") {
  const Folder folder;
  write_npy<float>(folder.path / "x.npy", "<f4", "(4, 2)", {1, 2, 3, 4, 5, 6, 7, 8});
  write_npy<float>(folder.path / "w.npy", "<f4", "(6, 1)", {1, 2, 3, 4, 5, 6});
  const std::vector<WantedInput> wanted{{"x", ElementType::float32, {2, 2}}, {"w", ElementType::float32, {3, 1}}};
  const auto samples = open_samples({folder.path}, wanted);
  REQUIRE(samples->count() == 2);
  const std::vector<Tensor> second = samples->read(1, 1);
  CHECK(second[0].shape == std::vector<std::int64_t>{2, 2});
  CHECK(second[0].values<float>()[0] == 5);
  CHECK(second[1].shape == std::vector<std::int64_t>{3, 1});
  CHECK(second[1].values<float>()[0] == 4);
  CHECK(rows_of_one_sample({{"x", ElementType::float32, {4, 2}}, {"y", ElementType::float32, {-1, 2}}}) == std::vector<std::int64_t>{1, 1});
  write_npy<float>(folder.path / "w.npy", "<f4", "(5, 1)", {1, 2, 3, 4, 5});
  CHECK(error_of([&] { open_samples({folder.path}, wanted); }).find("holds 5 rows, a run takes 3") != std::string::npos);
}

TEST_CASE("samples: an array without the batch axis is one sample") {
  const Folder folder;
  write_npy<float>(folder.path / "a.npy", "<f4", "(2,)", {1, 2});
  write_npy<float>(folder.path / "b.npy", "<f4", "(2,)", {3, 4});
  const auto samples = open_samples({folder.path}, two_features);
  CHECK(samples->count() == 2);
  CHECK(to_floats(samples->read(0, 2)[0].view()) == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("samples: an NPZ archive gives its arrays by key, several follow each other") {
  const Folder folder;
  fs::create_directories(folder.path / "parts");
  write_npy<float>(folder.path / "parts/x.npy", "<f4", "(3, 2)", {1, 2, 3, 4, 5, 6});
  write_npy<std::int32_t>(folder.path / "parts/tokens.npy", "<i4", "(3, 1)", {7, 8, 9});
  const auto pack = [&](const std::string& name) {
    const std::string command = fmt::format("cd '{}/parts' && python3 -m zipfile -c ../{} x.npy tokens.npy", folder.path.string(), name);
    REQUIRE(std::system(command.c_str()) == 0);
  };
  pack("a.npz");
  std::vector<WantedInput> wanted = two_features;
  wanted.push_back({"tokens", ElementType::int64, {-1, 1}});
  const auto tensors = open_samples({folder.path / "a.npz"}, wanted)->read(1, 2);
  CHECK(to_floats(tensors[0].view()) == std::vector<float>{3, 4, 5, 6});
  CHECK(to_int64s(tensors[1].view()) == std::vector<std::int64_t>{8, 9});

  pack("b.npz");
  const auto both = open_samples({folder.path / "b.npz", folder.path / "a.npz"}, wanted);
  CHECK(both->count() == 6);
  CHECK(to_floats(both->read(2, 2)[0].view()) == std::vector<float>{5, 6, 1, 2});
  wanted.pop_back();
  wanted.push_back({"token", ElementType::int64, {-1, 1}});
  CHECK(error_of([&] { open_samples({folder.path / "a.npz"}, wanted); }).find("a.npz/tokens: the model has no input 'tokens'|did you mean 'token'?") !=
        std::string::npos);
}

TEST_CASE("samples: what does not fit is named") {
  const Folder folder;
  const auto fails = [&](const std::string& expected) {
    const std::string error = error_of([&] { open_samples({folder.path / "a.npy"}, two_features)->read(0, 1); });
    CHECK_MESSAGE(error.find(expected) != std::string::npos, error);
  };
  write_npy<float>(folder.path / "a.npy", "<f4", "(2, 3)", {1, 2, 3, 4, 5, 6});
  fails("a.npy: input 'x' takes [?, 2], the data is [2, 3]");
  write_npy<std::int64_t>(folder.path / "a.npy", "<i8", "(1, 2)", {1, 2});
  fails("a.npy: input 'x': the model takes float32, the data is int64|store the data as float32");
  write_npy<float>(folder.path / "a.npy", "<f4", "(0, 2)", {});
  fails("a.npy: holds no samples");
  write_npy<float>(folder.path / "a.npy", "<f4", "(1, 2)", {1, std::numeric_limits<float>::quiet_NaN()});
  fails("a.npy: input 'x': sample 1 holds NaN at element 1");
  write_npy<double>(folder.path / "a.npy", "<f8", "(1, 2)", {1, 1e300});
  fails("the value 1e+300 does not fit float32");
  fs::remove(folder.path / "a.npy");
  fails("a.npy: no such file or folder");
  CHECK(error_of([&] { open_samples({folder.path}, two_features); }).find("the folder has no .npy or .npz file") != std::string::npos);
}

TEST_CASE("samples: a limit spreads evenly") {
  const Folder folder;
  write_npy<float>(folder.path / "a.npy", "<f4", "(5, 2)", {0, 0, 1, 1, 2, 2, 3, 3, 4, 4});
  const auto samples = limit_samples(open_samples({folder.path}, two_features), 2);
  CHECK(samples->count() == 2);
  CHECK(to_floats(samples->read(0, 2)[0].view()) == std::vector<float>{0, 0, 2, 2});
}

TEST_CASE("seeded samples: the same whatever part is read, and standard normal") {
  const std::vector<WantedInput> wanted{{"x", ElementType::float32, {-1, 3, -1}}, {"n", ElementType::int64, {-1, 2}}};
  const auto samples = seeded_samples(wanted, 400, 7);
  const auto all = samples->read(0, 400);
  CHECK(all[0].shape == std::vector<std::int64_t>{400, 3, 16});
  const auto part = samples->read(17, 2);
  CHECK(std::equal(part[0].bytes.begin(), part[0].bytes.end(), all[0].bytes.begin() + 17l * 48 * 4));
  CHECK(std::equal(part[1].bytes.begin(), part[1].bytes.end(), all[1].bytes.begin() + 17l * 2 * 8));
  double sum = 0, squares = 0;
  for (const float value : all[0].values<float>()) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  const double n = 400 * 48;
  CHECK(std::abs(sum / n) < 4 / std::sqrt(n));
  CHECK(std::abs(squares / n - 1) < 4 * std::sqrt(2 / n));
  for (const std::int64_t value : all[1].values<std::int64_t>()) CHECK((value == 0 || value == 1));
}

TEST_CASE("seeded samples: open dimensions and integers as asked, inputs of fixed sizes that differ whole") {
  const std::vector<WantedInput> wanted{
      {"x", ElementType::float32, {-1, 3, -1}}, {"n", ElementType::int32, {-1, 50}}, {"mask", ElementType::boolean, {-1, 50}}};
  const auto all = seeded_samples(wanted, 40, 7, {1, {{"n", 9}, {"mask", 9}}})->read(0, 40);
  CHECK(all[0].shape == std::vector<std::int64_t>{40, 3, 1});
  const auto values = all[1].values<std::int32_t>();
  CHECK(*std::min_element(values.begin(), values.end()) == 0);
  CHECK(*std::max_element(values.begin(), values.end()) == 8);
  for (const std::uint8_t value : all[2].values<std::uint8_t>()) CHECK(value <= 1);
  const auto fixed = seeded_samples({{"x", ElementType::float32, {2, 3}}, {"w", ElementType::float32, {4, 3}}}, 5, 7)->read(1, 2);
  CHECK(fixed[0].shape == std::vector<std::int64_t>{4, 3});
  CHECK(fixed[1].shape == std::vector<std::int64_t>{8, 3});
}

TEST_CASE("counter-based generator: streams differ and are uniform") {
  const CounterRandom random(1);
  CHECK(random.bits(0) != random.bits(1));
  CHECK(CounterRandom(1).bits(5) == random.bits(5));
  CHECK(CounterRandom(2).bits(5) != random.bits(5));
  CHECK(CounterRandom(1, "a").bits(5) != CounterRandom(1, "b").bits(5));
  std::vector<int> counts(10);
  for (std::uint64_t i = 0; i < 10000; ++i) ++counts[random.below(i, 10)];
  double chi_squared = 0;
  for (const int count : counts) chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
  CHECK(chi_squared < 27.9);  // 9 degrees of freedom, 99.9 %
}

TEST_CASE("cast: integers only where they fit") {
  const std::vector<std::int64_t> values{1, 300};
  CHECK(error_of([&] { cast_tensor(make_tensor<std::int64_t>({2}, values), ElementType::uint8, "f"); }).find("f: the value 300 does not fit uint8") == 0);
  const Tensor narrow = cast_tensor(make_tensor<std::int64_t>({2}, values), ElementType::int16, "f");
  CHECK(narrow.values<std::int16_t>()[1] == 300);
  const std::vector<float> large{1.0f, 1e6f};
  CHECK(error_of([&] { cast_tensor(make_tensor<float>({2}, large), ElementType::float16, "f"); }).find("does not fit float16") != std::string::npos);
}
