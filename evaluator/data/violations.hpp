#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "evaluator/data/rule_family.hpp"

namespace iai {

/// Where a data set breaks a rule: one cell, or rows that follow each other and break the same rule in the same column.
struct Violation {
  std::string rule;            ///< id
  Severity severity = Severity::error;
  std::string file, column;    ///< empty where it is about the whole data set, or about rows
  std::int64_t row = 0, last_row = 0;    ///< data rows from 1, both ends included; 0: the whole file
  std::int64_t line = 0, last_line = 0;  ///< lines of the file from 1
  std::uint64_t byte = 0;      ///< offset of the first cell (or row) in the file as stored
  std::string value;           ///< the first cell as written
  std::string message;
  std::size_t order = 0;       ///< place of the file in the order of reading
};

/// Counts every violation, keeps the first ones of each rule. Rows that follow each other are joined: report() row by row.
class ViolationLog {
 public:
  explicit ViolationLog(std::size_t most_kept) : most_kept_(most_kept) {}

  /// One cell or row. `row` 0: about the file.
  void report(const RuleHead& rule, Violation place);
  /// Joined runs end with the file.
  void end_file();

  struct Count {
    std::int64_t cells = 0;   ///< cells, rows or files that break the rule
    std::int64_t places = 0;  ///< after rows that follow each other were joined
  };
  const std::map<std::string, Count>& counts() const { return counts_; }
  std::int64_t errors() const { return errors_; }      ///< cells
  std::int64_t warnings() const { return warnings_; }
  std::int64_t places() const { return places_; }
  /// Those kept, by file, row and rule.
  std::vector<Violation> sorted() const;

 private:
  void close(Violation&& run);
  std::size_t most_kept_;
  std::map<std::string, Violation> open_;  // by rule and column
  std::vector<Violation> kept_;
  std::map<std::string, Count> counts_;
  std::int64_t errors_ = 0, warnings_ = 0, places_ = 0;
};

}  // namespace iai
