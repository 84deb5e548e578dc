#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/bench/energy_meter.hpp"
#include "evaluator/bench/measure.hpp"

namespace iai {

/// A counter of the kernel's powercap framework (RAPL on Intel and AMD).
struct EnergyZone {
  std::string name;                     ///< "package-0", "core", "dram" ...
  std::filesystem::path path;           ///< folder with energy_uj
  bool readable = false;                ///< may this process read the counter?
  std::uint64_t range_microjoules = 0;  ///< the counter starts over at 0 after this value; 0: not known
};

/// IAI_POWERCAP, else /sys/class/powercap.
std::filesystem::path powercap_folder();
/// Every zone with a counter, sorted by path; none where the folder is missing.
std::vector<EnergyZone> find_energy_zones(const std::filesystem::path& folder);

/// The processor packages and their memory. A package's counter includes its cores, so those are not added again, and neither are
/// zones that show a package a second time (psys, memory-mapped RAPL). A counter that started over between two calls counts right
/// as long as it did so once; one whose range is not known gives nothing then.
/// @source Linux, Documentation/power/powercap/powercap.rst
class PowercapMeter : public EnergyMeter {
 public:
  /// Takes the zones to add up. `reason()` says why there are none.
  explicit PowercapMeter(const std::filesystem::path& folder, NowMs now = steady_now_ms);
  bool available() const { return reason_.empty(); }
  const std::string& reason() const { return reason_; }

  std::string kind() const override { return "powercap"; }
  std::vector<std::string> sources() const override;
  double shortest_stretch_s() const override { return 0.1; }  // counters move about every millisecond
  std::optional<Spent> spent() override;

 private:
  struct Counter {
    EnergyZone zone;
    std::uint64_t last = 0;
  };
  std::vector<Counter> counters_;
  std::string reason_;
  NowMs now_;
  double last_ms_;
};

}  // namespace iai
