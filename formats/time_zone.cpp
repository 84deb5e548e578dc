#include "formats/time_zone.hpp"

#include <algorithm>

#include <unicode/basictz.h>
#include <unicode/tztrans.h>

namespace iai {
namespace {

constexpr std::int64_t millisecond = 1'000'000;

std::int64_t offset_of(const icu::TimeZoneRule& rule) { return rule.getRawOffset() + rule.getDSTSavings(); }

icu::TimeZone* create(const std::string& name) { return icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)); }

}  // namespace

struct TimeZone::State {
  std::string name;
  std::unique_ptr<icu::TimeZone> zone;
  std::int64_t from = 0, to = 0;  // times as shown, in nanoseconds, that all come once

  const icu::BasicTimeZone* basic() const { return dynamic_cast<const icu::BasicTimeZone*>(zone.get()); }
  LocalTime look_up(std::int64_t time);
  void find_quiet(double utc);
};

bool TimeZone::is_known(const std::string& name) {
  const std::unique_ptr<icu::TimeZone> zone(create(name));
  return *zone != icu::TimeZone::getUnknown() && dynamic_cast<const icu::BasicTimeZone*>(zone.get()) != nullptr;
}

TimeZone::TimeZone(const std::string& name) : state_(std::make_unique<State>()) {
  state_->name = name;
  state_->zone.reset(create(name));
}

TimeZone::~TimeZone() = default;
TimeZone::TimeZone(TimeZone&&) noexcept = default;
const std::string& TimeZone::name() const { return state_->name; }

LocalTime TimeZone::look(std::int64_t time) {
  if (time >= state_->from && time < state_->to) return LocalTime::once;
  return state_->look_up(time);
}

LocalTime TimeZone::State::look_up(std::int64_t time) {
  const auto* rules = basic();
  if (rules == nullptr) return LocalTime::once;
  const std::int64_t milliseconds = time / millisecond - (time % millisecond < 0 ? 1 : 0);
  const auto shown = static_cast<double>(milliseconds);
  UErrorCode error = U_ZERO_ERROR;
  std::int32_t raw = 0, saving = 0;
  rules->getOffsetFromLocal(shown, UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, raw, saving, error);
  const double former = shown - raw - saving;
  rules->getOffsetFromLocal(shown, UCAL_TZ_LOCAL_LATTER, UCAL_TZ_LOCAL_LATTER, raw, saving, error);
  const double latter = shown - raw - saving;
  if (U_FAILURE(error) || former == latter) {
    find_quiet(former);
    return LocalTime::once;
  }
  rules->getOffset(former, false, raw, saving, error);
  return former + raw + saving == shown ? LocalTime::twice : LocalTime::never;
}

/// The times around `utc` up to the hours that come twice or never.
void TimeZone::State::find_quiet(double utc) {
  icu::TimeZoneTransition change;
  const auto* rules = basic();
  const auto edge = [&](bool latest) {
    const auto before = offset_of(*change.getFrom()), behind = offset_of(*change.getTo());
    return (static_cast<std::int64_t>(change.getTime()) + (latest ? std::max(before, behind) : std::min(before, behind))) * millisecond;
  };
  constexpr std::int64_t day = 86'400'000 * millisecond;
  const auto around = static_cast<std::int64_t>(utc) * millisecond;
  // A zone without changes has none to look for.
  from = rules->getPreviousTransition(utc, true, change) ? edge(true) : around - 365 * day;
  to = rules->getNextTransition(utc, false, change) ? edge(false) : around + 365 * day;
}

}  // namespace iai
