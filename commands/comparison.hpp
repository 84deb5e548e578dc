#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace iai {

/// An output of the recorded run beside that of the new one.
struct OutputComparison {
  std::string role, path;        ///< as recorded
  std::string recorded, now;     ///< SHA-256; empty: the run had no such output
  std::string first_difference;  ///< "byte 128", "file profile.json"; empty: equal, or the recorded bytes are gone
  bool identical() const { return recorded == now; }
};

/// A figure, a verdict ... of the two runs. Times, memory and energy differ from run to run and are not compared.
struct FigureComparison {
  std::string name, recorded, now;
  bool identical() const { return recorded == now; }
};

/// Figures of the two records, by name; what only one of them has is empty in the other. The verdict is among them.
std::vector<FigureComparison> compare_figures(const Record& recorded, const Record& now);

/// Is this figure measured with a clock or a meter, such that no two runs give the same?
bool is_measured(const std::string& name);

/// "byte 128" where two files differ first, "length 10 against 12 bytes" where one is the start of the other, "file NAME"
/// for folders; empty when they are equal.
std::string first_difference(const std::filesystem::path& one, const std::filesystem::path& other);

/// A latency measured twice on the same machine agrees within this factor.
inline constexpr double agreeing_factor = 2;

/// A time of the two runs of bench.
struct Remeasured {
  std::string name;
  double recorded = 0, now = 0;
  bool agrees() const { return now <= recorded * agreeing_factor && recorded <= now * agreeing_factor; }
};
std::vector<Remeasured> compare_latencies(const Record& recorded, const Record& now);

/// Why measurements of the two machines cannot be compared; empty when they can.
std::string other_machine(const Json& recorded, const Json& now);

}  // namespace iai
