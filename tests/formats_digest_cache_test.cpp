#include "formats/digest_cache.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "formats/digest.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

using Folder = TemporaryFolder;

constexpr std::int64_t second = 1'000'000'000;
const FileStamp stamp{1, 42, 1000, 50 * second, 60 * second};
const std::string digest = sha256("abc");

std::int64_t now_ns() { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

TEST_CASE("a digest is found again as long as nothing of the stamp differs") {
  const Folder folder;
  const fs::path path = folder.path / "iai" / "digests";
  DigestCache cache(path);
  CHECK_FALSE(cache.find(stamp, 100 * second));
  cache.store(stamp, digest, 100 * second);
  cache.save();
  const DigestCache again(path);
  CHECK(again.find(stamp, 100 * second) == digest);
  for (const auto member : {&FileStamp::device, &FileStamp::inode, &FileStamp::bytes}) {
    FileStamp other = stamp;
    other.*member += 1;
    CHECK_FALSE(again.find(other, 100 * second));
  }
  for (const auto member : {&FileStamp::modified_ns, &FileStamp::changed_ns}) {
    FileStamp other = stamp;
    other.*member += 1;
    CHECK_FALSE(again.find(other, 100 * second));
    other.*member -= 2;
    CHECK_FALSE(again.find(other, 100 * second));
  }
}

TEST_CASE("within two seconds of a change a digest is neither stored nor believed") {
  const Folder folder;
  DigestCache cache(folder.path / "digests");
  cache.store(stamp, digest, 62 * second - 1);
  cache.save();
  CHECK_FALSE(fs::exists(folder.path / "digests"));
  cache.store(stamp, digest, 62 * second);
  cache.save();
  CHECK(cache.find(stamp, 62 * second) == digest);
  CHECK_FALSE(cache.find(stamp, 62 * second - 1));
  CHECK_FALSE(cache.find(stamp, 10 * second));  // the clock was set back
}

TEST_CASE("the later of two digests counts, and two processes do not lose each other's") {
  const Folder folder;
  const fs::path path = folder.path / "digests";
  DigestCache first(path), second_process(path);
  FileStamp other = stamp;
  other.inode = 7;
  first.store(stamp, digest, 100 * second);
  first.save();
  second_process.store(other, sha256("other"), 101 * second);
  second_process.save();
  FileStamp changed = stamp;
  changed.modified_ns += 1;
  first.store(changed, sha256("changed"), 102 * second);
  first.save();
  const DigestCache all(path);
  CHECK(all.find(other, 200 * second) == sha256("other"));
  CHECK(all.find(changed, 200 * second) == sha256("changed"));
  CHECK_FALSE(all.find(stamp, 200 * second));
}

TEST_CASE("the cache is bounded: what was stored longest ago goes") {
  const Folder folder;
  DigestCache cache(folder.path / "digests");
  for (std::uint64_t i = 0; i < DigestCache::most_entries + 10; ++i) {
    FileStamp one = stamp;
    one.inode = i;
    cache.store(one, digest, 100 * second + static_cast<std::int64_t>(i));
  }
  cache.save();
  FileStamp one = stamp;
  for (const std::uint64_t gone : {0, 9}) {
    one.inode = gone;
    CHECK_FALSE(cache.find(one, 200 * second));
  }
  for (const std::uint64_t kept : {std::uint64_t{10}, std::uint64_t{DigestCache::most_entries + 9}}) {
    one.inode = kept;
    CHECK(cache.find(one, 200 * second) == digest);
  }
  CHECK(fs::file_size(folder.path / "digests") < (8u << 20));
}

TEST_CASE("a cache that is damaged, writable by others or a link counts as empty; one that cannot be written is no error") {
  const Folder folder;
  const fs::path path = folder.path / "digests";
  const auto knows = [&](const fs::path& file) { return DigestCache(file).find(stamp, 100 * second).has_value(); };
  DigestCache cache(path);
  cache.store(stamp, digest, 100 * second);
  cache.save();
  REQUIRE(knows(path));
  fs::create_symlink(path, folder.path / "link");
  CHECK_FALSE(knows(folder.path / "link"));
  ::chmod(path.c_str(), 0620);
  CHECK_FALSE(knows(path));
  ::chmod(path.c_str(), 0600);
  CHECK(knows(path));
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    std::ofstream(path, std::ios::binary) << damaged;
    CHECK_FALSE(knows(path));
    std::ofstream(path, std::ios::binary) << bytes.substr(0, i);
    CHECK_FALSE(knows(path));
  }
  DigestCache nowhere("/proc/iai/digests");
  nowhere.store(stamp, digest, 100 * second);
  CHECK_NOTHROW(nowhere.save());
}

TEST_CASE("digest_files takes unchanged files from the cache, and reads them where bytes are asked for") {
  const Folder folder;
  const char* cache_before = std::getenv("XDG_CACHE_HOME");
  const std::string restored = cache_before ? cache_before : "";
  ::setenv("XDG_CACHE_HOME", folder.path.c_str(), 1);
  const std::vector<fs::path> paths{"/proc/self/exe"};
  struct stat status {};
  REQUIRE(::stat("/proc/self/exe", &status) == 0);
  while (now_ns() - std::max(FileStamp::of(status).modified_ns, FileStamp::of(status).changed_ns) < DigestCache::settled_ns) ::usleep(100'000);  // just linked
  const std::string real = digest_files(paths).front().sha256;
  CHECK(digest_files(paths, 1, DigestSource::unchanged).front().sha256 == real);
  const std::int64_t now = now_ns();
  DigestCache cache;
  CHECK(cache.find(FileStamp::of(status), now) == real);
  cache.store(FileStamp::of(status), digest, now);  // a lie, to see who is asked
  cache.save();
  CHECK(digest_files(paths, 1, DigestSource::unchanged).front().sha256 == digest);
  CHECK(digest_files(paths, 1, DigestSource::unchanged).front().bytes == static_cast<std::uint64_t>(status.st_size));
  CHECK(digest_files(paths).front().sha256 == real);
  CHECK(digest_path(paths.front()) == real);
  if (cache_before) ::setenv("XDG_CACHE_HOME", restored.c_str(), 1);
  else ::unsetenv("XDG_CACHE_HOME");
}
