#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/tensor_file.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

template <class T>
std::string raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string element(std::uint32_t type, const std::string& bytes) {
  return raw<std::uint32_t>({type, static_cast<std::uint32_t>(bytes.size())}) + bytes + std::string((8 - bytes.size() % 8) % 8, '\0');
}

std::string head(std::uint32_t flags, const std::vector<std::int32_t>& shape, const std::string& name) {
  return element(6, raw<std::uint32_t>({flags, 0})) + element(5, raw(shape)) + element(1, name);
}

/// A double array.
std::string matrix(const std::string& name, const std::vector<std::int32_t>& shape, const std::vector<double>& values, std::uint32_t flags = 6) {
  return element(14, head(flags, shape, name) + element(9, raw(values)));
}

std::string file_head() { return std::string("MATLAB 5.0 MAT-file, made by a test") + std::string(89, ' ') + std::string("\x00\x01IM", 4); }

struct Read {
  std::vector<TensorEntry> tensors;
  std::vector<std::vector<double>> values;
  std::vector<std::string> faults;
};

Read read(const std::string& variables) {
  char name[] = "/tmp/iai-mat-XXXXXX";
  const fs::path folder = mkdtemp(name);
  const auto bytes = file_head() + variables;
  CHECK(bytes.size() >= 128);
  CHECK(tensor_file_kind(bytes) == TensorFileKind::matlab);
  write_file(folder / "a.mat", bytes);
  Read result;
  try {
    const auto file = open_tensor_file(TensorFileKind::matlab, folder / "a.mat", "a.mat");
    result.tensors = file->tensors();
    for (std::size_t t = 0; t < result.tensors.size(); ++t) {
      result.values.emplace_back();
      file->read(t, [&](std::span<const double> values) { result.values.back().insert(result.values.back().end(), values.begin(), values.end()); });
    }
    for (const auto& fault : file->faults()) result.faults.push_back(fault.kind);
  } catch (...) {
    fs::remove_all(folder);
    throw;
  }
  fs::remove_all(folder);
  return result;
}

std::string structure(const std::string& name, const std::string& field, const std::string& content) {
  std::string names = field;
  names.resize(32);
  return element(14, head(2, {1, 1}, name) + raw<std::uint32_t>({4 << 16 | 5, 32}) + element(1, names) + content);
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("arrays come row by row, whatever they are stored as") {
  const auto all = read(matrix("x", {2, 3}, {1, 2, 3, 4, 5, 6}) + element(14, head(10, {3, 1}, "small") + element(1, std::string("\x01\xFF\x7F", 3))) +
                        element(14, head(6 | 0x200, {1, 1}, "flag") + raw<std::uint32_t>({1 << 16 | 2, 1})));
  REQUIRE(all.tensors.size() == 3);
  CHECK(all.tensors[0].name == "x");
  CHECK(all.tensors[0].shape == std::vector<std::int64_t>{2, 3});
  CHECK(all.values[0] == std::vector<double>{1, 3, 5, 2, 4, 6});
  CHECK(all.tensors[1].type == ElementType::int16);
  CHECK(all.values[1] == std::vector<double>{1, -1, 127});
  CHECK(all.tensors[2].type == ElementType::boolean);
  CHECK(all.values[2] == std::vector<double>{1});
}

TEST_CASE("fields and cells are named by where they are, text is left out, of complex numbers the real part is read") {
  const auto all = read(structure("s", "fs", matrix("", {1, 1}, {25600})) + element(14, head(1, {1, 2}, "c") + matrix("", {1, 1}, {7}) + element(14, "")) +
                        element(14, head(4, {1, 2}, "text") + element(4, raw<std::uint16_t>({97, 98}))) +
                        element(14, head(6 | 0x800, {1, 1}, "z") + element(9, raw<double>({1})) + element(9, raw<double>({2}))));
  REQUIRE(all.tensors.size() == 3);
  CHECK(all.tensors[0].name == "s.fs");
  CHECK(all.tensors[1].name == "c{1}");
  CHECK(all.values[1] == std::vector<double>{7});
  CHECK(all.values[2] == std::vector<double>{1});
  CHECK(all.faults == Names{"left_out", "complex"});
}

TEST_CASE("nesting, sizes and counts beyond bounds are refused") {
  std::string deep = matrix("", {1, 1}, {1});
  for (int i = 0; i < 20; ++i) deep = structure(i == 19 ? "s" : "", "f", deep);
  CHECK_THROWS_WITH_AS(read(deep), doctest::Contains("nested over 16 levels"), Error);
  CHECK_THROWS_WITH_AS(read(matrix("x", {1000000, 1000000}, {1})), doctest::Contains("does not fit its 8 bytes"), Error);
  CHECK_THROWS_WITH_AS(read(matrix("x", {-1, 1}, {1})), doctest::Contains("negative size"), Error);
  CHECK_THROWS_WITH_AS(read(element(14, head(1, {50000, 50000}, "c"))), doctest::Contains("over a million parts"), Error);
  CHECK(read(matrix("x", {1, 2}, {1, 2}).substr(0, 60)).faults == Names{"truncated"});
  CHECK_THROWS_WITH_AS(read(element(15, "no zlib stream")), doctest::Contains("a.mat: "), Error);
}

TEST_CASE("every cut gives arrays or an error that names the file") {
  const auto whole = structure("s", "fs", matrix("", {1, 1}, {25600})) + matrix("x", {2, 3}, {1, 2, 3, 4, 5, 6});
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    try {
      const auto all = read(whole.substr(0, cut));
      CHECK(all.tensors.size() <= 2);
    } catch (const Error& error) {
      CHECK(error.message().find("a.mat: ") == 0);
    }
  }
}
