#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluator/profile/column_profile.hpp"
#include "evaluator/profile/pair_moments.hpp"

namespace iai {

/// Files whose columns have the same names in the same order, profiled as one.
struct TableProfile {
  std::vector<std::size_t> files;  ///< places in IngestedData::read_names
  std::vector<ColumnProfile> columns;
  PairMoments pairs;                                      ///< of its first number columns
  std::int64_t rows = 0, fewest_rows = 0, most_rows = 0;  ///< in all; of one file
  std::int64_t ragged_rows = 0;                           ///< rows with more or fewer cells than the table has columns
};

/// An empty profile for a table that begins with a file of these columns.
TableProfile make_table_profile(const std::vector<Column>& columns);
/// Files whose columns have the same key are one table.
std::string table_key(const std::vector<Column>& columns);
std::string table_key(const TableProfile& table);
/// Adds the profile of other files of the table; exactly, but for what sketches hold.
void merge(TableProfile& table, const TableProfile& other);
/// As state_stream.hpp says. @param table  empty when it is read
void transfer(TableProfile& table, StateStream& state);

/// Adds the rows of one file to the profile of its table: in blocks of rows, columns side by side on the threads of TBB's
/// current arena. The profile is the same for any number of threads and any mixture of rows and batches.
class FileProfiler {
 public:
  /// @param file  place in the order of reading   @param columns  as the file begins
  /// @param per_row  elements of a column that make one row (tensors)
  FileProfiler(TableProfile& table, std::size_t file, const std::vector<Column>& columns, std::int64_t per_row = 1);
  void add(const Row& row, const std::vector<Column>& columns);
  void add(std::span<const RowBatch> batches);
  /// Tells lines and bytes of single cells that the profile keeps the places of, and that the reader knows.
  /// @param batches  those added last   @param reader  that gave them last
  void locate(std::span<const RowBatch> batches, RowReader& reader);
  void locate(const Row& row);  ///< the row added last
  /// The next element of a tensor: columns take turns.
  void add_element(double value);
  /// All rows were added. Gives the columns the types that they turned out to have.
  void finish(std::vector<Column>& columns, std::int64_t rows);

 private:
  /// Rows of a batch that lie in one block.
  struct Part {
    const RowBatch* batch;
    std::size_t from, to;
    std::size_t block_rows;  // of the block that ends with them; 0: it goes on
  };
  struct UnlocatedCell {
    DataPlace* place;
    std::size_t column;
  };
  void add_parts();
  void end_block();
  /// In the order of rows.
  std::vector<UnlocatedCell> unlocated_cells();

  TableProfile& table_;
  std::size_t file_, block_rows_;
  std::size_t filled_ = 0;         // rows in the block
  std::size_t column_ = 0;         // of the next element
  std::int64_t element_ = 1;       // its place in the column
  std::vector<Part> parts_;        // not yet added
  std::vector<std::size_t> pair_;  // place in the table's pairs of each column, or beyond them
  std::vector<std::size_t> open_;  // columns whose type is not known yet
};

}  // namespace iai
