#pragma once

#include <optional>
#include <string>
#include <vector>

namespace iai {

/// Energy over a stretch of time.
struct Spent {
  double joules = 0, seconds = 0;
};

/// Something that tells how much energy was spent. What it counts is the machine's: other processes and the idle power are in it.
class EnergyMeter {
 public:
  virtual ~EnergyMeter() = default;
  /// "powercap", "hwmon", "nvml", "command"
  virtual std::string kind() const = 0;
  /// What is added up: "package-0", "dram"; "ina3221/VDD_IN"; "nvml/0 (NVIDIA A100)"; the command.
  virtual std::vector<std::string> sources() const = 0;
  /// A stretch below this holds too few of its readings to say anything, s.
  virtual double shortest_stretch_s() const = 0;
  /// Since the last call (or since the meter was made). Nothing when a reading is missing.
  /// @throws Error(environment) when the meter itself fails, with the way out
  virtual std::optional<Spent> spent() = 0;
  /// Why the last spent() gave nothing.
  virtual std::string problem() const { return "a reading of the meter is missing"; }
};

}  // namespace iai
