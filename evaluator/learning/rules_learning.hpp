#pragma once

#include <deque>

#include "evaluator/learning/column_facts.hpp"
#include "evaluator/learning/label_counts.hpp"
#include "evaluator/learning/near_audio.hpp"
#include "evaluator/learning/near_images.hpp"
#include "evaluator/learning/near_rows.hpp"
#include "evaluator/learning/row_leakage.hpp"
#include "evaluator/learning/split_leakage.hpp"
#include "evaluator/learning/target_leakage.hpp"

namespace iai {

/// The rules under the key "learning" of a table. A rule that is absent does not hold.
struct LearningRules {
  LearningRoles roles;
  std::optional<LabelValues> label_values;
  std::optional<LabelBalance> label_balance;
  std::optional<RuleHead> group_leakage, time_leakage, duplicate_rows, label_conflicts, constant_columns, duplicate_columns;
  SplitLeakageRules::Within time_within = SplitLeakageRules::Within::group;
  std::optional<WindowLength> windows;
  std::optional<NearRowsRule> near_rows;
  std::optional<NearImagesRule> near_images;
  std::optional<NearAudioRule> near_audio;
  std::optional<TargetLeakageRule> target_leakage;
  std::deque<OperatingGrid> grids;
};

/// @throws Error(usage) at the place of what is wrong.
LearningRules parse_learning_rules(const Yaml& node, FamilyPlace& place);

/// Key "learning" of a table: what its columns are for, and what must hold so that a model can learn from them and be judged.
std::unique_ptr<RuleFamily> parse_learning(const Yaml& node, FamilyPlace& place);

}  // namespace iai
