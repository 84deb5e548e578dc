#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evaluator/contract/column_check.hpp"
#include "evaluator/contract/row_checks.hpp"

namespace iai {

/// What the rules of one table need beyond a single file: compiled patterns, value sets, keys seen so far.
struct TableState {
  TableState(const TableContract& contract, ViolationLog& log);
  const TableContract& contract;
  std::int64_t files = 0;
  std::map<const Rule*, Pattern> patterns;
  std::map<const Rule*, AllowedValues> allowed;
  std::map<const Rule*, KeyedRule> keys;
  std::vector<std::unique_ptr<FamilyCheck>> families;
};

/// Names of the columns and where they stand in a file; of columns with the same name the first.
std::map<std::string, std::size_t> column_places(std::span<const Column> columns);
/// The places of `names`; nothing when the file lacks one.
std::optional<std::vector<std::size_t>> places_of(const std::vector<std::string>& names, const std::map<std::string, std::size_t>& places);

/// Checks one file against the rules of its table, batch by batch.
///
/// The checks look at columns and say which rows break a rule; only those rows are read again, for what a finding shows.
/// Findings reach the log row by row, so that neither the batches nor the threads change it.
class TableCheck {
 public:
  /// Reads a row of the batches at hand again.
  using RowOf = std::function<const Row&(const RowBatch& batch, std::size_t row)>;
  /// `file` outlives it.
  TableCheck(TableState& state, const CheckedFile& file, bool has_header, ViolationLog& log);
  /// The next batches, on the threads of TBB's current arena.
  void check(std::span<const RowBatch> batches, const RowOf& row_of);
  /// Rules about the file as a whole.
  void end();

 private:
  class Places;
  using Breaks = std::vector<RuleBreak>;
  void check_header(bool has_header);
  void prepare_column_checks();
  void prepare_row_checks();
  void tell_batch(const RowBatch& batch, std::span<Breaks*> breaks, Places& places);
  void tell(const RowBatch& batch, RuleBreak& found, Places& places);
  void tell_ragged(const RowBatch& batch, std::size_t row, Places& places);
  void report_file(const Rule& rule, const std::string& column, std::string value, std::string message);

  TableState& state_;
  const CheckedFile& file_;
  ViolationLog& log_;
  std::map<std::string, std::size_t> places_;
  std::vector<std::unique_ptr<RuleCheck>> checks_;
  std::vector<std::vector<Breaks>> breaks_;  // by check and batch
  const Rule *rows_ = nullptr, *ragged_ = nullptr;
  std::int64_t row_count_ = 0;
};

}  // namespace iai
