#include "evaluator/bench/hwmon.hpp"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

struct Board {
  TemporaryFolder folder;
  Board() {
    folder.write("hwmon0/name", "ina3221\n");
    folder.write("hwmon0/power1_input", "5000000\n");
    folder.write("hwmon0/power1_label", "VDD_IN\n");
    folder.write("hwmon0/power2_input", "1500000\n");
    folder.write("hwmon1/name", "amd_energy\n");
    folder.write("hwmon1/energy1_input", "1000\n");
    folder.write("hwmon1/energy1_label", "Esocket0\n");
    folder.write("hwmon2/name", "amdgpu\n");
    folder.write("hwmon2/power1_average", "42000000\n");
    folder.write("hwmon2/power1_cap", "300000000\n");
    folder.write("hwmon3/name", "coretemp\n");
    folder.write("hwmon3/temp1_input", "41000\n");
  }
  std::vector<PowerSensor> named(const std::string& name) const {
    std::vector<PowerSensor> chosen;
    for (const PowerSensor& sensor : find_power_sensors(folder.path)) {
      if (sensor.name == name) chosen.push_back(sensor);
    }
    return chosen;
  }
};

}  // namespace

TEST_CASE("sensors of power and energy have the names of their chip and label; limits and temperatures are none") {
  const Board board;
  std::vector<std::string> names;
  for (const PowerSensor& sensor : find_power_sensors(board.folder.path)) names.push_back(sensor.name);
  CHECK(names == std::vector<std::string>{"amd_energy/Esocket0", "amdgpu/channel1", "ina3221/VDD_IN", "ina3221/channel2"});
  CHECK(find_power_sensors(board.folder.path / "none").empty());
}

TEST_CASE("a channel that shows power and energy is read by its energy") {
  const Board board;
  board.folder.write("hwmon0/energy1_input", "7");
  board.folder.write("hwmon0/energy1_label", "VDD_IN\n");
  REQUIRE(board.named("ina3221/VDD_IN").size() == 1);
  CHECK(board.named("ina3221/VDD_IN")[0].counts_energy);
}

TEST_CASE("constant power times the time between two readings is the energy, whatever that time was") {
  const Board board;
  HwmonMeter meter(board.named("ina3221/VDD_IN"));
  CHECK(meter.sources() == std::vector<std::string>{"ina3221/VDD_IN"});
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    const auto spent = meter.spent();
    REQUIRE(spent);
    CHECK(spent->seconds >= 0.03);
    CHECK(spent->joules == doctest::Approx(5 * spent->seconds));
  }
}

TEST_CASE("power that rises in between raises the energy") {
  const Board board;
  HwmonMeter meter(board.named("amdgpu/channel1"));
  board.folder.write("next", "84000000\n");
  std::filesystem::rename(board.folder.path / "next", board.folder.path / "hwmon2/power1_average");
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  const auto spent = meter.spent();
  REQUIRE(spent);
  CHECK(spent->joules / spent->seconds > 42);
  CHECK(spent->joules / spent->seconds <= 84.0001);
}

TEST_CASE("a counter of energy is read at the borders; one that went back, or is gone, gives nothing") {
  const Board board;
  HwmonMeter meter(board.named("amd_energy/Esocket0"));
  board.folder.write("hwmon1/energy1_input", "2501000\n");
  CHECK(meter.spent()->joules == doctest::Approx(2.5));
  board.folder.write("hwmon1/energy1_input", "5\n");
  CHECK_FALSE(meter.spent());
  board.folder.write("hwmon1/energy1_input", "1000005\n");
  CHECK(meter.spent()->joules == doctest::Approx(1));
  std::filesystem::remove(board.folder.path / "hwmon1/energy1_input");
  CHECK_FALSE(meter.spent());
  CHECK_THROWS_AS(HwmonMeter({{"gone", board.folder.path / "gone", true, true}}), Error);
}
