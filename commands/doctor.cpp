#include "commands/doctor.hpp"

#include <cstdlib>
#include <system_error>

#include <unistd.h>

#include "commands/machine.hpp"
#include "evaluator/bench/hwmon.hpp"
#include "evaluator/bench/nvml.hpp"
#include "evaluator/bench/powercap.hpp"
#include "evaluator/runtime/session.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual doctor_manual{
    .description =
        "Shows what this machine offers to iai: ONNX Runtime and the place it was found in, the devices it can run models on, "
        "the processor and its instruction sets, cores, memory, energy meters and the folders that iai writes to.\n\n"
        "Each part that is missing is listed with the command that supplies it. A missing part is no failure: most verbs need "
        "none of them, and the exit code is 0.\n\n"
        "ONNX Runtime is searched in this order: --runtime, IAI_ONNXRUNTIME, lib/iai beside the folder of the binary, the "
        "dynamic linker's path, an onnxruntime in the active Python environment (VIRTUAL_ENV).",
    .examples = {{"What is there, and what is missing", "iai doctor"},
                 {"The same for a program", "iai doctor --json"},
                 {"Try a runtime before using it", "iai doctor --runtime /opt/onnxruntime/lib"}},
    .diagnostics = "A virtual machine or container usually shows no energy meter: the host's counters are not passed on.",
};

void declare(CLI::App& app, DoctorOptions& options) {
  app.add_option("--runtime", options.runtime, "ONNX Runtime library, or the folder that holds it")->type_name("PATH");
}

namespace {

/// Rows "part, reason, command" of what is missing.
class Missing {
 public:
  void add(const std::string& part, const std::string& reason, const std::string& command) {
    rows_.push_back(Report().add("part", part).add("reason", reason).add("command", command));
  }
  const ReportRows& rows() const { return rows_; }

 private:
  ReportRows rows_;
};

Report runtime_report(const fs::path& path, Missing& missing) {
  Report report;
  try {
    const Runtime& runtime = Runtime::get(path);
    report.add("found", true);
    report.add("version", runtime.version());
    report.add("library", runtime.library().string());
    report.add("devices", ReportList(runtime.providers()));
  } catch (const Error& error) {
    missing.add("onnxruntime", error.message(), error.hint());
    report.add("found", false);
    report.add_null("version").add_null("library");
    report.add("devices", ReportList{});
  }
  return report;
}

Report machine_report(const Json& machine) {
  Report report;
  report.add("cpu", machine.at("cpu").get<std::string>());
  report.add("cpu_flags", machine.at("cpu_flags").get<ReportList>());
  report.add("cores", machine.at("cores").get<std::int64_t>());
  report.add("memory", machine.at("memory_bytes").get<std::uint64_t>(), Unit::bytes);
  report.add("os", machine.at("os").get<std::string>());
  report.add("kernel", machine.at("kernel").get<std::string>());
  report.add("architecture", machine.at("architecture").get<std::string>());
  return report;
}

/// One row a zone of the kernel's powercap framework (RAPL on Intel and AMD), one a sensor of power or energy that hwmon shows, and one a
/// graphics processor of Nvidia.
ReportRows energy_meters(Missing& missing) {
  ReportRows meters;
  bool unreadable = false;
  const fs::path folder = powercap_folder();
  for (const EnergyZone& zone : find_energy_zones(folder)) {
    unreadable = unreadable || !zone.readable;
    meters.push_back(Report().add("name", zone.name).add("path", zone.path.string()).add("readable", zone.readable));
  }
  for (const PowerSensor& sensor : find_power_sensors(hwmon_folder())) {
    unreadable = unreadable || !sensor.readable;
    meters.push_back(Report().add("name", sensor.name).add("path", sensor.file.string()).add("readable", sensor.readable));
  }
  const Nvml nvml(nvml_library());
  for (const NvmlDevice& device : nvml.devices()) {
    meters.push_back(Report().add("name", device.name).add("path", device.title).add("readable", device.problem.empty()));
  }
  if (meters.empty()) {
    missing.add("energy meter", folder.string() + " has no zone with a counter", "sudo modprobe intel_rapl_msr");
  } else if (unreadable) {
    missing.add("energy meter", "the counters may be read by root only", "sudo chmod a+r /sys/class/powercap/*/energy_uj");
  }
  return meters;
}

/// `folder`, or the nearest one above it that exists: the first use makes what is missing, and this one decides whether it
/// can.
fs::path existing(fs::path folder) {
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

fs::path user_data_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') return fs::path(data) / "iai";
  const char* home = std::getenv("HOME");
  return fs::path(home == nullptr ? "/" : home) / ".local" / "share" / "iai";
}

ReportRows folders(Missing& missing) {
  std::error_code error;
  fs::path temporary = fs::temp_directory_path(error);
  if (error) temporary = "/tmp";
  const std::pair<const char*, fs::path> places[] = {{"current", fs::current_path(error)}, {"temporary", temporary}, {"user registry", user_data_folder()}};
  ReportRows rows;
  for (const auto& [use, path] : places) {
    const fs::path made = existing(path);
    const bool good = access(made.c_str(), W_OK | X_OK) == 0;
    Report row;
    row.add("use", use).add("path", path.string()).add("writable", good);
    std::error_code unknown;
    const fs::space_info space = fs::space(made, unknown);
    if (unknown) row.add_null("free");
    else row.add("free", static_cast<std::uint64_t>(space.available), Unit::bytes);
    rows.push_back(std::move(row));
    if (!good) missing.add(std::string(use) + " folder", path.string() + " cannot be written", "sudo chmod u+rwx '" + made.string() + "'");
  }
  return rows;
}

}  // namespace

ExitCode run(const DoctorOptions& options, Context& context) {
  Missing missing;
  Report report("iai.doctor/1");
  report.add("iai_version", IAI_VERSION);
  report.add("onnxruntime", runtime_report(options.runtime, missing));
  report.add("machine", machine_report(describe_machine()));
  report.add("energy_meters", energy_meters(missing));
  report.add("folders", folders(missing));
  report.add("missing", missing.rows());
  const std::size_t count = missing.rows().size();
  report.headline(count == 0   ? "everything that iai can use is here"
                  : count == 1 ? "1 part is missing; the command that supplies it is at the end"
                               : std::to_string(count) + " parts are missing; the commands that supply them are at the end");
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
