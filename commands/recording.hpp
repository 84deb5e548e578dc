#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
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
/// A run that ends with an Error commits nothing, so it leaves no record. Where no registry exists, commit() makes the
/// user's (Registry::locate). Paths are stored relative to the project folder with '/' between parts, those outside it
/// absolute. Hashing happens before any transaction is open.
class Recording {
 public:
  /// Looks at the registry at once, so that hours of work are not done for a record that cannot be written.
  /// @throws Error(input or environment) when there is a registry that cannot take a record.
  Recording(Context& context, std::string verb);
  void option(const std::string& name, Json value);
  /// The command line (after `iai`) that makes this one record, where the user's made several or `arguments` would not
  /// give the same again.
  void arguments(std::vector<std::string> words) { arguments_ = std::move(words); }
  /// A file or folder. @throws Error(input) when it cannot be read.
  void input(const std::string& role, const std::filesystem::path& path);
  void output(const std::string& role, const std::filesystem::path& path);
  /// For what is no file of its own (a probe, a meter): digest given by the caller.
  void input_digest(const std::string& role, const std::string& name, const std::string& sha256, std::uint64_t bytes);
  void metric(const std::string& name, Json value);
  /// iai, onnx, and onnxruntime where this process opened it, are named without this.
  void tool(const std::string& name, const std::string& version);
  /// The work ends here: what follows until commit() does not count as its duration.
  void stop() { end_ = std::chrono::steady_clock::now(); }
  /// Appends, adds "record" (the id) to `report`, and returns the id; empty with --no-record.
  /// `verdict`: "done", "passed" or "failed".
  std::string commit(Report& report, const std::string& verdict = "done");

 private:
  Artefact digested(const std::string& role, const std::filesystem::path& path) const;
  Context& context_;
  std::filesystem::path registry_, project_;
  Record record_;
  std::vector<std::string> arguments_;
  std::chrono::steady_clock::time_point start_;
  std::optional<std::chrono::steady_clock::time_point> end_;
};

/// The registry of this run, for reading; ends before the record that is being reproduced, where one is.
/// @throws Error(input) when there is none.
Registry open_registry(const Context& context);

/// The file by which records know what lies at `path`: the manifest of a data set's folder, else the path itself.
std::filesystem::path recorded_artefact(const std::filesystem::path& path);

/// `path` as records hold it: relative to `project` where it lies below, else absolute; '/' between parts. Links in the
/// folders are resolved, the file itself keeps its name.
std::string recorded_path(const std::filesystem::path& path, const std::filesystem::path& project);

}  // namespace iai
