#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "evaluator/profile/data_place.hpp"
#include "evaluator/profile/value_counts.hpp"

namespace iai {

/// What the times of one column do from row to row, within files; nanoseconds since 1970. Memory grows with the files only.
class TimeProfile {
 public:
  /// Files come in order.
  void start_file(std::size_t file);
  /// The next time of the file.
  void add(std::int64_t time, std::int64_t row);
  /// Adds the times of other files; neither of the two is within a file.
  void merge(const TimeProfile& other);
  /// As state_stream.hpp says.
  void transfer(StateStream& state);

  std::int64_t count() const { return times_; }
  std::int64_t earliest() const;
  std::int64_t latest() const;
  /// The usual distance of two rows, when at least nine in ten distances are that.
  std::optional<std::int64_t> period() const;
  std::int64_t repeated() const { return repeated_; }
  std::int64_t backward() const { return backward_; }
  std::int64_t forward() const { return times_ - repeated_ - backward_ - 1; }
  DataPlace first_fault() const { return fault_; }  ///< of these two
  /// Distances over one and a half periods; a lower bound when there are over a thousand different distances.
  std::int64_t gaps() const;
  std::int64_t shortest_distance() const { return shortest_distance_; }
  std::int64_t longest_distance() const { return longest_distance_; }
  /// Distances of two times in ascending order with how often: each one, as long as they are not too many.
  std::vector<std::pair<double, std::uint64_t>> distances() const;
  /// How many different times there are when those never run back, over all files in order; else nothing.
  std::optional<std::int64_t> ascending() const;
  /// Clocks that show local time were put back, or forward: how often, and the first time.
  struct ClockChanges {
    std::int64_t count = 0;
    DataPlace first;
  };
  const ClockChanges& clocks_back() const { return clocks_back_; }
  const ClockChanges& clocks_forward() const { return clocks_forward_; }
  /// The first fault and the first changes of clocks.
  std::vector<DataPlace*> places() { return {&fault_, &clocks_back_.first, &clocks_forward_.first}; }

 private:
  void follow_clock(std::int64_t time, std::int64_t row);
  void add_distance(std::int64_t distance);
  void end_distances();
  std::vector<std::pair<std::uint64_t, std::int64_t>> distance_counts() const;

  struct FileTimes {
    std::size_t file = 0;
    std::int64_t earliest = 0, latest = 0, later = 0;  // later: how often a time was later than all before
    bool ascend = true;
  };
  std::vector<FileTimes> files_;  // in the order of reading
  std::size_t file_ = 0;
  std::int64_t times_ = 0, last_ = 0, repeated_ = 0, backward_ = 0, rows_at_time_ = 1;
  bool has_last_ = false;
  DataPlace fault_;
  ClockChanges clocks_back_, clocks_forward_;
  FrequentValues distances_;  // distance of two times, how often; without last_distance_
  std::int64_t distance_count_ = 0;
  Quantiles intervals_;             // of the distances
  std::int64_t last_distance_ = 0;  // not counted in those yet, as it may come again
  std::uint64_t last_distance_count_ = 0;
  std::int64_t shortest_distance_ = 0, longest_distance_ = 0;
};

}  // namespace iai
