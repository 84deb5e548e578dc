#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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

/// Energy of the processor packages and their memory since the meter was made. A package's counter includes its cores,
/// so those are not added again, and neither are zones that show a package a second time (psys, memory-mapped RAPL).
/// The counters are the machine's: other processes and the idle power are in them.
/// @source Linux, Documentation/power/powercap/powercap.rst
class EnergyMeter {
 public:
  /// Takes the zones to add up. `reason()` says why there are none.
  explicit EnergyMeter(const std::filesystem::path& folder);
  bool available() const { return reason_.empty(); }
  const std::string& reason() const { return reason_; }
  /// "package-0", "dram" ...
  std::vector<std::string> zones() const;
  /// Joules since the last call (or since the meter was made); a counter that started over in between counts right as
  /// long as it did so once. Nothing when a counter can no longer be read or its range is not known where it is needed.
  std::optional<double> joules();

 private:
  struct Counter {
    EnergyZone zone;
    std::uint64_t last = 0;
  };
  std::vector<Counter> counters_;
  std::string reason_;
};

}  // namespace iai
