#include "evaluator/bench/energy.hpp"

#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "evaluator/bench/powercap.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

double clock_s = 0;
double drawn_joules = 0;
double fake_now() { return clock_s * 1000; }

/// The machine draws `watts` for `seconds`.
void pass(double seconds, double watts) {
  clock_s += seconds;
  drawn_joules += seconds * watts;
}
void rest_at_ten_watts(double seconds) { pass(seconds, 10); }

class FakeMeter : public EnergyMeter {
 public:
  int readings_left = 1'000'000;
  std::string kind() const override { return "fake"; }
  std::vector<std::string> sources() const override { return {"socket"}; }
  double shortest_stretch_s() const override { return stretch_s; }
  std::optional<Spent> spent() override {
    const Spent since{drawn_joules - joules_, clock_s - seconds_};
    joules_ = drawn_joules;
    seconds_ = clock_s;
    return readings_left-- > 0 ? std::optional(since) : std::nullopt;
  }
  double stretch_s = 0.1;

 private:
  double joules_ = drawn_joules, seconds_ = clock_s;
};

EnergyOptions fake_options() {
  EnergyOptions options;
  options.now = fake_now;
  options.rest = rest_at_ten_watts;
  return options;
}

}  // namespace

TEST_CASE("energy of a run, and what of it the idle machine would have drawn too") {
  FakeMeter meter;
  const Subject light = [] { pass(0.001, 30); }, heavy = [] { pass(0.004, 50); };
  const EnergyFigures figures = measure_energy({light, heavy}, meter, fake_options());
  REQUIRE(figures.subjects.size() == 2);
  CHECK(figures.meter == "fake");
  CHECK(figures.sources == std::vector<std::string>{"socket"});
  CHECK(figures.idle_w == doctest::Approx(10));
  CHECK(figures.idle_s == doctest::Approx(1));
  CHECK(figures.subjects[0].total.value == doctest::Approx(0.030));
  CHECK(figures.subjects[0].net.value == doctest::Approx(0.020));
  CHECK(figures.subjects[1].total.value == doctest::Approx(0.200));
  CHECK(figures.subjects[1].net.value == doctest::Approx(0.160));
  CHECK(figures.subjects[1].total.groups == 10);
  CHECK(*figures.subjects[1].total.low == doctest::Approx(0.200));
}

TEST_CASE("blocks that differ make an interval that says so") {
  FakeMeter meter;
  int run = 0;
  const Subject uneven = [&] { pass(0.2, 20.0 + run++); };  // a block of one run each: 4, 4.2, 4.4 ... 5.8 J
  const EnergyFigures figures = measure_energy({uneven}, meter, fake_options());
  CHECK(figures.subjects[0].total.value == doctest::Approx(4.9));
  CHECK(*figures.subjects[0].total.low == doctest::Approx(4.2));  // the second smallest of ten: Conover, table A3
  CHECK(*figures.subjects[0].total.high == doctest::Approx(5.6));
}

TEST_CASE("a slow meter gets longer stretches") {
  FakeMeter meter;
  meter.stretch_s = 5;
  const EnergyFigures figures = measure_energy({[] { pass(0.5, 12); }}, meter, fake_options());
  CHECK(figures.idle_s == doctest::Approx(5));
  CHECK(figures.block_s == 5);
  CHECK(figures.subjects[0].net.value == doctest::Approx(1));
}

TEST_CASE("a meter that misses a reading, or does not move, gives no figure but the reason") {
  const Subject run = [] { pass(0.1, 10); };
  FakeMeter broken;
  broken.readings_left = 5;
  const EnergyFigures none = measure_energy({run}, broken, fake_options());
  CHECK(none.subjects.empty());
  CHECK(none.reason == "a reading of the meter is missing while the model ran");
  FakeMeter dead;
  const EnergyFigures still = measure_energy({[] { clock_s += 0.1; }}, dead, fake_options());
  CHECK(still.subjects.empty());
  CHECK(still.reason == "the meter did not move while the model ran");
}

TEST_CASE("a simulated powercap tree whose counter moves with the work, and starts over on the way") {
  const TemporaryFolder folder;
  constexpr std::uint64_t range = 2'000'000;  // 2 J: starts over every few runs
  const double start = drawn_joules;
  const auto show = [&] {
    const auto microjoules = static_cast<std::uint64_t>(std::llround((drawn_joules - start) * 1e6)) + 1'900'000;
    folder.write("intel-rapl:0/energy_uj", std::to_string(microjoules % (range + 1)));
  };
  folder.write("intel-rapl:0/name", "package-0\n");
  folder.write("intel-rapl:0/max_energy_range_uj", std::to_string(range));
  show();
  PowercapMeter meter(folder.path, fake_now);
  REQUIRE(meter.available());
  EnergyOptions options = fake_options();
  options.idle_s = 0.1;  // 1 J at 10 W
  static std::function<void()> moved;
  moved = show;
  options.rest = [](double seconds) {
    pass(seconds, 10);
    moved();
  };
  const EnergyFigures figures = measure_energy({[&] {
                                                 pass(0.05, 6);
                                                 show();
                                               }},
                                               meter, options);
  REQUIRE(figures.subjects.size() == 1);
  // The counter holds 2.000001 J: a microjoule more at most for each time it started over.
  CHECK(figures.idle_w == doctest::Approx(10).epsilon(1e-4));
  CHECK(figures.subjects[0].total.value == doctest::Approx(0.3).epsilon(1e-4));
  CHECK(figures.subjects[0].net.value == doctest::Approx(-0.2).epsilon(1e-4));  // less than idle: said as it was measured
}
