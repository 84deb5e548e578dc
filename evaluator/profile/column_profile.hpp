#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evaluator/data/exact_sum.hpp"
#include "evaluator/profile/time_profile.hpp"
#include "evaluator/profile/value_counts.hpp"
#include "formats/json.hpp"
#include "formats/row_batch.hpp"

namespace iai {

class StateStream;

/// What one column of a table holds; memory does not grow with the rows. Rows come in order; numbers are worked on in blocks
/// of rows that are the same however the rows were handed over, so that the profile depends on the data only.
class ColumnProfile {
 public:
  /// @param most_exact  up to so many different values are counted exactly (32 to 64 bytes each)
  explicit ColumnProfile(std::size_t most_exact = 1024) : counts_(most_exact) {}
  std::string name, unit;

  /// A new file begins; `type` is the column's type in it. @param per_row  elements that make a row (tensors)
  void start_file(std::size_t file, ColumnType type, std::int64_t per_row = 1);
  /// The column's type became known within the file (DelimitedReader).
  void learn_type(ColumnType type) { file_type_ = type; }
  void add(const Cell& cell, std::int64_t row);
  /// Rows [from, to) of a batch; `row` is the number of the first in the file.
  void add(const ColumnCells& cells, std::size_t from, std::size_t to, std::int64_t row);
  /// An element of a tensor: NaN counts as missing. @param place  of the element, from 1
  void add_element(double value, std::int64_t place);
  /// A block of rows is complete: those since the last call, `rows` of them. Call it at the same rows for all columns.
  void end_block(std::size_t rows);
  /// The numbers of the block that ends, NaN where there is none; before end_block. Shorter when the last ones are missing.
  std::span<const double> block() const { return values_; }
  /// @returns the type that the file's cells turned out to have: integer columns with fractions are real.
  ColumnType end_file();
  /// Adds the profile of other files of the column: exactly, but for what sketches hold. Neither of the two is within a file;
  /// of ties that one is kept whose file comes first.
  void merge(const ColumnProfile& other);
  /// As state_stream.hpp says. What was read may be merged, no rows be added to it.
  void transfer(StateStream& state);

  ColumnType type() const { return type_; }
  bool mixed() const { return mixed_; }  ///< files disagree on the type beyond integer and real
  std::int64_t present() const { return present_; }
  std::int64_t missing() const { return empty_ + error_words_ + odd_; }
  std::int64_t empty() const { return empty_; }
  std::int64_t error_words() const { return error_words_; }
  std::int64_t odd() const { return odd_; }
  std::int64_t infinite() const { return infinite_; }
  std::int64_t distinct() const;
  bool distinct_exact() const;
  const std::map<std::string, std::int64_t>& error_texts() const { return error_texts_; }
  static constexpr std::size_t most_places = 20;
  /// The first odd cells, at most `most_places`.
  const std::vector<DataPlace>& odd_places() const { return odd_places_; }
  /// Cells with a fraction in columns that held integers in the sample of their file, and the first of them.
  std::int64_t fractions() const { return late_fractions_; }
  const std::vector<DataPlace>& fraction_places() const { return fraction_places_; }
  /// Numbers: smallest, largest, where they were first met. Nothing when there is no number.
  std::optional<double> minimum() const { return has_numbers() ? std::optional(minimum_) : std::nullopt; }
  std::optional<double> maximum() const { return has_numbers() ? std::optional(maximum_) : std::nullopt; }
  DataPlace minimum_place() const { return minimum_place_; }
  DataPlace maximum_place() const { return maximum_place_; }
  std::optional<double> mean() const;
  std::optional<double> deviation() const;  ///< of the sample (n - 1)
  /// Numbers in ascending order, each with how many it stands for; exact or within Quantiles::rank_error of rank.
  std::vector<std::pair<double, std::uint64_t>> distribution() const;
  bool distribution_exact() const { return counts_.exact(); }
  double quantile(double rank) const { return quantile_of(distribution(), rank); }
  std::int64_t longest_run() const { return longest_run_; }  ///< most rows in a row with one value, within one file
  DataPlace run_place() const { return run_place_; }
  /// Did the column stand still for far longer than it usually does?
  bool stood_still() const {
    return longest_run_ >= 20 && distinct() > 10 && static_cast<double>(longest_run_) * static_cast<double>(runs_) > 20 * static_cast<double>(present_);
  }
  const TimeProfile& times() const { return times_; }
  /// The single cells among these (odd ones, fractions, the first faults of time) of the file at hand whose line and byte are
  /// not known yet.
  void add_unlocated(std::vector<DataPlace*>& places);
  bool is_number() const { return is_numeric(type_); }
  /// Few values that come back often: text of a column that is a code and nothing personal, with counts.
  std::optional<std::map<std::string, std::int64_t>> codes() const;

  /// The numbers that come most often, at most ten, with counts that may lack what counts_error says.
  std::vector<std::pair<double, std::int64_t>> top_numbers() const;
  /// "ascending" or "descending" when no value falls or rises within a file (equal ones may follow), "neither"; else empty.
  std::string order() const;

  /// type, unit, missing (and by kind), minimum, maximum, mean, deviation, quantiles, distinct, examples ...
  Json to_json() const;

 private:
  bool has_numbers() const { return numbers_ > 0; }
  void add_values(const ColumnCells& cells, std::size_t from, std::size_t to, std::int64_t row);
  void add_exception(CellState state, double number, std::string_view text, std::int64_t row);
  void put(double value, std::int64_t row);
  void put_integer(std::int64_t value, std::int64_t row);
  void fill_to(std::int64_t row);
  void add_block(std::span<const double> values, std::span<const std::uint64_t> keys, std::span<const std::uint32_t> places);
  void add_moments(std::span<const double> values, std::span<const std::uint32_t> places);
  void follow_runs(std::span<const std::uint64_t> keys, std::span<const std::uint32_t> places);
  void count_values(std::span<const double> values, std::span<const std::uint64_t> keys);
  DataPlace place_of(std::int64_t row) const { return {file_, (row - 1) / per_row_ + 1, 0, 0}; }
  void count_keys(std::span<const std::uint64_t> keys);
  void add_texts(std::span<const std::string_view> texts, std::int64_t row);
  void keep_text(std::uint64_t key, std::string_view text);
  void end_run();
  void follow_order(std::span<const double> values);
  void give_up_counts();
  void note_error(std::string_view word, std::int64_t times);
  static constexpr std::size_t most_codes = 64, longest_code = 40, most_error_texts = 16, most_examples = 5;
  void note_example(double value, std::size_t file);
  void merge_places(const ColumnProfile& other);
  void merge_values(const ColumnProfile& other);
  void merge_texts(const ColumnProfile& other);
  void transfer_counts(StateStream& state);
  void transfer_numbers(StateStream& state);
  void transfer_texts(StateStream& state);
  void describe_numbers(Json& json) const;
  void describe_times(Json& json) const;
  static std::optional<double> number_of_key(std::uint64_t key);
  static ColumnType joined(ColumnType a, ColumnType b, bool& mixed);
  bool may_be_personal() const;
  Json examples() const;

  ColumnType type_ = ColumnType::empty, file_type_ = ColumnType::empty;
  bool mixed_ = false, fractions_ = false;
  std::size_t file_ = 0;
  std::int64_t per_row_ = 1;
  std::int64_t present_ = 0, empty_ = 0, error_words_ = 0, odd_ = 0, infinite_ = 0, numbers_ = 0;
  std::map<std::string, std::int64_t> error_texts_;  // of many the first by name, whatever the order in which they come
  std::int64_t late_fractions_ = 0;
  std::vector<DataPlace> odd_places_, fraction_places_;
  DataPlace minimum_place_, maximum_place_, run_place_;

  // The block of rows that is being filled.
  std::vector<double> values_;
  std::int64_t block_row_ = 1;  // its first row
  std::size_t filled_ = 0;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> wide_;  // integers beyond 2^53: place in the block, key

  double minimum_ = 0, maximum_ = 0, last_number_ = 0;
  std::int64_t rises_ = 0, falls_ = 0;  // from one number to the next, within files
  bool has_last_number_ = false;
  ExactSum sum_, squares_;
  Quantiles quantiles_;
  ValueCounts counts_;
  std::uint64_t run_key_ = 0;
  std::int64_t run_ = 0, run_row_ = 0, runs_ = 0, longest_run_ = 0;
  TimeProfile times_;
  std::unordered_map<std::uint64_t, std::string> texts_;  // of the keys in counts_
  bool many_texts_ = false;
  std::size_t shortest_ = 0, longest_ = 0;
  std::vector<std::pair<std::size_t, double>> number_examples_;  // file, number: the first ones, each once
};

}  // namespace iai
