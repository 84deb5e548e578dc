#include "evaluator/learning/rules_learning.hpp"

namespace iai {

namespace {

template <class Rule>
const Rule* pointer(const std::optional<Rule>& rule) {
  return rule ? &*rule : nullptr;
}

class LearningCheck : public FamilyCheck {
 public:
  LearningCheck(const LearningRules& rules, ViolationLog& log) : log_(log), table_(rules.roles) {
    if (rules.label_values || rules.label_balance) {
      auto labels = std::make_unique<LabelCounts>(pointer(rules.label_values), pointer(rules.label_balance));
      labels->use(log);
      parts_.push_back(std::move(labels));
    }
    if (rules.group_leakage || rules.time_leakage || rules.windows)
      parts_.push_back(std::make_unique<SplitLeakage>(
          SplitLeakageRules{pointer(rules.group_leakage), pointer(rules.time_leakage), rules.time_within, pointer(rules.windows)}));
    if (rules.duplicate_rows || rules.label_conflicts)
      parts_.push_back(std::make_unique<RowLeakage>(RowLeakageRules{pointer(rules.duplicate_rows), pointer(rules.label_conflicts)}));
    if (rules.near_rows) parts_.push_back(std::make_unique<NearRows>(*rules.near_rows, rules.roles.features.size()));
    if (rules.near_images) parts_.push_back(std::make_unique<NearImages>(*rules.near_images));
    if (rules.near_audio) parts_.push_back(std::make_unique<NearAudio>(*rules.near_audio));
    if (rules.target_leakage) parts_.push_back(std::make_unique<TargetLeakage>(*rules.target_leakage, rules.roles));
    if (rules.constant_columns || rules.duplicate_columns)
      parts_.push_back(
          std::make_unique<ColumnFacts>(ColumnFactRules{pointer(rules.constant_columns), pointer(rules.duplicate_columns)}, rules.roles.features.size()));
    for (const auto& grid : rules.grids) parts_.push_back(std::make_unique<GridCounts>(grid));
  }
  void start_file(const CheckedFile& file) override { table_.start_file(file); }
  void row(const Row& row) override {
    table_.start_row(row);
    for (const auto& part : parts_) part->row(table_);
  }
  void end_table() override {
    for (auto& part : parts_) {
      part->end_table(table_, log_);
      log_.end_file();
      part.reset();  // what one kept goes before the next needs room to sort
    }
  }

 private:
  ViolationLog& log_;
  LearningTable table_;
  std::vector<std::unique_ptr<LearningPart>> parts_;
};

class LearningFamily : public RuleFamily {
 public:
  explicit LearningFamily(LearningRules rules) : rules_(std::move(rules)) {}
  std::vector<const RuleHead*> rules() const override {
    std::vector<const RuleHead*> heads;
    const auto add = [&](const RuleHead* head) {
      if (head != nullptr) heads.push_back(head);
    };
    add(rules_.label_values ? &rules_.label_values->head : nullptr);
    add(rules_.label_balance ? &rules_.label_balance->head : nullptr);
    for (const auto* rule : {&rules_.group_leakage, &rules_.time_leakage, &rules_.duplicate_rows}) add(pointer(*rule));
    add(rules_.windows ? &rules_.windows->head : nullptr);
    add(rules_.near_rows ? &rules_.near_rows->head : nullptr);
    add(rules_.near_images ? &rules_.near_images->head : nullptr);
    add(rules_.near_audio ? &rules_.near_audio->head : nullptr);
    add(rules_.target_leakage ? &rules_.target_leakage->head : nullptr);
    for (const auto* rule : {&rules_.label_conflicts, &rules_.constant_columns, &rules_.duplicate_columns}) add(pointer(*rule));
    for (const auto& grid : rules_.grids) add(&grid.head);
    return heads;
  }
  Thumbnails thumbnails() const override { return rules_.near_images ? Thumbnails::make : Thumbnails::leave; }
  Recordings recordings() const override { return rules_.near_audio ? Recordings::rows : Recordings::other; }
  std::unique_ptr<FamilyCheck> check(ViolationLog& log) const override { return std::make_unique<LearningCheck>(rules_, log); }

 private:
  LearningRules rules_;
};

}  // namespace

std::unique_ptr<RuleFamily> parse_learning(const Yaml& node, FamilyPlace& place) { return std::make_unique<LearningFamily>(parse_learning_rules(node, place)); }

}  // namespace iai
