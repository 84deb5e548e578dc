#include <doctest/doctest.h>

#include "formats/delimited.hpp"

using namespace iai;

namespace {

std::string round_trip(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? format_timestamp(*time) : "";
}

}  // namespace

TEST_CASE("ISO and German times are read") {
  CHECK(parse_timestamp("1970-01-01T00:00:01Z") == 1'000'000'000);
  CHECK(round_trip("2024-03-01T12:00:00.250Z") == "2024-03-01T12:00:00.25");
  CHECK(round_trip("2024-03-01 12:00:00+01:00") == "2024-03-01T11:00:00");
  CHECK(round_trip("2024-03-01T00:00:00-0130") == "2024-03-01T01:30:00");
  CHECK(round_trip("01.03.2024 12:00:00,250") == "2024-03-01T12:00:00.25");
  CHECK(round_trip("1.3.2024 7:05") == "2024-03-01T07:05:00");
  CHECK(round_trip("31.12.2024 24:00:00") == "2025-01-01T00:00:00");
  CHECK(round_trip("2024-02-29") == "2024-02-29T00:00:00");
  CHECK(round_trip("1969-12-31T23:59:59.5") == "1969-12-31T23:59:59.5");
}

TEST_CASE("what is no time is refused") {
  for (const char* text : {"", "12", "1.5", "2023-02-29", "30.02.2024", "2024-13-01", "2024-01-01T24:00:01",
                           "2024-01-01T12:60", "01.01.2024 12:00:00,", "2024-01-01T", "2024-01-01T12:00:00+1",
                           "2024-01-01T12:00:00 x", "9999-01-01", "2024.01.01", "01-01-2024"})
    CHECK_MESSAGE(!parse_timestamp(text), text);
}
