#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "formats/content_store.hpp"
#include "formats/digest_stream.hpp"
#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

using Folder = TemporaryFolder;

/// @returns bytes that the store gained
std::uint64_t put(const ContentStore& store, const std::string& text) {
  const auto source = open_bytes(text);
  CopyStream copy(store, *source);
  DigestStream stream(copy);
  stream.drain();
  return copy.keep(stream.sha256());
}

}  // namespace

TEST_CASE("a store keeps each content once, by its digest, and nothing of what was not kept") {
  const Folder folder;
  const ContentStore store(folder.path / "store");
  CHECK(put(store, "abc") == 3);
  CHECK(put(store, "abc") == 0);
  CHECK(put(store, "") == 0);
  CHECK(sha256_file(store.path_of(sha256("abc"))) == sha256("abc"));
  CHECK(fs::file_size(store.path_of(sha256(""))) == 0);
  {
    const auto source = open_bytes("given up");
    CopyStream copy(store, *source);
    DigestStream(copy).drain();
  }
  CHECK(std::distance(fs::recursive_directory_iterator(store.folder()), {}) == 4);  // two folders, a file in each
}

TEST_CASE("a store that was altered is found out, and left as it is") {
  const Folder folder;
  const ContentStore store(folder.path / "store");
  put(store, "abc");
  const auto place = store.path_of(sha256("abc"));
  fs::permissions(place, fs::perms::owner_write, fs::perm_options::add);
  write_file(place, "other");
  CHECK_THROWS_WITH_AS(put(store, "abc"), doctest::Contains("holds other bytes than its name says"), Error);
  fs::remove(place);
  fs::create_directory(place);
  CHECK_THROWS_AS(put(store, "abc"), Error);
  fs::remove(place);
  CHECK(put(store, "abc") == 3);
}
