#include "evaluator/metrics/paired_answers.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/metrics/detection.hpp"
#include "evaluator/metrics/ordered_work.hpp"
#include "evaluator/metrics/statistic.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t enough_to_resample = 10;

/// Mean of one number a prediction.
class MeanOf : public Statistic {
 public:
  template <class Value>
  MeanOf(const Answers& answers, const Value& value) : sums_(static_cast<std::size_t>(answers.clusters)), counts_(sums_.size()) {
    for (std::size_t i = 0; i < answers.cluster.size(); ++i) {
      sums_[static_cast<std::size_t>(answers.cluster[i])] += value(i);
      counts_[static_cast<std::size_t>(answers.cluster[i])] += 1;
    }
  }
  double value(std::span<const std::uint32_t> weights) const override {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      sum += weights[i] * sums_[i];
      count += weights[i] * counts_[i];
    }
    return count > 0 ? sum / count : nan_value;
  }

 private:
  std::vector<double> sums_, counts_;
};

std::vector<std::uint32_t> ones(const Answers& answers) { return std::vector<std::uint32_t>(static_cast<std::size_t>(answers.clusters), 1); }

/// Does the metric look at the classes only, not at scores?
bool rests_on_classes(const std::string& metric) {
  constexpr std::array<std::string_view, 7> metrics{"accuracy", "precision", "recall", "f1", "specificity", "balanced_accuracy", "matthews_correlation"};
  return std::find(metrics.begin(), metrics.end(), metric) != metrics.end();
}

/// Of several numbers a prediction: are those of prediction `i` the same?
bool same_numbers(const std::vector<double>& one, const std::vector<double>& other, std::size_t i, std::size_t predictions) {
  const std::size_t each = one.size() / predictions;
  const auto alike = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (std::size_t k = i * each; k < (i + 1) * each; ++k) {
    if (!alike(one[k], other[k])) return false;
  }
  return true;
}

/// Of pixels, found objects and retrieved samples.
bool same_findings(const Answers& one, const Answers& other, std::size_t i) {
  const std::size_t predictions = one.cluster.size();
  if (!one.matches.empty() && one.matches[i]->boxes != other.matches[i]->boxes) return false;
  return same_numbers(one.pixels, other.pixels, i, predictions) && same_numbers(one.retrieved, other.retrieved, i, predictions);
}

/// Cases (or groups) in which the metric sees a difference.
std::size_t deciding_clusters(const std::string& metric, const PairedAnswers& answers) {
  const Answers &a = answers.reference, &b = answers.candidate;
  const auto differs = [](const auto& one, const auto& other, std::size_t i) { return i < one.size() && one[i] != other[i]; };
  const bool classes_only = rests_on_classes(metric);
  std::set<std::int32_t> deciding;
  for (std::size_t i = 0; i < a.cluster.size(); ++i) {
    const bool scores = differs(a.score, b.score, i) || differs(a.loss, b.loss, i) || differs(a.brier, b.brier, i);
    const bool any = differs(a.predicted, b.predicted, i) || (!classes_only && (scores || !same_findings(a, b, i)));
    if (any) deciding.insert(a.cluster[i]);
  }
  return deciding.size();
}

/// Cases won, lost and counted of a metric that is a share of the same independent cases for both models.
struct PairedShare {
  std::int64_t gained = 0, lost = 0, cases = 0;
};
std::optional<PairedShare> paired_share(const std::string& metric, const PairedAnswers& answers) {
  const Answers& a = answers.reference;
  // Of one class: recall counts its cases, specificity all others.
  const std::optional<std::int32_t> counted = a.kind != TaskKind::binary ? std::nullopt
                                              : metric == "recall"       ? std::optional(1)
                                              : metric == "specificity"  ? std::optional(0)
                                                                         : std::nullopt;
  if (a.clustered || !answers.classifies() || (metric != "accuracy" && !counted)) return std::nullopt;
  PairedShare share;
  for (std::size_t i = 0; i < a.actual.size(); ++i) {
    if (counted && a.actual[i] != *counted) continue;
    const bool before = a.predicted[i] == a.actual[i], after = answers.candidate.predicted[i] == a.actual[i];
    share.gained += !before && after ? 1 : 0;
    share.lost += before && !after ? 1 : 0;
    ++share.cases;
  }
  return share;
}

void set_interval(Metric& metric, const Interval& interval, const std::string& name) {
  metric.low = interval.low;
  metric.high = interval.high;
  metric.undefined = interval.reason;
  if (interval.reason.empty()) metric.interval = name;
}

std::string bootstrap_name(const Answers& answers) { return answers.clustered ? "bootstrap-bca-clustered" : "bootstrap-bca"; }

Metric with_mean_interval(const std::string& name, const Statistic& mean, const Answers& answers, int threads) {
  Metric metric{name, mean.value(ones(answers)), nan_value, nan_value, answers.size(), "", ""};
  set_interval(metric, bootstrap_interval(mean, answers.clusters, answers.size(), threads), bootstrap_name(answers));
  return metric;
}

/// How many of `tosses` give a difference at least as far from 0 as `observed`.
std::int64_t as_extreme(const Statistic& statistic, std::size_t clusters, double observed, std::int64_t tosses, int threads) {
  constexpr double rounding = 1e-9;  // the same sums come in another order
  const CounterRandom random(0, "exchange");
  const double limit = std::abs(observed) * (1 - rounding);
  std::atomic<std::int64_t> next{0}, count{0};
  const auto work = [&] {
    std::vector<std::uint32_t> first(2 * clusters), second(2 * clusters);
    for (std::int64_t toss; (toss = next++) < tosses;) {
      for (std::size_t c = 0; c < clusters; ++c) {
        const auto swapped = static_cast<std::uint32_t>(random.bits(static_cast<std::uint64_t>(toss) * clusters + c) >> 63);
        first[c] = second[clusters + c] = 1 - swapped;
        first[clusters + c] = second[c] = swapped;
      }
      // Where the metric is undefined on a toss, the toss speaks for chance.
      const double difference = statistic.value(second) - statistic.value(first);
      if (!(std::abs(difference) < limit)) ++count;
    }
  };
  std::vector<std::jthread> pool;
  for (int i = 1; i < thread_count(threads); ++i) pool.emplace_back(work);
  work();
  pool.clear();
  return count;
}

}  // namespace

PairedAnswers pair_answers(Answers reference, Answers candidate, bool identical) {
  if (reference.classes != candidate.classes) {
    throw Error(ErrorKind::input, fmt::format("the models cannot be compared: {} classes against {}", reference.classes, candidate.classes),
                "compare models that were trained for the same classes");
  }
  if (reference.cluster != candidate.cluster || reference.actual != candidate.actual || reference.truth != candidate.truth) {
    throw Error(ErrorKind::input, "the models cannot be compared: the task makes other samples for the one than for the other",
                "compare models of the same inputs");
  }
  return {std::move(reference), std::move(candidate), identical};
}

Metric paired_difference(const std::string& metric, const PairedAnswers& answers, double outside, int threads) {
  const auto before = make_statistic(metric, answers.reference), after = make_statistic(metric, answers.candidate);
  const auto both = difference_statistic(*before, *after);
  Metric difference{metric, both->value(ones(answers.reference)), nan_value, nan_value, answers.size(), "", ""};
  for (const Statistic* one : {before.get(), after.get()}) {
    if (difference.undefined.empty()) difference.undefined = one->undefined();
  }
  if (!difference.undefined.empty() || !std::isfinite(difference.value)) {
    difference.value = nan_value;
    if (difference.undefined.empty()) difference.undefined = "the metric is infinite";
    return difference;
  }
  if (answers.identical) {
    set_interval(difference, {0, 0}, "identical");
  } else if (const auto share = paired_share(metric, answers)) {
    difference.n = share->cases;
    set_interval(difference, paired_score_interval(share->gained, share->lost, share->cases, outside), "score-paired");
  } else if (const std::size_t deciding = deciding_clusters(metric, answers); deciding < enough_to_resample) {
    difference.undefined =
        fmt::format("only {} of {} {} decide, too few to resample", deciding, answers.reference.clusters, answers.reference.clustered ? "groups" : "cases");
  } else {
    set_interval(difference, bootstrap_interval(*both, answers.reference.clusters, resampled_size(answers.reference), threads, outside),
                 bootstrap_name(answers.reference));
  }
  return difference;
}

PairedTest paired_test(const std::string& metric, const PairedAnswers& answers, int threads) {
  const auto share = paired_share(metric, answers);
  if (share && share->cases > 0) return mcnemar_test(share->lost, share->gained);
  Answers both = answers.reference;
  both.append(answers.candidate);
  const auto statistic = make_statistic(metric, both);
  const auto clusters = static_cast<std::size_t>(answers.reference.clusters);
  std::vector<std::uint32_t> first(2 * clusters), second(2 * clusters);
  std::fill_n(first.begin(), clusters, 1);
  std::fill(second.begin() + static_cast<std::ptrdiff_t>(clusters), second.end(), 1);
  const double observed = statistic->value(second) - statistic->value(first);
  if (!std::isfinite(observed)) return {nan_value, "exchange", "the metric is undefined"};
  if (observed == 0) return {1, "exchange", ""};
  const std::int64_t tosses = std::clamp<std::int64_t>(1'000'000'000 / std::max<std::int64_t>(resampled_size(both), 1), 999, 9999);
  const std::int64_t count = as_extreme(*statistic, clusters, observed, tosses, threads);
  return {static_cast<double>(count + 1) / static_cast<double>(tosses + 1), "exchange", ""};
}

std::vector<Flip> flips(const PairedAnswers& answers) {
  const Answers &a = answers.reference, &b = answers.candidate;
  std::vector<Flip> found;
  for (std::size_t i = 0; i < a.predicted.size(); ++i) {
    if (a.predicted[i] == b.predicted[i]) continue;
    found.push_back({static_cast<std::int64_t>(i), a.predicted[i] == a.actual[i], b.predicted[i] == a.actual[i]});
  }
  return found;
}

Metric agreement(const PairedAnswers& answers, int threads) {
  const Answers &a = answers.reference, &b = answers.candidate;
  const MeanOf mean(a, [&](std::size_t i) { return a.predicted[i] == b.predicted[i] ? 1.0 : 0.0; });
  if (answers.identical) return {"agreement", 1, 1, 1, a.size(), "identical", ""};
  if (a.clustered) return with_mean_interval("agreement", mean, a, threads);
  Metric metric{"agreement", mean.value(ones(a)), nan_value, nan_value, a.size(), "", ""};
  std::int64_t same = 0;
  for (std::size_t i = 0; i < a.predicted.size(); ++i) same += a.predicted[i] == b.predicted[i] ? 1 : 0;
  set_interval(metric, wilson_interval(same, a.size()), "wilson");
  return metric;
}

Metric mean_absolute_change(const PairedAnswers& answers, int threads) {
  const Answers &a = answers.reference, &b = answers.candidate;
  if (answers.identical) return {"mean_absolute_change", 0, 0, 0, a.size(), "identical", ""};
  return with_mean_interval("mean_absolute_change", MeanOf(a, [&](std::size_t i) { return std::abs(b.score[i] - a.score[i]); }), a, threads);
}

Nearness nearness(const PairedAnswers& answers) {
  const Answers &a = answers.reference, &b = answers.candidate;
  Nearness found;
  for (std::size_t i = 0; i < a.score.size(); ++i) {
    const double before = std::abs(a.score[i] - a.truth[i]), after = std::abs(b.score[i] - b.truth[i]);
    ++(after < before ? found.nearer : after > before ? found.farther : found.ties);
  }
  return found;
}

}  // namespace iai
