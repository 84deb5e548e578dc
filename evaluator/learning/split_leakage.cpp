#include "evaluator/learning/split_leakage.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "formats/delimited_source.hpp"

namespace iai {

namespace {

/// Doubles as integers of the same order (the sign bit flips all others), and back.
std::int64_t ordered(double number) {
  const auto bits = std::bit_cast<std::int64_t>(number + 0.0);
  return bits < 0 ? bits ^ INT64_MAX : bits;
}
double from_ordered(std::int64_t bits) { return std::bit_cast<double>(bits < 0 ? bits ^ INT64_MAX : bits); }

}  // namespace

bool SplitLeakage::Before::operator()(const GroupRow& a, const GroupRow& b) const {
  return std::tie(a.group, a.timed, a.time, a.place.file, a.place.row) < std::tie(b.group, b.timed, b.time, b.place.file, b.place.row);
}

void SplitLeakage::set_time(const LearningTable& table, GroupRow& row) const {
  const Cell* cell = table.time();
  if (cell == nullptr) return;
  const auto number = number_in(*cell, table.time_type());
  if (!number) return;
  row.timed = table.time_type() == ColumnType::timestamp ? Timed::instant : Timed::number;
  row.time = row.timed == Timed::instant ? cell->integer : ordered(*number);
}

void SplitLeakage::row(const LearningTable& table) {
  GroupRow row;
  row.place = table.place();
  set_time(table, row);
  if (rules_.time != nullptr && rules_.time_within == SplitLeakageRules::Within::table && row.place.split >= 0 && row.timed != Timed::no) cut_.add(row);
  if (!table.group(key_, text_)) return;
  row.group = hash128(key_);
  const auto shown = first_bytes(text_, sizeof row.text - 1);
  std::memcpy(row.text, shown.data(), shown.size());
  rows_.add(row);
}

void SplitLeakage::end_table(const LearningTable& table, ViolationLog& log) {
  rows_.for_each([&](const GroupRow& row) { follow(table, row); });
  std::map<std::int32_t, Met> met;
  cut_.for_each([&](const GroupRow& row) {
    check_time(table, row, met);
    met.try_emplace(row.place.split, Met{row.place, row.place, row.time, row.time, 0, true});
  });
  report(table, log);
}

void SplitLeakage::follow(const LearningTable& table, const GroupRow& row) {
  const bool fresh = !any_ || row.group != group_;
  if (fresh) {
    met_.clear();
    group_ = row.group;
    any_ = true;
  }
  // Where no time puts the files of a group one after the other, each is a run of its own.
  if (fresh || (row.timed == Timed::no && row.place.file != last_file_)) {
    last_split_ = -1;
    position_ = 0;
    for (auto& [split, met] : met_) met.last_position = -INT64_MAX / 2;
  }
  last_file_ = row.place.file;
  ++position_;
  if (row.place.split < 0) return;
  check_group(row);
  if (rules_.time_within == SplitLeakageRules::Within::group) check_time(table, row, met_);
  check_window(table, row);
  const bool timed = row.timed != Timed::no;
  const auto [found, added] = met_.try_emplace(row.place.split, Met{row.place, row.place, row.time, row.time, position_, timed});
  Met& met = found->second;
  if (!added && timed && !met.timed) {
    met.first = row.place;
    met.first_time = row.time;
    met.timed = true;
  }
  met.last = row.place;
  met.last_time = row.time;
  met.last_position = position_;
  last_split_ = row.place.split;
}

void SplitLeakage::check_group(const GroupRow& row) {
  if (rules_.group == nullptr || met_.empty() || met_.contains(row.place.split)) return;
  const Met* first = nullptr;
  for (const auto& [split, met] : met_)
    if (first == nullptr || met.first.before(first->first)) first = &met;
  groups_.add(row.place, first->first, row.text);
}

void SplitLeakage::check_time(const LearningTable& table, const GroupRow& row, const std::map<std::int32_t, Met>& met) {
  if (rules_.time == nullptr || row.timed == Timed::no) return;
  const auto rank = table.rank(row.place.split);
  const Met* earliest = nullptr;
  for (const auto& [split, other] : met) {
    const auto later = table.rank(split);
    if (rank && later && *later > *rank && other.timed && other.first_time < row.time && (earliest == nullptr || other.first_time < earliest->first_time))
      earliest = &other;
  }
  if (earliest != nullptr) times_.add(row.place, earliest->first);
}

double SplitLeakage::distance(const GroupRow& row, std::int64_t time) {
  return row.timed == Timed::instant ? static_cast<double>(row.time - time) : from_ordered(row.time) - from_ordered(time);
}

void SplitLeakage::check_window(const LearningTable&, const GroupRow& row) {
  if (rules_.windows == nullptr || last_split_ < 0 || last_split_ == row.place.split) return;
  const Met& other = met_.at(last_split_);
  const bool near = rules_.windows->rows > 0 ? position_ - other.last_position < rules_.windows->rows
                                             : row.timed != Timed::no && other.timed && distance(row, other.last_time) < rules_.windows->span;
  if (near) windows_.add(row.place, other.last);
}

void SplitLeakage::report(const LearningTable& table, ViolationLog& log) {
  const auto columns = fmt::format("{}", fmt::join(table.roles().group, ", "));
  groups_.for_each([&](const RowPair& pair) {
    auto violation = table.violation(pair.second, columns);
    violation.value = pair.text;
    violation.message = fmt::format("the group is in {} here, and from {} on in {}", table.split_name(pair.second.split),
                                    table.describe({pair.first.file, -1, pair.first.row, 0, 0}, pair.second.file), table.split_name(pair.first.split));
    log.report(*rules_.group, std::move(violation));
  });
  times_.for_each([&](const RowPair& pair) {
    auto violation = table.violation(pair.second, table.roles().time);
    violation.message = fmt::format("a row of {}, later than {}", table.split_name(pair.second.split), table.describe(pair.first, pair.second.file));
    log.report(*rules_.time, std::move(violation));
  });
  windows_.for_each([&](const RowPair& pair) {
    auto violation = table.violation(pair.second, "");
    violation.message = fmt::format("a row of {} within one window of {}", table.split_name(pair.second.split), table.describe(pair.first, pair.second.file));
    log.report(rules_.windows->head, std::move(violation));
  });
}

}  // namespace iai
