#pragma once

#include <map>
#include <set>
#include <span>

#include "evaluator/learning/learning_table.hpp"

namespace iai {

/// Features that tell the label alone. Limits from which on one is reported.
struct TargetLeakageRule {
  RuleHead head;
  double auc = 0.995;         ///< two classes: area under the ROC curve, in either direction
  double information = 0.95;  ///< classes: share of the label's entropy that bins of the feature explain
  double r2 = 0.99;           ///< numbers: share of the variance that bins of the feature, or its ranks, explain
};

/// Area under the ROC curve of `scores` (higher: the class), ties half; NaN when one side has no weight.
/// @param is_class, weights  one for each score
double roc_auc(std::span<const double> scores, std::span<const char> is_class, std::span<const double> weights);
/// I(X;Y) / H(Y) of a table of weights, rows X and columns Y, with the bias of few samples taken off.
/// @param samples  how many the weights stand for
/// @source G. A. Miller, "Note on the bias of information estimates" (1955)
double explained_information(const std::vector<std::vector<double>>& table, double samples);
/// Adjusted correlation ratio: 1 - (1 - eta^2) (n - 1) / (n - bins). @source K. Pearson (1905); R. J. Wherry (1931)
double explained_variance(std::span<const std::size_t> bin, std::span<const double> label);
/// Square of Spearman's rank correlation, ties at their mean rank.
double rank_correlation_squared(std::span<const double> a, std::span<const double> b);

/// Works on a sample that does not depend on threads or runs: the rows whose places have the smallest hashes, in all and of
/// each class. Memory: at most 48 MB.
class TargetLeakage : public LearningPart {
 public:
  TargetLeakage(const TargetLeakageRule& rule, const LearningRoles& roles);
  void row(const LearningTable& table) override;
  void end_table(const LearningTable& table, ViolationLog& log) override;

 private:
  struct Sampled {
    std::uint64_t priority = 0;
    double label = 0;
    std::vector<double> features;
    bool operator<(const Sampled& other) const { return priority < other.priority; }
  };
  struct Class {
    std::int64_t rows = 0;
    std::set<Sampled> sample;
  };
  struct Figure {
    double value = 0, limit = 0;
    const char* name = "";
  };
  /// The sample by columns: values of one feature, the class or number of the label, weights.
  struct Cut {
    std::vector<double> values, labels, weights;
    std::size_t classes = 0;
  };

  void fill(const LearningTable& table);
  void keep(std::set<Sampled>& sample, std::size_t most, double label, std::uint64_t priority);
  bool by_classes() const;
  Cut cut(std::size_t feature, bool classes) const;
  std::vector<Figure> judge_classes(const Cut& cut, bool categorical) const;
  std::vector<Figure> judge_numbers(const Cut& cut, bool categorical) const;

  const TargetLeakageRule& rule_;
  const LearningRoles& roles_;
  std::size_t most_;
  std::int64_t rows_ = 0;
  std::set<Sampled> sample_;              // of all rows; unused when the label is of classes
  std::map<std::string, Class> classes_;  // by label
  bool many_classes_ = false, label_is_number_ = true;
  std::vector<char> categorical_;
  std::vector<double> values_;
  std::string key_;
};

}  // namespace iai
