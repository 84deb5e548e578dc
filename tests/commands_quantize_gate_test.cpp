#include "commands/quantize_int8_gate.hpp"

#include <set>

#include <doctest/doctest.h>

#include "commands/quantize_search.hpp"
#include "tests/harmful_branches.hpp"
#include "tests/silent_output.hpp"

using namespace iai;

namespace {

/// The gate on the model of write_harmful_branches.
struct Branches {
  building::Folder folder;
  QuantizeOptions options;
  std::unique_ptr<Samples> samples;
  SilentOutput silent;

  explicit Branches(const std::string& target = "generic") {
    building::write_harmful_branches(folder);
    options.model = folder / "model.onnx";
    options.target = target;
    samples = open_samples({folder / "x.npy"}, wanted_inputs(Session(options.model, {})));
  }
  struct Gated {
    GateResult gate;
    Candidate candidate;
  };
  Gated gate(const std::string& limit) {
    QuantizeWorkbench workbench(read_model(options.model), options, samples.get(), nullptr, silent);
    Candidate candidate = best_candidate(workbench);
    const Task task = read_task(folder / "task.yaml");
    const DropLimit drop = parse_drop_limit(limit);
    GateResult result = Int8Gate(workbench, task, drop).search(candidate);
    return {std::move(result), std::move(candidate)};
  }
};

const std::set<std::string> harmful{"branch0", "branch1", "branch3"};

}  // namespace

TEST_CASE("operators go to int16 where that is enough, the harmful ones only") {
  if (!building::have_runtime()) return;
  Branches branches;
  const auto [gate, candidate] = branches.gate("0.05");
  CHECK(gate.before.value == doctest::Approx(0.1).epsilon(0.01));
  CHECK(gate.holds);
  CHECK(gate.in_the_way.empty());
  CHECK(gate.returned == Returned{{}, harmful});
  CHECK(candidate.integer_layers() == 4);
  CHECK(gate.difference.value == doctest::Approx(gate.drop.absolute));
  CHECK(gate.difference.low <= gate.difference.value);
  CHECK(gate.difference.value <= gate.difference.high);
  CHECK(branches.gate("1000").gate.returned.empty());
  CHECK(branches.gate("1000").gate.tries == 1);
}

TEST_CASE("operators go to float where int16 is not enough, or the target has none") {
  if (!building::have_runtime()) return;
  const auto strict = Branches().gate("0.0001");
  CHECK(strict.gate.holds);
  CHECK(strict.gate.returned == Returned{harmful, {"branch2"}});  // its own rounding is too much for this limit
  CHECK(strict.candidate.integer_layers() == 1);
  const auto narrow = Branches("tensorrt").gate("0.05");
  CHECK(narrow.gate.holds);
  CHECK(narrow.gate.returned == Returned{harmful, {}});
}

TEST_CASE("without inputs to compare on, operators are ranked by their weights") {
  if (!building::have_runtime()) return;
  Branches branches;
  branches.options.dynamic = true;
  branches.samples.reset();
  const auto [gate, candidate] = branches.gate("0.05");
  CHECK(gate.holds);
  CHECK(gate.returned == Returned{harmful, {}});
}

TEST_CASE("where nothing holds, the candidate is the nearest miss, and the result says why") {
  if (!building::have_runtime()) return;
  Branches branches;
  const auto [gate, candidate] = branches.gate("0.0");
  CHECK_FALSE(gate.holds);
  CHECK(candidate.integer_layers() >= 1);
  CHECK(gate.drop.absolute < branches.gate("0.05").gate.drop.absolute);
  CHECK(gate.in_the_way.find("each of 4 operators is too much") != std::string::npos);
}

TEST_CASE("the budget ends the search, and the result says so") {
  if (!building::have_runtime()) return;
  Branches branches;
  branches.options.budget_s = 1e-9;
  const auto [gate, candidate] = branches.gate("0.05");
  CHECK_FALSE(gate.holds);
  CHECK(gate.cut);
  CHECK(gate.returned.empty());
  CHECK(candidate.integer_layers() == 4);
  CHECK(gate.in_the_way.find("budget") != std::string::npos);
}
