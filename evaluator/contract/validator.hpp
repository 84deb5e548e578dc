#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "evaluator/contract/table_check.hpp"
#include "evaluator/contract/validate.hpp"
#include "evaluator/data/box_check.hpp"

namespace iai {

/// Holds the files of one data set against a contract, one after the other.
class Validator {
 public:
  /// Both outlive it.
  Validator(const Contract& contract, const ValidateOptions& options);
  /// The table whose globs match `name`, or null.
  TableState* table_of(const std::string& name);
  /// Gives the columns of a file the names (where it has no header) and the types of the contract.
  static void name_columns(const TableContract& table, bool has_header, std::vector<Column>& columns);
  /// The first reading of a file.
  void check(TableState& table, const std::string& name, RowReader& reader);
  /// Are there keys that may occur twice? Then the files have to be read once more, each passed to find_keys().
  bool has_repeated_keys();
  /// The second one, which looks closely at those keys only.
  void find_keys(TableState& table, const std::string& name, RowReader& reader);
  /// The rule about image labels that the contract has, or null.
  const Rule* label_rule() const;
  BoxCheck& boxes() { return boxes_; }
  /// Every file of the data set, for the rules about files. @param sha256  may be empty when no rule asks for it
  void note_file(const std::string& name, const std::string& sha256) { digests_[sha256.empty() ? "name " + name : sha256].push_back(name); }
  bool compares_contents() const;
  /// After all files.
  Validation finish();

 private:
  void count_rows(std::int64_t rows);
  void check_batches(TableCheck& check, RowReader& reader);
  /// Families take rows, not batches.
  void check_rows(TableCheck& check, RowReader& reader, const std::vector<FamilyCheck*>& families, const std::vector<FamilyCheck*>& lookups);
  /// Keeps the keys of the batch whose hash is repeated, with all that a finding shows.
  static void find_keys(KeyedRule& keys, KeyHasher& hasher, std::size_t file, const RowBatch& batch, RowReader& reader);
  std::vector<FamilyCheck*> families_that_look_up(const CheckedFile& file);
  void finish_table(TableState& table);
  void find_repeated(const Rule& rule, UniqueKeys& keys);
  void check_labels(const Rule& rule);
  void check_digest(const Rule& rule, const std::vector<std::string>& names);
  void about_files(const Rule& rule, const std::string& name, std::string message);

  const Contract& contract_;
  const ValidateOptions& options_;
  std::deque<TableState> tables_;
  std::vector<std::string> names_;  // in the order of reading
  std::map<std::string, std::vector<std::string>> digests_;
  BoxCheck boxes_;
  Validation result_;
};

}  // namespace iai
