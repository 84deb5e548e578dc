#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace iai {

/// A stream of bytes: a file, or one entry of an archive.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills up to `size` bytes; 0 at the end. @throws Error(input) naming the file (and entry) when it cannot be read.
  virtual std::size_t read(char* buffer, std::size_t size) = 0;
  /// The file whose bytes these are, from its first to its last, where the stream is one; else null.
  virtual const std::filesystem::path* file() const { return nullptr; }
};

std::unique_ptr<ByteStream> open_file(const std::filesystem::path& path);
/// A stream over `bytes`, which are kept.
std::unique_ptr<ByteStream> open_bytes(std::string bytes);

/// What an archive may ask for before it is refused.
struct ArchiveLimits {
  std::uint64_t entries = 250'000;  ///< each is a file of the data set: 700 bytes in memory
  std::uint64_t entry_bytes = 64ull << 30;
  std::uint64_t total_bytes = 256ull << 30;
  double ratio = 1000.0;  ///< uncompressed to compressed, once over 64 MiB came out
  int depth = 32;         ///< folders in one name
  std::size_t path_bytes = 1024;
};

/// Is this a zip, tar (plain or compressed with gzip, bzip2, xz, zstd) or 7z archive, by content?
bool is_archive(const std::filesystem::path& path);

/// Takes the regular files of an archive or folder, one after the other.
using VisitEntry = std::function<void(const std::string& name, ByteStream& stream)>;

/// Streams the regular files of an archive in archive order to `visit(name, stream)`; nothing is written to disk.
/// @throws Error(input) on absolute or `..` names, links, devices, duplicate or case-fold colliding names, encrypted
/// entries, corrupt data and passed limits, each naming the archive and the entry.
void for_each_entry(const std::filesystem::path& path, const ArchiveLimits& limits, const VisitEntry& visit);

/// A file on disk and the name that it goes by: relative to the folder it was found in.
struct ListedFile {
  std::string name;  ///< '/' between parts
  std::filesystem::path path;
};

/// The regular files of `paths` (files, and folders recursively), sorted bytewise by name: the order of `paths` does not
/// matter. Archives are listed as files. @throws Error(input) when a path is missing, on links, special files, and when
/// two files would go by the same name.
std::vector<ListedFile> list_files(const std::vector<std::filesystem::path>& paths);

/// Visits one listed file: an archive entry by entry as "archive.zip/entry.csv", any other file as itself.
void for_each_entry(const ListedFile& file, const ArchiveLimits& limits, const VisitEntry& visit);

/// Visits every file of `paths`: a file as itself, a folder recursively in byte order of the names, an archive entry by
/// entry. Names are relative to the given path, archive entries "archive.zip/entry.csv". Links in folders are refused.
void for_each_file(const std::vector<std::filesystem::path>& paths, const ArchiveLimits& limits, const VisitEntry& visit);

}  // namespace iai
