#include "commands/quantize_speed.hpp"

#include <doctest/doctest.h>

#include "tests/harmful_branches.hpp"
#include "tests/silent_output.hpp"

using namespace iai;

namespace {

/// Each operator takes so long in float and in int8; quantizing any costs `fixed` once. The clock is exact to 1 %.
struct Times {
  std::map<std::string, std::pair<double, double>> each;
  double fixed = 0;
  int asked = 0, most = 1 << 20;
  std::set<std::string> must_stay = {};

  double time(const Returned& returned) const {
    double sum = 10, any = 0;
    for (const auto& [name, times] : each) {
      const bool floats = returned.too_slow.contains(name);
      sum += floats ? times.first : times.second;
      if (!floats) any = fixed;
    }
    return sum + any;
  }
  double source() const {
    double sum = 10;
    for (const auto& [name, times] : each) sum += times.first;
    return sum;
  }
  static RatioInterval ratio(double one, double other) { return {one / other, one / other * 0.99, one / other * 1.01, 20}; }

  SpeedResult search(Returned& returned) {
    SpeedSearch search;
    for (const auto& [name, times] : each) search.names.push_back(name);
    search.compare = [&](const Returned& one, const Returned& other) {
      ++asked;
      return ratio(time(one), time(other));
    };
    search.over_source = [&](const Returned& one) { return ratio(time(one), source()); };
    search.is_allowed = [&](const Returned& one) {
      return std::none_of(must_stay.begin(), must_stay.end(), [&](const std::string& name) { return one.too_slow.contains(name); });
    };
    search.is_time_up = [&] { return asked >= most; };
    return keep_what_gains(search, returned);
  }
};

using Names = std::set<std::string>;

}  // namespace

TEST_CASE("operators that cost more than they gain go back to float, the others stay") {
  Times times{{{"a", {10, 4}}, {"b", {2, 5}}, {"c", {8, 3}}, {"d", {1, 3}}}};
  Returned returned;
  const SpeedResult result = times.search(returned);
  CHECK(result.holds);
  CHECK_FALSE(result.cut);
  CHECK(returned.too_slow == Names{"b", "d"});
  CHECK(result.ratio.value == doctest::Approx(20.0 / 31));
  CHECK(result.in_the_way.empty());
}

TEST_CASE("what an accuracy limit needs stays, though it costs time") {
  Times times{{{"a", {10, 4}}, {"b", {2, 5}}, {"c", {2, 5}}}};
  times.must_stay = {"b"};
  Returned returned{{"x"}, {"c"}};
  CHECK(times.search(returned).holds);
  CHECK(returned == Returned{{"x"}, {}, {"c"}});
}

TEST_CASE("a difference within the interval is none") {
  Times times{{{"a", {10, 10.05}}, {"b", {10, 9.95}}}};
  Returned returned;
  const SpeedResult result = times.search(returned);
  CHECK(result.holds);
  CHECK(returned.too_slow.empty());
  CHECK(times.asked == 2);  // confirmed only where it looks faster
}

TEST_CASE("where nothing gains, or all of it is slower, the result says so") {
  Returned none_left;
  const SpeedResult none = Times{{{"a", {1, 4}}, {"b", {2, 5}}}}.search(none_left);
  CHECK_FALSE(none.holds);
  CHECK(none.in_the_way == "no operator gains from int8");
  // Each gains by itself, the cost of having any is more than all gain, and no single one shows it.
  Returned returned;
  Times times{{{"a", {3, 2}}, {"b", {3, 2}}}};
  times.fixed = 4;
  const SpeedResult slower = times.search(returned);
  CHECK_FALSE(slower.holds);
  CHECK(slower.in_the_way == "no choice of operators is as fast as the source");
}

TEST_CASE("the budget ends the measuring: what was not measured stays") {
  Times times{{{"a", {1, 4}}, {"b", {1, 5}}, {"c", {40, 8}}}};
  times.most = 1;
  Returned returned;
  const SpeedResult result = times.search(returned);
  CHECK(result.cut);
  CHECK(returned.too_slow == Names{"a"});
}

TEST_CASE("measured on a real runtime, the result is the model whose time was measured") {
  if (!building::have_runtime()) return;
  const building::Folder folder;
  building::write_harmful_branches(folder);
  QuantizeOptions options;
  options.model = folder / "model.onnx";
  SilentOutput silent;
  const auto samples = open_samples({folder / "x.npy"}, wanted_inputs(Session(options.model, {})));
  QuantizeWorkbench workbench(read_model(options.model), options, samples.get(), nullptr, silent);
  Candidate candidate = workbench.make({"min-max", RangeMethod::min_max, true}, {});
  const SpeedResult result = keep_what_gains(workbench, candidate, [](const Returned&) { return true; });
  // Sixteen multiplications an operator: int8 cannot gain.
  CHECK(result.ratio.value > 0);
  CHECK(candidate.integer_layers() == 4 - candidate.returned.too_slow.size());
  for (const QuantizedLayer& layer : candidate.made.layers) {
    CHECK((layer.form == "float") == candidate.returned.too_slow.contains(layer.name));
    if (layer.form == "float") CHECK(layer.reason == "returned to float: int8 took longer");
  }
  CHECK(result.holds == (candidate.integer_layers() > 0 && *result.ratio.low <= 1));
}
