#pragma once

#include <filesystem>

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

 private:
  std::filesystem::path folder_, path_;
};

}  // namespace iai
