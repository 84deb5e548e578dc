#include "commands/bench_operators.hpp"

#include <doctest/doctest.h>

#include "formats/error.hpp"

using namespace iai;

namespace {

/// Two runs of a model of which one node stayed on the processor, as the runtime accounts for them.
const char* const profile = R"([
  {"cat": "Session", "name": "model_loading", "dur": 5},
  {"cat": "Node", "name": "copy_kernel_time", "dur": 9, "args": {"op_name": "MemcpyFromHost", "provider": "CPUExecutionProvider",
     "input_type_shape": [{"float": [1, 4]}], "output_type_shape": [{"float": [1, 4]}]}},
  {"cat": "Node", "name": "conv_kernel_time", "dur": 900, "args": {"op_name": "Conv", "provider": "WebGpuExecutionProvider",
     "input_type_shape": [{"float": [1, 3, 8, 8]}, {"float": [4, 3, 3, 3]}], "output_type_shape": [{"float": [1, 4, 6, 6]}]}},
  {"cat": "Node", "name": "odd_kernel_time", "dur": 70, "args": {"op_name": "Softmax", "provider": "CPUExecutionProvider",
     "input_type_shape": [{"float": [1, 4]}, {}], "output_type_shape": [{"float": [1, 4]}]}},
  {"cat": "Node", "name": "copy_kernel_time", "dur": 1, "args": {"op_name": "MemcpyFromHost", "provider": "CPUExecutionProvider"}},
  {"cat": "Node", "name": "conv_kernel_time", "dur": 60, "args": {"op_name": "Conv", "provider": "WebGpuExecutionProvider",
     "input_type_shape": [{"float": [1, 3, 8, 8]}, {"float": [4, 3, 3, 3]}], "output_type_shape": [{"float": [1, 4, 6, 6]}]}},
  {"cat": "Node", "name": "odd_kernel_time", "dur": 39, "args": {"op_name": "Softmax", "provider": "CPUExecutionProvider",
     "input_type_shape": [{"float": [1, 4]}, {}], "output_type_shape": [{"float": [1, 4]}]}}
])";

Json json_of(const Report& report) { return parse_json(report_to_json(report), "report"); }

}  // namespace

TEST_CASE("nodes that did not run on the device are named; copies to it are not its nodes") {
  const std::vector<KernelTime> kernels = kernels_of_profile(parse_json(profile, "profile"));
  REQUIRE(kernels.size() == 3);
  CHECK(kernels[1].seconds == doctest::Approx(60e-6));  // the first run does not count
  CHECK(kernels[1].inputs[1].shape == std::vector<std::int64_t>{4, 3, 3, 3});
  CHECK(kernels[2].inputs[1].type == "");
  CHECK(fallen_back(kernels, "WebGpuExecutionProvider") == std::vector<std::string>{"odd (Softmax)"});
  CHECK(fallen_back(kernels, "CPUExecutionProvider") == std::vector<std::string>{"conv (Conv)"});
  CHECK_THROWS_AS(kernels_of_profile(Json::object()), Error);
}

TEST_CASE("kernels of a device are not held against the processor's peak") {
  const ReportRows rows = operator_rows(kernels_of_profile(parse_json(profile, "profile")), {1e9, 1e9, 1e9, 1e6});
  REQUIRE(rows.size() == 3);
  const Json longest = json_of(rows[0]);
  CHECK(longest["operator"] == "conv");
  CHECK(longest["operations"] == 144 * 27 * 2);
  CHECK(longest["bound_by"] == "device");
  CHECK(longest["of_peak_share"].is_null());
  CHECK(longest["operations_rate_per_s"].is_null());
  CHECK(json_of(rows[1])["bound_by"] == "unknown");
}

TEST_CASE("where kernels ran, what they did, and the sums") {
  std::vector<KernelTime> kernels = kernels_of_profile(parse_json(profile, "profile"));
  const ReportRows places = placement_rows(kernels);
  REQUIRE(places.size() == 2);
  CHECK(json_of(places[0])["kernels"] == 2);
  CHECK(json_of(places[0])["time_ms"].get<double>() == doctest::Approx(0.04));
  CHECK(json_of(places[1])["of_time_share"].get<double>() == doctest::Approx(0.6));
  for (KernelTime& kernel : kernels) kernel.provider = "CPUExecutionProvider";
  const ReportRows rows = operator_rows(kernels, {1e9, 1e9, 1e9, 1e6});
  REQUIRE(rows.size() == 3);
  const Json longest = json_of(rows[0]), middle = json_of(rows[1]);
  CHECK(longest["operator"] == "conv");
  CHECK(longest["operations"] == 144 * 27 * 2);
  CHECK(longest["moved_bytes"] == 4 * (192 + 108 + 144));
  CHECK(longest["operations_rate_per_s"].get<double>() == doctest::Approx(7776 / 60e-6));
  CHECK(longest["of_peak_share"].get<double>() == doctest::Approx(7776e-9 / 60e-6));
  CHECK(longest["bound_by"] == "compute");
  CHECK(middle["operations"].is_null());
  CHECK(middle["bound_by"] == "unknown");
  const Json sums = json_of(operator_sums(kernels));
  CHECK(sums["operations"] == 7776);
  CHECK(sums["time_ms"].get<double>() == doctest::Approx(0.1));
  CHECK(sums["uncounted"] == Json::array({"Softmax"}));
}
