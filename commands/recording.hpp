#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "commands/context.hpp"
#include "registry/registry.hpp"

namespace iai {

/// Collects what a verb did and appends it to the registry at the end. Use in run():
///
///     Recording recording(context, "quantize");
///     recording.option("method", "min-max");
///     recording.input("model", options.model);          // digested now
///     ... work, outputs committed ...
///     recording.output("model", options.output.path);   // digested now
///     recording.metric("size_bytes", 48137);
///     recording.commit(report);                         // report becomes `details`; no record when --no-record
///
/// Paths are stored relative to the project folder. Hashing happens before any transaction is open.
class Recording {
 public:
  Recording(Context& context, std::string verb);
  void option(const std::string& name, Json value);
  void input(const std::string& role, const std::filesystem::path& path);
  void output(const std::string& role, const std::filesystem::path& path);
  /// For what is no file of its own (a probe, a meter): digest given by the caller.
  void input_digest(const std::string& role, const std::string& name, const std::string& sha256, std::uint64_t bytes);
  void metric(const std::string& name, Json value);
  void tool(const std::string& name, const std::string& version);
  /// Appends, adds "record" (the id) to `report`, and returns the id. `verdict`: "done", "passed" or "failed".
  std::string commit(Report& report, const std::string& verdict = "done");

 private:
  Context& context_;
  Record record_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace iai
