#include "commands/quantize_gate.hpp"

#include <set>

#include <doctest/doctest.h>

#include "commands/quantize_search.hpp"
#include "tests/harmful_branches.hpp"
#include "tests/silent_output.hpp"

using namespace iai;

TEST_CASE("operators go back to float, the harmful ones only, until the limit holds") {
  if (!building::have_runtime()) return;
  const building::Folder folder;
  building::write_harmful_branches(folder);
  const Task task = read_task(folder / "task.yaml");

  QuantizeOptions options;
  options.model = folder / "model.onnx";
  const auto samples = open_samples({folder / "x.npy"}, wanted_inputs(Session(options.model, {})));
  SilentOutput silent;
  const auto gated = [&](const std::string& limit) {
    QuantizeWorkbench workbench(read_model(options.model), options, samples.get(), nullptr, silent);
    Candidate candidate = best_candidate(workbench);
    const GateResult gate = gate_candidate(workbench, candidate, task, parse_drop_limit(limit));
    return std::pair(gate, candidate.integer_layers());
  };
  const auto [held, integers] = gated("0.05");
  CHECK(held.before.value == doctest::Approx(0.1).epsilon(0.01));
  CHECK(held.holds);
  CHECK(std::set<std::string>(held.returned.begin(), held.returned.end()) == std::set<std::string>{"branch0", "branch1", "branch3"});
  CHECK(integers == 1);
  const auto [missed, left] = gated("0.0");
  CHECK(missed.returned.size() <= 3);
  CHECK(left >= 1);
  CHECK(gated("1000").first.returned.empty());
}
