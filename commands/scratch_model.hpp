#pragma once

#include <filesystem>

#include "formats/error.hpp"
#include "formats/model.hpp"

namespace iai {

/// A model that is in memory only, as a file for the runtime: in a folder of its own for temporary files, gone with this
/// object or when the process is interrupted.
class ScratchModel {
 public:
  /// @throws Error(environment) when the temporary folder (TMPDIR) cannot take it.
  explicit ScratchModel(const Model& model);
  ~ScratchModel();
  ScratchModel(const ScratchModel&) = delete;
  ScratchModel& operator=(const ScratchModel&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// `error` with the model named `name` where it names the temporary file.
  Error renamed(const Error& error, const std::filesystem::path& name) const;

 private:
  std::filesystem::path folder_, path_;
};

}  // namespace iai
