#include "formats/file_on_disk.hpp"

#include <stdlib.h>

#include <cstdlib>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "formats/error.hpp"

using namespace iai;

namespace {

/// TMPDIR as the test wants it, as long as this lives.
class TemporaryFolderNamed {
 public:
  explicit TemporaryFolderNamed(const std::string& name) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", name.c_str(), 1);
  }
  ~TemporaryFolderNamed() {
    if (before_) ::setenv("TMPDIR", before_->c_str(), 1);
    else ::unsetenv("TMPDIR");
  }
  TemporaryFolderNamed(const TemporaryFolderNamed&) = delete;
  TemporaryFolderNamed& operator=(const TemporaryFolderNamed&) = delete;

 private:
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("TMPDIR that is no folder is said, with the way out") {
  const TemporaryFolderNamed named("/no/such/folder");
  try {
    temporary_folder();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::environment);
    CHECK(error.message() == "TMPDIR: /no/such/folder is no folder");
    CHECK(error.hint() == "set TMPDIR to a folder that can be written");
  }
}

TEST_CASE("TMPDIR that is a folder is taken") {
  const TemporaryFolderNamed named("/");
  CHECK(temporary_folder() == "/");
}
