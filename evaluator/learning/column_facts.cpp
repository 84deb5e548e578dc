#include "evaluator/learning/column_facts.hpp"

#include <map>

#include <fmt/format.h>

#include "formats/delimited_source.hpp"

namespace iai {

void ColumnFacts::row(const LearningTable& table) {
  ++rows_;
  for (std::size_t f = 0; f < columns_.size(); ++f) {
    OneColumn& column = columns_[f];
    const Cell* cell = table.feature(f);
    key_.clear();
    if (cell == nullptr) key_ += 'm';
    else append_value(key_, *cell, table.feature_type(f));
    if (rules_.duplicate != nullptr) {
      const Hash128 hash = hash128(key_);
      column.high = hash_bits(column.high * 3 + hash.high);
      column.low = hash_bits(column.low * 5 + hash.low);
    }
    if (cell == nullptr || cell->state == CellState::missing) continue;
    if (column.present++ == 0) {
      column.value = key_;
      column.shown = std::string(first_bytes(cell->text, 80));
    } else if (!column.varies && key_ != column.value) {
      column.varies = true;
    }
  }
}

void ColumnFacts::end_table(const LearningTable& table, ViolationLog& log) {
  const auto& names = table.roles().features;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> seen;
  for (std::size_t f = 0; f < columns_.size() && rows_ > 1; ++f) {
    const OneColumn& column = columns_[f];
    Violation violation;
    violation.column = names[f];
    if (!column.varies) {
      violation.value = column.shown;
      violation.message = column.present == 0 ? fmt::format("no value in any of {} rows", rows_)
                                              : fmt::format("the only value in {} rows{}", rows_,
                                                            column.present < rows_ ? fmt::format(", {} of which have one", column.present) : "");
      if (rules_.constant != nullptr) log.report(*rules_.constant, std::move(violation));
      continue;  // constants are equal to others in nothing that matters
    }
    const auto [first, added] = seen.try_emplace({column.high, column.low}, f);
    if (added || rules_.duplicate == nullptr) continue;
    violation.message = fmt::format("equal to '{}' in all of {} rows", names[first->second], rows_);
    log.report(*rules_.duplicate, std::move(violation));
  }
}

}  // namespace iai
