#include "evaluator/bench/cold_start.hpp"

#include <csignal>
#include <limits>
#include <new>

#include <doctest/doctest.h>
#include <unistd.h>

#include "evaluator/metrics/output_error.hpp"
#include "evaluator/runtime/bound_run.hpp"
#include "evaluator/task/samples.hpp"
#include "formats/error.hpp"
#include "formats/model.hpp"
#include "tests/model_building.hpp"
#include "tests/real_data.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

std::vector<Tensor> seeded(const Session& session) { return seeded_samples(wanted_inputs(session), 2, 1)->read(0, 2); }

/// The error that comes out when making the inputs does `act` in the child.
Error error_of(const std::filesystem::path& model, const std::function<void()>& act) {
  try {
    measure_cold_start(model, {}, [&](const Session& session) {
      act();
      return seeded(session);
    });
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "nothing was thrown");
}

}  // namespace

TEST_CASE("load time, first inference and peak memory come from a process of their own") {
  const auto model = real_model("cmapss_cnn");
  if (!model) return;
  const ColdStart cold = measure_cold_start(*model, {}, seeded);
  CHECK(cold.load_ms > 0);
  CHECK(cold.first_inference_ms > 0);
  CHECK(cold.peak_rss_bytes > 10'000'000);
  // What one child needs is not on the bill of the next.
  std::vector<char> held;
  const ColdStart large = measure_cold_start(*model, {}, [&](const Session& session) {
    held.assign(200'000'000, 'x');
    return seeded(session);
  });
  CHECK(large.peak_rss_bytes > cold.peak_rss_bytes + 150'000'000);
  CHECK(measure_cold_start(*model, {}, seeded).peak_rss_bytes < large.peak_rss_bytes - 150'000'000);
}

TEST_CASE("what a warm run allocates is what lies between its operators") {
  if (!real_model("cmapss_cnn")) return;  // there is a runtime where there are models
  const TemporaryFolder folder;
  // x -> t -> u -> y: t and u of 4000 bytes each; u takes the place of nothing, since t is read once more at the end.
  Model model = building::make_model({1, 1000}, {1, 1000});
  building::add_node(model, "Abs", {"x"}, "t");
  building::add_node(model, "Sqrt", {"t"}, "u");
  building::add_node(model, "Sub", {"t", "u"}, "y");
  write_model(model, folder.path / "model.onnx");
  SessionOptions options;
  options.optimization = GraphOptimization::none;
  const auto inputs = [](const Session& session) { return seeded_samples(wanted_inputs(session), 1, 1)->read(0, 1); };
  const ColdStart cold = measure_cold_start(folder.path / "model.onnx", options, inputs);
  REQUIRE(cold.allocations.has_value());
  CHECK(cold.allocations->count >= 1);
  CHECK(cold.allocations->count <= 2);  // one of each, or one for both where the runtime plans them together
  CHECK(cold.allocations->peak_bytes >= 8000);
  CHECK(cold.allocations->peak_bytes <= 8000 + 2 * 256);
  CHECK(measure_cold_start(folder.path / "model.onnx", options, inputs).allocations->peak_bytes == cold.allocations->peak_bytes);
  options.device = "warp";
  CHECK_THROWS_AS(measure_cold_start(folder.path / "model.onnx", options, inputs), Error);
}

TEST_CASE("an error in the child is the parent's error; a child that is killed is named") {
  const auto model = real_model("cmapss_cnn");
  if (!model) return;
  const Error told = error_of(*model, [] { throw Error(ErrorKind::usage, "told", "hint"); });
  CHECK(told.kind() == ErrorKind::usage);
  CHECK(told.message() == "told");
  CHECK(told.hint() == "hint");
  CHECK(error_of(*model, [] { throw std::bad_alloc(); }).kind() == ErrorKind::environment);
  const Error killed = error_of(*model, [] { raise(SIGKILL); });
  CHECK(killed.kind() == ErrorKind::input);
  CHECK(killed.message().find("ended by signal 9") != std::string::npos);
  CHECK(killed.hint().find("memory") != std::string::npos);
  CHECK(error_of(*model, [] { _exit(1); }).message().find("without an answer") != std::string::npos);
  CHECK_THROWS_AS(measure_cold_start("nowhere.onnx", {}, seeded), Error);
}

TEST_CASE("a bound run checks its inputs once and finds outputs that are NaN") {
  const auto model = real_model("cmapss_cnn");
  if (!model) return;
  const Session session(*model, {});
  BoundRun good(session, seeded(session));
  for (int i = 0; i < 3; ++i) good.run();
  CHECK(good.output_with_nan() == "");
  std::vector<Tensor> inputs = seeded(session);
  inputs[0].values<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  CHECK(BoundRun(session, std::move(inputs)).output_with_nan() == "rul");
  CHECK_THROWS_AS(BoundRun(session, {}), Error);
}
