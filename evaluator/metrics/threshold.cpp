#include "evaluator/metrics/threshold.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "evaluator/metrics/class_figures.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

const std::vector<std::string> goal_metrics{"f1", "accuracy", "balanced_accuracy", "matthews_correlation", "precision", "recall", "specificity"};

/// Visits every threshold from the highest, with the counts at it: counts(threshold, counts).
template <class Visit>
void for_each_threshold(const Answers& answers, const Visit& visit) {
  std::vector<std::size_t> order(answers.score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return answers.score[a] > answers.score[b]; });
  const auto positives = static_cast<double>(std::count(answers.actual.begin(), answers.actual.end(), 1));
  const double n = static_cast<double>(order.size());
  double found = 0, alarms = 0;  // right ones, all
  const auto at = [&](double threshold) {
    visit(threshold, ClassCounts{{n - positives - (alarms - found), found}, {n - positives, positives}, {n - alarms, alarms}});
  };
  at(answers.score[order.front()]);
  for (std::size_t i = 0; i < order.size();) {
    const double score = answers.score[order[i]];
    for (; i < order.size() && answers.score[order[i]] == score; ++i) {
      alarms += 1;
      found += answers.actual[order[i]];
    }
    const double next = i < order.size() ? answers.score[order[i]] : -std::numeric_limits<double>::infinity();
    const double middle = next + (score - next) / 2;
    // Neighbours in double have none between them: the lower one parts them too.
    at(i == order.size() ? std::nextafter(score, next) : middle < score ? middle : next);
  }
}

}  // namespace

ThresholdGoal parse_threshold_goal(const std::string& text) {
  const std::size_t sign = text.find(">=");
  ThresholdGoal goal{text, text.substr(0, sign), {}};
  if (std::find(goal_metrics.begin(), goal_metrics.end(), goal.metric) == goal_metrics.end()) {
    throw Error(ErrorKind::usage, fmt::format("a threshold cannot be chosen for '{}'", goal.metric),
                did_you_mean(goal.metric, goal_metrics, fmt::format("choose from {}", fmt::join(goal_metrics, ", "))));
  }
  if (sign == std::string::npos) {
    if (goal.metric == "precision" || goal.metric == "recall" || goal.metric == "specificity") {
      throw Error(ErrorKind::usage, fmt::format("{} alone is greatest at a threshold of no use", goal.metric),
                  fmt::format("say how much is enough: '{}>=0.9'", goal.metric));
    }
    return goal;
  }
  double limit = 0;
  const char *begin = text.data() + sign + 2, *end = text.data() + text.size();
  const auto [last, error] = std::from_chars(begin, end, limit);
  if (error != std::errc{} || last != end || !(limit > 0 && limit <= 1)) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is no limit", text.substr(sign + 2)), fmt::format("a number above 0, 1 at most: '{}>=0.9'", goal.metric));
  }
  goal.at_least = limit;
  return goal;
}

ChosenThreshold choose_threshold(const Answers& answers, const ThresholdGoal& goal) {
  const auto positives = std::count(answers.actual.begin(), answers.actual.end(), 1);
  if (positives == 0 || positives == answers.size()) {
    throw Error(ErrorKind::input, fmt::format("no threshold can be chosen: every sample is of the {} class", positives == 0 ? "negative" : "positive"),
                "choose it on a split that holds both classes");
  }
  const ClassFigure& figure = *find_class_figure(goal.metric);
  const ClassFigure& sought = !goal.at_least ? figure : *find_class_figure(goal.metric == "recall" ? "precision" : "recall");
  ChosenThreshold chosen;
  double best = -std::numeric_limits<double>::infinity(), reached = best;
  for_each_threshold(answers, [&](double threshold, const ClassCounts& counts) {
    const double here = figure.figure(counts, true), value = sought.figure(counts, true);
    reached = std::max(reached, here);
    if ((goal.at_least && here < *goal.at_least) || value <= best) return;
    best = value;
    chosen = {threshold, here};
  });
  if (std::isinf(best)) {
    throw Error(ErrorKind::input, fmt::format("no threshold reaches {}: {:.4g} at most", goal.text, reached), "ask for less, or for another metric");
  }
  return chosen;
}

}  // namespace iai
