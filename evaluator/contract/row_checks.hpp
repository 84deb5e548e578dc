#pragma once

#include "evaluator/contract/allowed_values.hpp"
#include "evaluator/contract/repeated_hashes.hpp"
#include "evaluator/contract/rule_check.hpp"
#include "evaluator/contract/unique_keys.hpp"

namespace iai {

/// Rows are sorted by columns.
class OrderCheck : public RuleCheck {
 public:
  OrderCheck(const Rule& rule, std::vector<std::size_t> columns) : rule_(rule), columns_(std::move(columns)), last_(columns_.size()) {}
  void check(const RowBatch& batch, std::vector<RuleBreak>& breaks) override;

 private:
  struct Value {
    double number = 0;
    std::int64_t integer = 0;
    std::string text;
  };
  int relation(const RowBatch& batch, std::size_t row) const;
  const Rule& rule_;
  std::vector<std::size_t> columns_;
  std::vector<Value> last_;  // of the last row that holds all of them
  bool any_ = false;
};

/// The time between rows is the period, or whole periods where gaps are allowed.
class SamplingCheck : public RuleCheck {
 public:
  SamplingCheck(const Rule& rule, std::size_t column) : rule_(rule), column_(column) {}
  void check(const RowBatch& batch, std::vector<RuleBreak>& breaks) override;

 private:
  std::optional<RuleBreak> judge(double elapsed, bool time) const;
  const Rule& rule_;
  std::size_t column_;
  bool any_ = false;
  std::int64_t last_time_ = 0, rows_ = 0;  // rows since the last time
  double last_ = 0;
};

/// Where some columns hold given values, one of others does as well.
class ImpliesCheck : public RuleCheck {
 public:
  /// @param columns  of the file: places by name; conditions on columns that it lacks are left out
  ImpliesCheck(const Rule& rule, const std::map<std::string, std::size_t>& columns);
  void check(const RowBatch& batch, std::vector<RuleBreak>& breaks) override;

 private:
  struct Condition {
    std::size_t column;
    AllowedValues values;  // one
  };
  static std::vector<Condition> bind(const std::vector<std::pair<std::string, std::string>>& conditions, const std::map<std::string, std::size_t>& columns);
  const Rule& rule_;
  std::vector<Condition> when_, any_;
  std::string message_;
};

/// What is known of the keys of one uniqueness rule over the files of its table. Hashes of 64 bits tell which keys may
/// occur twice; only those are looked at closely, when the files are read again.
struct KeyedRule {
  RepeatedHashes hashes;
  std::vector<std::uint64_t> repeated;  ///< ascending
  UniqueKeys keys;                      ///< whose hashes are repeated
};

/// Hashes of the keys of a batch: equal keys have equal ones.
class KeyHasher {
 public:
  KeyHasher(const Rule& rule, std::vector<std::size_t> columns, std::size_t file) : columns_(std::move(columns)), salt_(rule.whole_table ? 0 : file + 1) {}
  const std::vector<std::size_t>& columns() const { return columns_; }
  /// Stands before a key written out: of each file one of its own where keys are unique within files.
  std::string prefix() const { return salt_ == 0 ? "" : std::to_string(salt_) + "\n"; }
  /// Calls `visit(row, hash)` for rows whose key has no missing part.
  template <class Visit>
  void for_each(const RowBatch& batch, Visit visit) {
    hash(batch);
    for (std::size_t row = 0; row < batch.rows; ++row)
      if (missing_[row] == 0) visit(row, hashes_[row]);
  }

 private:
  void hash(const RowBatch& batch);
  void mix(const ColumnCells& cells, std::size_t rows);
  std::vector<std::size_t> columns_;
  std::uint64_t salt_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint8_t> missing_;
};

/// A key occurs once: the first reading.
class UniqueCheck : public RuleCheck {
 public:
  UniqueCheck(KeyedRule& state, KeyHasher hasher) : state_(state), hasher_(std::move(hasher)) {}
  void check(const RowBatch& batch, std::vector<RuleBreak>& breaks) override;

 private:
  KeyedRule& state_;
  KeyHasher hasher_;
  std::vector<std::uint64_t> found_;
};

}  // namespace iai
