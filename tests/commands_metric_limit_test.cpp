#include "commands/metric_limit.hpp"

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

Record evaluation_of(const std::string& sha256, const std::string& role, const Json& figure) {
  Record record;
  record.verb = "evaluate";
  record.inputs = {{role, "model.onnx", sha256, 7, "file"}};
  record.metrics = {{"rmse", figure}};
  record.started = "2026-11-29T12:00:00Z";
  record.verdict = "done";
  return record;
}

}  // namespace

TEST_CASE("limits of a metric, and what is none") {
  const MetricLimit least = parse_metric_limit("accuracy>=0.97"), most = parse_metric_limit("rmse<=15");
  CHECK(least.metric == "accuracy");
  CHECK(least.holds(0.97));
  CHECK_FALSE(least.holds(0.969));
  CHECK(most.holds(15));
  CHECK_FALSE(most.holds(15.1));
  for (const char* text : {"", "rmse", "rmse<15", "<=15", "rmse<=", "rmse<=x", "rmse<=15x", "rmse<=nan", "rmse=15"}) {
    CHECK_THROWS_AS(parse_metric_limit(text), Error);
  }
}

TEST_CASE("the newest evaluation of exactly the model counts; without one, or undefined, there is no figure") {
  const TemporaryFolder folder;
  Registry registry = Registry::open(folder.path / "registry.db");
  const std::string model(64, 'a'), other(64, 'b');
  CHECK_FALSE(recorded_metric(registry, model, "rmse").has_value());
  for (Record record : {evaluation_of(model, "model", {{"value", 16.5}}), evaluation_of(model, "model", {{"value", 14.5}}),
                        evaluation_of(other, "model", {{"value", 1.0}}), evaluation_of(model, "label", {{"value", 2.0}})}) {
    registry.append(record);
  }
  const auto found = recorded_metric(registry, model, "rmse");
  REQUIRE(found.has_value());
  CHECK(found->value == 14.5);
  CHECK(found->record == 2);
  CHECK_FALSE(recorded_metric(registry, model, "mae").has_value());
  Record undefined = evaluation_of(model, "model", {{"value", nullptr}});
  registry.append(undefined);
  CHECK_FALSE(recorded_metric(registry, model, "rmse").has_value());  // the newest has no figure: an older one would be no answer
}
