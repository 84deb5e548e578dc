#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace iai {

/// How often clocks show a time.
enum class LocalTime {
  once,
  twice,  ///< before and after they went back
  never,  ///< skipped as they went forward
};

/// The rules by which the clocks of one place change. @source IANA time zone database, as ICU carries it
class TimeZone {
 public:
  /// @param name  "Europe/Berlin", "UTC" ...
  static bool is_known(const std::string& name);
  explicit TimeZone(const std::string& name);  ///< a known one
  ~TimeZone();
  TimeZone(TimeZone&&) noexcept;
  /// @param time  as the clock shows it, in nanoseconds since 1970-01-01T00:00. Fast but near a change.
  LocalTime look(std::int64_t time);
  const std::string& name() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace iai
