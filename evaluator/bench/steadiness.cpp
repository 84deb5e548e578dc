#include "evaluator/bench/steadiness.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
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

/// Folders cpu0, cpu1 ... of the kernel's account of the cores.
std::vector<fs::path> core_folders(const fs::path& root) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(root / "sys/devices/system/cpu", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.size() > 3 && name.rfind("cpu", 0) == 0 && name.find_first_not_of("0123456789", 3) == std::string::npos) folders.push_back(it->path());
  }
  return folders;
}

template <class Value>
std::optional<Value> read_value(const fs::path& path) {
  std::ifstream stream(path);
  if (Value value{}; stream >> value) return value;
  return std::nullopt;
}

/// Seconds that the control group of this process waited for its quota. @source Linux, Documentation/admin-guide/cgroup-v2.rst, cpu.stat
std::optional<double> quota_wait(const fs::path& root) {
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.rfind("0::/", 0) != 0) continue;
    std::ifstream stream(root / "sys/fs/cgroup" / line.substr(4) / "cpu.stat");
    std::string name;
    for (double value = 0; stream >> name >> value;) {
      if (name == "throttled_usec") return value * 1e-6;
    }
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

SteadinessWatch::SteadinessWatch(fs::path root) : root_(std::move(root)), start_(times()), start_brakes_(brakes()) { sample(); }

/// @source Linux, Documentation/admin-guide/pm/cpufreq.rst; Documentation/arch/x86/ (thermal_throttle). The counter of a package is
/// shown in the folder of each of its cores: the largest counts, not the sum.
SteadinessWatch::Brakes SteadinessWatch::brakes() const {
  Brakes found;
  std::set<std::string> governors;
  std::optional<std::int64_t> cores, package;
  for (const fs::path& folder : core_folders(root_)) {
    if (const auto governor = read_value<std::string>(folder / "cpufreq/scaling_governor")) governors.insert(*governor);
    if (const auto count = read_value<std::int64_t>(folder / "thermal_throttle/core_throttle_count")) cores = cores.value_or(0) + *count;
    if (const auto count = read_value<std::int64_t>(folder / "thermal_throttle/package_throttle_count")) package = std::max(package.value_or(0), *count);
  }
  found.governors.assign(governors.begin(), governors.end());
  if (cores || package) found.thermal_throttles = cores.value_or(0) + package.value_or(0);
  found.quota_wait_s = quota_wait(root_);
  return found;
}

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
  const Brakes brakes_now = brakes();
  found.governors = brakes_now.governors;
  found.governor_changed = brakes_now.governors != start_brakes_.governors;
  const auto more = [](auto after, auto before) { return after && before ? std::optional(*after - *before) : std::nullopt; };
  found.thermal_throttles = more(brakes_now.thermal_throttles, start_brakes_.thermal_throttles);
  found.quota_wait_s = more(brakes_now.quota_wait_s, start_brakes_.quota_wait_s);
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
    const std::string under = governors.empty() ? "" : " (governor " + joined(governors) + ")";
    reasons.push_back(fmt::format("the clock of the core changed between {:.0f} and {:.0f} MHz{}", *slowest_mhz, *fastest_mhz, under));
  }
  if (governor_changed) reasons.push_back("the governor of the clocks changed while it was measured");
  else if (governors.size() > 1) reasons.push_back("the cores' clocks are under different governors: " + joined(governors));
  if (thermal_throttles.value_or(0) > 0) reasons.push_back(fmt::format("heat slowed the processor down {} times", *thermal_throttles));
  if (quota_wait_s.value_or(0) > 0.001) reasons.push_back(fmt::format("the container's processor quota held threads back for {:.2f} s", *quota_wait_s));
  if (std::abs(drift_share) > 0.05) {
    reasons.push_back(fmt::format("the reference drifted by {:+.1f} % from the first to the last third", drift_share * 100));
  }
  return reasons;
}

}  // namespace iai
