// Nvidia's management library as tests want it. All of it is said by environment variables:
//   FAKE_NVML_INIT     code of nvmlInit_v2 (0)          FAKE_NVML_COUNT   devices (1)
//   FAKE_NVML_MJ       the counter of energy, mJ; "clock": FAKE_NVML_MW times the time that passed; "none": not supported (default)
//   FAKE_NVML_MW       power, mW; "none": not supported (default)
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr int success = 0, not_supported = 3;

std::string said(const char* name, const char* otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? text : otherwise;
}

}  // namespace

extern "C" {

int nvmlInit_v2() { return std::stoi(said("FAKE_NVML_INIT", "0")); }
int nvmlShutdown() { return success; }
const char* nvmlErrorString(int code) { return code == not_supported ? "Not Supported" : code == 9 ? "Driver Not Loaded" : "Unknown Error"; }

int nvmlDeviceGetCount_v2(unsigned int* count) {
  *count = static_cast<unsigned int>(std::stoul(said("FAKE_NVML_COUNT", "1")));
  return success;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void** device) {
  *device = reinterpret_cast<void*>(static_cast<std::uintptr_t>(index + 1));
  return success;
}

int nvmlDeviceGetName(void*, char* name, unsigned int length) {
  std::strncpy(name, "Fake Card", length);
  return success;
}

int nvmlDeviceGetPowerUsage(void*, unsigned int* milliwatts) {
  const std::string power = said("FAKE_NVML_MW", "none");
  if (power == "none") return not_supported;
  *milliwatts = static_cast<unsigned int>(std::stoul(power));
  return success;
}

int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long* millijoules) {
  const std::string energy = said("FAKE_NVML_MJ", "none");
  if (energy == "none") return not_supported;
  if (energy != "clock") {
    *millijoules = std::stoull(energy);
    return success;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  *millijoules = static_cast<unsigned long long>(seconds * std::stod(said("FAKE_NVML_MW", "0")));
  return success;
}
}
