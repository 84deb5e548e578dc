#include "commands/rerun.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "commands/commands.hpp"
#include "commands/global_options.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "formats/file_on_disk.hpp"
#include "formats/interrupt.hpp"

namespace iai {

namespace fs = std::filesystem;

std::vector<MissingInput> missing_inputs(const Record& record, const fs::path& project) {
  std::vector<MissingInput> missing;
  for (const Artefact& input : record.inputs) {
    if (input.kind == "value") continue;
    const fs::path path = project / input.path;
    const std::string found = fs::exists(path) ? digest_path(path) : std::string();
    if (found != input.sha256) missing.push_back({input, found});
  }
  return missing;
}

namespace {

/// Lets progress and warnings through; the answer of a step that is run again is compared, not shown.
class RerunOutput : public Output {
 public:
  explicit RerunOutput(Output& outer) : outer_(outer) {}
  void result(const Report&) override {}
  void document(std::string_view) override {}
  void note(std::string_view text) override { outer_.detail(text); }
  void warn(std::string_view text) override { outer_.detail(text); }
  void detail(std::string_view text) override { outer_.detail(text); }
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total) override { outer_.progress(what, done, total); }

 private:
  Output& outer_;
};

/// The working folder, while it lives.
class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder) : before_(fs::current_path()) { fs::current_path(folder); }
  ~WorkingFolder() {
    std::error_code ignored;
    fs::current_path(before_, ignored);
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  fs::path before_;
};

fs::path make_temporary_folder() {
  constexpr int attempts = 100;
  for (int attempt = 1;; ++attempt) {
    fs::path folder = temporary_folder() / fmt::format("iai-reproduce-{:08x}", std::random_device()());
    bool made = false;
    create_temporary(folder, [&] { made = fs::create_directory(folder); });
    if (made) return folder;
    forget_temporary(folder);
    if (attempt == attempts) throw Error(ErrorKind::environment, folder.string() + " cannot be made", "set TMPDIR to a folder that can be written");
  }
}

Error not_repeatable(const Record& record, const std::string& why, const std::string& hint) {
  return Error(ErrorKind::input, fmt::format("record {} ({}) cannot be run again: {}", record.number, record.verb, why), hint);
}

/// Leads every output option to a folder of its own below `folder`, under its own name. @returns how many there were.
int redirect_outputs(CLI::App& app, const fs::path& folder) {
  int count = 0;
  for (CLI::Option* option : app.get_options([](const CLI::Option* o) { return o->get_group() == "Output" && o->count() > 0; })) {
    const std::vector<std::string> given = option->results();
    option->clear();
    for (const std::string& name : given) {
      if (name == "-") {
        option->add_result(name);
        continue;
      }
      fs::path path = fs::path(name).lexically_normal();
      if (path.filename().empty()) path = path.parent_path();
      const fs::path own = folder / std::to_string(count++);
      fs::create_directory(own);
      option->add_result((own / path.filename()).string());
    }
    option->run_callback();
  }
  return count;
}

}  // namespace

Rerun::Rerun(const Record& record, const fs::path& registry, Context& context)
    : project_(Registry::project_folder_of(registry)), folder_(make_temporary_folder()) {
  try {
    run(record, fs::absolute(registry), context);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    forget_temporary(folder_);
    throw;
  }
}

Rerun::~Rerun() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  forget_temporary(folder_);
}

fs::path Rerun::place(const Artefact& output) const { return project_ / output.path; }

void Rerun::run(const Record& record, const fs::path& registry, Context& context) {
  const std::string versions = fmt::format("it was recorded by iai {}, this is iai {}", record.tool.value("iai", std::string("(unknown)")), IAI_VERSION);
  // A way to work of a command has a verb of its own in records: bench-sweep is one of bench.
  const Command* command = find_command(record.verb.substr(0, record.verb.find('-')));
  if (command == nullptr) throw not_repeatable(record, "this iai has no such verb", versions);
  const fs::path folder = project_ / record.folder;
  if (!fs::is_directory(folder)) throw not_repeatable(record, "its working folder " + folder.string() + " is gone", "make the folder again");
  const WorkingFolder there(folder);

  CLI::App app;
  app.set_help_flag();
  app.fallthrough();
  const Runner runner = command->bind(app);
  GlobalOptions globals;
  declare_globals(app, globals);
  std::vector<std::string> words = record.arguments;
  if (const std::size_t at = verb_position(words); at < words.size()) words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  std::reverse(words.begin(), words.end());  // CLI11 takes them last first
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    throw not_repeatable(record, std::string("its command line is no longer understood: ") + error.what(), versions);
  }
  if (redirect_outputs(app, folder_) == 0 && !record.outputs.empty()) {
    throw not_repeatable(record, "its command line names no output", "run it by hand: " + fmt::format("iai {}", fmt::join(record.arguments, " ")));
  }
  RerunOutput output(context.output);
  std::vector<Record> records;
  Context inner{output, record.arguments, registry, globals.json, true, context.allow_network_fs, {&records, record.number}};
  runner(inner);
  const auto made = std::find_if(records.begin(), records.end(), [&](const Record& r) { return r.verb == record.verb; });
  if (made == records.end()) throw not_repeatable(record, "it leaves no record now", versions);
  record_ = std::move(*made);
}

}  // namespace iai
