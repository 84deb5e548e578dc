#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace iai {

/// What the file system says of a file's content: as long as none of it changes, neither did the bytes.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, bytes = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;  ///< mtime, and ctime, which no program can set back

  static FileStamp of(const struct stat& status);
  /// Of the file at `path`. @throws Error(input) when it cannot be looked at.
  static FileStamp of_file(const std::filesystem::path& path);
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// SHA-256 digests of files that have not changed since, in one file of the user's cache folder.
///
/// A file within two seconds of its last change is neither looked up nor stored: a further change could carry the same
/// time stamp. A cache file that is damaged, of another owner, or writable by others counts as empty. Losing it costs time
/// only, so failing to write it is no error. Not for verification: what must be checked is read.
class DigestCache {
 public:
  static constexpr std::size_t most_entries = 65536;  ///< 6 MB; beyond, what was stored longest ago goes
  static constexpr std::int64_t settled_ns = 2'000'000'000;

  /// $XDG_CACHE_HOME/iai/digests, else ~/.cache/iai/digests; empty when neither is known.
  static std::filesystem::path default_path();

  explicit DigestCache(std::filesystem::path path = default_path());
  std::optional<std::string> find(const FileStamp& stamp, std::int64_t now_ns) const;
  void store(const FileStamp& stamp, const std::string& sha256, std::int64_t now_ns);
  /// Writes what is new, merged with what other processes have written meanwhile. Nothing when nothing is new.
  void save();

 private:
  struct Entry {
    FileStamp stamp;
    std::int64_t stored_ns = 0;
    unsigned char sha256[32] = {};
  };
  static std::vector<Entry> load(const std::filesystem::path& path);
  static bool before(const Entry& a, const Entry& b);

  std::filesystem::path path_;
  std::vector<Entry> known_, fresh_;  // known_ is sorted by device and inode, one entry each
};

}  // namespace iai
