#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/bench/energy_meter.hpp"
#include "evaluator/bench/measure.hpp"
#include "evaluator/bench/power_sampler.hpp"

namespace iai {

/// A graphics processor as Nvidia's management library shows it.
struct NvmlDevice {
  std::string name;            ///< "nvml/0", by its place in the library's list
  std::string title;           ///< "NVIDIA A100-SXM4-40GB"
  void* handle = nullptr;      ///< of the library
  bool counts_energy = false;  ///< since Volta; older ones tell their power only
  std::string problem = {};    ///< why it tells neither; empty where it does
};

/// Nvidia's management library (NVML), opened at run time: it comes with the driver, not with iai.
class Nvml {
 public:
  /// Opens the library and lists its devices. `reason()` says why there are none.
  explicit Nvml(const std::filesystem::path& library);
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  const std::string& reason() const { return reason_; }
  const std::vector<NvmlDevice>& devices() const { return devices_; }
  /// Energy of the device since its driver was loaded, mJ. Nothing when the library fails.
  std::optional<std::uint64_t> millijoules(const NvmlDevice& device) const;
  /// What it draws now, W; some cards say the mean of the last second.
  std::optional<double> watts(const NvmlDevice& device) const;

 private:
  struct Functions;
  void list_devices(const std::string& library);
  NvmlDevice describe(unsigned int index) const;

  std::unique_ptr<Functions> functions_;
  std::string reason_;
  std::vector<NvmlDevice> devices_;
};

/// IAI_NVML, else libnvidia-ml.so.1.
std::filesystem::path nvml_library();

/// Graphics processors that add up: by their counters of energy, else by their power, read every 20 ms.
/// @source NVIDIA, "NVML API Reference Guide": nvmlDeviceGetTotalEnergyConsumption, nvmlDeviceGetPowerUsage
class NvmlMeter : public EnergyMeter {
 public:
  /// @param devices  of `library`, without a problem
  NvmlMeter(std::shared_ptr<const Nvml> library, std::vector<NvmlDevice> devices, NowMs now = steady_now_ms);

  std::string kind() const override { return "nvml"; }
  std::vector<std::string> sources() const override;
  double shortest_stretch_s() const override { return 1; }  // counters move every tenth of a second, powers are means of up to a second
  std::optional<Spent> spent() override;
  std::string problem() const override { return problem_; }

 private:
  struct Counter {
    NvmlDevice device;
    std::optional<std::uint64_t> last;  ///< mJ; nothing for one that tells its power only, or that failed
  };
  std::optional<double> watts() const;
  std::optional<double> counted();

  std::shared_ptr<const Nvml> library_;
  std::vector<Counter> counters_;
  NowMs now_;
  double last_s_;
  std::string problem_ = "a reading of the meter is missing";
  std::unique_ptr<PowerSampler> sampler_;
};

}  // namespace iai
