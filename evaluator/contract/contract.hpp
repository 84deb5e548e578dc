#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evaluator/contract/rule_family.hpp"
#include "evaluator/contract/rules_licence.hpp"
#include "formats/delimited.hpp"
#include "formats/yaml.hpp"

namespace iai {

enum class RuleKind {
  files,
  rows,
  required,
  extra_columns,
  ragged_rows,
  type,
  error_words,
  unit,  // what a table is
  missing,
  range,
  allowed,
  pattern,
  stuck,  // cells of one column
  unique,
  order,
  sampling,
  implies,  // rows
  duplicate_files,
  unmatched_files,
  labels,  // the data set
};

/// One rule about the structure of tables and files. Which members mean something depends on the kind.
struct Rule : RuleHead {
  RuleKind kind = RuleKind::type;
  std::optional<double> minimum, maximum;                      ///< range, rows, files; maximum: labels, number of classes
  std::vector<std::string> allowed;                            ///< allowed: values as written
  std::string text;                                            ///< pattern: regular expression; unit
  std::int64_t most = 0;                                       ///< missing: cells of one file; stuck: rows in a row
  std::optional<double> most_share;                            ///< missing: share of a file's cells
  bool strictly = true;                                        ///< order
  bool whole_table = false;                                    ///< unique: over all files of the table, not in each
  double period = 0, tolerance = 0;                            ///< sampling: nanoseconds for time columns, else the column's numbers
  bool gaps_allowed = false;                                   ///< sampling: whole periods may be left out
  std::vector<std::pair<std::string, std::string>> when, any;  ///< implies: column and value
};

struct ColumnContract {
  std::string name;
  std::optional<ColumnType> type;
  bool personal = false;  ///< its values are shown masked only
};

/// Rules for the files that match one of the globs. A file belongs to the first table that it matches.
struct TableContract {
  std::vector<std::string> files;       ///< '*' within a folder, '**' across folders, '?' one character
  GivenDialect dialect;                 ///< how the files are written, as far as the contract says
  std::vector<ColumnContract> columns;  ///< in order; names for files without a header
  std::vector<Rule> rules;
  std::vector<std::shared_ptr<const RuleFamily>> families;  ///< what stands under the keys of rule_families()
};

/// What a data set must be (contract.yaml; man 5 iai-contract).
struct Contract {
  std::string name;
  std::vector<TableContract> tables;
  std::vector<Rule> rules;  ///< duplicate_files, unmatched_files, labels
  LicenceRules licences;
  std::vector<const RuleHead*> all_rules() const;
  std::vector<std::filesystem::path> files() const;  ///< that were read beside it: profiles to compare with
};

/// @throws Error(input) when the file cannot be read, Error(usage) "contract.yaml:12:3: ..." when it is no contract.
Contract read_contract(const std::filesystem::path& path);
/// @param folder  what paths in it are relative to
Contract parse_contract(const Yaml& root, const std::filesystem::path& folder = {});

/// Does `name` ('/' between parts) match the glob? '*' and '?' do not match '/', '**' does, "**/" also nothing; '\' quotes.
bool matches_path_glob(std::string_view glob, std::string_view name);
/// "20 ms", "1.5 s", "5 min", "1 h", "1 d" in nanoseconds; nothing when it is no duration.
std::optional<double> parse_duration(std::string_view text);

}  // namespace iai
