#pragma once

#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct ReportOptions {
  std::filesystem::path artefact;  ///< file or folder, or the SHA-256 of one that is gone
  std::string kind = "annex-iv";
  std::filesystem::path product;  ///< empty: no statements
  OutputOption output;            ///< empty or "-": Markdown to standard output
};

void declare(CLI::App& app, ReportOptions& options);
ExitCode run(const ReportOptions& options, Context& context);
extern const Manual report_manual;

}  // namespace iai
