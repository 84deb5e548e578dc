#include "evaluator/learning/near_copies.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace iai {

void report_copies(const RuleHead& rule, const char* what, const std::vector<RowPlace>& places, std::vector<NearCopy> copies, const LearningTable& table,
                   ViolationLog& log) {
  for (auto& copy : copies)
    if (copy.b < copy.a) std::swap(copy.a, copy.b);
  std::stable_sort(copies.begin(), copies.end(),
                   [](const NearCopy& one, const NearCopy& other) { return std::pair(one.b, one.a) < std::pair(other.b, other.a); });
  std::vector<bool> told(places.size());
  for (const auto& copy : copies) {
    if (told[copy.a] && told[copy.b]) continue;
    told[copy.a] = told[copy.b] = true;
    const auto &first = places[copy.a], &second = places[copy.b];
    auto violation = table.violation(second, "");
    violation.message = fmt::format("{} {} of {} that is nearly {} ({})", *what == 'i' ? "an" : "a", what, table.split_name(second.split),
                                    table.describe(first, second.file), copy.how);
    log.report(rule, std::move(violation));
  }
}

}  // namespace iai
