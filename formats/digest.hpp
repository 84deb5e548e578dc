#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iai {

/// SHA-256 as 64 lower-case hexadecimal digits. @source FIPS 180-4
std::string sha256(std::string_view bytes);
std::string sha256_file(const std::filesystem::path& path);

/// Streaming SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::span<const std::byte> bytes);
  std::string hex();  ///< ends the digest; call it once

 private:
  void* context_;
};

struct FileDigest {
  std::string name;  ///< relative to the folder, '/' between parts
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// Which digests count.
enum class DigestSource {
  bytes,      ///< every file is read: for verification
  unchanged,  ///< a file that has not changed since it was last read is taken from the user's cache (formats/digest_cache.hpp)
};

/// Digests of `paths` on `threads` threads (0: all cores), in the order given.
/// @throws Error(input) naming the file that cannot be read.
std::vector<FileDigest> digest_files(std::span<const std::filesystem::path> paths, int threads = 0, DigestSource source = DigestSource::bytes);
/// Every regular file below `folder`, sorted by name (bytewise), digested. Links are refused.
std::vector<FileDigest> digest_folder(const std::filesystem::path& folder, int threads = 0, DigestSource source = DigestSource::bytes);
/// Root digest over the sorted files. @source OpenSSF Model Signing v1.0: SHA-256 over the concatenated binary digests of
/// the files sorted by name.
std::string root_digest(std::span<const FileDigest> files);
/// sha256_file of a file, root_digest of a folder.
std::string digest_path(const std::filesystem::path& path);

}  // namespace iai
