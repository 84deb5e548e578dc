#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "evaluator/data/contract.hpp"
#include "evaluator/data/unique_keys.hpp"
#include "evaluator/data/violations.hpp"
#include "formats/pattern.hpp"

namespace iai {

/// What the rules of one table need beyond a single file: compiled patterns, value sets, keys seen so far.
struct TableState {
  TableState(const TableContract& contract, ViolationLog& log);
  const TableContract& contract;
  std::int64_t files = 0;
  std::map<const Rule*, Pattern> patterns;
  std::map<const Rule*, std::unordered_set<std::string>> texts;  ///< allowed, as written
  std::map<const Rule*, std::vector<double>> numbers;            ///< allowed, sorted
  std::map<const Rule*, UniqueKeys> keys;
  std::vector<std::unique_ptr<FamilyCheck>> families;
};

/// Checks one file against the rules of its table, row by row.
class TableCheck {
 public:
  /// @param columns  names and types of the file's cells, in their order
  TableCheck(TableState& state, std::string file, std::size_t order, std::vector<Column> columns, bool has_header, ViolationLog& log);
  void check(const Row& row);
  /// Rules about the file as a whole.
  void end();

 private:
  /// The rules of one column and what they remember.
  struct ColumnCheck {
    std::size_t index = 0;
    bool number = false;
    const Rule *type = nullptr, *error_words = nullptr, *missing = nullptr, *range = nullptr, *allowed = nullptr, *pattern = nullptr, *stuck = nullptr;
    std::int64_t missing_cells = 0;
    std::string last;  // stuck: the value that stands still
    Violation run;     // and where
    std::int64_t run_rows = 0;
  };
  struct OrderCheck {
    const Rule* rule;
    std::vector<std::size_t> columns;
    std::vector<std::pair<double, std::string>> last;
    std::vector<std::int64_t> last_times;
    bool any = false;
  };
  struct SamplingCheck {
    const Rule* rule;
    std::size_t column;
    bool time = false, any = false;
    std::int64_t last_time = 0, rows = 0;
    double last = 0;
  };
  struct ImpliesCheck {
    const Rule* rule;
    std::vector<std::pair<std::size_t, std::string>> when, any;
  };

  void prepare_column_rules();
  void prepare_row_rules();
  void check_header(bool has_header);
  bool find(const std::string& name, std::size_t& index) const;
  bool find_all(const std::vector<std::string>& names, std::vector<std::size_t>& indexes) const;
  Violation place(const Row& row, std::size_t column) const;
  void report_cell(const Rule& rule, const Row& row, std::size_t column, std::string message, std::string discreet = {});
  void report_file(const Rule& rule, const std::string& column, std::string value, std::string message);
  void check_cell(ColumnCheck& column, const Row& row);
  void check_value(ColumnCheck& column, const Row& row);
  void follow_run(ColumnCheck& column, const Row& row);
  void end_run(ColumnCheck& column);
  void check_order(OrderCheck& order, const Row& row);
  void check_sampling(SamplingCheck& sampling, const Row& row);
  void check_implies(const ImpliesCheck& implies, const Row& row);
  bool holds(const std::pair<std::size_t, std::string>& condition, const Row& row) const;
  void keep_key(const Rule& rule, const std::vector<std::size_t>& columns, const Row& row);

  TableState& state_;
  std::string file_;
  std::size_t order_;
  std::vector<Column> columns_;
  ViolationLog& log_;
  std::map<std::string, std::size_t> index_;
  std::vector<ColumnCheck> column_checks_;
  std::vector<OrderCheck> orders_;
  std::vector<SamplingCheck> samplings_;
  std::vector<ImpliesCheck> implies_;
  std::vector<std::pair<const Rule*, std::vector<std::size_t>>> uniques_;
  const Rule *rows_ = nullptr, *ragged_ = nullptr;
  std::int64_t row_count_ = 0;
};

}  // namespace iai
