#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace iai {

/// Flags that every verb takes; group "Global". The terminal's (cli/) and those of a recorded command line (reproduce).
struct GlobalOptions {
  bool json = false, quiet = false, verbose = false, help = false;
  bool no_record = false, allow_network_fs = false;
  std::string color = "auto";
  std::filesystem::path registry;
};
void declare_globals(CLI::App& app, GlobalOptions& options);

/// Where the verb stands on a command line: the first word that is no global flag (or its value).
std::size_t verb_position(const std::vector<std::string>& arguments);

}  // namespace iai
