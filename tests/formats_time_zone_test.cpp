#include <doctest/doctest.h>

#include "formats/time_zone.hpp"
#include "formats/timestamp.hpp"

using namespace iai;

TEST_CASE("hours that come twice or never") {
  TimeZone berlin("Europe/Berlin");
  const auto look = [&](const char* text) { return berlin.look(*parse_timestamp(text)); };
  for (int pass = 0; pass < 2; ++pass) {  // the second one with what the first remembers
    CHECK(look("2026-03-29 01:59:59.999") == LocalTime::once);
    CHECK(look("2026-03-29 02:00:00") == LocalTime::never);
    CHECK(look("2026-03-29 02:59:59.999999999") == LocalTime::never);
    CHECK(look("2026-03-29 03:00:00") == LocalTime::once);
    CHECK(look("2026-10-25 01:59:59.999999999") == LocalTime::once);
    CHECK(look("2026-10-25 02:00:00") == LocalTime::twice);
    CHECK(look("2026-10-25 02:59:59") == LocalTime::twice);
    CHECK(look("2026-10-25 03:00:00") == LocalTime::once);
    CHECK(look("1975-10-26 02:30:00") == LocalTime::once);  // before summer time
  }
  TimeZone london("Europe/London");
  CHECK(london.look(*parse_timestamp("2026-10-25 01:30:00")) == LocalTime::twice);
  CHECK(london.look(*parse_timestamp("2026-10-25 02:30:00")) == LocalTime::once);
  TimeZone utc("UTC");
  CHECK(utc.look(*parse_timestamp("2026-03-29 02:30:00")) == LocalTime::once);
  CHECK(TimeZone::is_known("Europe/Vienna"));
  CHECK_FALSE(TimeZone::is_known("Europe/Atlantis"));
  CHECK_FALSE(TimeZone::is_known(""));
}
