#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited.hpp"
#include "formats/image_file.hpp"
#include "formats/yaml.hpp"

namespace iai {

class ViolationLog;

enum class Severity { error, warning, allow };

/// When are violations of one rule in rows that follow each other one place?
enum class Joining {
  always,        ///< cells
  same_message,  ///< rows
  never,         ///< violations that cover several rows themselves
};

/// What every rule of a contract has.
struct RuleHead {
  std::string id;  ///< once in a contract: "Drehzahl/range", "table-2/sampling" ...
  Severity severity = Severity::error;
  std::vector<std::string> columns;  ///< the one it is about, or several; empty: the table or the data set
  Joining joining = Joining::always;
  std::string meaning = {};  ///< one sentence for readers of reports; empty: the id says it
};

/// Gives every rule an id of its own, and reads the id and the severity that may stand in a rule's map.
class RuleHeads {
 public:
  /// A rule of the kind named `id`; `node` is null for rules that hold without being written.
  RuleHead head(const std::string& id, const Yaml* node, Severity severity, std::vector<std::string> columns = {});
  /// In front of every id from now on: "table-2/", or nothing.
  void prefix(std::string text) { prefix_ = std::move(text); }

 private:
  std::set<std::string> ids_;
  std::string prefix_;
};

Severity parse_severity(const Yaml& node);

/// add(node) where it is a map, else add(item) for each item of the list that it is.
template <class Add>
void for_each_map(const Yaml& node, Add add) {
  if (node.is_map()) return add(node);
  for (const Yaml& item : node.items()) add(item);
}

/// What a family's parser may look up.
struct FamilyPlace {
  RuleHeads& heads;
  const std::vector<std::string>& columns;  ///< those that the table lists
  const std::filesystem::path& folder;      ///< of the contract: what paths in it are relative to
  /// The names in `node` (one or a list), each known. @throws Error(usage) at the place of an unknown one
  std::vector<std::string> known_columns(const Yaml& node) const;
  std::string known_column(const Yaml& node) const;
};

/// A file as the rules of its table see it.
struct CheckedFile {
  std::string name;
  std::size_t order = 0;  ///< place in the order of reading
  std::span<const Column> columns;
  std::optional<std::size_t> find(std::string_view column) const;
};

enum class Lookup { no, yes };

/// Checks the rules of one family over all files of a table. Files come one after the other, rows in their order; a file
/// may lack columns of the rules (the rule "required" tells), which then hold for it.
class FamilyCheck {
 public:
  virtual ~FamilyCheck() = default;
  /// `file` lives until end_file().
  virtual void start_file(const CheckedFile& file) = 0;
  virtual void row(const Row& row) = 0;
  virtual void end_file() {}
  /// Files of the data set that the rules look something up in, whatever table they belong to: asked for each file, whose
  /// rows are then passed to looked_up_row(). They come in the same order of reading, also after those of the table.
  virtual Lookup looks_up(const CheckedFile&) { return Lookup::no; }
  virtual void looked_up_row(const Row&) {}
  /// After the last file of the data set.
  virtual void end_table() {}
};

/// Are recordings (WAV) that match the table's patterns rows of it?
enum class Recordings { other, rows };

/// Rules that belong together, as they stand under one key of a table.
class RuleFamily {
 public:
  virtual ~RuleFamily() = default;
  virtual std::vector<const RuleHead*> rules() const = 0;
  /// What was read beside the contract.
  virtual std::vector<std::filesystem::path> files() const { return {}; }
  virtual Recordings recordings() const { return Recordings::other; }
  /// Are rows of images told apart by their thumbnails?
  virtual Thumbnails thumbnails() const { return Thumbnails::leave; }
  /// Reports to `log`, which outlives it, as the family does.
  virtual std::unique_ptr<FamilyCheck> check(ViolationLog& log) const = 0;
};

/// Every family: the key in the table, and what reads it. A family more is a row more.
struct FamilyParser {
  const char* key;
  std::unique_ptr<RuleFamily> (*parse)(const Yaml& node, FamilyPlace& place);
};
std::span<const FamilyParser> rule_families();

}  // namespace iai
