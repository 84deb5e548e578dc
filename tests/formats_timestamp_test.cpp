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

TEST_CASE("other ways to write a time") {
  CHECK(round_trip("1.3.26 7:05:00") == "2026-03-01T07:05:00");
  CHECK(round_trip("01.03.69") == "1969-03-01T00:00:00");
  CHECK(round_trip("01.03.2024, 12:00:00") == "2024-03-01T12:00:00");
  CHECK(round_trip("2024-03-01_12:00") == "2024-03-01T12:00:00");
  CHECK(round_trip("2024/03/01 12:00:00.5") == "2024-03-01T12:00:00.5");
  CHECK(round_trip("20240301T120005") == "2024-03-01T12:00:05");
  CHECK(round_trip("20240301T1200Z") == "2024-03-01T12:00:00");
  CHECK(round_trip("01.03.2024 12:00:00:250") == "2024-03-01T12:00:00.25");
  CHECK(round_trip("27.10.2024 02:30:00 MESZ") == "2024-10-27T00:30:00");
  CHECK(round_trip("27.10.2024 02:30:00 MEZ") == "2024-10-27T01:30:00");
  CHECK(round_trip("2024-03-01 12:00:00 UTC") == "2024-03-01T12:00:00");
  CHECK(round_trip("12:00:05,250") == "1970-01-01T12:00:05.25");
  CHECK(round_trip("7:00:05") == "1970-01-01T07:00:05");
  CHECK(round_trip("24:00") == "1970-01-02T00:00:00");
}

TEST_CASE("formats") {
  for (const char* text : {"2024-03-01T12:00:00.250", "2024-03-01 12:00", "01.03.2024 12:00:00,250", "01.03.24 12:00:00", "2024-03-01T12:00:00+01:00",
                           "12:00:05,250", "2024/03/01 12:00:00", "20240301T120005", "01.03.2024 12:00:00:250", "2024-03-01T12:00:00Z", "01.03.2024"}) {
    const auto format = TimestampFormat::compile(describe_timestamp(text));
    REQUIRE_MESSAGE(format, describe_timestamp(text));
    CHECK_MESSAGE(format->parse(text) == parse_timestamp(text), text);
    CHECK(format->is_unambiguous());
  }
  const auto american = TimestampFormat::compile("mm/dd/yyyy HH:MM:SS AM");
  REQUIRE(american);
  CHECK_FALSE(american->is_unambiguous());
  CHECK(format_timestamp(*american->parse("03/14/2024 1:05:09 pm")) == "2024-03-14T13:05:09");
  CHECK_FALSE(american->parse("14/03/2024 1:05:09 pm"));
  CHECK(format_timestamp(*TimestampFormat::compile("dd-mon-yyyy")->parse("2-Okt-2024")) == "2024-10-02T00:00:00");
  for (const char* text : {"", "x", "dd.mm", "yyyy", "MM:SS", "dd.mm.yyyy dd", "HH:SS"}) CHECK_FALSE(TimestampFormat::compile(text));
}

TEST_CASE("what is no time is refused") {
  for (const char* text : {"",
                           "12",
                           "1.5",
                           "2023-02-29",
                           "30.02.2024",
                           "2024-13-01",
                           "2024-01-01T24:00:01",
                           "2024-01-01T12:60",
                           "01.01.2024 12:00:00,",
                           "2024-01-01T",
                           "2024-01-01T12:00:00+1",
                           "2024-01-01T12:00:00 x",
                           "9999-01-01",
                           "2024.01.01",
                           "01-01-2024",
                           "1.2.24",
                           "1.2.3",
                           "8:05",
                           "25:00:00",
                           "12:60",
                           "20240301",
                           "01/03/2024",
                           "1:2:3"})
    CHECK_MESSAGE(!parse_timestamp(text), text);
}
