#include "commands/init.hpp"

#include <filesystem>

#include "formats/error.hpp"
#include "registry/registry.hpp"

namespace iai {

const Manual init_manual{
    .description = "Makes .iai/registry.db in the current folder. From then on every step taken in this folder, or in one below it,\n"
                   "is recorded there. Without it records go to the user's own registry.",
    .examples = {{"Make the current folder a project", "iai init"}},
    .diagnostics = "\"already exists\": the folder is a project; there is nothing to do.",
};

void declare(CLI::App&, InitOptions&) {}

ExitCode run(const InitOptions&, Context& context) {
  const std::filesystem::path file = std::filesystem::path(".iai") / "registry.db";
  if (std::filesystem::exists(file)) {
    throw Error(ErrorKind::input, file.string() + " already exists", "this folder is a project; iai registry log shows its records");
  }
  Registry::open(file);
  Report report("iai.init/1");
  report.headline("made " + file.string()).add("registry", file.string());
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
