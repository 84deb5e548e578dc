#include "evaluator/contract/masking.hpp"

#include <doctest/doctest.h>

using namespace iai;

TEST_CASE("masked: first and last character at most, whole characters, nothing of short values") {
  CHECK(masked("Hans Meier") == "H…r");
  CHECK(masked("Özgür Öß") == "Ö…ß");
  CHECK(masked("12345") == "…");
  CHECK(masked("123456") == "1…6");
  CHECK(masked("äöüäö") == "…");
  CHECK(masked("").empty());
  CHECK(masked("\x80\x80\x80\x80\x80\x80\x80") == "…");
}
