#pragma once

#include <filesystem>

#include "formats/archive.hpp"

namespace iai {

/// Where temporary files go: TMPDIR, else /tmp. @throws Error(environment) when that is no folder.
std::filesystem::path temporary_folder();

/// The bytes of a stream as a file, for libraries that jump about in one: the file itself where the stream is one, else a
/// temporary copy ($TMPDIR, /tmp) that goes with this object and with the process.
class FileOnDisk {
 public:
  /// Copies what is left of `stream`, unless it is a file. @throws Error(environment) when the copy cannot be written.
  FileOnDisk(ByteStream& stream, const std::string& name);
  ~FileOnDisk();
  FileOnDisk(const FileOnDisk&) = delete;
  FileOnDisk& operator=(const FileOnDisk&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_, copy_;
};

}  // namespace iai
