#include "formats/digest_cache.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "formats/atomic_file.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "iai digests 1\n";
constexpr std::size_t digest_digits = 64;

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

bool is_settled(const FileStamp& stamp, std::int64_t now_ns) { return now_ns - std::max(stamp.modified_ns, stamp.changed_ns) >= DigestCache::settled_ns; }

int value_of(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

/// The bytes of `path` when nobody but this user can have written them.
std::string read_own_file(const fs::path& path) {
  struct stat status {};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return {};
  std::string bytes;
  const bool own = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
                   status.st_size < (std::int64_t{64} << 20);
  if (own) {
    bytes.resize(static_cast<std::size_t>(status.st_size));
    const ssize_t count = ::read(file, bytes.data(), bytes.size());
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  ::close(file);
  return bytes;
}

}  // namespace

FileStamp FileStamp::of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

FileStamp FileStamp::of_file(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw Error(ErrorKind::input, path.string() + ": " + std::strerror(errno), "check the name and the permissions");
  return of(status);
}

fs::path DigestCache::default_path() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "iai" / "digests";  // the specification: relative ones are ignored
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? fs::path(home) / ".cache" / "iai" / "digests" : fs::path();
}

bool DigestCache::before(const Entry& a, const Entry& b) { return std::tie(a.stamp.device, a.stamp.inode) < std::tie(b.stamp.device, b.stamp.inode); }

// magic, SHA-256 of the rest in hexadecimal digits, the entries as they lie in memory: the file never leaves its machine.
std::vector<DigestCache::Entry> DigestCache::load(const fs::path& path) {
  static_assert(std::is_trivially_copyable_v<Entry> && std::has_unique_object_representations_v<Entry>);
  const std::string bytes = path.empty() ? std::string() : read_own_file(path);
  const std::size_t head = magic.size() + digest_digits;
  if (bytes.size() < head || !bytes.starts_with(magic) || (bytes.size() - head) % sizeof(Entry) != 0) return {};
  const std::string_view body = std::string_view(bytes).substr(head);
  if (sha256(body) != std::string_view(bytes).substr(magic.size(), digest_digits)) return {};
  std::vector<Entry> entries(body.size() / sizeof(Entry));
  if (!entries.empty()) std::memcpy(entries.data(), body.data(), body.size());
  return entries;
}

DigestCache::DigestCache(fs::path path) : path_(std::move(path)), known_(load(path_)) {}

std::optional<std::string> DigestCache::find(const FileStamp& stamp, std::int64_t now_ns) const {
  if (!is_settled(stamp, now_ns)) return std::nullopt;
  Entry wanted;
  wanted.stamp = stamp;
  const auto at = std::lower_bound(known_.begin(), known_.end(), wanted, before);
  if (at == known_.end() || !(at->stamp == stamp)) return std::nullopt;
  std::string text;
  for (const unsigned char byte : at->sha256) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

void DigestCache::store(const FileStamp& stamp, const std::string& sha256, std::int64_t now_ns) {
  if (!is_settled(stamp, now_ns) || sha256.size() != digest_digits) return;
  Entry entry;
  entry.stamp = stamp;
  entry.stored_ns = now_ns;
  for (std::size_t i = 0; i < digest_digits / 2; ++i) {
    entry.sha256[i] = static_cast<unsigned char>(value_of(sha256[2 * i]) << 4 | value_of(sha256[2 * i + 1]));
  }
  fresh_.push_back(entry);
}

void DigestCache::save() {
  if (fresh_.empty() || path_.empty()) return;
  // Newest first, so that of two entries for one file the later stays.
  std::vector<Entry> all = load(path_);
  all.insert(all.end(), fresh_.begin(), fresh_.end());
  std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.stored_ns > b.stored_ns; });
  std::stable_sort(all.begin(), all.end(), before);
  all.erase(std::unique(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return !before(a, b) && !before(b, a); }), all.end());
  if (all.size() > most_entries) {
    std::nth_element(all.begin(), all.begin() + most_entries, all.end(), [](const Entry& a, const Entry& b) { return a.stored_ns > b.stored_ns; });
    all.resize(most_entries);
    std::sort(all.begin(), all.end(), before);
  }
  const std::string_view body(reinterpret_cast<const char*>(all.data()), all.size() * sizeof(Entry));
  try {
    const fs::path folder = path_.parent_path();
    fs::create_directories(folder.parent_path());
    ::mkdir(folder.c_str(), 0700);
    AtomicFile file(path_);
    ::chmod(file.temporary().c_str(), 0600);
    file.write(magic);
    file.write(sha256(body));
    file.write(body);
    file.commit();
  } catch (const Error&) {
    // A read-only home, a full disk: the next run hashes again.
  } catch (const fs::filesystem_error&) {
  }
  known_ = std::move(all);
  fresh_.clear();
}

}  // namespace iai
