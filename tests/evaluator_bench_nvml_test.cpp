#include "evaluator/bench/nvml.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

#include "evaluator/bench/energy.hpp"

using namespace iai;

namespace {

/// Sets what the fake library says, for the time of a test.
class Says {
 public:
  Says(const char* name, const std::string& value) : name_(name) { say(value); }
  ~Says() { ::unsetenv(name_); }
  Says(const Says&) = delete;
  Says& operator=(const Says&) = delete;
  void say(const std::string& value) const { ::setenv(name_, value.c_str(), 1); }

 private:
  const char* name_;
};

double now_ms = 0;
double fake_now() { return now_ms; }

std::shared_ptr<const Nvml> library() { return std::make_shared<const Nvml>(IAI_FAKE_NVML); }

}  // namespace

TEST_CASE("a counter of energy gives what it counted, of all devices together") {
  const Says count("FAKE_NVML_COUNT", "2"), energy("FAKE_NVML_MJ", "1000");
  const auto nvml = library();
  REQUIRE(nvml->devices().size() == 2);
  CHECK(nvml->reason().empty());
  CHECK(nvml->devices()[1].name == "nvml/1");
  CHECK(nvml->devices()[1].counts_energy);
  now_ms = 0;
  NvmlMeter meter(nvml, nvml->devices(), fake_now);
  CHECK(meter.kind() == "nvml");
  CHECK(meter.sources() == std::vector<std::string>{"nvml/0 (Fake Card)", "nvml/1 (Fake Card)"});
  energy.say("8500");
  now_ms = 3000;
  const auto spent = meter.spent();
  REQUIRE(spent.has_value());
  CHECK(spent->joules == doctest::Approx(15));  // twice 7500 mJ
  CHECK(spent->seconds == doctest::Approx(3));
  now_ms = 4000;
  CHECK(meter.spent()->joules == 0);
}

TEST_CASE("a counter that goes back or cannot be read gives nothing, and says why") {
  const Says energy("FAKE_NVML_MJ", "1000");
  const auto nvml = library();
  now_ms = 0;
  NvmlMeter meter(nvml, nvml->devices(), fake_now);
  energy.say("900");
  now_ms = 1000;
  CHECK_FALSE(meter.spent().has_value());
  CHECK(meter.problem() == "nvml/0: its energy went back from 1000 to 900 mJ");
  energy.say("none");
  CHECK_FALSE(meter.spent().has_value());
  CHECK(meter.problem() == "nvml/0: its energy could not be read");
  energy.say("1200");
  CHECK_FALSE(meter.spent().has_value());  // what was counted meanwhile is not known
  energy.say("1300");
  CHECK(meter.spent()->joules == doctest::Approx(0.1));
}

TEST_CASE("power is integrated where energy is not counted") {
  const Says power("FAKE_NVML_MW", "250000");
  const auto nvml = library();
  REQUIRE(nvml->devices().size() == 1);
  CHECK_FALSE(nvml->devices()[0].counts_energy);
  CHECK(nvml->devices()[0].problem.empty());
  NvmlMeter meter(nvml, nvml->devices());
  rest_seconds(0.1);
  const auto spent = meter.spent();
  REQUIRE(spent.has_value());
  CHECK(spent->seconds >= 0.1);
  CHECK(spent->joules == doctest::Approx(250 * spent->seconds));
  power.say("none");
  CHECK_FALSE(meter.spent().has_value());
  CHECK(meter.problem().find("could not be read") != std::string::npos);
}

TEST_CASE("a library without devices, one that fails, one that is none, and a device that tells nothing") {
  {
    const Says count("FAKE_NVML_COUNT", "0");
    CHECK(library()->reason() == std::string(IAI_FAKE_NVML) + " sees no device");
  }
  {
    const Says fails("FAKE_NVML_INIT", "9");
    CHECK(library()->reason() == std::string(IAI_FAKE_NVML) + ": Driver Not Loaded");
    CHECK(library()->devices().empty());
  }
  CHECK(Nvml("libm.so.6").reason() == "libm.so.6 has no nvmlInit_v2");
  CHECK(Nvml("/none/libnvidia-ml.so.1").reason().find("/none/libnvidia-ml.so.1: cannot open") == 0);
  const auto silent = library();
  REQUIRE(silent->devices().size() == 1);
  CHECK(silent->devices()[0].problem == "nvml/0 tells neither its energy nor its power: Not Supported");
}

TEST_CASE("energy of runs on a card that draws 40 W is 40 W times their time") {
  const Says power("FAKE_NVML_MW", "40000"), energy("FAKE_NVML_MJ", "clock");
  const auto nvml = library();
  NvmlMeter meter(nvml, nvml->devices());
  EnergyOptions options;
  options.idle_s = 0.05;
  options.blocks = 2;
  const EnergyFigures figures = measure_energy({[] { rest_seconds(0.1); }}, meter, options);
  REQUIRE(figures.subjects.size() == 1);
  CHECK(figures.idle_w == doctest::Approx(40).epsilon(0.01));
  CHECK(figures.subjects[0].total.value >= 4 * 0.99);  // 0.1 s a run at least, however busy the machine is
  CHECK(figures.subjects[0].net.value == doctest::Approx(0).epsilon(0.1));
}
