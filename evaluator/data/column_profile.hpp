#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/data/sketches.hpp"
#include "formats/delimited.hpp"
#include "formats/json.hpp"

namespace iai {

/// A place in a data set: file (by its place in the order of reading) and data row, from 1.
struct DataPlace {
  std::size_t file = 0;
  std::int64_t row = 0;
};

/// What one column of a table holds, collected cell by cell in a fixed order; memory does not grow with the rows.
class ColumnProfile {
 public:
  /// @param most_exact  up to so many different values are counted exactly (8 to 16 bytes each)
  explicit ColumnProfile(std::size_t most_exact = 1024) : distinct_(most_exact) {}
  std::string name, unit;

  /// A new file begins; `type` is the column's type in it.
  void start_file(std::size_t file, ColumnType type);
  /// The column's type became known within the file (DelimitedReader).
  void learn_type(ColumnType type) { file_type_ = type; }
  void add(const Cell& cell, std::int64_t row);
  /// An element of a tensor: NaN counts as missing.
  void add_element(double value, std::int64_t row);
  /// @returns the type that the file's cells turned out to have: integer columns with fractions are real.
  ColumnType end_file();

  ColumnType type() const { return type_; }
  bool mixed() const { return mixed_; }                       ///< files disagree on the type beyond integer and real
  std::int64_t present() const { return present_; }
  std::int64_t missing() const { return empty_ + error_words_ + odd_; }
  std::int64_t empty() const { return empty_; }
  std::int64_t error_words() const { return error_words_; }
  std::int64_t odd() const { return odd_; }
  std::int64_t infinite() const { return infinite_; }
  std::int64_t distinct() const { return distinct_.count(); }
  const std::map<std::string, std::int64_t>& error_texts() const { return error_texts_; }
  std::string first_odd() const { return first_odd_; }
  DataPlace first_odd_place() const { return first_odd_place_; }
  /// Numbers: smallest, largest, where they were first met. Nothing when there is no number.
  std::optional<double> minimum() const { return has_numbers() ? std::optional(minimum_) : std::nullopt; }
  std::optional<double> maximum() const { return has_numbers() ? std::optional(maximum_) : std::nullopt; }
  DataPlace minimum_place() const { return minimum_place_; }
  DataPlace maximum_place() const { return maximum_place_; }
  std::optional<double> mean() const;
  std::optional<double> deviation() const;                    ///< of the sample (n - 1)
  double quantile(double rank) { return quantiles_.at(rank); }
  std::int64_t longest_run() const { return longest_run_; }   ///< most rows in a row with one value, within one file
  DataPlace run_place() const { return run_place_; }
  /// Did the column stand still for far longer than it usually does?
  bool stood_still() const { return longest_run_ >= 20 && distinct() > 10 && longest_run_ * runs_ > 20 * present_; }
  std::int64_t earliest() const { return earliest_; }         ///< time columns, nanoseconds
  std::int64_t latest() const { return latest_; }
  /// Time columns: the usual distance of two rows, in nanoseconds, when at least nine in ten distances are that.
  std::optional<std::int64_t> period() const;
  std::int64_t repeated_times() const { return repeated_; }
  std::int64_t backward_times() const { return backward_; }
  /// Distances over one and a half periods.
  std::int64_t gaps() const;
  DataPlace first_time_fault() const { return time_fault_; }
  bool is_number() const { return type_ == ColumnType::integer || type_ == ColumnType::real; }
  /// Few values that come back often: text of a column that is a code and nothing personal, with counts.
  std::optional<std::map<std::string, std::int64_t>> codes() const;

  /// type, unit, missing (and by kind), minimum, maximum, mean, deviation, quantiles, distinct, examples ...
  Json to_json();

 private:
  bool has_numbers() const { return numbers_ > 0; }
  void add_number(double value, std::int64_t row);
  void add_time(std::int64_t time, std::int64_t row);
  void add_text(std::string_view text);
  void follow_run(std::uint64_t hash, std::int64_t row);
  void break_run() { run_ = 0; }
  void keep_example(double value);
  bool may_be_personal() const;
  Json examples() const;

  ColumnType type_ = ColumnType::empty, file_type_ = ColumnType::empty;
  bool mixed_ = false, fractions_ = false;
  std::size_t file_ = 0;
  std::int64_t present_ = 0, empty_ = 0, error_words_ = 0, odd_ = 0, infinite_ = 0, numbers_ = 0, trues_ = 0;
  std::map<std::string, std::int64_t> error_texts_;
  std::string first_odd_;
  DataPlace first_odd_place_, minimum_place_, maximum_place_, run_place_, time_fault_;
  double minimum_ = 0, maximum_ = 0, origin_ = 0;
  CompensatedSum sum_, squares_;  // of the distances from the first number, so that large offsets cost no digits
  Quantiles quantiles_;
  DistinctCount distinct_;
  std::uint64_t run_hash_ = 0;
  std::int64_t run_ = 0, runs_ = 0, longest_run_ = 0;
  std::int64_t earliest_ = 0, latest_ = 0, times_ = 0, last_time_ = 0, repeated_ = 0, backward_ = 0, rows_at_time_ = 1;
  bool has_last_time_ = false;
  std::vector<std::pair<std::int64_t, std::int64_t>> distances_;  // distance of two times, how often
  std::int64_t other_distances_ = 0;
  std::map<std::string, std::int64_t> texts_;
  bool many_texts_ = false;
  std::size_t shortest_ = 0, longest_ = 0;
  std::vector<double> number_examples_;
};

}  // namespace iai
