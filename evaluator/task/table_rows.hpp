#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evaluator/task/task.hpp"
#include "formats/row_reader.hpp"

namespace iai {

/// A table as a task sees it: its columns under the names that the task gives them.
class Table {
 public:
  /// @param file  for messages   @param name  within the data, whatever folder that lies in
  Table(std::string file, std::string name, const RowReader& reader, const std::vector<std::string>& columns);
  const std::string& file() const { return file_; }
  const std::string& name() const { return name_; }
  /// @throws Error(input) "FILE: has no column 'NAME'", with the nearest one.
  std::size_t column(const std::string& name) const;
  bool has(const std::string& name) const;
  /// May change from empty to another type while rows are read.
  ColumnType type(std::size_t column) const { return reader_.columns()[column].type; }

 private:
  std::string file_, name_;
  const RowReader& reader_;
  std::vector<std::string> names_;
};

/// Visits the tables of `data` (data sets, or files, folders and archives), those that match a pattern of
/// `exclude` left out, with their rows still to be read. @param names  columns by position; empty: as the files name them.
void for_each_data_table(const std::vector<std::filesystem::path>& data, const std::vector<std::string>& exclude, const std::vector<std::string>& names,
                         const std::function<void(const Table& table, RowReader& rows)>& visit);

/// A cell as keys and names of groups show it: numbers in their shortest form, so that 5, 5.0 and 5,0 are the same.
std::string cell_key(const Cell& cell, ColumnType type);
bool is_number_cell(const Cell& cell, ColumnType type);

/// Conditions of a task on one table, ready for its rows.
class RowFilter {
 public:
  RowFilter(const std::vector<RowCondition>& conditions, const Table& table);
  bool takes(const Row& row) const;

 private:
  struct Bound {
    std::size_t column;
    const RowCondition* condition;
    std::vector<std::string> keys;  ///< values in their shortest form
  };
  const Table& table_;
  std::vector<Bound> bound_;
};

/// A table by the values of one column: the value of another one for each, as a number.
class KeyedNumbers {
 public:
  /// Joined labels; text becomes the number of the class. @throws Error(input) when a key comes twice or a label is missing.
  KeyedNumbers(const LabelSource& labels, const std::vector<std::string>& classes);
  /// Place of each selected row: its number in the column `order`, else its row.
  explicit KeyedNumbers(const RowSelection& selection);
  const double* find(const std::string& key) const;
  std::size_t size() const { return values_.size(); }

 private:
  std::unordered_map<std::string, double> values_;
};

}  // namespace iai
