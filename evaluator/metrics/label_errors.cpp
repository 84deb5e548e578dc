#include "evaluator/metrics/label_errors.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

namespace iai {
namespace {

class ConfidentJoint {
 public:
  explicit ConfidentJoint(const Answers& answers)
      : answers_(answers), classes_(static_cast<std::size_t>(answers.classes)), labelled_(classes_), thresholds_(classes_), counts_(classes_ * classes_) {
    for (std::size_t i = 0; i < answers.actual.size(); ++i) {
      const auto label = static_cast<std::size_t>(answers.actual[i]);
      labelled_[label] += 1;
      thresholds_[label] += probabilities(i)[label];
    }
    // A class without labels is confident for nobody.
    for (std::size_t c = 0; c < classes_; ++c) thresholds_[c] = labelled_[c] > 0 ? thresholds_[c] / labelled_[c] : std::numeric_limits<double>::infinity();
  }

  LabelErrors errors() {
    LabelErrors found;
    for (std::size_t i = 0; i < answers_.actual.size(); ++i) {
      const std::optional<std::size_t> confident = confident_class(i);
      if (!confident) continue;
      const auto label = static_cast<std::size_t>(answers_.actual[i]);
      counts_[label * classes_ + *confident] += 1;
      if (*confident == label) continue;
      found.list.push_back({static_cast<std::int64_t>(i), static_cast<std::int32_t>(label), static_cast<std::int32_t>(*confident), probabilities(i)[label],
                            probabilities(i)[*confident]});
    }
    std::stable_sort(found.list.begin(), found.list.end(), [](const LabelError& a, const LabelError& b) {
      return a.label_probability - a.likely_probability < b.label_probability - b.likely_probability;
    });
    estimate(found);
    return found;
  }

 private:
  std::span<const float> probabilities(std::size_t i) const { return {answers_.class_probability.data() + i * classes_, classes_}; }

  std::optional<std::size_t> confident_class(std::size_t i) const {
    const std::span<const float> values = probabilities(i);
    std::optional<std::size_t> best;
    for (std::size_t c = 0; c < classes_; ++c) {
      if (values[c] >= thresholds_[c] && (!best || values[c] > values[*best])) best = c;
    }
    return best;
  }

  /// Equation 3: rows of the counts scaled to the labels there are, then all to the number of predictions.
  void estimate(LabelErrors& found) const {
    std::vector<double> scaled(counts_.size());
    double total = 0;
    for (std::size_t label = 0; label < classes_; ++label) {
      double row = 0;
      for (std::size_t c = 0; c < classes_; ++c) row += counts_[label * classes_ + c];
      for (std::size_t c = 0; c < classes_ && row > 0; ++c) total += scaled[label * classes_ + c] = counts_[label * classes_ + c] / row * labelled_[label];
    }
    if (total == 0) return;
    for (std::size_t label = 0; label < classes_; ++label) {
      for (std::size_t c = 0; c < classes_; ++c) {
        const double count = counts_[label * classes_ + c], estimated = scaled[label * classes_ + c] / total * static_cast<double>(answers_.actual.size());
        if (label == c || count == 0) continue;
        found.confusions.push_back({static_cast<std::int32_t>(label), static_cast<std::int32_t>(c), static_cast<std::int64_t>(count), estimated});
        found.estimated += estimated;
      }
    }
    std::stable_sort(found.confusions.begin(), found.confusions.end(),
                     [](const LabelConfusion& a, const LabelConfusion& b) { return a.estimated > b.estimated; });
  }

  const Answers& answers_;
  std::size_t classes_;
  std::vector<double> labelled_, thresholds_, counts_;  // counts_ [label, confident]
};

}  // namespace

LabelErrors find_label_errors(const Answers& answers) { return ConfidentJoint(answers).errors(); }

}  // namespace iai
