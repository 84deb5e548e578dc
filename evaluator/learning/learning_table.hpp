#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evaluator/contract/rule_family.hpp"
#include "evaluator/contract/violations.hpp"
#include "evaluator/data/external_sort.hpp"
#include "evaluator/profile/sketches.hpp"

namespace iai {

/// What the columns of a table are for when a model learns from it, as the contract says.
struct LearningRoles {
  std::vector<std::string> features;
  std::string label, time, split;                                               ///< columns; empty: there is none
  std::vector<std::string> group;                                               ///< rows with the same values in these belong together: one machine, one run
  enum class Grouping { by_columns, by_file } grouping = Grouping::by_columns;  ///< by_file: each file is a group of its own too
  std::vector<std::pair<std::string, std::vector<std::string>>> split_files;    ///< split and the globs of its files
  std::vector<std::string> order;                                               ///< splits from early to late
  std::vector<std::string> ignored;                                             ///< values of the split column that stand for no split
  enum class LabelKind { open, classes, number } label_kind = LabelKind::open;
  bool has_splits() const { return !split.empty() || !split_files.empty(); }
  bool has_groups() const { return !group.empty() || grouping == Grouping::by_file; }
};

/// A row of the table, short enough to be sorted outside of memory.
struct RowPlace {
  std::uint32_t file = 0;   ///< place in the order of reading
  std::int32_t split = -1;  ///< LearningTable::split_name; -1: none
  std::int64_t row = 0, line = 0;
  std::uint64_t byte = 0;
  bool before(const RowPlace& other) const { return file != other.file ? file < other.file : row < other.row; }
};

/// A value as it counts for equality: numbers by value, times by instant, all else by text.
void append_value(std::string& key, const Cell& cell, ColumnType type);
/// The number or time (in nanoseconds) in a cell.
std::optional<double> number_in(const Cell& cell, ColumnType type);

/// Follows files and rows of a table, and says what their cells are by role.
class LearningTable {
 public:
  explicit LearningTable(const LearningRoles& roles) : roles_(roles) {}
  const LearningRoles& roles() const { return roles_; }

  void start_file(const CheckedFile& file);
  void start_row(const Row& row);

  /// Of the current row.
  const Row& row() const { return *row_; }
  const RowPlace& place() const { return place_; }
  /// Cell and type of feature `f`; null where the file lacks it.
  const Cell* feature(std::size_t f) const { return cell(features_[f]); }
  ColumnType feature_type(std::size_t f) const { return type(features_[f]); }
  const Cell* label() const { return cell(label_); }
  ColumnType label_type() const { return type(label_); }
  const Cell* time() const { return cell(time_); }
  ColumnType time_type() const { return type(time_); }
  const Cell* of_column(const std::string& name) const { return cell(file_->find(name)); }
  ColumnType type_of_column(const std::string& name) const { return type(file_->find(name)); }
  /// The group's key and the same for people; nothing when its cells hold no value.
  bool group(std::string& key, std::string& text) const;

  const std::string& file_name(std::size_t order) const { return files_[order]; }
  const std::string& split_name(std::int32_t split) const { return splits_[static_cast<std::size_t>(split)]; }
  std::size_t splits() const { return splits_.size(); }
  /// Place of a split in `order`; nothing when it has none.
  std::optional<std::size_t> rank(std::int32_t split) const;
  /// "row 5 of train", "row 5 of a.csv in train": seen from a row of file `from`.
  std::string describe(const RowPlace& place, std::uint32_t from) const;
  Violation violation(const RowPlace& place, std::string column) const;

 private:
  std::int32_t split_of(const std::string& name);
  const Cell* cell(std::optional<std::size_t> column) const { return column ? &row_->cells[*column] : nullptr; }
  ColumnType type(std::optional<std::size_t> column) const { return column ? file_->columns[*column].type : ColumnType::empty; }

  const LearningRoles& roles_;
  const CheckedFile* file_ = nullptr;
  const Row* row_ = nullptr;
  RowPlace place_;
  std::vector<std::optional<std::size_t>> features_, group_;
  std::optional<std::size_t> label_, time_, split_;
  std::int32_t file_split_ = -1;
  std::vector<std::string> files_, splits_;
};

/// Two rows that should not be what they are to each other.
struct RowPair {
  RowPlace second, first;
  char text[40] = {};  ///< for the message
};

/// Pairs in the order of their second rows, each of which is there once, with the first that comes first.
class RowPairs {
 public:
  RowPairs() : pairs_(std::size_t{1} << 15) {}
  void add(const RowPlace& second, const RowPlace& first, std::string_view text = {});
  template <class Visit>
  void for_each(Visit visit) {
    std::optional<RowPlace> last;
    pairs_.for_each([&](const RowPair& pair) {
      if (!last || last->before(pair.second)) visit(pair);
      last = pair.second;
    });
  }

 private:
  struct Before {
    bool operator()(const RowPair& a, const RowPair& b) const {
      if (a.second.before(b.second) || b.second.before(a.second)) return a.second.before(b.second);
      return a.first.before(b.first);
    }
  };
  ExternalSort<RowPair, Before> pairs_;
};

/// Rules of the family that share what they keep of the rows.
class LearningPart {
 public:
  virtual ~LearningPart() = default;
  virtual void row(const LearningTable& table) = 0;
  virtual void end_table(const LearningTable& table, ViolationLog& log) = 0;
};

}  // namespace iai
