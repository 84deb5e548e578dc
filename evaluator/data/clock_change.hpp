#pragma once

#include <cstdint>

namespace iai {

/// Clocks of the European Union that show local time: from 02:00 to 03:00 on the last Sunday of March, from 03:00 back to 02:00 on
/// that of October. @source Directive 2000/84/EC, Articles 2 and 3
/// Times are local, as written, in nanoseconds since 1970-01-01T00:00.

enum class ClockChange { none, back, forward };

/// Were the clocks changed between two times that follow each other? @param usual  distance of the two rows before, 0: not known
ClockChange clock_change(std::int64_t before, std::int64_t time, std::int64_t usual);

}  // namespace iai
