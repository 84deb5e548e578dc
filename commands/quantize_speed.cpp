#include "commands/quantize_speed.hpp"

#include <algorithm>
#include <list>
#include <memory>

#include <fmt/format.h>

#include "commands/quantize_latency.hpp"
#include "commands/quantize_search.hpp"
#include "commands/scratch_model.hpp"

namespace iai {

namespace {

constexpr double seconds_each = 0.3;  // of measuring, for each of two models

bool surely_below_one(const RatioInterval& ratio) { return ratio.high && *ratio.high < 1; }
bool surely_above_one(const RatioInterval& ratio) { return ratio.low && *ratio.low > 1; }

class GainSearch {
 public:
  GainSearch(const SpeedSearch& search, Returned start) : search_(search), start_(std::move(start)) {}

  SpeedResult run(Returned& returned) {
    Returned chosen = without_those_that_cost(start_);
    result_.ratio = search_.over_source(chosen);
    if (surely_above_one(result_.ratio) && !result_.cut) {
      Returned few = only_those_that_gain();
      if (has_integers(few) && search_.is_allowed(few)) {
        const RatioInterval ratio = search_.over_source(few);
        if (ratio.value < result_.ratio.value) {
          chosen = std::move(few);
          result_.ratio = ratio;
        }
      }
    }
    result_.holds = has_integers(chosen) && !surely_above_one(result_.ratio);
    if (!has_integers(chosen)) result_.in_the_way = "no operator gains from int8";
    else if (!result_.holds) result_.in_the_way = "no choice of operators is as fast as the source";
    returned = std::move(chosen);
    return result_;
  }

 private:
  const SpeedSearch& search_;
  const Returned start_;
  SpeedResult result_;

  /// Twice, since one of forty tries says so by chance.
  bool is_surely_faster(const Returned& candidate, const Returned& reference) {
    return surely_below_one(search_.compare(candidate, reference)) && surely_below_one(search_.compare(candidate, reference));
  }

  bool has_integers(const Returned& returned) const { return returned.too_slow.size() < start_.too_slow.size() + search_.names.size(); }

  static Returned moved_to_float(Returned returned, const std::string& name) {
    returned.to_int16.erase(name);
    returned.too_slow.insert(name);
    return returned;
  }

  bool is_time_up() { return result_.cut = result_.cut || search_.is_time_up(); }

  Returned without_those_that_cost(Returned current) {
    for (const std::string& name : search_.names) {
      if (is_time_up()) break;
      Returned without = moved_to_float(current, name);
      if (is_surely_faster(without, current) && search_.is_allowed(without)) current = std::move(without);
    }
    return current;
  }

  Returned only_those_that_gain() {
    Returned current = start_;
    for (const std::string& name : search_.names) current = moved_to_float(std::move(current), name);
    for (const std::string& name : search_.names) {
      if (is_time_up()) break;
      Returned with = current;
      with.too_slow.erase(name);
      if (start_.to_int16.contains(name)) with.to_int16.insert(name);
      if (is_surely_faster(with, current)) current = std::move(with);
    }
    return current;
  }
};

/// Models of one method as files. The two asked for last are kept: a comparison is made twice, and the next one shares one of them.
class MadeModels {
 public:
  MadeModels(QuantizeWorkbench& workbench, const QuantizeMethod& method) : workbench_(workbench), method_(method) {}

  std::shared_ptr<const ScratchModel> get(const Returned& returned) {
    auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& one) { return one.first == returned; });
    if (found == kept_.end()) {
      kept_.emplace_front(returned, std::make_shared<const ScratchModel>(workbench_.make(method_, returned).made.model));
      if (kept_.size() > 2) kept_.pop_back();
    } else {
      kept_.splice(kept_.begin(), kept_, found);
    }
    return kept_.front().second;
  }

 private:
  QuantizeWorkbench& workbench_;
  const QuantizeMethod method_;
  std::list<std::pair<Returned, std::shared_ptr<const ScratchModel>>> kept_;
};

}  // namespace

std::string ratio_text(const RatioInterval& ratio) {
  return ratio.low ? fmt::format("{:.3f} ({:.3f} to {:.3f})", ratio.value, *ratio.low, *ratio.high) : fmt::format("{:.3f}", ratio.value);
}

SpeedResult keep_what_gains(const SpeedSearch& search, Returned& returned) { return GainSearch(search, returned).run(returned); }

LatencyClock latency_clock(QuantizeWorkbench& workbench) {
  return [&workbench, bench = std::make_shared<LatencyBench>(workbench)](const Candidate& candidate) {
    const ScratchModel made(candidate.made.model);
    return bench->ratio(made.path(), workbench.options().model, seconds_each).value;
  };
}

SpeedResult keep_what_gains(QuantizeWorkbench& workbench, Candidate& candidate, const std::function<bool(const Returned&)>& is_allowed) {
  constexpr double seconds_in_all = 1.5;
  const QuantizeMethod method = candidate.method;
  const LatencyBench bench(workbench);
  MadeModels models(workbench, method);
  std::uint64_t asked = 0;
  SpeedSearch search;
  for (const QuantizedLayer& layer : candidate.made.layers) {
    if (layer.form != "float" && std::find(search.names.begin(), search.names.end(), layer.name) == search.names.end()) search.names.push_back(layer.name);
  }
  search.compare = [&](const Returned& one, const Returned& other) {
    workbench.output().progress("measuring what each operator gains", asked++, 0);
    const auto first = models.get(one), second = models.get(other);
    const RatioInterval ratio = bench.ratio(first->path(), second->path(), seconds_each);
    workbench.output().detail(fmt::format("{} in float for speed against {}: {} times as long", one.too_slow.size(), other.too_slow.size(), ratio_text(ratio)));
    return ratio;
  };
  search.over_source = [&](const Returned& returned) { return bench.ratio(models.get(returned)->path(), workbench.options().model, seconds_in_all); };
  search.is_allowed = is_allowed;
  search.is_time_up = [&] { return workbench.budget().spent(); };
  Returned returned = candidate.returned;
  SpeedResult result = keep_what_gains(search, returned);
  if (returned != candidate.returned) {
    candidate = workbench.make(method, returned);
    workbench.compare(candidate, most_compared);
    workbench.remember(candidate, described(method, returned));
    workbench.keep(described(method, returned));
  }
  return result;
}

}  // namespace iai
