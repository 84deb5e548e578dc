#include "evaluator/runtime/kernel_times.hpp"

#include <algorithm>
#include <map>

#include "formats/json.hpp"

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
    const auto [at, added] = known_.emplace(std::pair(node, arguments.value("op_name", "")), durations_.size());
    if (added) durations_.emplace_back();
    durations_[at->second].push_back(event["dur"].get<double>());
  }

  std::vector<KernelTime> medians() const {
    constexpr double microsecond = 1e-6;
    std::vector<KernelTime> times(durations_.size());
    for (const auto& [names, at] : known_) {
      std::vector<double> counted(durations_[at].begin() + (durations_[at].size() > 1 ? 1 : 0), durations_[at].end());
      const auto middle = counted.begin() + static_cast<std::ptrdiff_t>(counted.size() / 2);
      std::nth_element(counted.begin(), middle, counted.end());
      times[at] = {names.first, names.second, *middle * microsecond};
    }
    return times;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::size_t> known_;
  std::vector<std::vector<double>> durations_;
};

}  // namespace

std::vector<KernelTime> kernel_times(const fs::path& model, SessionOptions options, std::span<const TensorView> inputs, int runs) {
  options.profile = model;
  options.profile += "-profile";
  fs::path file;
  {
    const Session session(model, options);
    for (int run = 0; run <= runs; ++run) session.run(inputs, [](std::span<const TensorView>) {});
    file = session.end_profile();
  }
  std::error_code ignored;
  if (file.empty() || !fs::exists(file, ignored)) return {};
  Kernels kernels;
  try {
    for (const Json& event : read_json(file)) kernels.add(event);
  } catch (...) {
    fs::remove(file, ignored);
    throw;
  }
  fs::remove(file, ignored);
  return kernels.medians();
}

}  // namespace iai
