#include <array>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "formats/tensor.hpp"

using namespace iai;

TEST_CASE("element counts refuse what cannot be a shape") {
  CHECK(element_count(std::vector<std::int64_t>{}) == 1);
  CHECK(element_count(std::vector<std::int64_t>{100, 14, 30}) == 42000);
  CHECK(element_count(std::vector<std::int64_t>{5, 0}) == 0);
  CHECK_THROWS_AS(element_count(std::vector<std::int64_t>{2, -1}), Error);
  CHECK_THROWS_AS(element_count(std::vector<std::int64_t>{1ll << 32, 1ll << 32}), Error);
  CHECK(shape_text(std::vector<std::int64_t>{100, 14, 30}) == "[100, 14, 30]");
}

TEST_CASE("element types have names and sizes") {
  CHECK(type_name(ElementType::bfloat16) == "bfloat16");
  CHECK(type_name(static_cast<ElementType>(17)) == "type 17");
  CHECK(element_size(ElementType::float16) == 2);
  CHECK(element_size(ElementType::string) == 0);
}

TEST_CASE("every half survives the way through float") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = half_to_float(static_cast<std::uint16_t>(bits));
    const bool nan = (bits & 0x7fffu) > 0x7c00u;
    REQUIRE(std::isnan(value) == nan);
    if (!nan) REQUIRE(float_to_half(value) == bits);
  }
}

TEST_CASE("halves round to nearest, ties to even") {
  CHECK(float_to_half(1.0f) == 0x3c00);
  CHECK(float_to_half(1.0f + 0x1p-11f) == 0x3c00);
  CHECK(float_to_half(1.0f + 0x3p-11f) == 0x3c02);
  CHECK(float_to_half(65504.0f) == 0x7bff);
  CHECK(float_to_half(65519.996f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(-1e30f) == 0xfc00);
  CHECK(float_to_half(0x1p-25f) == 0);
  CHECK(float_to_half(0x1.000002p-25f) == 1);
  CHECK(float_to_half(-0.0f) == 0x8000);
}

TEST_CASE("bfloat16 rounds to nearest, ties to even") {
  CHECK(float_to_bfloat16(1.0f) == 0x3f80);
  CHECK(float_to_bfloat16(1.0f + 0x1p-8f) == 0x3f80);
  CHECK(float_to_bfloat16(1.0f + 0x3p-8f) == 0x3f82);
  CHECK(float_to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);
  CHECK(std::isnan(bfloat16_to_float(float_to_bfloat16(std::nanf("")))));
}

TEST_CASE("elements convert between types") {
  const std::array<std::int8_t, 3> values{-128, 0, 127};
  const Tensor tensor = make_tensor<std::int8_t>({3}, values);
  CHECK(to_floats(tensor.view()) == std::vector<float>{-128, 0, 127});
  CHECK(to_doubles(tensor.view()) == std::vector<double>{-128, 0, 127});
  CHECK(to_int64s(tensor.view()) == std::vector<std::int64_t>{-128, 0, 127});
}

TEST_CASE("conversion refuses text and short payloads") {
  CHECK_THROWS_AS(to_floats({ElementType::string, {1}, {}}), Error);
  CHECK_THROWS_AS(to_floats({ElementType::float32, {2}, {}}), Error);
}
