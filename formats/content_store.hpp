#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "formats/archive.hpp"
#include "formats/atomic_file.hpp"

namespace iai {

/// A folder of files that go by the SHA-256 of their bytes: FOLDER/ab/cdef... Each content is there once, is never changed
/// (mode 0444) and appears whole or not at all.
class ContentStore {
 public:
  /// Touches nothing. @param folder  made with the first copy; the folder above it must exist
  explicit ContentStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  const std::filesystem::path& folder() const { return folder_; }
  /// Where the content of this digest (64 hexadecimal digits) lies, or would.
  std::filesystem::path path_of(const std::string& sha256) const;

 private:
  std::filesystem::path folder_;
};

/// Passes a stream on and writes what passes to a store. Whoever digests the same bytes tells the name at the end.
class CopyStream : public ByteStream {
 public:
  /// @throws Error(input) when the folder above the store is missing, Error(environment) when it cannot be written.
  CopyStream(const ContentStore& store, ByteStream& source);
  /// @throws also Error(environment), such as "disk full".
  std::size_t read(char* buffer, std::size_t size) override;
  const std::filesystem::path* file() const override { return source_.file(); }
  /// After the last byte: the copy takes its name. Where one is already, that one is read and kept.
  /// @returns bytes that the store gained.  @throws Error(input) when what is there under that name has other bytes.
  std::uint64_t keep(const std::string& sha256);

 private:
  const ContentStore& store_;
  ByteStream& source_;
  AtomicFile copy_;
};

}  // namespace iai
