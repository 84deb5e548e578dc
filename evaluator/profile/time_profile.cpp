#include "evaluator/profile/time_profile.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "evaluator/data/clock_change.hpp"
#include "evaluator/profile/file_lists.hpp"

namespace iai {
namespace {

constexpr std::int64_t hour = 3'600'000'000'000;

}  // namespace

void transfer(DataPlace& place, StateStream& state) {
  state.file(place.file);
  state.count(place.row);
  state.count(place.line);
  state.number(place.byte, std::numeric_limits<std::uint64_t>::max());
}

void TimeProfile::start_file(std::size_t file) {
  file_ = file;
  has_last_ = false;
  rows_at_time_ = 1;
}

void TimeProfile::add(std::int64_t time, std::int64_t row) {
  ++times_;
  if (!has_last_) files_.push_back({file_, time, time});
  if (auto& file = files_.back(); time > file.latest) {
    file.latest = time;
    ++file.later;
  } else if (time < file.latest) {
    file.ascend = false;
    file.earliest = std::min(file.earliest, time);
  }
  if (has_last_) {
    // Rows that repeat a time are counted as such, and leave no gap behind them.
    auto distance = time - last_;
    if (distance <= 0 || distance >= hour) follow_clock(time, row);
    if (rows_at_time_ > 1) distance /= rows_at_time_;
    if (distance <= 0 && repeated_ + backward_ == 0) fault_ = {file_, row};
    repeated_ += distance == 0 ? 1 : 0;
    rows_at_time_ = distance == 0 ? rows_at_time_ + 1 : 1;
    backward_ += distance < 0 ? 1 : 0;
    if (distance > 0) add_distance(distance);
  }
  last_ = time;
  has_last_ = true;
}

void TimeProfile::follow_clock(std::int64_t time, std::int64_t row) {
  const auto change = clock_change(last_, time, last_distance_);
  if (change == ClockChange::none) return;
  auto& changes = change == ClockChange::back ? clocks_back_ : clocks_forward_;
  if (changes.count++ == 0) changes.first = {file_, row};
}

void TimeProfile::add_distance(std::int64_t distance) {
  if (distance == last_distance_) {
    ++last_distance_count_;
  } else {
    end_distances();
    shortest_distance_ = longest_distance_ == 0 ? distance : std::min(shortest_distance_, distance);
    longest_distance_ = std::max(longest_distance_, distance);
    last_distance_ = distance;
    last_distance_count_ = 1;
  }
}

void TimeProfile::end_distances() {
  if (last_distance_count_ == 0) return;
  intervals_.add(static_cast<double>(last_distance_), last_distance_count_);
  distances_.add(static_cast<std::uint64_t>(last_distance_), static_cast<std::int64_t>(last_distance_count_));
  distance_count_ += static_cast<std::int64_t>(last_distance_count_);
  last_distance_count_ = 0;
  last_distance_ = 0;
}

std::optional<std::int64_t> TimeProfile::ascending() const {
  if (times_ == 0) return std::nullopt;
  std::int64_t different = 0;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const auto& file = files_[i];
    if (!file.ascend || (i > 0 && file.earliest < files_[i - 1].latest)) return std::nullopt;
    different += file.later + (i == 0 || file.earliest > files_[i - 1].latest ? 1 : 0);
  }
  return different;
}

std::int64_t TimeProfile::earliest() const {
  std::int64_t time = files_.empty() ? 0 : files_[0].earliest;
  for (const auto& file : files_) time = std::min(time, file.earliest);
  return time;
}

std::int64_t TimeProfile::latest() const {
  std::int64_t time = files_.empty() ? 0 : files_[0].latest;
  for (const auto& file : files_) time = std::max(time, file.latest);
  return time;
}

std::vector<std::pair<std::uint64_t, std::int64_t>> TimeProfile::distance_counts() const {
  if (last_distance_count_ == 0) return distances_.counts();
  auto all = distances_;
  all.add(static_cast<std::uint64_t>(last_distance_), static_cast<std::int64_t>(last_distance_count_));
  return all.counts();
}

std::optional<std::int64_t> TimeProfile::period() const {
  const auto counts = distance_counts();
  const auto all = distance_count_ + static_cast<std::int64_t>(last_distance_count_);
  if (counts.empty() || counts[0].second < all - all / 10) return std::nullopt;
  return static_cast<std::int64_t>(counts[0].first);
}

std::int64_t TimeProfile::gaps() const {
  const auto usual = period();
  if (!usual) return 0;
  const auto step = static_cast<std::uint64_t>(*usual);
  const auto is_gap = [&](std::uint64_t distance) { return distance > step + step / 2; };
  std::int64_t count = 0;
  for (const auto& [distance, times] : distance_counts())
    if (is_gap(distance)) count += times;
  return std::max<std::int64_t>(count, is_gap(static_cast<std::uint64_t>(longest_distance_)) ? 1 : 0);
}

std::vector<std::pair<double, std::uint64_t>> TimeProfile::distances() const {
  std::vector<std::pair<double, std::uint64_t>> items;
  if (distances_.error() > 0) {
    auto steps = intervals_;
    if (last_distance_count_ > 0) steps.add(static_cast<double>(last_distance_), last_distance_count_);
    return steps.items();
  }
  for (const auto& [distance, times] : distance_counts()) items.emplace_back(static_cast<double>(distance), static_cast<std::uint64_t>(times));
  std::sort(items.begin(), items.end());
  return items;
}

void TimeProfile::merge(const TimeProfile& other) {
  const bool has_fault = repeated_ + backward_ > 0;
  if (other.repeated_ + other.backward_ > 0 && (!has_fault || other.fault_.file < fault_.file)) fault_ = other.fault_;
  const auto add_changes = [](ClockChanges& changes, const ClockChanges& more) {
    if (more.count > 0 && (changes.count == 0 || more.first.file < changes.first.file)) changes.first = more.first;
    changes.count += more.count;
  };
  add_changes(clocks_back_, other.clocks_back_);
  add_changes(clocks_forward_, other.clocks_forward_);
  merge_by_file(files_, other.files_);
  times_ += other.times_;
  repeated_ += other.repeated_;
  backward_ += other.backward_;
  end_distances();
  intervals_.merge(other.intervals_);
  distances_.merge(other.distances_);
  distance_count_ += other.distance_count_;
  last_distance_ = other.last_distance_;
  last_distance_count_ = other.last_distance_count_;
  if (other.longest_distance_ == 0) return;
  shortest_distance_ = longest_distance_ == 0 ? other.shortest_distance_ : std::min(shortest_distance_, other.shortest_distance_);
  longest_distance_ = std::max(longest_distance_, other.longest_distance_);
}

void TimeProfile::transfer(StateStream& state) {
  state.count(times_);
  if (times_ == 0) return;
  transfer_list(files_, SIZE_MAX, state, [&](FileTimes& file) {
    state.file(file.file);
    state.integer(file.earliest);
    state.integer(file.latest);
    state.count(file.later);
    state.flag(file.ascend);
  });
  state.count(repeated_);
  state.count(backward_);
  if (repeated_ + backward_ > 0) iai::transfer(fault_, state);
  for (auto* changes : {&clocks_back_, &clocks_forward_}) {
    state.count(changes->count);
    if (changes->count > 0) iai::transfer(changes->first, state);
  }
  end_distances();
  state.count(distance_count_);
  distances_.transfer(state);
  // The sketch of the distances follows from them as long as each was counted.
  if (distances_.error() > 0) intervals_.transfer(state);
  else if (state.is_reading())
    for (const auto& [distance, times] : distances_.counts()) intervals_.add(static_cast<double>(distance), static_cast<std::uint64_t>(times));
  state.integer(shortest_distance_);
  state.integer(longest_distance_);
}

}  // namespace iai
