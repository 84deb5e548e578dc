#include "evaluator/metrics/equivalence.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace iai {
namespace {

constexpr double one_sided_level = 0.05;

/// How many times the samples would bring the interval within the margin, should the difference stay what it is.
std::string advice(const Metric& difference, double margin) {
  const double room = margin - std::abs(difference.value);
  if (!(room > 0)) return "the difference itself is not within the margin";
  const double reach = difference.value > 0 ? difference.high - difference.value : difference.value - difference.low;
  const double other = difference.value > 0 ? difference.value - difference.low : difference.high - difference.value;
  const double times = std::max(std::pow(reach / room, 2), std::pow(other / (margin + std::abs(difference.value)), 2));
  return fmt::format("about {:.2g} times the samples would settle it, should the difference stay", std::max(times, 1.1));
}

}  // namespace

std::string equivalence_name(Equivalence equivalence) {
  switch (equivalence) {
    case Equivalence::equivalent: return "equivalent";
    case Equivalence::different: return "different";
    case Equivalence::undecided: return "undecided";
  }
  return {};
}

EquivalenceVerdict judge_equivalence(const std::string& metric, const PairedAnswers& answers, double margin, int threads) {
  EquivalenceVerdict judged;
  judged.margin = margin;
  judged.difference = paired_difference(metric, answers, one_sided_level, threads);
  const Metric& difference = judged.difference;
  if (!difference.undefined.empty()) {
    judged.reason = fmt::format("{} of {}: {}", std::isnan(difference.value) ? "no difference" : "no interval of the difference", metric, difference.undefined);
    return judged;
  }
  const std::string interval = fmt::format("the 90 % interval of the difference, {:.4g} to {:.4g},", difference.low, difference.high);
  const std::string within = fmt::format("-{:.4g} to {:.4g}", margin, margin);
  if (answers.identical) {
    judged.verdict = Equivalence::equivalent;
    judged.reason = "both give the same outputs, bit for bit";
  } else if (difference.low >= -margin && difference.high <= margin) {
    judged.verdict = Equivalence::equivalent;
    judged.reason = interval + " lies within " + within;
  } else if (difference.low > margin || difference.high < -margin) {
    judged.verdict = Equivalence::different;
    judged.reason = interval + " lies beyond " + within;
  } else {
    judged.reason = interval + " reaches beyond " + within + ": " + advice(difference, margin);
  }
  return judged;
}

}  // namespace iai
