#include "evaluator/bench/powercap.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include <unistd.h>

namespace iai {

namespace fs = std::filesystem;

namespace {

std::optional<std::uint64_t> read_number(const fs::path& path) {
  std::ifstream stream(path);
  std::uint64_t number = 0;
  if (stream >> number) return number;
  return std::nullopt;
}

bool adds_up(const EnergyZone& zone) {
  const std::string folder = zone.path.filename().string();
  if (folder.rfind("intel-rapl-mmio", 0) == 0) return false;
  return zone.name.rfind("package", 0) == 0 || zone.name == "dram";
}

}  // namespace

fs::path powercap_folder() {
  const char* chosen = std::getenv("IAI_POWERCAP");
  return chosen != nullptr && *chosen != '\0' ? fs::path(chosen) : fs::path("/sys/class/powercap");
}

std::vector<EnergyZone> find_energy_zones(const fs::path& folder) {
  std::vector<EnergyZone> zones;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!fs::exists(it->path() / "energy_uj", ignored)) continue;
    EnergyZone zone;
    zone.path = it->path();
    std::ifstream name(zone.path / "name");
    std::getline(name, zone.name);
    zone.readable = access((zone.path / "energy_uj").c_str(), R_OK) == 0;
    zone.range_microjoules = read_number(zone.path / "max_energy_range_uj").value_or(0);
    zones.push_back(std::move(zone));
  }
  std::sort(zones.begin(), zones.end(), [](const EnergyZone& a, const EnergyZone& b) { return a.path < b.path; });
  return zones;
}

PowercapMeter::PowercapMeter(const fs::path& folder, NowMs clock) : now_(clock), last_ms_(clock()) {
  const std::vector<EnergyZone> zones = find_energy_zones(folder);
  for (const EnergyZone& zone : zones) {
    if (!adds_up(zone)) continue;
    const auto now = zone.readable ? read_number(zone.path / "energy_uj") : std::nullopt;
    if (!now) {
      reason_ = (zone.path / "energy_uj").string() + " may not be read by this user";
      return;
    }
    counters_.push_back({zone, *now});
  }
  if (zones.empty()) reason_ = folder.string() + " has no zone with a counter";
  else if (counters_.empty()) reason_ = folder.string() + " has no counter of a processor package";
}

std::vector<std::string> PowercapMeter::sources() const {
  std::vector<std::string> names;
  for (const Counter& counter : counters_) names.push_back(counter.zone.name);
  return names;
}

std::optional<Spent> PowercapMeter::spent() {
  std::uint64_t microjoules = 0;
  bool complete = available();
  for (Counter& counter : counters_) {
    const auto read = read_number(counter.zone.path / "energy_uj");
    if (!read || (*read < counter.last && counter.zone.range_microjoules < counter.last)) {
      complete = false;
      continue;
    }
    microjoules += *read >= counter.last ? *read - counter.last : counter.zone.range_microjoules - counter.last + *read;
    counter.last = *read;
  }
  const double before = last_ms_;
  last_ms_ = now_();
  if (!complete) return std::nullopt;
  return Spent{static_cast<double>(microjoules) * 1e-6, (last_ms_ - before) / 1000};
}

}  // namespace iai
