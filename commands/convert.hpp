#pragma once

#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct ConvertOptions {
  std::filesystem::path model;
  OutputOption output;
  std::int64_t opset = 0;  ///< 0: as it is
  std::string external = "auto", precision;
  FloatOption floats;
  std::vector<std::string> shapes, exclude;
  std::vector<std::filesystem::path> calibration;
  bool no_compare = false;
  RuntimeOption runtime;
};

void declare(CLI::App& app, ConvertOptions& options);
ExitCode run(const ConvertOptions& options, Context& context);
extern const Manual convert_manual;

}  // namespace iai
