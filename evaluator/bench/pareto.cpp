#include "evaluator/bench/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace iai {

namespace {

double comparable(double cost) { return std::isnan(cost) ? std::numeric_limits<double>::infinity() : cost; }

bool beats(const std::vector<double>& one, const std::vector<double>& other) {
  bool is_better = false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const double a = comparable(one[i]), b = comparable(other[i]);
    if (a > b) return false;
    is_better = is_better || a < b;
  }
  return is_better;
}

}  // namespace

std::vector<bool> pareto_front(const std::vector<std::vector<double>>& costs) {
  std::vector<bool> front;
  for (const std::vector<double>& choice : costs) {
    front.push_back(std::none_of(costs.begin(), costs.end(), [&](const std::vector<double>& other) { return beats(other, choice); }));
  }
  return front;
}

}  // namespace iai
