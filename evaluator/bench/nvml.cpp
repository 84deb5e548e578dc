#include "evaluator/bench/nvml.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <dlfcn.h>
#include <fmt/format.h>

namespace iai {

namespace fs = std::filesystem;

/// What is called of the library: it has no header on machines without its tool kit.
struct Nvml::Functions {
  void* library = nullptr;
  bool is_ready = false;
  int (*initialize)() = nullptr;
  int (*shut_down)() = nullptr;
  const char* (*error_text)(int) = nullptr;
  int (*device_count)(unsigned int*) = nullptr;
  int (*device_handle)(unsigned int, void**) = nullptr;
  int (*device_name)(void*, char*, unsigned int) = nullptr;
  int (*total_energy)(void*, unsigned long long*) = nullptr;
  int (*power_usage)(void*, unsigned int*) = nullptr;

  ~Functions() {
    if (is_ready) shut_down();
    if (library != nullptr) dlclose(library);
  }
  /// @returns the function that is not there; empty when all are
  std::string find_all() {
    std::string missing;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      if (function == nullptr && missing.empty()) missing = name;
    };
    find(initialize, "nvmlInit_v2");
    find(shut_down, "nvmlShutdown");
    find(error_text, "nvmlErrorString");
    find(device_count, "nvmlDeviceGetCount_v2");
    find(device_handle, "nvmlDeviceGetHandleByIndex_v2");
    find(device_name, "nvmlDeviceGetName");
    find(total_energy, "nvmlDeviceGetTotalEnergyConsumption");
    find(power_usage, "nvmlDeviceGetPowerUsage");
    return missing;
  }
};

fs::path nvml_library() {
  const char* chosen = std::getenv("IAI_NVML");
  return chosen != nullptr && *chosen != '\0' ? fs::path(chosen) : fs::path("libnvidia-ml.so.1");
}

Nvml::Nvml(const fs::path& library) : functions_(std::make_unique<Functions>()) {
  const std::string name = library.string();
  functions_->library = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (functions_->library == nullptr) {
    const char* why = dlerror();
    reason_ = why != nullptr ? why : name + " cannot be opened";  // begins with the name
    return;
  }
  if (const std::string missing = functions_->find_all(); !missing.empty()) {
    reason_ = name + " has no " + missing;
    return;
  }
  if (const int code = functions_->initialize(); code != 0) {
    reason_ = fmt::format("{}: {}", name, functions_->error_text(code));
    return;
  }
  functions_->is_ready = true;
  list_devices(name);
}

Nvml::~Nvml() = default;

void Nvml::list_devices(const std::string& library) {
  unsigned int count = 0;
  if (const int code = functions_->device_count(&count); code != 0) {
    reason_ = fmt::format("{}: {}", library, functions_->error_text(code));
    return;
  }
  for (unsigned int i = 0; i < count; ++i) devices_.push_back(describe(i));
  if (devices_.empty()) reason_ = library + " sees no device";
}

NvmlDevice Nvml::describe(unsigned int index) const {
  NvmlDevice device{fmt::format("nvml/{}", index), {}};
  if (const int code = functions_->device_handle(index, &device.handle); code != 0) {
    device.problem = fmt::format("{}: {}", device.name, functions_->error_text(code));
    return device;
  }
  std::array<char, 96> title{};
  if (functions_->device_name(device.handle, title.data(), static_cast<unsigned int>(title.size() - 1)) == 0) device.title = title.data();
  device.counts_energy = millijoules(device).has_value();
  if (device.counts_energy) return device;
  unsigned int milliwatts = 0;
  if (const int code = functions_->power_usage(device.handle, &milliwatts); code != 0) {
    device.problem = fmt::format("{} tells neither its energy nor its power: {}", device.name, functions_->error_text(code));
  }
  return device;
}

std::optional<std::uint64_t> Nvml::millijoules(const NvmlDevice& device) const {
  unsigned long long energy = 0;
  if (functions_->total_energy(device.handle, &energy) != 0) return std::nullopt;
  return energy;
}

std::optional<double> Nvml::watts(const NvmlDevice& device) const {
  unsigned int milliwatts = 0;
  if (functions_->power_usage(device.handle, &milliwatts) != 0) return std::nullopt;
  return static_cast<double>(milliwatts) / 1000;
}

NvmlMeter::NvmlMeter(std::shared_ptr<const Nvml> library, std::vector<NvmlDevice> devices, NowMs now)
    : library_(std::move(library)), now_(now), last_s_(now() / 1000) {
  bool samples = false;
  for (NvmlDevice& device : devices) {
    samples = samples || !device.counts_energy;
    const auto energy = device.counts_energy ? library_->millijoules(device) : std::nullopt;
    counters_.push_back({std::move(device), energy});
  }
  if (!samples) return;
  sampler_ = std::make_unique<PowerSampler>([this] { return watts(); }, now);
  last_s_ = sampler_->first_s();
}

std::vector<std::string> NvmlMeter::sources() const {
  std::vector<std::string> names;
  for (const Counter& counter : counters_)
    names.push_back(counter.device.title.empty() ? counter.device.name : counter.device.name + " (" + counter.device.title + ")");
  return names;
}

std::optional<double> NvmlMeter::watts() const {
  double sum = 0;
  for (const Counter& counter : counters_) {
    if (counter.device.counts_energy) continue;
    const auto watts = library_->watts(counter.device);
    if (!watts) return std::nullopt;
    sum += *watts;
  }
  return sum;
}

/// Joules of the counters since the last call.
std::optional<double> NvmlMeter::counted() {
  double sum = 0;
  bool complete = true;
  for (Counter& counter : counters_) {
    if (!counter.device.counts_energy) continue;
    const auto energy = library_->millijoules(counter.device);
    if (!energy || !counter.last) {
      problem_ = counter.device.name + ": its energy could not be read";
      complete = false;
    } else if (*energy < *counter.last) {  // 64 bits never run over: its driver was loaded anew, or it is wrong
      problem_ = fmt::format("{}: its energy went back from {} to {} mJ", counter.device.name, *counter.last, *energy);
      complete = false;
    } else {
      sum += static_cast<double>(*energy - *counter.last) / 1000;
    }
    counter.last = energy;
  }
  return complete ? std::optional(sum) : std::nullopt;
}

std::optional<Spent> NvmlMeter::spent() {
  const double before = last_s_;
  const PowerSampler::Stretch sampled = sampler_ ? sampler_->since(before) : PowerSampler::Stretch{now_() / 1000, 0};
  last_s_ = sampled.until_s;
  const auto joules = counted();
  if (!sampled.joules) problem_ = "the power of a graphics processor could not be read";
  if (!joules || !sampled.joules) return std::nullopt;
  return Spent{*joules + *sampled.joules, last_s_ - before};
}

}  // namespace iai
