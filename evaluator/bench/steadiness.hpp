#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace iai {

/// What the machine did besides the measurement.
struct Steadiness {
  double steal_share = 0;                          ///< of the processor time that the hypervisor gave to others, 0 to 1
  double other_cores = 0;                          ///< cores that other processes kept busy on average
  double cores = 0;                                ///< cores the machine has
  std::optional<double> slowest_mhz, fastest_mhz;  ///< of the core that measured; nothing where it is not shown
  double drift_share = 0;                          ///< of the reference model, evaluator/bench/statistics.hpp
  std::vector<std::string> governors;              ///< of the cores' clocks, sorted, each once; empty where they are not shown
  bool governor_changed = false;                   ///< while it was measured
  std::optional<std::int64_t> thermal_throttles;   ///< how often heat slowed a core or package down; nothing where it is not counted
  std::optional<double> quota_wait_s;              ///< seconds in which the container's quota held threads back; the same
  /// Why the figures may be off, in words; empty when the machine was steady: steal over 1 %, other processes on more
  /// than 5 % of the cores, a clock that changed by more than 10 %, drift over 5 %, any throttling, cores under different
  /// governors or a governor that changed.
  std::vector<std::string> reasons() const;
};

/// Watches from construction to result(). `root` holds proc/ and sys/ (a test's own tree, else "/").
class SteadinessWatch {
 public:
  explicit SteadinessWatch(std::filesystem::path root = "/");
  /// Reads the clock of the current core; cheap enough for every 100 ms, between the timed runs.
  void sample();
  Steadiness result(double drift_share) const;

 private:
  struct Times {
    double total = 0, busy = 0, steal = 0, own = 0;  ///< seconds over all cores; own: of this process
  };
  /// What slows cores down on purpose.
  struct Brakes {
    std::vector<std::string> governors;
    std::optional<std::int64_t> thermal_throttles;
    std::optional<double> quota_wait_s;
  };
  Times times() const;
  Brakes brakes() const;
  std::filesystem::path root_;
  Times start_;
  Brakes start_brakes_;
  std::optional<double> slowest_mhz_, fastest_mhz_;
};

}  // namespace iai
