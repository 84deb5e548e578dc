#include "evaluator/bench/steadiness.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace iai {

namespace fs = std::filesystem;

namespace {

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; }

/// Clock of core `core` in MHz: cpufreq where the kernel shows it, else /proc/cpuinfo.
std::optional<double> clock_mhz(const fs::path& root, int core) {
  std::ifstream exact(root / ("sys/devices/system/cpu/cpu" + std::to_string(core) + "/cpufreq/scaling_cur_freq"));
  if (double khz = 0; exact >> khz) return khz / 1000;
  std::ifstream stream(root / "proc/cpuinfo");
  int seen = -1;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    if (line.rfind("processor", 0) == 0) ++seen;
    if (seen != core || line.rfind("cpu MHz", 0) != 0) continue;
    if (double mhz = 0; std::istringstream(line.substr(colon + 1)) >> mhz) return mhz;
  }
  return std::nullopt;
}

}  // namespace

SteadinessWatch::SteadinessWatch(fs::path root) : root_(std::move(root)), start_(times()) { sample(); }

/// @source proc(5), /proc/stat: user nice system idle iowait irq softirq steal, in ticks; guest times are in user and
/// nice
SteadinessWatch::Times SteadinessWatch::times() const {
  Times times;
  std::ifstream stream(root_ / "proc/stat");
  std::string name;
  double values[8] = {};
  stream >> name;
  for (double& value : values) stream >> value;
  if (!stream) return times;
  const double tick = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
  for (const double value : values) times.total += value * tick;
  times.steal = values[7] * tick;
  times.busy = times.total - (values[3] + values[4]) * tick - times.steal;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  times.own = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return times;
}

void SteadinessWatch::sample() {
  const int core = sched_getcpu();
  const std::optional<double> mhz = clock_mhz(root_, std::max(core, 0));
  if (!mhz) return;
  slowest_mhz_ = std::min(slowest_mhz_.value_or(*mhz), *mhz);
  fastest_mhz_ = std::max(fastest_mhz_.value_or(*mhz), *mhz);
}

Steadiness SteadinessWatch::result(double drift_share) const {
  Steadiness found;
  found.drift_share = drift_share;
  found.slowest_mhz = slowest_mhz_;
  found.fastest_mhz = fastest_mhz_;
  found.cores = std::max(1u, std::thread::hardware_concurrency());
  const Times now = times();
  const double total = now.total - start_.total;
  if (total <= 0) return found;
  found.steal_share = std::clamp((now.steal - start_.steal) / total, 0.0, 1.0);
  const double others = (now.busy - start_.busy) - (now.own - start_.own);
  found.other_cores = std::max(0.0, others / total * found.cores);
  return found;
}

std::vector<std::string> Steadiness::reasons() const {
  std::vector<std::string> reasons;
  if (steal_share > 0.01) reasons.push_back(fmt::format("the hypervisor gave {:.1f} % of the processor time to others", steal_share * 100));
  if (other_cores > 0.05 * cores) reasons.push_back(fmt::format("other processes kept {:.2f} of {:.0f} cores busy", other_cores, cores));
  if (slowest_mhz && *slowest_mhz < 0.9 * *fastest_mhz) {
    reasons.push_back(fmt::format("the clock of the core changed between {:.0f} and {:.0f} MHz", *slowest_mhz, *fastest_mhz));
  }
  if (std::abs(drift_share) > 0.05) {
    reasons.push_back(fmt::format("the reference drifted by {:+.1f} % from the first to the last third", drift_share * 100));
  }
  return reasons;
}

}  // namespace iai
