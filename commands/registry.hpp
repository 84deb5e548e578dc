#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "commands/commands.hpp"

namespace iai {

enum class RegistryAction { log, show, lineage, verify, baselines, roll_back };

struct RegistryOptions {
  RegistryAction action = RegistryAction::log;
  std::string id;                  ///< show, lineage (also a file or folder)
  std::string verb;                ///< log: only this verb
  std::string since, until;        ///< log: only records started then or later, then or earlier (ISO, UTC)
  std::string verdict;             ///< log: only this verdict
  std::string digest;              ///< log: only records of this artefact
  std::filesystem::path file;      ///< log: only records of these bytes
  std::int64_t limit = 0;          ///< log: newest N; 0: all
  std::string direction = "both";  ///< lineage: up, down, both
  std::string baseline;            ///< roll-back: its name
  std::string format = "text";     ///< lineage: text, dot, json
};

void declare(CLI::App& app, RegistryOptions& options);
ExitCode run(const RegistryOptions& options, Context& context);
extern const Manual registry_manual;

/// `iai registry lineage` and `iai registry verify`.
ExitCode show_lineage(const RegistryOptions& options, Context& context);
ExitCode verify_registry(Context& context);

/// `iai registry baselines` and `iai registry roll-back`.
ExitCode show_baselines(Context& context);
ExitCode roll_back(const RegistryOptions& options, Context& context);

/// One record whole, under the schema of the command that shows it. @param record  of the registry, or damaged
Report record_report(const std::string& schema, const Record& record);

}  // namespace iai
