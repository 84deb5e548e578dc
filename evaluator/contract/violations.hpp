#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evaluator/contract/baseline.hpp"
#include "evaluator/contract/rule_family.hpp"

namespace iai {

/// Where a data set breaks a rule: one cell, or rows that follow each other and break the same rule in the same column.
struct Violation {
  std::string rule;  ///< id
  Severity severity = Severity::error;
  std::string file, column;              ///< empty where it is about the whole data set, or about rows
  std::int64_t row = 0, last_row = 0;    ///< data rows from 1, both ends included; 0: the whole file
  std::int64_t line = 0, last_line = 0;  ///< lines of the file from 1
  std::uint64_t byte = 0;                ///< offset of the first cell (or row) in the file as stored
  std::string value;                     ///< the first cell as written
  std::string message;
  std::string discreet = {};  ///< the message without anything out of a cell, for personal columns; empty: none is known
  std::size_t order = 0;      ///< place of the file in the order of reading
};

/// One cell of a file under check, its rule and message still to be said.
Violation violation_at(const CheckedFile& file, const std::string& column, const Row& row, std::uint64_t byte, std::string_view cell);

/// Figures of a column that rules judge by, told whether or not they break one.
struct ColumnFigures {
  std::string column, reference;  ///< what it was compared with
  std::vector<std::pair<std::string, std::optional<double>>> values;
};

/// Counts every violation, keeps the first ones of each rule. Rows that follow each other are joined: report() row by row.
///
/// Values of personal columns leave it masked only, whatever rule they break and whenever the column was found personal.
class ViolationLog {
 public:
  /// @param known  findings that are accepted: they are counted apart. @param found  takes all findings. Either may be null;
  /// both outlive the log.
  explicit ViolationLog(std::size_t most_kept, Baseline* known = nullptr, Baseline* found = nullptr) : most_kept_(most_kept), known_(known), found_(found) {}

  /// The column holds personal values, in every file.
  void hide(const std::string& column) { hidden_.insert(column); }
  /// Does what this rule reports about `column` hold personal values?
  bool hides(const std::string& rule, const std::string& column) const;

  /// One cell or row. `row` 0: about the file.
  void report(const RuleHead& rule, Violation place);
  /// Joined runs end with the file.
  void end_file();

  void note(ColumnFigures figures) { figures_.push_back(std::move(figures)); }
  const std::vector<ColumnFigures>& figures() const { return figures_; }

  struct Count {
    std::int64_t cells = 0;   ///< cells, rows or files that break the rule
    std::int64_t places = 0;  ///< after rows that follow each other were joined
  };
  const std::map<std::string, Count>& counts() const { return counts_; }
  std::int64_t errors() const { return errors_; }  ///< cells
  std::int64_t warnings() const { return warnings_; }
  std::int64_t places() const { return places_; }
  std::int64_t accepted() const { return accepted_; }  ///< cells that the baseline knows; no other figure counts them
  /// Those kept, by file, row and rule.
  std::vector<Violation> sorted() const;
  /// Takes the hashes of personal values out of the baseline that was found. After the last report.
  void hide_in_baseline();

 private:
  bool is_accepted(const RuleHead& rule, const Violation& place);
  void mask(Violation& place) const;
  void close(Violation&& run);
  std::size_t most_kept_;
  Baseline *known_, *found_;
  std::set<std::string> hidden_;                             // names of columns
  std::map<std::string, std::vector<std::string>> columns_;  // of the rules that were broken
  std::map<std::string, Violation> open_;                    // by rule and column
  std::vector<Violation> kept_;
  std::vector<ColumnFigures> figures_;
  std::map<std::string, Count> counts_;
  std::int64_t errors_ = 0, warnings_ = 0, places_ = 0, accepted_ = 0;
};

}  // namespace iai
