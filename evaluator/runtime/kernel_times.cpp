#include "evaluator/runtime/kernel_times.hpp"

#include <algorithm>
#include <map>

#include "formats/error.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

/// The events of a profile, gathered by kernel.
class Kernels {
 public:
  void add(const Json& event) {
    constexpr std::string_view ending = "_kernel_time";
    if (!event.is_object() || event.value("cat", "") != "Node") return;
    std::string node = event.value("name", "");
    if (!node.ends_with(ending) || !event.contains("dur") || !event["dur"].is_number()) return;
    node.resize(node.size() - ending.size());
    const Json arguments = event.value("args", Json::object());
    const auto [at, added] = known_.emplace(std::pair(node, arguments.value("op_name", "")), kernels_.size());
    if (added) kernels_.emplace_back();
    Kernel& kernel = kernels_[at->second];
    kernel.durations.push_back(event["dur"].get<double>());
    kernel.time = {node, at->first.second, 0, arguments.value("provider", ""), tensors(arguments, "input_type_shape"), tensors(arguments, "output_type_shape")};
  }

  std::vector<KernelTime> medians() const {
    constexpr double microsecond = 1e-6;
    std::vector<KernelTime> times;
    for (const Kernel& kernel : kernels_) {
      std::vector<double> counted(kernel.durations.begin() + (kernel.durations.size() > 1 ? 1 : 0), kernel.durations.end());
      const auto middle = counted.begin() + static_cast<std::ptrdiff_t>(counted.size() / 2);
      std::nth_element(counted.begin(), middle, counted.end());
      times.push_back(kernel.time);
      times.back().seconds = *middle * microsecond;
    }
    return times;
  }

 private:
  struct Kernel {
    KernelTime time;
    std::vector<double> durations;
  };
  std::map<std::pair<std::string, std::string>, std::size_t> known_;
  std::vector<Kernel> kernels_;

  /// [{"float": [1, 14, 30]}, ...]; an input that is left out stands there as {}.
  static std::vector<KernelTensor> tensors(const Json& arguments, const char* key) {
    std::vector<KernelTensor> found;
    for (const Json& tensor : arguments.value(key, Json::array())) {
      found.emplace_back();
      if (!tensor.is_object() || tensor.empty() || !tensor.begin()->is_array()) continue;
      found.back().type = tensor.begin().key();
      for (const Json& size : *tensor.begin()) found.back().shape.push_back(size.is_number_integer() ? size.get<std::int64_t>() : -1);
    }
    return found;
  }
};

}  // namespace

std::vector<KernelTime> kernel_times(const fs::path& model, SessionOptions options, std::span<const TensorView> inputs, int runs) {
  if (options.profile.empty()) {
    options.profile = model;
    options.profile += "-profile";
  }
  fs::path file;
  {
    const Session session(model, options);
    for (int run = 0; run <= runs; ++run) session.run(inputs, [](std::span<const TensorView>) {});
    file = session.end_profile();
  }
  std::error_code ignored;
  if (file.empty() || !fs::exists(file, ignored)) return {};
  Json profile;
  try {
    profile = read_json(file);
  } catch (...) {
    fs::remove(file, ignored);
    throw;
  }
  fs::remove(file, ignored);
  return kernels_of_profile(profile);
}

std::vector<KernelTime> kernels_of_profile(const Json& profile) {
  if (!profile.is_array()) throw Error(ErrorKind::input, "the runtime's profile is no array of events");
  Kernels kernels;
  for (const Json& event : profile) kernels.add(event);
  return kernels.medians();
}

}  // namespace iai
