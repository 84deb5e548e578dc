#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "evaluator/data/row_spool.hpp"
#include "evaluator/task/table_rows.hpp"
#include "evaluator/task/task.hpp"

namespace iai {

/// Names, each with a number.
class NameTable {
 public:
  double number(const std::string& name);
  const std::string& name(double number) const { return *names_[static_cast<std::size_t>(number)]; }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<const std::string*> names_;
};

/// Rows of one unit, as positions in the order of units.
struct UnitRows {
  std::vector<std::string> key;
  std::int64_t first = 0, count = 0;
};

/// The rows of a split as numbers: features (scaled; NaN in a row that cannot be used), then what samples are made with.
class ColumnRows {
 public:
  ColumnRows(const Task& task, const TaskSplit& split);

  std::size_t features() const { return features_; }
  const std::vector<UnitRows>& units() const { return units_; }
  /// The row at a position: units one after the other, rows of a unit in order.
  std::span<const double> row(std::int64_t position) const {
    return spool_->row(positions_.empty() ? position : positions_[static_cast<std::size_t>(position)]);
  }
  void looked_at(std::int64_t rows) const { spool_->looked_at(rows); }
  // Numbers of a row behind its features.
  double order(std::span<const double> row) const { return row[features_]; }      ///< nanoseconds for times
  double label(std::span<const double> row) const { return row[features_ + 1]; }  ///< NaN: none
  double countdown(std::span<const double> row) const { return row[features_ + 2]; }
  double place(std::span<const double> row) const { return row[features_ + 3]; }  ///< in the selection
  const std::string& group(std::span<const double> row) const { return groups_.name(row[features_ + 4]); }
  const std::string& slice(std::span<const double> row, std::size_t i) const { return slices_[i].name(row[features_ + 7 + i]); }
  /// File and line, without the unit.
  SampleOrigin origin(std::span<const double> row) const {
    return {files_[static_cast<std::size_t>(row[features_ + 5])], static_cast<std::int64_t>(row[features_ + 6]), ""};
  }
  bool order_is_time() const { return base_time_.has_value(); }

 private:
  struct Segment {
    std::size_t file = 0;
    std::int64_t first = 0, count = 0;
    double first_order = 0, last_order = 0;
    bool ascending = true;
  };
  struct Unit {
    std::vector<std::string> key;
    std::vector<Segment> segments;
  };
  class TableRows;
  void read_table(const Table& table, RowReader& rows);
  void add_to_unit(const std::vector<std::string>& key, double order);
  double order_of(const Table& table, const Cell& cell, double before);
  Unit& unit_of(const std::vector<std::string>& key);
  void sort_units();
  bool sort_segments(Unit& unit) const;
  void arrange();

  const Task& task_;
  const TaskSplit& split_;
  std::size_t features_ = 0;
  std::unique_ptr<RowSpool> spool_;
  std::optional<KeyedNumbers> joined_, selected_;
  std::unordered_set<const double*> taken_;
  NameTable groups_;
  std::vector<NameTable> slices_;
  std::vector<std::string> files_;
  std::unordered_map<std::string, std::size_t> unit_numbers_;
  std::vector<Unit> found_;
  std::optional<std::int64_t> base_time_;
  std::vector<UnitRows> units_;
  std::vector<std::int64_t> positions_;  ///< empty: rows were found in order
};

}  // namespace iai
