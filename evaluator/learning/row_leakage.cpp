#include "evaluator/learning/row_leakage.hpp"

#include <fmt/format.h>

#include "formats/delimited_source.hpp"

namespace iai {

void RowLeakage::row(const LearningTable& table) {
  key_.clear();
  bool any = false;
  for (std::size_t f = 0; f < table.roles().features.size(); ++f) {
    const Cell* cell = table.feature(f);
    if (cell == nullptr) key_ += 'm';
    else append_value(key_, *cell, table.feature_type(f));
    any = any || (cell != nullptr && cell->state != CellState::missing);
  }
  if (!any) return;  // rows that hold nothing are equal in nothing
  HashedRow row;
  row.features = hash128(key_);
  row.place = table.place();
  if (const Cell* label = table.label(); label != nullptr && label->state == CellState::value) {
    key_.clear();
    append_value(key_, *label, table.label_type());
    row.label = hash_text(key_) | 1;
  }
  rows_.add(row);
}

void RowLeakage::follow(const HashedRow& row) {
  if (!any_ || row.features != features_) {
    any_ = true;
    features_ = row.features;
    labelled_ = {};
    of_split_.clear();
  }
  if (row.label != 0 && labelled_.label == 0) labelled_ = row;
  if (rules_.conflicts != nullptr && row.label != labelled_.label && row.label != 0) conflicts_.add(row.place, labelled_.place);
  if (rules_.duplicates == nullptr || row.place.split < 0) return;
  bool known = false;
  const RowPlace* first = nullptr;
  for (const auto& other : of_split_) {
    if (other.split == row.place.split) known = true;
    else if (first == nullptr) first = &other;
  }
  if (first != nullptr) duplicates_.add(row.place, *first);
  if (!known) of_split_.push_back(row.place);
}

void RowLeakage::end_table(const LearningTable& table, ViolationLog& log) {
  rows_.for_each([&](const HashedRow& row) { follow(row); });
  duplicates_.for_each([&](const RowPair& pair) {
    auto violation = table.violation(pair.second, "");
    violation.message =
        fmt::format("a row of {} with the same features as {}", table.split_name(pair.second.split), table.describe(pair.first, pair.second.file));
    log.report(*rules_.duplicates, std::move(violation));
  });
  conflicts_.for_each([&](const RowPair& pair) {
    auto violation = table.violation(pair.second, table.roles().label);
    violation.message = "another label for the same features as " + table.describe(pair.first, pair.second.file);
    log.report(*rules_.conflicts, std::move(violation));
  });
}

}  // namespace iai
