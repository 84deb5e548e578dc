#include "evaluator/bench/hwmon.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <system_error>

#include <unistd.h>

#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

std::string first_line(const fs::path& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::optional<std::uint64_t> read_number(const fs::path& path) {
  std::ifstream stream(path);
  if (std::uint64_t number = 0; stream >> number) return number;
  return std::nullopt;
}

/// How well a file of a channel serves; 0: not at all.
int rank_of(const std::string& ending, bool is_energy) {
  if (is_energy) return ending == "_input" ? 3 : 0;
  return ending == "_input" ? 2 : ending == "_average" ? 1 : 0;
}

void add_chip(const fs::path& chip, std::vector<PowerSensor>& sensors) {
  std::map<std::string, std::pair<int, PowerSensor>> by_name;
  std::error_code error;
  for (fs::directory_iterator it(chip, error), end; !error && it != end; it.increment(error)) {
    const std::string file = it->path().filename().string();
    const bool is_energy = file.rfind("energy", 0) == 0;
    const std::size_t digits = is_energy ? 6 : 5, after = file.find('_');
    if ((!is_energy && file.rfind("power", 0) != 0) || after == std::string::npos || after <= digits) continue;
    const std::string number = file.substr(digits, after - digits);
    const int rank = rank_of(file.substr(after), is_energy);
    if (rank == 0 || number.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string label = first_line(chip / (file.substr(0, after) + "_label"));
    const std::string title = first_line(chip / "name");
    PowerSensor sensor;
    sensor.name = (title.empty() ? chip.filename().string() : title) + "/" + (label.empty() ? "channel" + number : label);
    sensor.file = it->path();
    sensor.counts_energy = is_energy;
    sensor.readable = access(sensor.file.c_str(), R_OK) == 0;
    auto& kept = by_name[sensor.name];
    if (rank > kept.first) kept = {rank, std::move(sensor)};
  }
  for (auto& [name, ranked] : by_name) sensors.push_back(std::move(ranked.second));
}

}  // namespace

fs::path hwmon_folder() {
  const char* chosen = std::getenv("IAI_HWMON");
  return chosen != nullptr && *chosen != '\0' ? fs::path(chosen) : fs::path("/sys/class/hwmon");
}

std::vector<PowerSensor> find_power_sensors(const fs::path& folder) {
  std::vector<PowerSensor> sensors;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) add_chip(it->path(), sensors);
  std::sort(sensors.begin(), sensors.end(), [](const PowerSensor& a, const PowerSensor& b) { return std::tie(a.name, a.file) < std::tie(b.name, b.file); });
  return sensors;
}

HwmonMeter::HwmonMeter(std::vector<PowerSensor> sensors, NowMs now) : now_(now), last_s_(now() / 1000) {
  bool samples = false;
  for (PowerSensor& sensor : sensors) {
    const auto number = read_number(sensor.file);
    if (!number) throw Error(ErrorKind::environment, sensor.file.string() + ": cannot be read", "sudo chmod a+r " + sensor.file.string());
    samples = samples || !sensor.counts_energy;
    watched_.push_back({std::move(sensor), *number});
  }
  if (!samples) return;
  sampler_ = std::make_unique<PowerSampler>([this] { return watts(); }, now);
  last_s_ = sampler_->first_s();
}

std::vector<std::string> HwmonMeter::sources() const {
  std::vector<std::string> names;
  for (const Watched& watched : watched_) names.push_back(watched.sensor.name);
  return names;
}

std::optional<double> HwmonMeter::watts() const {
  double watts = 0;
  for (const Watched& watched : watched_) {
    if (watched.sensor.counts_energy) continue;
    const auto microwatts = read_number(watched.sensor.file);
    if (!microwatts) return std::nullopt;
    watts += static_cast<double>(*microwatts) * 1e-6;
  }
  return watts;
}

/// Microjoules of the counters since the last call.
std::optional<std::uint64_t> HwmonMeter::counted() {
  std::uint64_t sum = 0;
  bool complete = true;
  for (Watched& watched : watched_) {
    if (!watched.sensor.counts_energy) continue;
    const auto number = read_number(watched.sensor.file);
    complete = complete && number && *number >= watched.last_microjoules;  // 64 bits: one that went back was reset
    if (number && *number >= watched.last_microjoules) sum += *number - watched.last_microjoules;
    if (number) watched.last_microjoules = *number;
  }
  return complete ? std::optional(sum) : std::nullopt;
}

std::optional<Spent> HwmonMeter::spent() {
  const double before = last_s_;
  const PowerSampler::Stretch sampled = sampler_ ? sampler_->since(before) : PowerSampler::Stretch{now_() / 1000, 0};
  last_s_ = sampled.until_s;
  const auto microjoules = counted();
  if (!microjoules || !sampled.joules) return std::nullopt;
  return Spent{static_cast<double>(*microjoules) * 1e-6 + *sampled.joules, last_s_ - before};
}

}  // namespace iai
