#include "commands/init.hpp"

#include <fmt/format.h>

#include "commands/templates/templates.hpp"
#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "registry/registry.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual init_manual{
    .description =
        "Makes .iai/registry.db in the current folder. From then on every step taken in this folder, or in one below it,\n"
        "is recorded there. Without it records go to the user's own registry.\n\n"
        "With --template it also writes the files that people fill in, with comments: task.yaml (what the model is for),\n"
        "contract.yaml (what the data must be), policy.yaml (what a release must show), product.yaml (what only people can\n"
        "state) and pipeline.yaml (the steps). None of them is written when one is there already; a folder that is a\n"
        "project stays one.",
    .examples = {{"Make the current folder a project", "iai init"}, {"The same, with files to fill in", "iai init --template"}},
    .diagnostics = "\"already exists\": the folder is a project, and there is nothing to do; or it holds a file that a template would replace.",
};

void declare(CLI::App& app, InitOptions& options) {
  app.add_flag("--template", options.with_templates, "Write commented task, contract, policy, product and pipeline files");
}

namespace {

constexpr const char* templates[] = {"task.yaml", "contract.yaml", "policy.yaml", "product.yaml", "pipeline.yaml"};

}  // namespace

ExitCode run(const InitOptions& options, Context& context) {
  const fs::path file = fs::path(".iai") / "registry.db";
  const bool is_project = fs::exists(file);
  if (is_project && !options.with_templates) {
    throw Error(ErrorKind::input, file.string() + " already exists", "this folder is a project; iai registry log shows its records");
  }
  ReportList written;
  if (options.with_templates) {
    for (const char* name : templates) {
      if (fs::exists(fs::symlink_status(name))) {
        throw Error(ErrorKind::input, fmt::format("{} already exists", name),
                    "nothing was written; move it away, or write the other files yourself: man 5 iai-task ...");
      }
    }
    for (const char* name : templates) {
      write_file(name, project_template(name));
      written.emplace_back(name);
    }
  }
  Registry::open(file);
  Report report("iai.init/1");
  report.headline(is_project ? "wrote the templates" : "made " + file.string()).add("registry", file.string());
  if (!written.empty()) report.add("files", std::move(written));
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
