#include <string>

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
