#include "evaluator/runtime/session.hpp"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <set>
#include <unordered_map>
#include <utility>

#include "evaluator/runtime/ort.hpp"
#include "evaluator/runtime/session_state.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

std::string name_of(ElementType type) {
  switch (type) {
    case ElementType::undefined: return "no tensor";
    case ElementType::float32: return "float32";
    case ElementType::uint8: return "uint8";
    case ElementType::int8: return "int8";
    case ElementType::uint16: return "uint16";
    case ElementType::int16: return "int16";
    case ElementType::int32: return "int32";
    case ElementType::int64: return "int64";
    case ElementType::string: return "string";
    case ElementType::boolean: return "boolean";
    case ElementType::float16: return "float16";
    case ElementType::float64: return "float64";
    case ElementType::uint32: return "uint32";
    case ElementType::uint64: return "uint64";
    case ElementType::bfloat16: return "bfloat16";
  }
  return "type " + std::to_string(static_cast<int>(type));
}

/// "[?, 14, 30]": a dynamic dimension is a question mark.
std::string dimensions(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const std::int64_t dimension : shape) {
    if (text.size() > 1) text += ", ";
    text += dimension < 0 ? "?" : std::to_string(dimension);
  }
  return text + "]";
}

GraphOptimizationLevel level_of(GraphOptimization optimization) {
  switch (optimization) {
    case GraphOptimization::none: return ORT_DISABLE_ALL;
    case GraphOptimization::basic: return ORT_ENABLE_BASIC;
    case GraphOptimization::extended: return ORT_ENABLE_EXTENDED;
    case GraphOptimization::all: break;
  }
  return ORT_ENABLE_ALL;
}

/// Adds the one execution provider that was named. Operators that it lacks must not move to the CPU silently: what is
/// measured afterwards would not be the device. Who lets them looks where they ran (kernel_times.hpp).
void append_device(Ort::SessionOptions& session, const std::string& device, bool cpu_fallback, const Runtime& runtime) {
  const std::vector<std::string> devices = runtime.providers();
  if (std::find(devices.begin(), devices.end(), device) == devices.end()) {
    std::string known;
    for (const std::string& name : devices) known += (known.empty() ? "" : ", ") + name;
    throw Error(ErrorKind::environment, "ONNX Runtime " + runtime.version() + " has no device '" + device + "'",
                "it has: " + known + "; iai doctor shows where it was found");
  }
  if (device == "cpu") return;
  if (!cpu_fallback) session.AddConfigEntry("session.disable_cpu_ep_fallback", "1");
  if (device == "cuda") {
    session.AppendExecutionProvider_CUDA(OrtCUDAProviderOptions{});
  } else if (device == "tensorrt") {
    session.AppendExecutionProvider_TensorRT(OrtTensorRTProviderOptions{});
  } else {
    // The runtime registers providers under other spellings than it takes them by.
    static const std::unordered_map<std::string, std::string> spellings{
        {"webgpu", "WebGPU"}, {"xnnpack", "XNNPACK"}, {"openvino", "OpenVINO"}, {"qnn", "QNN"}, {"vitisai", "VitisAI"}};
    const auto known = spellings.find(device);
    session.AppendExecutionProvider(known == spellings.end() ? device : known->second);
  }
}

Ort::SessionOptions session_options(const SessionOptions& options, const Runtime& runtime) {
  Ort::SessionOptions session;
  session.SetIntraOpNumThreads(options.intra_threads);
  session.SetInterOpNumThreads(1);
  session.SetGraphOptimizationLevel(level_of(options.optimization));
  if (options.shared_allocator) session.AddConfigEntry("session.use_env_allocators", "1");
  if (!options.profile.empty()) session.EnableProfiling(options.profile.c_str());
  try {
    append_device(session, options.device, options.cpu_fallback, runtime);
  } catch (const Ort::Exception& error) {
    throw Error(ErrorKind::environment, "device '" + options.device + "': " + reason_of(error),
                "iai doctor shows the devices; one that the library has needs its driver too (webgpu: Vulkan's)");
  }
  return session;
}

ModelPort make_port(std::string name, const Ort::TypeInfo& info) {
  ModelPort port{std::move(name), ElementType::undefined, {}};
  if (info.GetONNXType() == ONNX_TYPE_TENSOR) {
    const auto tensor = info.GetTensorTypeAndShapeInfo();
    port.type = static_cast<ElementType>(tensor.GetElementType());  // both count as TensorProto.DataType does
    port.shape = tensor.GetShape();
  }
  return port;
}

TensorView view_value(const std::string& where, const ModelPort& port, const Ort::Value& value) {
  const std::string output = where + ": output '" + port.name + "'";
  if (!value.IsTensor()) throw Error(ErrorKind::input, output + " is no tensor", "remove it from the model, or name another");
  const auto info = value.GetTensorTypeAndShapeInfo();
  TensorView view{static_cast<ElementType>(info.GetElementType()), info.GetShape(), {}};
  const std::size_t width = element_size(view.type);
  if (width == 0) throw Error(ErrorKind::input, output + " is " + name_of(view.type) + ", which iai cannot read");
  if (const std::size_t count = info.GetElementCount(); count > 0) view.bytes = {static_cast<const std::byte*>(value.GetTensorRawData()), count * width};
  return view;
}

std::atomic<std::int64_t> opening_ns{0}, running_ns{0};

/// Adds the CPU time of this thread, from here to the end of the scope.
class ThreadTime {
 public:
  explicit ThreadTime(std::atomic<std::int64_t>& total) : total_(total), start_(now()) {}
  ~ThreadTime() { total_ += now() - start_; }
  ThreadTime(const ThreadTime&) = delete;
  ThreadTime& operator=(const ThreadTime&) = delete;

 private:
  std::atomic<std::int64_t>& total_;
  std::int64_t start_;
  static std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }
};

}  // namespace

std::string reason_of(const Ort::Exception& error) {
  std::string reason = error.what();
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  // "FILE.cc:LINE FUNCTION CONDITION was false. WHY"
  static constexpr std::string_view condition = " was false. ";
  if (const std::size_t found = reason.find(condition); found != std::string::npos) reason.erase(0, found + condition.size());
  while (!reason.empty() && reason.back() == ' ') reason.pop_back();
  return reason;
}

Error run_failed(const std::string& name, const Ort::Exception& error) {
  return {ErrorKind::input, name + ": the run failed: " + reason_of(error),
          "the model does not fit its inputs or itself, or asks for too much memory; iai inspect shows its shapes"};
}

/// @throws Error(input) unless `view` can be fed to `port`. A port without dimensions takes any shape: the runtime does
/// not tell a scalar from an unknown shape.
static void check_input(const std::string& where, const ModelPort& port, const TensorView& view) {
  const std::string input = where + ": input '" + port.name + "'";
  const std::size_t width = element_size(port.type);
  if (width == 0) throw Error(ErrorKind::input, input + " takes " + name_of(port.type) + ", which iai cannot feed");
  if (view.type != port.type) {
    throw Error(ErrorKind::input, input + " takes " + name_of(port.type) + ", the data is " + name_of(view.type), "store the data as " + name_of(port.type));
  }
  bool fits = port.shape.empty() || port.shape.size() == view.shape.size();
  for (std::size_t i = 0; fits && i < port.shape.size(); ++i) fits = port.shape[i] < 0 || port.shape[i] == view.shape[i];
  if (!fits) {
    throw Error(ErrorKind::input, input + " takes " + dimensions(port.shape) + ", the data is " + dimensions(view.shape),
                "store the data in the shape that the model takes");
  }
  std::size_t bytes = width;
  for (const std::int64_t dimension : view.shape) {
    if (dimension < 0 || __builtin_mul_overflow(bytes, static_cast<std::size_t>(dimension), &bytes)) {
      throw Error(ErrorKind::input, input + ": the shape " + dimensions(view.shape) + " is impossible");
    }
  }
  if (bytes != view.bytes.size()) {
    throw Error(ErrorKind::input,
                input + ": " + dimensions(view.shape) + " needs " + std::to_string(bytes) + " bytes, the data has " + std::to_string(view.bytes.size()));
  }
}

Ort::Value make_value(const TensorView& view, std::vector<std::byte>& aligned) {
  const std::byte* data = view.bytes.data();
  const std::size_t width = std::max<std::size_t>(element_size(view.type), 1);  // never 0: check_input was here before
  if (data == nullptr || reinterpret_cast<std::uintptr_t>(data) % width != 0) {
    aligned.assign(view.bytes.begin(), view.bytes.end());
    aligned.resize(std::max<std::size_t>(aligned.size(), 1));
    data = aligned.data();
  }
  static const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  return Ort::Value::CreateTensor(memory, const_cast<std::byte*>(data), view.bytes.size(), view.shape.data(), view.shape.size(),
                                  static_cast<ONNXTensorElementDataType>(view.type));
}

void Session::State::describe() {
  const Ort::AllocatorWithDefaultOptions allocator;
  for (std::size_t i = 0; i < session.GetInputCount(); ++i) {
    inputs.push_back(make_port(session.GetInputNameAllocated(i, allocator).get(), session.GetInputTypeInfo(i)));
  }
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i) {
    outputs.push_back(make_port(session.GetOutputNameAllocated(i, allocator).get(), session.GetOutputTypeInfo(i)));
  }
  for (const ModelPort& port : inputs) input_names.push_back(port.name.c_str());
  for (const ModelPort& port : outputs) output_names.push_back(port.name.c_str());
}

void Session::State::check(std::span<const TensorView> given) const {
  if (given.size() != inputs.size()) {
    std::string names;
    for (const ModelPort& port : inputs) names += (names.empty() ? "" : ", ") + port.name;
    throw Error(ErrorKind::input,
                name + ": takes " + std::to_string(inputs.size()) + " inputs (" + names + "), " + std::to_string(given.size()) + " were given");
  }
  for (std::size_t i = 0; i < given.size(); ++i) check_input(name, inputs[i], given[i]);
}

Session::Session(const fs::path& path, const SessionOptions& options) {
  // Before anything of Ort's is made: without the library, even the destructor of an empty Ort::Session crashes.
  const Runtime& runtime = Runtime::get(options.runtime);
  state_ = std::make_unique<State>();
  state_->name = path.string();
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw Error(ErrorKind::input, state_->name + ": no such file", "check the path");
  if (fs::is_directory(path, ignored)) {
    throw Error(ErrorKind::input, state_->name + ": is a folder, not a model", "name the .onnx file in it");
  }
  const Ort::SessionOptions prepared = session_options(options, runtime);
  const ThreadTime timed(opening_ns);
  try {
    state_->session = Ort::Session(ort_environment(), path.c_str(), prepared);
    state_->describe();
  } catch (const Ort::Exception& error) {
    const std::string reason = reason_of(error);
    if (options.device != "cpu") {
      throw Error(ErrorKind::environment, state_->name + ": device '" + options.device + "' cannot run it: " + reason,
                  "use --device cpu, or a device that iai doctor lists");
    }
    throw Error(ErrorKind::input, state_->name + ": " + reason, "iai inspect shows what the file is");
  }
  const std::int64_t fixed = fixed_batch(*this);
  if (options.batch > 0 && fixed > 0 && fixed != options.batch) {
    throw Error(ErrorKind::input, state_->name + ": its batch is fixed at " + std::to_string(fixed) + ", not " + std::to_string(options.batch),
                "make a session file for this model: iai bench --sweep --session-out");
  }
  state_->batch = options.batch;
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

const std::vector<ModelPort>& Session::inputs() const { return state_->inputs; }
const std::vector<ModelPort>& Session::outputs() const { return state_->outputs; }
std::int64_t Session::batch() const { return state_->batch; }

std::vector<TensorView> views_of(std::span<const Tensor> tensors) {
  std::vector<TensorView> views;
  for (const Tensor& tensor : tensors) views.push_back(tensor.view());
  return views;
}

std::vector<Tensor> Session::run(std::span<const TensorView> inputs) const {
  std::vector<Tensor> outputs;
  run(inputs, [&](std::span<const TensorView> views) {
    for (const TensorView& view : views) outputs.push_back({view.type, view.shape, {view.bytes.begin(), view.bytes.end()}});
  });
  return outputs;
}

void Session::run(std::span<const TensorView> inputs, const std::function<void(std::span<const TensorView>)>& visit) const {
  State& state = *state_;
  state.check(inputs);
  std::vector<Ort::Value> results;
  std::vector<TensorView> outputs;
  try {
    std::vector<std::vector<std::byte>> aligned(inputs.size());
    std::vector<Ort::Value> values;
    for (std::size_t i = 0; i < inputs.size(); ++i) values.push_back(make_value(inputs[i], aligned[i]));
    const ThreadTime timed(running_ns);
    results = state.session.Run(Ort::RunOptions{nullptr}, state.input_names.data(), values.data(), values.size(), state.output_names.data(),
                                state.output_names.size());
  } catch (const Ort::Exception& error) {
    throw run_failed(state.name, error);
  }
  for (std::size_t i = 0; i < results.size(); ++i) outputs.push_back(view_value(state.name, state.outputs[i], results[i]));
  visit(outputs);
}

fs::path Session::end_profile() const {
  const Ort::AllocatorWithDefaultOptions allocator;
  return state_->session.EndProfilingAllocated(allocator).get();
}

RuntimeSeconds runtime_seconds() {
  constexpr double second = 1e9;
  return {static_cast<double>(opening_ns) / second, static_cast<double>(running_ns) / second};
}

std::int64_t fixed_batch(const Session& session) {
  std::set<std::int64_t> sizes;
  const auto is_open = [](const ModelPort& port) { return !port.shape.empty() && port.shape.front() < 0; };
  const bool open = std::any_of(session.inputs().begin(), session.inputs().end(), is_open);
  for (const ModelPort& port : session.inputs()) {
    if (port.shape.empty() || port.shape.front() <= 0) continue;
    // A state of several layers, [layers, batch, units], beside inputs whose batch is open: its batch comes later.
    const bool later = open && std::any_of(port.shape.begin() + 1, port.shape.end(), [](std::int64_t size) { return size < 0; });
    sizes.insert(later ? 1 : port.shape.front());
  }
  if (sizes.empty()) return session.batch();
  return sizes.size() == 1 ? *sizes.begin() : 1;
}

}  // namespace iai
