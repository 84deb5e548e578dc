#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "commands/quantize_ranges.hpp"
#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

TEST_CASE("ranges are written so that every number and name reads back as it was") {
  RangesFile file;
  file.model_sha256 = {std::string(64, 'a')};
  file.calibration = {std::string(64, '0')};
  file.samples = 512;
  file.method = "percentile";
  file.percentile = 99.9;
  file.attention = false;
  file.exclude = {"conv*", "Gemm"};
  file.returned = {{"a: b"}, {"c*", "\\d"}, {"slow"}};
  file.tensors["x"] = {-0.1F, 16777217.0F, 4096, {-1.0 / 3, 2e-38}, RangeMethod::entropy, 41.25, 1.0 / 7, {0.1, -1e-300, 3}};
  file.tensors["true"] = {0, 1, 3, {-0.0, 1}, RangeMethod::percentile, INFINITY, 0, {}};
  file.tensors["a\"b\\c: #\té"] = {0, 1, 3, {0, 1}, RangeMethod::given, NAN, NAN, {}};
  file.exponents["x"] = {0, -8, 3};
  file.biases["fc: bias"] = {0.1F, -3e-30F, 7};
  const TemporaryFolder folder;
  const auto path = folder.path / "ranges.yaml";
  const std::string text = ranges_text(file);
  std::ofstream(path) << text;
  const RangesFile read = read_ranges(path);
  CHECK(read.model_sha256 == file.model_sha256);
  CHECK(read.calibration == file.calibration);
  CHECK(read.samples == 512);
  CHECK(read.percentile == 99.9);
  CHECK_FALSE(read.attention);
  CHECK(read.exclude == file.exclude);
  CHECK(read.returned == file.returned);
  REQUIRE(read.tensors.size() == 3);
  for (const auto& [name, tensor] : file.tensors) {
    REQUIRE(read.tensors.contains(name));
    const TensorRange& back = read.tensors.at(name);
    CHECK(back.minimum == tensor.minimum);
    CHECK(back.maximum == tensor.maximum);
    CHECK(back.elements == tensor.elements);
    CHECK(back.range.low == tensor.range.low);
    CHECK(back.range.high == tensor.range.high);
    CHECK(back.channel_means == tensor.channel_means);
  }
  CHECK(read.exponents == file.exponents);
  CHECK(read.biases == file.biases);
  CHECK(read.tensors.at("x").method == RangeMethod::entropy);
  CHECK(read.tensors.at("x").clipped_share == 1.0 / 7);
  CHECK(std::isnan(read.tensors.at("true").sqnr_db));
  CHECK(ranges_text(read) == text);  // one form only
}

TEST_CASE("a file of ranges that is wrong names the place") {
  const TemporaryFolder folder;
  const auto path = folder.path / "r.yaml";
  const auto message = [&](const std::string& entry) -> std::string {
    std::ofstream(path) << "schema: iai.ranges/1\ntensors:\n  - " + entry + "\n";
    try {
      read_ranges(path);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      CHECK_FALSE(error.hint().empty());
      return error.message().substr(error.message().find("r.yaml"));
    }
    return "accepted";
  };
  CHECK(message("{tensor: x, low: -1, high: 1}") == "accepted");
  CHECK(message("{tensor: x, low: -1, high: 1, channel_exponents: [1, 65]}") == "r.yaml:3:58: is no exponent that float32 bears");
  CHECK(message("{tensor: x, low: 2, high: 1}") == "r.yaml:3:22: low (2) is above high (1)");
  CHECK(message("{tensor: x, low: -1, high: -0.5}") == "r.yaml:3:32: the range -1 to -0.5 leaves out 0");
  CHECK(message("{tensor: x, low: -.inf, high: 1}") == "r.yaml:3:22: is infinite");
  CHECK(message("{tensor: x, low: 0, high: 1, channel_means: [0, .nan]}") == "r.yaml:3:53: is not a number");
  CHECK(message("{tensor: x, low: 0, high: 1, minimum: 3, maximum: 2}") == "r.yaml:3:43: minimum (3) is above maximum (2)");
  CHECK(message("{tensor: x, low: 0, high: 1, elements: -3}") == "r.yaml:3:44: is negative");
  CHECK(message("{tensor: x, low: 0, high: 1, clipped_share: 1.5}") == "r.yaml:3:49: is no share");
}
