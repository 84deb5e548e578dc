#pragma once

#include <string>

#include "formats/json.hpp"

namespace iai {

/// What figures of this machine depend on; stored with every record and shown by doctor:
/// {"cpu", "cpu_flags": [...], "cores", "memory_bytes", "os", "kernel", "architecture"}.
/// `cpu_flags` holds only the instruction sets that decide how fast and how exact a quantized model runs. `cores` and
/// `memory_bytes` are what this process may use, not what the machine has built in.
Json describe_machine();

/// The flags of `cpuinfo` (the text of /proc/cpuinfo) that describe_machine() shows, in a fixed order.
Json instruction_sets(const std::string& cpuinfo);

}  // namespace iai
