#include "commands/quantize_search.hpp"

#include <optional>

#include <fmt/format.h>

namespace iai {

namespace {

std::vector<QuantizeMethod> methods_of(const QuantizeOptions& options, const RangesFile* ranges) {
  if (ranges != nullptr) return {{ranges->method, RangeMethod::min_max, ranges->attention}};
  if (options.dynamic) return {{"dynamic", RangeMethod::min_max, false}};
  const std::string& name = options.method;
  if (name == "mse") return {{name, RangeMethod::mse, true}};
  if (name == "percentile") return {{name, RangeMethod::percentile, true}};
  if (name == "min-max") return {{name, RangeMethod::min_max, true}};
  // Not percentile: on few samples it cuts tails that come back in use, and the calibration inputs cannot tell.
  return {{"mse", RangeMethod::mse, true}, {"min-max", RangeMethod::min_max, true}, {"mse", RangeMethod::mse, false}, {"min-max", RangeMethod::min_max, false}};
}

}  // namespace

Candidate best_candidate(QuantizeWorkbench& workbench) {
  std::optional<Candidate> best;
  for (const QuantizeMethod& method : methods_of(workbench.options(), workbench.given())) {
    Candidate candidate = workbench.make(method, {});
    if (best && candidate.integer_layers() == 0) continue;
    workbench.compare(candidate, most_compared);
    workbench.output().detail(
        fmt::format("{}{}: worst output {:.2f} dB", method.name, method.attention ? "" : ", attention in float", worst_sqnr_db(candidate.errors)));
    if (!best || worst_sqnr_db(candidate.errors) > worst_sqnr_db(best->errors)) best = std::move(candidate);
  }
  return std::move(*best);
}

}  // namespace iai
