#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/model.hpp"

namespace iai {

/// A model that can be run before it appears under its name: written into a temporary folder beside its place, so that it
/// can be compared and judged first. Destroyed without commit(), or interrupted by a signal, it leaves nothing behind.
class StagedModel {
 public:
  /// @throws Error(input) when `path` (or its data file, where `external` is always) exists and may not be replaced.
  StagedModel(std::filesystem::path path, IfExists if_exists, ExternalData external = ExternalData::automatic);
  /// Writes the model, over what was written before. Errors name the final path.
  void write(const Model& model);
  /// Where the model lies for now.
  const std::filesystem::path& staged() const { return staged_; }
  /// Bytes of what write() wrote, data file included.
  std::uint64_t size() const;
  /// Moves what was written to its place, the data file first. @returns the files, the model first.
  std::vector<std::filesystem::path> commit();
  /// `error` with the final name instead of the temporary one.
  Error with_final_name(const Error& error) const;

 private:
  std::filesystem::path path_, staged_;
  IfExists if_exists_;
  ExternalData external_;
  AtomicFolder folder_;
  std::vector<std::filesystem::path> written_;
};

/// Bytes of a model file and of the data files that it names. @throws as read_model does when one is missing
std::uint64_t model_bytes(const std::filesystem::path& path);
/// The model file, then the data files that it names; these need not exist. Maps and scans the file.
std::vector<std::filesystem::path> model_files(const std::filesystem::path& path);

}  // namespace iai
