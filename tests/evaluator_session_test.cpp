#include "evaluator/runtime/session.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include <doctest/doctest.h>

#include "formats/error.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

// ccache may make __FILE__ relative to the build folder, where the tests lie too.
const fs::path this_file = fs::weakly_canonical(fs::read_symlink("/proc/self/exe").parent_path() / __FILE__);
const fs::path source = this_file.parent_path().parent_path();

fs::path model_file(const std::string& name) {
  const char* chosen = std::getenv("IAI_TEST_DATA");
  return (chosen != nullptr ? fs::path(chosen) : source / ".." / "shared") / "models" / name;
}

/// Float32 elements behind an NPY header of version 1.0, where the header's length is a little-endian 16-bit number.
std::vector<float> read_npy(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  REQUIRE(text.size() > 10);
  REQUIRE(text.compare(0, 8, std::string("\x93NUMPY\x01\x00", 8)) == 0);
  const std::size_t begin = 10 + static_cast<unsigned char>(text[8]) + 256u * static_cast<unsigned char>(text[9]);
  REQUIRE(text.substr(0, begin).find("'<f4'") != std::string::npos);
  std::vector<float> values((text.size() - begin) / sizeof(float));
  std::memcpy(values.data(), text.data() + begin, values.size() * sizeof(float));
  return values;
}

/// The runtime of the build's dependencies, unless IAI_ONNXRUNTIME names one.
bool have_runtime() {
  const char* deps = std::getenv("IAI_DEPS_DIR");
  const fs::path folder = (deps != nullptr ? fs::path(deps) : source / ".deps") / "onnxruntime" / "lib";
  std::error_code ignored;
  if (std::getenv("IAI_ONNXRUNTIME") == nullptr && fs::is_directory(folder, ignored)) {
    setenv("IAI_ONNXRUNTIME", folder.c_str(), 1);
  }
  try {
    Runtime::get();
    return true;
  } catch (const Error& error) {
    MESSAGE("skipped: " << error.message());
    return false;
  }
}

std::optional<Session> cnn() {
  if (!have_runtime()) return std::nullopt;
  const fs::path path = model_file("cmapss_cnn.onnx");
  if (!fs::exists(path)) {
    MESSAGE("skipped: there is no " << path.string());
    return std::nullopt;
  }
  return std::make_optional<Session>(path, SessionOptions{});
}

std::string message_of(const Session& session, const TensorView& view) {
  try {
    session.run(std::span(&view, 1));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::input);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("the runtime has a version, a place and the CPU") {
  if (!have_runtime()) return;
  const Runtime& runtime = Runtime::get();
  CHECK(runtime.version().rfind("1.", 0) == 0);
  CHECK(fs::exists(runtime.library()));
  REQUIRE_FALSE(runtime.providers().empty());
  CHECK(runtime.providers().front() == "cpu");
  CHECK(&Runtime::get(runtime.library()) == &runtime);
  CHECK_THROWS_AS(Runtime::get("/nowhere/libonnxruntime.so"), Error);
}

TEST_CASE("a convolutional network gives its published error") {
  const auto session = cnn();
  if (!session) return;
  REQUIRE(session->inputs().size() == 1);
  CHECK(session->inputs()[0].name == "sensors");
  CHECK(session->inputs()[0].shape == std::vector<std::int64_t>{-1, 14, 30});
  CHECK(fixed_batch(*session) == 0);

  const std::vector<float> x = read_npy(model_file("cmapss_eval_x.npy")), y = read_npy(model_file("cmapss_eval_y.npy"));
  const Tensor input = make_tensor<float>({static_cast<std::int64_t>(y.size()), 14, 30}, x);
  const TensorView view = input.view();
  const std::vector<Tensor> outputs = session->run(std::span(&view, 1));
  REQUIRE(outputs.size() == 1);
  const auto predicted = outputs[0].values<float>();
  REQUIRE(predicted.size() == y.size());
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += std::pow(static_cast<double>(predicted[i]) - static_cast<double>(y[i]), 2);
  CHECK(std::abs(std::sqrt(sum / static_cast<double>(y.size())) - 14.623) <= 0.001);

  // The same elements where no float may lie in memory.
  std::vector<std::byte> shifted(input.bytes.size() + 1);
  std::memcpy(shifted.data() + 1, input.bytes.data(), input.bytes.size());
  const TensorView unaligned{input.type, input.shape, std::span<const std::byte>(shifted).subspan(1)};
  CHECK(session->run(std::span(&unaligned, 1))[0].bytes == outputs[0].bytes);
}

TEST_CASE("a wrong input is named") {
  const auto session = cnn();
  if (!session) return;
  const std::vector<std::byte> bytes(14ul * 30 * 4);
  const auto contains = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
  CHECK(contains(message_of(*session, {ElementType::float64, {1, 14, 30}, bytes}), "input 'sensors' takes float32, the data is float64"));
  CHECK(contains(message_of(*session, {ElementType::float32, {1, 30, 14}, bytes}), "input 'sensors' takes [?, 14, 30], the data is [1, 30, 14]"));
  CHECK(contains(message_of(*session, {ElementType::float32, {14, 30}, bytes}), "the data is [14, 30]"));
  CHECK(contains(message_of(*session, {ElementType::float32, {2, 14, 30}, bytes}), "needs 3360 bytes, the data has 1680"));
  CHECK_THROWS_AS(session->run({}), Error);
}

TEST_CASE("a missing file, a file that is no model and a missing device are told apart") {
  if (!have_runtime()) return;
  const auto kind_of = [](const fs::path& path, const std::string& device) {
    SessionOptions options;
    options.device = device;
    try {
      const Session session(path, options);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  };
  CHECK(kind_of("/nowhere/model.onnx", "cpu") == ErrorKind::input);
  CHECK(kind_of(this_file, "cpu") == ErrorKind::input);
  CHECK(kind_of(this_file, "abacus") == ErrorKind::environment);
}
