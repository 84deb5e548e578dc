#pragma once

#include <cstdint>
#include <string>

#include "commands/commands.hpp"

namespace iai {

enum class RegistryAction { log, show, lineage, verify };

struct RegistryOptions {
  RegistryAction action = RegistryAction::log;
  std::string id;          ///< show, lineage (also a file or folder)
  std::string verb;        ///< log: only this verb
  std::string since;       ///< log: only records started then or later (ISO, UTC)
  std::string digest;      ///< log: only records of this artefact
  std::int64_t limit = 0;  ///< log: newest N; 0: all
};

void declare(CLI::App& app, RegistryOptions& options);
ExitCode run(const RegistryOptions& options, Context& context);
extern const Manual registry_manual;

}  // namespace iai
