#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/bench/energy_meter.hpp"
#include "evaluator/bench/measure.hpp"
#include "evaluator/bench/power_sampler.hpp"

namespace iai {

/// A sensor of the kernel's hwmon framework: boards' power monitors (INA3221 on Jetson), graphics processors (amdgpu), sockets.
struct PowerSensor {
  std::string name;            ///< "ina3221/VDD_IN": chip and label, or chip and channel where there is no label
  std::filesystem::path file;  ///< energyN_input (microjoules), powerN_input or powerN_average (microwatts)
  bool counts_energy = false;
  bool readable = false;
};

/// IAI_HWMON, else /sys/class/hwmon.
std::filesystem::path hwmon_folder();
/// Every sensor of energy or power, sorted by name; where a channel of a chip shows both, its energy.
std::vector<PowerSensor> find_power_sensors(const std::filesystem::path& folder);

/// Sensors that add up. Counters of energy are read at the borders; power is read every 20 ms by a thread of its own and integrated
/// by trapezoids. @source Linux, Documentation/hwmon/sysfs-interface.rst
class HwmonMeter : public EnergyMeter {
 public:
  /// @param sensors  readable ones @throws Error(environment) when one cannot be read
  explicit HwmonMeter(std::vector<PowerSensor> sensors, NowMs now = steady_now_ms);

  std::string kind() const override { return "hwmon"; }
  std::vector<std::string> sources() const override;
  double shortest_stretch_s() const override { return 0.2; }
  std::optional<Spent> spent() override;

 private:
  struct Watched {
    PowerSensor sensor;
    std::uint64_t last_microjoules = 0;
  };
  std::optional<double> watts() const;
  std::optional<std::uint64_t> counted();

  std::vector<Watched> watched_;
  NowMs now_;
  double last_s_;
  std::unique_ptr<PowerSampler> sampler_;  ///< of the sum of the sensors of power, where there are some
};

}  // namespace iai
