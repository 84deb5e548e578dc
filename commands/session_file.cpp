#include "commands/session_file.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "formats/json.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr const char* schema = "iai.session/1";

/// iai's word and ONNX Runtime's, as its Python and C APIs spell it.
struct Level {
  const char* word;
  const char* runtime;
  GraphOptimization level;
};
constexpr std::array<Level, 4> levels{{{"none", "ORT_DISABLE_ALL", GraphOptimization::none},
                                       {"basic", "ORT_ENABLE_BASIC", GraphOptimization::basic},
                                       {"extended", "ORT_ENABLE_EXTENDED", GraphOptimization::extended},
                                       {"all", "ORT_ENABLE_ALL", GraphOptimization::all}}};

const std::vector<std::string>& keys() {
  static const std::vector<std::string> all{"schema", "provider", "device", "intra_op_num_threads", "graph_optimization_level", "batch", "model_sha256"};
  return all;
}

[[noreturn]] void refuse(const fs::path& path, const std::string& what, const std::string& hint = "iai bench --sweep --session-out writes such a file") {
  throw Error(ErrorKind::input, path.string() + ": " + what, hint);
}

std::string text_of(const fs::path& path, const Json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_string()) refuse(path, std::string("'") + key + "' is missing, or no text");
  return json[key];
}

std::int64_t count_of(const fs::path& path, const Json& json, const char* key, std::int64_t least, std::int64_t most) {
  if (!json.contains(key) || !json[key].is_number_integer()) refuse(path, std::string("'") + key + "' is missing, or no whole number");
  const std::int64_t count = json[key];
  if (count < least || count > most)
    refuse(path, std::string("'") + key + "' is " + json[key].dump() + ", not " + std::to_string(least) + " to " + std::to_string(most));
  return count;
}

}  // namespace

SessionFile read_session_file(const fs::path& path) {
  const Json json = read_json(path);
  if (!json.is_object() || json.value("schema", Json()) != schema) refuse(path, std::string("is no session file: \"schema\" is not \"") + schema + "\"");
  for (const auto& [key, value] : json.items()) {
    if (std::find(keys().begin(), keys().end(), key) == keys().end()) refuse(path, "unknown key '" + key + "'", did_you_mean(key, keys(), "leave it out"));
  }
  SessionFile session;
  session.device = text_of(path, json, "device");
  // Other code goes by the provider, iai by the device.
  if (const std::string provider = text_of(path, json, "provider"); device_of_provider(provider) != session.device) {
    refuse(path, "'provider' is " + provider + ", 'device' is " + session.device, "name the same one twice");
  }
  session.threads = static_cast<int>(count_of(path, json, "intra_op_num_threads", 0, 4096));
  session.batch = count_of(path, json, "batch", 1, 1 << 20);
  if (json.contains("model_sha256")) session.model_sha256 = text_of(path, json, "model_sha256");
  const std::string level = text_of(path, json, "graph_optimization_level");
  const auto known = std::find_if(levels.begin(), levels.end(), [&](const Level& one) { return level == one.runtime; });
  if (known == levels.end())
    refuse(path, "'graph_optimization_level' is '" + level + "'", "ORT_DISABLE_ALL, ORT_ENABLE_BASIC, ORT_ENABLE_EXTENDED or ORT_ENABLE_ALL");
  session.optimization = known->word;
  return session;
}

void write_session_file(const SessionFile& session, const fs::path& path, IfExists if_exists) {
  const std::string provider = Runtime::get().provider_name(session.device);
  if (provider.empty()) throw Error(ErrorKind::environment, "the runtime has no device '" + session.device + "'", "iai doctor shows the devices");
  const auto level = std::find_if(levels.begin(), levels.end(), [&](const Level& one) { return session.optimization == one.word; });
  OrderedJson json;
  json["schema"] = schema;
  json["provider"] = provider;
  json["device"] = session.device;
  json["intra_op_num_threads"] = session.threads;
  json["graph_optimization_level"] = level->runtime;
  json["batch"] = session.batch;
  if (!session.model_sha256.empty()) json["model_sha256"] = session.model_sha256;
  refuse_existing(path, if_exists);
  AtomicFile file(path);
  file.write(json.dump(2) + "\n");
  file.commit();
}

CLI::Option* declare_session(CLI::App& app, fs::path& session, std::initializer_list<const char*> settled) {
  auto* option = app.add_option("--session", session, "How the model is run, as iai bench --sweep --session-out wrote it: device, threads, optimization, batch")
                     ->type_name("SESSION.json");
  for (const char* flag : settled) option->excludes(app.get_option(flag));
  return option;
}

ModelRuns model_runs(const RuntimeOption& runtime, const fs::path& path) {
  if (path.empty()) return {runtime, {.device = runtime.device, .runtime = runtime.runtime}, std::nullopt};
  const SessionFile session = read_session_file(path);
  ModelRuns runs{runtime, {}, session};
  runs.runtime.device = session.device;
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  runs.runtime.threads = session.threads == 0 ? 1 : std::max(1, cores / session.threads);
  runs.options = {.device = session.device,
                  .intra_threads = session.threads,
                  .optimization = optimization_of(session.optimization),
                  .runtime = runtime.runtime,
                  .batch = session.batch};
  return runs;
}

void warn_of_other_model(const SessionFile& session, const fs::path& path, const fs::path& model, Output& output) {
  if (session.model_sha256.empty() || digest_path(model) == session.model_sha256) return;
  output.warn(path.string() + ": was found for another model than " + model.string());
}

Report session_report(const SessionFile& session) {
  Report report;
  report.add("device", session.device).add("threads", session.threads).add("batch", session.batch);
  return report.add("optimization", session.optimization);
}

void record_session(Recording& recording, const SessionFile& session, const fs::path& path, Report& report) {
  recording.input("session", path);
  recording.option("threads", session.threads);
  recording.option("batch", session.batch);
  recording.option("optimization", session.optimization);
  report.add("session", session_report(session));
}

GraphOptimization optimization_of(const std::string& word) {
  for (const Level& level : levels) {
    if (word == level.word) return level.level;
  }
  throw Error(ErrorKind::internal, "no optimization level is called '" + word + "'");
}

const std::vector<std::string>& optimization_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (const Level& level : levels) all.emplace_back(level.word);
    return all;
  }();
  return words;
}

}  // namespace iai
