#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluator/drift/drift_comparison.hpp"
#include "evaluator/profile/profile_file.hpp"

namespace iai {

/// A column of profile.json, as far as drift can be told from it.
struct ReferenceColumn {
  std::string name;
  double values = 0, missing = 0;  ///< rows
  std::optional<KnownDistribution> numbers;
  std::map<std::string, double> codes;  ///< rows by value; true and false of boolean columns
  enum class Kind { other, numbers, codes, booleans } kind = Kind::other;
  double deviation = 0;                                      ///< 0: unknown, or all alike
  enum class Course { open, steady } course = Course::open;  ///< steady: only rises, or only falls, as counters do
};
ReferenceColumn reference_column(const StoredColumn& stored);

/// The columns of that table in a profile that has the most of `wanted`.
std::vector<ReferenceColumn> reference_columns(const StoredProfile& profile, std::span<const std::string> wanted);
/// What a reference names: profile.json, the manifest beside it or the folder of both.
std::filesystem::path reference_file(const std::filesystem::path& path);

}  // namespace iai
