#include "commands/quantize_float_search.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace iai {
namespace {

constexpr std::int64_t most_compared = 64;
/// Multiply-accumulates that the search may take: some ten seconds.
constexpr double affordable = 1e11;
/// What an operator has to bring, in dB: less may be chance, since every change lets other roundings fall otherwise.
constexpr double least_gain_db = 1;

class FloatSearch {
 public:
  FloatSearch(const FloatWorkbench& workbench, FloatCandidate best) : workbench_(workbench), best_(std::move(best)) {}

  FloatCandidate run() {
    std::vector<std::pair<double, std::size_t>> tried;  // output with that operator alone back in float32
    for (const std::size_t i : candidates()) {
      workbench_.output().progress("looking for what loses most", tried.size(), best_.operators.size());
      tried.emplace_back(-sqnr_db(without(i, {"outputs", {}})), i);
    }
    std::stable_sort(tried.begin(), tried.end());
    const double first = sqnr_db(best_);
    for (const auto& [negative, i] : tried) {
      if (sqnr_db(best_) >= least_sqnr_db(workbench_.precision().type) || -negative < first + least_gain_db) break;
      consider(i);
    }
    return std::move(best_);
  }

 private:
  const FloatWorkbench& workbench_;
  FloatCandidate best_;

  static double sqnr_db(const FloatCandidate& candidate) { return worst_sqnr_db(candidate.errors); }

  std::vector<std::size_t> candidates() const {
    std::vector<std::size_t> ranked = by_sensitivity(workbench_, best_.operators);
    const auto cost = workbench_.comparison_cost(most_compared);
    const double most = cost ? affordable / *cost : 1;
    if (static_cast<double>(ranked.size()) > most) ranked.resize(static_cast<std::size_t>(most));
    return ranked;
  }

  FloatCandidate without(std::size_t which, FloatReason reason) const {
    std::vector<FloatOperator> operators = best_.operators;
    keep_operator(operators, which, std::move(reason), workbench_.precision());
    FloatCandidate made = workbench_.make(std::move(operators));
    workbench_.compare(made, most_compared);
    return made;
  }

  void consider(std::size_t i) {
    if (!best_.operators[i].reduced()) return;  // it went with another one
    FloatCandidate made = without(i, {"outputs", {}});
    const double gain = sqnr_db(made) - sqnr_db(best_);
    if (!(gain >= least_gain_db)) return;
    made.operators[i].reason.text = fmt::format("the model's outputs lie {:.1f} dB nearer with it in float32", gain);
    workbench_.output().detail(
        fmt::format("'{}' goes back to float32: worst output {:.2f} dB, {:.2f} before", made.operators[i].name, sqnr_db(made), sqnr_db(best_)));
    best_ = std::move(made);
  }
};

}  // namespace

std::vector<std::size_t> by_sensitivity(const FloatWorkbench& workbench, const std::vector<FloatOperator>& operators) {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    if (!operators[i].reduced()) continue;
    double worst = HUGE_VAL;
    for (const std::string& output : operators[i].outputs) {
      const auto seen = workbench.measured().find(output);
      if (seen != workbench.measured().end() && seen->second.operator_sqnr_db < worst) worst = seen->second.operator_sqnr_db;
    }
    ranked.emplace_back(worst, i);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::size_t> order;
  for (const auto& [sqnr, i] : ranked) order.push_back(i);
  return order;
}

FloatCandidate best_float(const FloatWorkbench& workbench) {
  FloatCandidate whole = workbench.make(workbench.operators());
  if (!workbench.has_samples() || whole.reduced_operators() < 2) return whole;
  workbench.compare(whole, most_compared);
  if (worst_sqnr_db(whole.errors) >= least_sqnr_db(workbench.precision().type)) return whole;
  return FloatSearch(workbench, std::move(whole)).run();
}

}  // namespace iai
