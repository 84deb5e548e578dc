#pragma once

#include <map>

#include "evaluator/learning/learning_table.hpp"

namespace iai {

/// How close rows of two splits may come before a window reaches from one into the other.
struct WindowLength {
  RuleHead head;
  std::int64_t rows = 0;  ///< rows of one group; or
  double span = 0;        ///< nanoseconds for time columns, else the column's numbers
};

/// What a group (machine, run, file) must not do across splits. A null rule does not hold.
struct SplitLeakageRules {
  const RuleHead* group = nullptr;  ///< the rows of a group lie in one split
  const RuleHead* time = nullptr;   ///< rows of earlier splits (roles.order) lie before those of later ones
  enum class Within { group, table } time_within = Within::group;
  const WindowLength* windows = nullptr;
};

/// Keeps 96 bytes of every row, sorts them outside of memory by group and time, and follows each group.
class SplitLeakage : public LearningPart {
 public:
  explicit SplitLeakage(const SplitLeakageRules& rules) : rules_(rules), rows_(most_in_memory), cut_(most_in_memory) {}
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;

 private:
  static constexpr std::size_t most_in_memory = std::size_t{1} << 17;
  enum class Timed : std::int32_t { no, number, instant };
  struct GroupRow {
    Hash128 group;
    std::int64_t time = 0;  ///< in an order that is that of the times
    RowPlace place;
    char text[36] = {};  ///< the group's beginning, for people
    Timed timed = Timed::no;
  };
  struct Before {
    bool operator()(const GroupRow& a, const GroupRow& b) const;
  };
  /// What was met of one split in the group.
  struct Met {
    RowPlace first, last;
    std::int64_t first_time = 0, last_time = 0, last_position = 0;
    bool timed = false;
  };

  void set_time(const LearningTable& table, GroupRow& row) const;
  void follow(const LearningTable& table, const GroupRow& row);
  void check_group(const GroupRow& row);
  void check_time(const LearningTable& table, const GroupRow& row, const std::map<std::int32_t, Met>& met);
  void check_window(const LearningTable& table, const GroupRow& row);
  static double distance(const GroupRow& row, std::int64_t time);
  void report(const LearningTable& table, ViolationLog& log);

  SplitLeakageRules rules_;
  ExternalSort<GroupRow, Before> rows_, cut_;  // cut_: all rows as one group, for time leakage over the whole table
  std::string key_, text_;
  Hash128 group_;
  bool any_ = false;
  std::map<std::int32_t, Met> met_;  // of the current group
  std::int64_t position_ = 0;
  std::int32_t last_split_ = -1;
  std::uint32_t last_file_ = 0;
  RowPairs groups_, times_, windows_;
};

}  // namespace iai
