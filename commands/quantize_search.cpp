#include "commands/quantize_search.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace iai {

std::string described(const QuantizeMethod& method) {
  std::string text = method.name;
  if (method.own.size() > 3) text += fmt::format(", {} tensors otherwise", method.own.size());
  else
    for (const auto& [tensor, range] : method.own) text += fmt::format(", '{}' by {}", tensor, method_name(range));
  if (!method.attention && method.name != "dynamic") text += ", attention in float";
  if (method.equalized) text += ", equalized";
  if (method.rounding == Rounding::adaptive) text += ", rounded adaptively";
  if (method.corrected) text += ", biases corrected";
  if (!method.stored) text += ", float weights where it computes in float";
  return text;
}

static std::string listed(const std::set<std::string>& operators, const char* form) {
  constexpr std::size_t most = 3;
  if (operators.empty()) return {};
  return operators.size() > most ? fmt::format(", {} operators in {}", operators.size(), form)
                                 : fmt::format(", '{}' in {}", fmt::join(operators, "', '"), form);
}

std::string described(const QuantizeMethod& method, const Returned& returned) {
  return described(method) + listed(returned.to_int16, "int16") + listed(returned.to_float, "float") + listed(returned.too_slow, "float for speed");
}

namespace {

/// Multiply-accumulates that a search may take besides those of the first methods: some seconds.
constexpr double affordable = 2e10;

Rounding rounding_of(const QuantizeOptions& options) { return options.rounding == "adaptive" ? Rounding::adaptive : Rounding::nearest; }

/// What is tried first.
std::vector<QuantizeMethod> first_methods(const QuantizeOptions& options, bool attention) {
  // Not percentile: on few samples it cuts tails that come back in use.
  std::vector<QuantizeMethod> methods{{"mse", RangeMethod::mse, true}, {"min-max", RangeMethod::min_max, true}};
  if (attention) methods.insert(methods.end(), {{"mse", RangeMethod::mse, false}, {"min-max", RangeMethod::min_max, false}});
  for (QuantizeMethod& method : methods) method.rounding = rounding_of(options);
  return methods;
}

class Search {
 public:
  explicit Search(QuantizeWorkbench& workbench) : workbench_(workbench), options_(workbench.options()) {}

  /// @returns the best method
  QuantizeMethod run() {
    for (const QuantizeMethod& method : first_methods(options_, workbench_.has_attention())) {
      consider(method, [](const Candidate& candidate, const Candidate& best) { return worst_sqnr_db(candidate.errors) > worst_sqnr_db(best.errors); });
    }
    if (best_->integer_layers() == 0) return best_->method;
    reconsider_stored();
    equalize();
    choose_for_each_tensor();
    correct_biases();
    return best_->method;
  }

 private:
  QuantizeWorkbench& workbench_;
  const QuantizeOptions& options_;
  std::optional<Candidate> best_;

  /// What is tried afterwards has to be better beyond chance: samples are few, and sometimes a few of them make the difference.
  static bool better(const Candidate& candidate, const Candidate& best, double standard_errors) {
    return worst_sqnr_db(candidate.errors) > worst_sqnr_db(best.errors) && gain_in_standard_errors(candidate.errors, best.errors) >= standard_errors;
  }
  static bool surely_better(const Candidate& candidate, const Candidate& best) { return better(candidate, best, 2); }
  /// For one of many tries.
  static bool very_surely_better(const Candidate& candidate, const Candidate& best) { return better(candidate, best, 3); }

  template <class Better>
  void consider(const QuantizeMethod& method, Better is_better) {
    if (best_ && workbench_.budget().spent()) return;
    Candidate candidate = workbench_.make(method, {});
    if (best_ && candidate.integer_layers() == 0) return;
    workbench_.compare(candidate, most_compared);
    const double sure = best_ ? gain_in_standard_errors(candidate.errors, best_->errors) : 0;
    workbench_.output().detail(fmt::format("{}: worst output {:.2f} dB, {:.1f} standard errors", described(method), worst_sqnr_db(candidate.errors), sure));
    workbench_.remember(candidate, described(method));
    if (!best_ || is_better(candidate, *best_)) best_ = std::move(candidate);
  }

  /// Weights that are only stored as int8 save bytes and no time: for those the outputs may lose a little, but neither twice the noise of all
  /// the rest nor what one would not take from int8 itself.
  void reconsider_stored() {
    constexpr double most_lost_db = 3, good_db = 40;
    if (!workbench_.has_stored()) return;
    QuantizeMethod method = best_->method;
    method.stored = false;
    consider(method, [&](const Candidate& candidate, const Candidate& best) {
      return worst_sqnr_db(best.errors) < std::min(worst_sqnr_db(candidate.errors) - most_lost_db, good_db);
    });
  }

  void equalize() {
    if (options_.equalization == "none" || workbench_.exponents().empty()) return;
    const QuantizeMethod base = best_->method;
    for (QuantizeMethod method : first_methods(options_, workbench_.has_attention())) {
      if (method.attention != base.attention) continue;
      method.equalized = true;
      method.stored = base.stored;
      const bool always = options_.equalization == "always";
      consider(method, [&](const Candidate& candidate, const Candidate& best) { return (always && !best.method.equalized) || surely_better(candidate, best); });
    }
  }

  void choose_for_each_tensor() {
    const auto cost = workbench_.comparison_cost(most_compared);
    if (!cost) return;
    const auto others = workbench_.other_ranges(best_->method);
    if (*cost * static_cast<double>(others.size()) > affordable) return;
    for (const auto& [tensor, range] : others) {
      QuantizeMethod method = best_->method;
      method.own[tensor] = range;
      consider(method, very_surely_better);
    }
  }

  void correct_biases() {
    if (options_.bias_correction == "fast") return;
    QuantizeMethod method = best_->method;
    method.corrected = true;
    if (options_.bias_correction == "full") return consider(method, [](const Candidate&, const Candidate&) { return true; });
    const auto cost = workbench_.correction_cost();
    // No risk to set against it: it moves means only, towards where they were.
    if (cost && *cost <= affordable) consider(method, [](const Candidate& candidate, const Candidate& best) { return better(candidate, best, 0); });
  }
};

/// Calibration samples apart, so that ranges are judged on inputs that they were not made from: how they bear what lies outside
/// shows there only. The order is that of the contents, so that neither files nor their order decide.
QuantizeMethod best_method(QuantizeWorkbench& workbench) {
  constexpr std::int64_t fewest_to_part = 32;
  const Samples& samples = *workbench.samples();
  std::vector<std::int64_t> order = order_by_content(samples);
  const auto judged_count = static_cast<std::ptrdiff_t>(std::min(samples.count() < fewest_to_part ? samples.count() : samples.count() / 4, most_compared));
  const auto judged = select_samples(borrow_samples(samples), {order.begin(), order.begin() + judged_count});
  if (samples.count() >= fewest_to_part) order.erase(order.begin(), order.begin() + judged_count);
  const auto calibration = select_samples(borrow_samples(samples), std::move(order));
  QuantizeWorkbench trial(workbench, *calibration, *judged);
  return Search(trial).run();
}

QuantizeMethod method_for(QuantizeWorkbench& workbench) {
  const QuantizeOptions& options = workbench.options();
  if (options.dynamic) return {"dynamic", RangeMethod::min_max, false};
  if (const RangesFile* ranges = workbench.given())
    return {ranges->method, RangeMethod::given, ranges->attention, !ranges->exponents.empty(), Rounding::nearest, !ranges->biases.empty(), {}, ranges->stored};
  if (options.method == "auto") return best_method(workbench);
  const bool equalized = options.equalization == "always" && !workbench.exponents().empty();
  return {options.method, *method_named(options.method), true, equalized, rounding_of(options), options.bias_correction == "full"};
}

}  // namespace

Candidate best_candidate(QuantizeWorkbench& workbench) {
  Candidate candidate = workbench.make(method_for(workbench), {});
  // The figure is for the report: a large network is not run for it as often as for calibration itself.
  constexpr double fewest = 8;
  const double cost = workbench.comparison_cost(1).value_or(0);
  const double limit = cost > 0 ? std::clamp(affordable / cost, fewest, static_cast<double>(most_compared)) : static_cast<double>(most_compared);
  workbench.compare(candidate, static_cast<std::int64_t>(limit));
  if (workbench.tries().empty()) workbench.remember(candidate, described(candidate.method));
  workbench.keep(described(candidate.method));
  return candidate;
}

}  // namespace iai
