#include "formats/digest.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "formats/error.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

/// A folder of its own that goes away with the test.
struct Scratch {
  fs::path folder = fs::temp_directory_path() / ("iai-digest-test-" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(folder / "sub"); }
  ~Scratch() { fs::remove_all(folder); }
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
    return folder / name;
  }
};

const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

}  // namespace

TEST_CASE("SHA-256: the vectors of FIPS 180") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == abc);
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("files are digested in the order given, whatever the number of threads") {
  const Scratch scratch;
  std::vector<fs::path> paths{scratch.write("b", "abc"), scratch.write("a", std::string(1000000, 'a'))};
  for (const int threads : {0, 1, 3}) {
    const auto digests = digest_files(paths, threads);
    CHECK(digests[0].sha256 == abc);
    CHECK(digests[0].bytes == 3);
    CHECK(digests[1].sha256 == sha256(std::string(1000000, 'a')));
    CHECK(digests[1].bytes == 1000000);
  }
  CHECK(digest_path(paths[0]) == abc);
  paths.push_back(scratch.folder / "missing");
  CHECK_THROWS_AS(digest_files(paths), Error);
}

TEST_CASE("a folder's digest covers every file, sorted by name, and refuses links") {
  const Scratch scratch;
  scratch.write("sub/x", "abc");
  scratch.write("b", "");
  scratch.write("sub.y", "abc");
  auto files = digest_folder(scratch.folder);
  REQUIRE(files.size() == 3);
  CHECK(files[0].name == "b");
  CHECK(files[1].name == "sub.y");
  CHECK(files[2].name == "sub/x");
  const std::string root = root_digest(files);
  std::string raw;
  for (const auto& file : files) {
    for (std::size_t i = 0; i < 64; i += 2) raw += static_cast<char>(std::stoi(file.sha256.substr(i, 2), nullptr, 16));
  }
  CHECK(root == sha256(raw));
  std::reverse(files.begin(), files.end());
  CHECK(root_digest(files) == root);
  CHECK(digest_path(scratch.folder) == root);
  fs::create_symlink("b", scratch.folder / "link");
  CHECK_THROWS_AS(digest_folder(scratch.folder), Error);
}
