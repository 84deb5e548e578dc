#include <map>

#include <fmt/format.h>

#include "commands/recording.hpp"
#include "commands/registry.hpp"
#include "commands/stored_inputs.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// What a path must hold: what the newest record that names it saw there.
struct Expected {
  std::int64_t number = 0;
  std::string sha256;
  bool was_made = false;  ///< by any step; else it came from outside
};

std::map<std::string, Expected> expectations(const Registry& registry) {
  std::map<std::string, Expected> expected;
  for (const Record& record : registry.list()) {
    for (const Artefact& input : record.inputs) {
      if (input.kind == "value") continue;
      Expected& path = expected[input.path];
      path.number = record.number;
      path.sha256 = input.sha256;
    }
    for (const Artefact& output : record.outputs) expected[output.path] = {record.number, output.sha256, true};
  }
  return expected;
}

std::string state_of(const fs::path& path, const std::string& sha256) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return "missing";
  try {
    return digest_path(path) == sha256 ? "intact" : "changed";
  } catch (const Error&) {
    return "unreadable";
  }
}

}  // namespace

ExitCode verify_registry(Context& context) {
  const Registry registry = open_registry(context);
  ReportRows faults;
  for (const ChainFault& fault : registry.check_chain()) {
    faults.push_back(std::move(Report().add("number", fault.number).add("fault", fault.what)));
  }
  // What a broken chain says about files is worth nothing.
  std::map<std::string, Expected> expected;
  if (faults.empty()) expected = expectations(registry);
  ReportRows inputs, outputs;
  std::map<std::string, std::int64_t> states;
  const auto stores = recorded_stores(registry);
  std::uint64_t done = 0;
  for (const auto& [path, what] : expected) {
    context.output.progress("verify", done++, expected.size());
    std::string state = state_of(registry.project_folder() / path, what.sha256);
    if (state == "missing" && !what.was_made && find_copy(stores, what.sha256)) state = "copied";
    ++states[state];
    (what.was_made ? outputs : inputs).push_back(std::move(Report().add("number", what.number).add("path", path).add("state", state)));
  }
  const auto intact = static_cast<std::size_t>(states["intact"] + states["copied"]);
  const std::size_t wrong = faults.size() + expected.size() - intact;
  Report report("iai.registry-verify/1");
  report.headline(wrong == 0 ? "everything is as recorded" : fmt::format("{} thing{} off", wrong, wrong == 1 ? " is" : "s are"));
  report.add("chain", faults.empty() ? "intact" : "broken");
  for (const char* state : {"intact", "changed", "missing", "unreadable"}) report.add(state, states[state]);
  if (states["copied"] > 0) report.add("copied", states["copied"]);
  report.add("faults", std::move(faults)).add("inputs", std::move(inputs)).add("outputs", std::move(outputs));
  context.output.result(report);
  return wrong == 0 ? ExitCode::done : ExitCode::answer_is_no;
}

}  // namespace iai
