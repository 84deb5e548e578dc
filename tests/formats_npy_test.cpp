#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "formats/npy.hpp"

using namespace iai;

static std::string npy(const std::string& dict, const std::string& data) {
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(dict.size());
  text += '\0';
  return text + dict + data;
}

static Tensor parse(const std::string& text) { return parse_npy(std::as_bytes(std::span(text.data(), text.size())), "a.npy"); }

TEST_CASE("C and Fortran order give the same elements") {
  const Tensor c = parse(npy("{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }\n", "\1\2\3\4\5\6"));
  const Tensor f = parse(npy("{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3), }\n", "\1\4\2\5\3\6"));
  CHECK(c.shape == std::vector<std::int64_t>{2, 3});
  CHECK(to_int64s(c.view()) == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
  CHECK(to_int64s(f.view()) == to_int64s(c.view()));
}

TEST_CASE("big-endian elements are swapped") {
  const Tensor t = parse(npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }\n", std::string("\0\1\1\0", 4)));
  CHECK(to_int64s(t.view()) == std::vector<std::int64_t>{1, 256});
}

TEST_CASE("what does not fit the header is refused") {
  const std::string head = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
  CHECK_THROWS_AS(parse(npy(head, "1234567")), Error);
  CHECK_THROWS_AS(parse(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", "12345678")), Error);
  CHECK_THROWS_AS(parse(npy("{'descr': '<f4', 'shape': (9223372036854775807, 4), 'fortran_order': False}", "")), Error);
  CHECK_THROWS_AS(parse("PK\x03\x04 no array"), Error);
  CHECK_THROWS_AS(parse(npy(head, "").substr(0, 30)), Error);
  CHECK_THROWS_AS(read_npy("/nowhere/a.npy"), Error);
  CHECK_THROWS_AS(read_npy("/"), Error);
}

namespace {

/// Bytes of files that this process holds in memory.
std::size_t mapped_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0, resident = 0, shared = 0;
  statm >> size >> resident >> shared;
  return shared * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("npy: an array that is read from its beginning to its end takes a part of its size") {
  const auto path = std::filesystem::temp_directory_path() / ("iai-npy-" + std::to_string(::getpid()) + ".npy");
  constexpr std::int64_t rows = 3000, width = 8192;  // 98 MB
  {
    iai::Tensor tensor{iai::ElementType::float32, {rows, width}, std::vector<std::byte>(static_cast<std::size_t>(rows * width) * sizeof(float))};
    auto* values = reinterpret_cast<float*>(tensor.bytes.data());
    for (std::int64_t i = 0; i < rows * width; ++i) values[i] = static_cast<float>(i % 10'007);
    iai::write_npy(path, tensor.view());
  }
  const iai::NpyFile file(path);
  const std::size_t before = mapped_bytes();
  std::size_t most = 0;
  const auto check = [&](std::int64_t first, std::int64_t count) {
    const iai::Tensor part = file.read_rows(first, count);
    const auto* values = reinterpret_cast<const float*>(part.bytes.data());
    for (std::int64_t i = 0; i < count * width; i += 97) REQUIRE(values[i] == static_cast<float>((first * width + i) % 10'007));
  };
  for (std::int64_t first = 0; first < rows; first += 8) {
    check(first, 8);
    most = std::max(most, mapped_bytes());
  }
  CHECK(most < before + (std::size_t{40} << 20));
  check(0, 8);  // what was given back comes again
  check(1500, 700);
  std::filesystem::remove(path);
}
