#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "commands/options.hpp"
#include "commands/recording.hpp"
#include "commands/result.hpp"
#include "evaluator/runtime/session.hpp"
#include "formats/atomic_file.hpp"

namespace iai {

/// How to run a model: what ONNX Runtime is told, as a small JSON file (schemas/session.schema.json) that iai and users' own code load.
struct SessionFile {
  std::string device = "cpu";
  int threads = 1;                   ///< inside an operator
  std::string optimization = "all";  ///< none, basic, extended, all
  std::int64_t batch = 1;            ///< samples a run
  std::string model_sha256;          ///< of the model it was found for; empty: not said
};

/// @throws Error(input) when it cannot be read, is no session file or says what is not known, with the way out
SessionFile read_session_file(const std::filesystem::path& path);
/// @throws Error as AtomicFile does; Error(environment) for a device that the runtime lacks
void write_session_file(const SessionFile& session, const std::filesystem::path& path, IfExists if_exists);

/// --session FILE, instead of the flags that it settles: those of `settled`.
CLI::Option* declare_session(CLI::App& app, std::filesystem::path& session, std::initializer_list<const char*> settled);

/// How a verb that judges answers runs models.
struct ModelRuns {
  RuntimeOption runtime;               ///< with the session's device, and as many runs at the same time as the cores hold
  SessionOptions options;              ///< one thread, each sample alone; or as the session says
  std::optional<SessionFile> session;  ///< nothing without a file
};
/// @param session  a session file, or empty @throws Error(input) as read_session_file does
ModelRuns model_runs(const RuntimeOption& runtime, const std::filesystem::path& session);

/// Warns of a model that the file at `path` was not found for.
void warn_of_other_model(const SessionFile& session, const std::filesystem::path& path, const std::filesystem::path& model, Output& output);
/// What a report says of it: device, threads, batch, optimization.
Report session_report(const SessionFile& session);
/// The figures rest on the session: its file is an input of the step, its settings are options, and the report says them.
void record_session(Recording& recording, const SessionFile& session, const std::filesystem::path& path, Report& report);

/// @throws Error(internal) for another word
GraphOptimization optimization_of(const std::string& word);
/// Words that optimization_of takes.
const std::vector<std::string>& optimization_words();

}  // namespace iai
