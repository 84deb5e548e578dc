#include "commands/machine.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include <sys/utsname.h>

namespace iai {
namespace {

/// Files of /proc and /sys have no size: they are read to their end. Empty when there is none.
std::string read_text(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The value of the first line "KEY<blanks><separator><blanks>VALUE", empty when there is none.
std::string value_of(const std::string& text, const std::string& key, char separator) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(separator);
    if (at == std::string::npos) continue;
    if (line.substr(0, line.find_last_not_of(" \t", at - 1) + 1) != key || at == 0) continue;
    const auto begin = line.find_first_not_of(" \t", at + 1);
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return {};
}

std::uint64_t number_in(const std::string& text) {
  std::uint64_t number = 0;
  std::istringstream(text) >> number;  // "max" and nothing at all leave 0
  return number;
}

/// Installed memory, or the limit of the container where that is lower.
std::uint64_t usable_memory() {
  const std::uint64_t installed = number_in(value_of(read_text("/proc/meminfo"), "MemTotal", ':')) * 1024;
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const std::uint64_t limit = number_in(read_text(path));
    if (limit > 0 && limit < installed) return limit;
  }
  return installed;
}

std::string processor_name(const std::string& cpuinfo) {
  for (const char* key : {"model name", "Model", "Hardware"}) {
    if (std::string name = value_of(cpuinfo, key, ':'); !name.empty()) return name;
  }
  return "unknown";
}

std::string system_name() {
  std::string name = value_of(read_text("/etc/os-release"), "PRETTY_NAME", '=');
  name.erase(std::remove(name.begin(), name.end(), '"'), name.end());
  return name.empty() ? "unknown" : name;
}

}  // namespace

Json instruction_sets(const std::string& cpuinfo) {
  // The second half is what Arm processors call theirs.
  static const char* const wanted[] = {"avx2",  "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "avx512_bf16",
                                       "asimd", "asimdhp", "asimddp",     "i8mm",     "bf16",     "sve"};
  std::string line = value_of(cpuinfo, "flags", ':');
  if (line.empty()) line = value_of(cpuinfo, "Features", ':');
  std::istringstream words(line);
  const std::set<std::string> present{std::istream_iterator<std::string>(words), {}};
  Json flags = Json::array();
  for (const char* flag : wanted) {
    if (present.count(flag) != 0) flags.push_back(flag);
  }
  return flags;
}

Json describe_machine() {
  const std::string cpuinfo = read_text("/proc/cpuinfo");
  utsname system{};
  uname(&system);
  return Json{{"cpu", processor_name(cpuinfo)},
              {"cpu_flags", instruction_sets(cpuinfo)},
              {"cores", std::max(1u, std::thread::hardware_concurrency())},
              {"memory_bytes", usable_memory()},
              {"os", system_name()},
              {"kernel", std::string(system.sysname) + " " + system.release},
              {"architecture", system.machine}};
}

}  // namespace iai
