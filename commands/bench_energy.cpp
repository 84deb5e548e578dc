#include "commands/bench_energy.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "evaluator/bench/hwmon.hpp"
#include "evaluator/bench/meter_command.hpp"
#include "evaluator/bench/nvml.hpp"
#include "evaluator/bench/powercap.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr double joules_a_kwh = 3.6e6;

std::string names_of(const std::vector<PowerSensor>& sensors) {
  std::string names;
  for (const PowerSensor& sensor : sensors) names += (names.empty() ? "" : ", ") + sensor.name;
  return names;
}

/// The sensors that the user named, in the order of the names.
std::vector<PowerSensor> named_sensors(const std::vector<std::string>& names, const std::vector<PowerSensor>& found, const fs::path& folder) {
  std::vector<PowerSensor> chosen;
  for (const std::string& name : names) {
    const auto before = chosen.size();
    for (const PowerSensor& sensor : found) {
      if (sensor.name == name) chosen.push_back(sensor);
    }
    if (chosen.size() > before) continue;
    throw Error(ErrorKind::usage, folder.string() + ": has no sensor '" + name + "'", found.empty() ? "it has none at all" : "it has: " + names_of(found));
  }
  return chosen;
}

/// A meter, or why there is none.
struct OpenedMeter {
  std::unique_ptr<EnergyMeter> meter;
  std::string reason;
};

OpenedMeter open_hwmon(const EnergyOption& option) {
  const fs::path folder = hwmon_folder();
  std::vector<PowerSensor> found = find_power_sensors(folder);
  if (!option.sensors.empty()) return {std::make_unique<HwmonMeter>(named_sensors(option.sensors, found, folder)), {}};
  if (found.empty()) return {nullptr, folder.string() + " has no sensor of power"};
  // Boards show a rail and what hangs on it side by side: adding all up would count it twice.
  if (found.size() > 1) return {nullptr, folder.string() + " has several sensors (" + names_of(found) + "); --power-sensor says which add up"};
  if (!found.front().readable) return {nullptr, found.front().file.string() + " may not be read by this user"};
  return {std::make_unique<HwmonMeter>(std::move(found)), {}};
}

bool is_nvml(const std::string& sensor) { return sensor.rfind("nvml/", 0) == 0; }

/// The graphics processors that the user named, else all.
OpenedMeter open_nvml(const std::vector<std::string>& names) {
  const auto library = std::make_shared<const Nvml>(nvml_library());
  std::vector<NvmlDevice> chosen;
  std::string known;
  for (const NvmlDevice& device : library->devices()) {
    known += (known.empty() ? "" : ", ") + device.name;
    if (!names.empty() && std::find(names.begin(), names.end(), device.name) == names.end()) continue;
    if (!device.problem.empty()) return {nullptr, device.problem};
    chosen.push_back(device);
  }
  for (const std::string& name : names) {
    const auto is_it = [&](const NvmlDevice& device) { return device.name == name; };
    if (std::any_of(chosen.begin(), chosen.end(), is_it)) continue;
    throw Error(ErrorKind::usage, nvml_library().string() + ": has no device '" + name + "'", known.empty() ? library->reason() : "it has: " + known);
  }
  if (chosen.empty()) return {nullptr, library->reason()};
  return {std::make_unique<NvmlMeter>(library, std::move(chosen)), {}};
}

OpenedMeter open_named(const EnergyOption& option) {
  const auto count = static_cast<std::size_t>(std::count_if(option.sensors.begin(), option.sensors.end(), is_nvml));
  if (count == 0) return open_hwmon(option);
  if (count == option.sensors.size()) return open_nvml(option.sensors);
  throw Error(ErrorKind::usage, "--power-sensor: graphics processors and sensors of hwmon are not added up",
              "name those of one kind, or give a --meter that adds");
}

OpenedMeter open_meter(const EnergyOption& option, const std::string& device) {
  if (!option.meter.empty()) return {std::make_unique<MeterCommand>(option.meter, option.meter_timeout_s), {}};
  if (!option.sensors.empty()) return open_named(option);
  // The processor's counters do not see a card: what they say of a model that runs there would be no answer.
  if (device == "cuda" || device == "tensorrt") return open_nvml({});
  auto powercap = std::make_unique<PowercapMeter>(powercap_folder());
  if (powercap->available()) return {std::move(powercap), {}};
  OpenedMeter opened = open_hwmon(option);
  if (opened.meter == nullptr) opened.reason = powercap->reason() + "; " + opened.reason;
  return opened;
}

Report interval_report(const RatioInterval& interval) {
  Report report;
  report.add("value", interval.value, Unit::joules).add("low", interval.low.value_or(std::nan("")), Unit::joules);
  return report.add("high", interval.high.value_or(std::nan("")), Unit::joules).add("n", interval.groups);
}

}  // namespace

void declare_energy(CLI::App& app, EnergyOption& option) {
  auto* meter = app.add_option("--meter", option.meter, "Shell command that prints 'SECONDS WATTS' lines as long as it runs: an external power meter")
                    ->type_name("COMMAND");
  app.add_option("--meter-timeout", option.meter_timeout_s, "With --meter: longest silence")
      ->type_name("S")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str()
      ->needs(meter);
  app.add_option("--power-sensor", option.sensors, "Sensors that add up to what is measured: of hwmon, CHIP/LABEL, or graphics processors of Nvidia, nvml/0")
      ->type_name("NAME")
      ->excludes(meter);
  app.add_option("--idle", option.idle_s, "How long the idle machine's power is measured before the models run")
      ->type_name("S")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--co2-factor", option.co2_g_per_kwh, "Grams of CO2 a kWh, for grams an inference")->type_name("G")->check(CLI::Range(0.001, 10000.0));
  app.add_option("--co2-source", option.co2_source, "Where that factor comes from")->type_name("TEXT");
}

void check(const EnergyOption& option, const std::string& device) {
  if (option.co2_g_per_kwh > 0 && option.co2_source.empty()) {
    throw Error(ErrorKind::usage, "--co2-factor without its source", "say with --co2-source whose factor it is, and of which year");
  }
  if (option.co2_g_per_kwh <= 0 && !option.co2_source.empty()) throw Error(ErrorKind::usage, "--co2-source without --co2-factor", "give both, or neither");
  open_meter(option, device);
}

EnergyFigures measure_energy(const EnergyOption& option, const std::string& device, const std::vector<Subject>& subjects) {
  const OpenedMeter opened = open_meter(option, device);
  if (opened.meter == nullptr) {
    EnergyFigures none;
    none.reason = opened.reason;
    return none;
  }
  EnergyOptions options;
  options.idle_s = option.idle_s;
  return measure_energy(subjects, *opened.meter, options);
}

void add_energy(Report& row, const EnergyFigures& figures, std::size_t at, const EnergyOption& option) {
  if (figures.subjects.empty()) {
    row.add("energy", "unavailable").add("energy_reason", figures.reason);
    return;
  }
  const EnergyOfRun& energy = figures.subjects[at];
  row.add("energy", energy.total.value, Unit::joules).add("energy_interval", interval_report(energy.total));
  row.add("energy_net", energy.net.value, Unit::joules).add("energy_net_interval", interval_report(energy.net));
  if (option.co2_g_per_kwh > 0) row.add("co2_g", energy.total.value / joules_a_kwh * option.co2_g_per_kwh);
}

Report energy_report(const EnergyFigures& figures, const EnergyOption& option) {
  Report report;
  if (figures.subjects.empty()) return report.add("meter", "none").add("reason", figures.reason);
  report.add("meter", figures.meter).add("idle_power_w", figures.idle_w).add("idle", figures.idle_s, Unit::seconds);
  report.add("block", figures.block_s, Unit::seconds);
  if (option.co2_g_per_kwh > 0) report.add("co2_g_per_kwh", option.co2_g_per_kwh).add("co2_source", option.co2_source);
  return report;
}

std::vector<std::pair<std::string, Json>> recorded_options(const EnergyOption& option) {
  std::vector<std::pair<std::string, Json>> options;
  if (!option.meter.empty()) options.insert(options.end(), {{"meter", option.meter}, {"meter-timeout", option.meter_timeout_s}});
  if (!option.sensors.empty()) options.emplace_back("power-sensor", option.sensors);
  options.emplace_back("idle", option.idle_s);
  if (option.co2_g_per_kwh > 0) options.insert(options.end(), {{"co2-factor", option.co2_g_per_kwh}, {"co2-source", option.co2_source}});
  return options;
}

}  // namespace iai
