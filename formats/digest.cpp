#include "formats/digest.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <optional>

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "formats/digest_cache.hpp"
#include "formats/error.hpp"
#include "formats/parallel.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = std::size_t{1} << 18;  // past this, reading in larger blocks gains nothing

EVP_MD_CTX* digest_context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

void require(bool worked) {
  if (!worked) throw Error(ErrorKind::environment, "OpenSSL cannot compute SHA-256", "check the OpenSSL installation");
}

std::byte hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::byte>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::byte>(c - 'a' + 10);
  throw Error(ErrorKind::internal, "a digest is not written in lower-case hexadecimal digits");
}

struct Descriptor {
  int number;
  explicit Descriptor(const fs::path& path) : number(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number < 0) throw_unreadable(path.string(), errno);
  }
  ~Descriptor() { ::close(number); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  FileStamp stamp(const fs::path& path) const {
    struct stat status {};
    if (::fstat(number, &status) != 0) throw_unreadable(path.string(), errno);
    return FileStamp::of(status);
  }
};

/// Reads the whole file.
void digest_bytes(const Descriptor& file, const fs::path& path, FileDigest& result) {
  ::posix_fadvise(file.number, 0, 0, POSIX_FADV_SEQUENTIAL);
  std::vector<std::byte> block(block_bytes);
  Sha256 digest;
  while (true) {
    const ssize_t count = ::read(file.number, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_unreadable(path.string(), errno);
    if (count == 0) break;
    digest.update(std::span(block).first(static_cast<std::size_t>(count)));
    result.bytes += static_cast<std::uint64_t>(count);
  }
  result.sha256 = digest.hex();
}

FileDigest digest_file(const fs::path& path) {
  FileDigest result{path.generic_string(), 0, {}};
  digest_bytes(Descriptor(path), path, result);
  return result;
}

std::int64_t now_ns() { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// The cache as several threads use it: looked up freely, filled under a lock.
struct SharedCache {
  DigestCache cache;
  std::mutex mutex;
  std::uint64_t read_bytes = 0;
  std::size_t read_files = 0;

  FileDigest digest(const fs::path& path) {
    FileDigest result{path.generic_string(), 0, {}};
    const Descriptor file(path);
    const FileStamp stamp = file.stamp(path);
    if (auto known = cache.find(stamp, now_ns())) {
      result.bytes = stamp.bytes;
      result.sha256 = std::move(*known);
      return result;
    }
    const std::int64_t before_ns = now_ns();
    digest_bytes(file, path, result);
    const std::lock_guard lock(mutex);
    if (file.stamp(path) == stamp) fresh.push_back({stamp, result.sha256, before_ns});
    read_bytes += result.bytes;
    ++read_files;
    return result;
  }

  /// What takes less time to hash again than to write down is not written down.
  void save() {
    if (read_bytes < worthwhile_bytes && read_files < worthwhile_files) return;
    for (const Fresh& file : fresh) cache.store(file.stamp, file.sha256, file.read_ns);
    cache.save();
  }

 private:
  static constexpr std::uint64_t worthwhile_bytes = 4 << 20;
  static constexpr std::size_t worthwhile_files = 100;
  struct Fresh {
    FileStamp stamp;
    std::string sha256;
    std::int64_t read_ns;
  };
  std::vector<Fresh> fresh;
};

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { require(context_ != nullptr && EVP_DigestInit_ex(digest_context(context_), EVP_sha256(), nullptr) == 1); }

Sha256::~Sha256() { EVP_MD_CTX_free(digest_context(context_)); }

void Sha256::update(std::span<const std::byte> bytes) { require(EVP_DigestUpdate(digest_context(context_), bytes.data(), bytes.size()) == 1); }

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int size = 0;
  require(EVP_DigestFinal_ex(digest_context(context_), raw.data(), &size) == 1);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[raw[i] >> 4];
    text += "0123456789abcdef"[raw[i] & 15];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.update(std::as_bytes(std::span(bytes)));
  return digest.hex();
}

std::string sha256_file(const fs::path& path) { return digest_file(path).sha256; }

std::vector<FileDigest> digest_files(std::span<const fs::path> paths, int threads, DigestSource source) {
  std::vector<FileDigest> digests(paths.size());
  std::optional<SharedCache> cache;
  if (source == DigestSource::unchanged) cache.emplace();
  with_threads(threads, [&] { parallel_for(paths.size(), [&](std::size_t i) { digests[i] = cache ? cache->digest(paths[i]) : digest_file(paths[i]); }); });
  if (cache) cache->save();
  return digests;
}

std::vector<FileDigest> digest_folder(const fs::path& folder, int threads, DigestSource source) {
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, error);
  if (error) throw_unreadable(folder.string(), error.value());
  std::vector<fs::path> paths;
  for (; entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    const fs::file_status status = entries->symlink_status();
    if (fs::is_symlink(status)) {
      throw Error(ErrorKind::input, entries->path().string() + " is a link",
                  "replace it by the file: a digest covers what the folder holds, not what lies elsewhere");
    }
    if (fs::is_regular_file(status)) paths.push_back(entries->path());
  }
  if (error) throw_unreadable(folder.string(), error.value());
  std::vector<FileDigest> digests = digest_files(paths, threads, source);
  for (std::size_t i = 0; i < paths.size(); ++i) digests[i].name = paths[i].lexically_relative(folder).generic_string();
  std::sort(digests.begin(), digests.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return digests;
}

std::string root_digest(std::span<const FileDigest> files) {
  std::vector<const FileDigest*> sorted;
  for (const FileDigest& file : files) sorted.push_back(&file);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  Sha256 digest;
  for (const FileDigest* file : sorted) {
    std::vector<std::byte> raw;
    for (std::size_t i = 0; i + 1 < file->sha256.size(); i += 2) {
      raw.push_back(hex_digit(file->sha256[i]) << 4 | hex_digit(file->sha256[i + 1]));
    }
    digest.update(raw);
  }
  return digest.hex();
}

std::string digest_path(const fs::path& path) { return fs::is_directory(path) ? root_digest(digest_folder(path)) : sha256_file(path); }

}  // namespace iai
