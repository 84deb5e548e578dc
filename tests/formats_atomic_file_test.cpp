#include "formats/atomic_file.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "formats/error.hpp"
#include "formats/interrupt.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Folder : TemporaryFolder {
  auto entries() const { return std::distance(fs::directory_iterator(path), {}); }
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ErrorKind kind_of(const std::function<void()>& action, const std::string& word) {
  try {
    action();
  } catch (const Error& error) {
    CHECK_MESSAGE(error.message().find(word) != std::string::npos, error.message());
    return error.kind();
  }
  FAIL("no error");
  return ErrorKind::internal;
}

/// Runs `work` in a child that watches signals, sends SIGTERM once the child has said that it is ready, and returns the
/// status of the child.
int terminate_child(int signal, const std::function<void(const std::function<void()>& ready)>& work) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(60);
    watch_signals();
    work([&] {
      if (write(ends[1], "r", 1) != 1) _exit(1);
    });
    _exit(0);
  }
  close(ends[1]);
  char byte = 0;
  CHECK(read(ends[0], &byte, 1) == 1);
  close(ends[0]);
  kill(child, signal);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("a file appears whole at commit and not before") {
  const Folder folder;
  const fs::path path = folder.path / "model.onnx";
  const std::string large(1'000'000, 'x');
  {
    AtomicFile file(path);
    CHECK(file.temporary().parent_path() == folder.path);
    CHECK(file.temporary().filename().string().starts_with(".model.onnx.iai-"));
    CHECK(file.temporary().extension() == ".tmp");
    file.write("head");
    file.write(large);
    file.write("tail");
    CHECK(file.size() == large.size() + 8);
    CHECK(!fs::exists(path));
    file.commit();
    CHECK(kind_of([&] { file.commit(); }, "twice") == ErrorKind::internal);
  }
  CHECK(content(path) == "head" + large + "tail");
  CHECK(folder.entries() == 1);
}

TEST_CASE("without commit nothing is left and the old file stays") {
  const Folder folder;
  const fs::path path = folder.path / "a.txt";
  write_file(path, "old");
  { AtomicFile(path).write("new"); }
  CHECK(content(path) == "old");
  CHECK(folder.entries() == 1);
  write_file(path, "new");
  CHECK(content(path) == "new");
}

TEST_CASE("errors of outputs name the file and the way out") {
  const Folder folder;
  const fs::path path = folder.path / "a.txt";
  CHECK_NOTHROW(refuse_existing(path, IfExists::refuse));
  write_file(path, "x");
  CHECK_NOTHROW(refuse_existing(path, IfExists::replace));
  CHECK(kind_of([&] { refuse_existing(path, IfExists::refuse); }, "a.txt already exists") == ErrorKind::input);
  CHECK(kind_of([&] { write_file(folder.path / "no" / "b", ""); }, "there is no folder") == ErrorKind::input);
  CHECK(kind_of([&] { write_file(path / "b", ""); }, "there is no folder") == ErrorKind::input);
  CHECK(kind_of([&] { write_file(folder.path, ""); }, "is a folder") == ErrorKind::input);
  CHECK(kind_of([&] { write_file("/dev/null", ""); }, "no regular file") == ErrorKind::input);
  CHECK(kind_of([&] { write_file(folder.path / "", ""); }, "no name") == ErrorKind::input);
  CHECK(kind_of([] { write_file("/proc/iai", ""); }, "/proc/iai") != ErrorKind::internal);
  write_file(folder.path / std::string(250, 'n'), "long");
  CHECK(folder.entries() == 2);
}

TEST_CASE("a file that cannot grow is an error of the environment and leaves nothing") {
  const Folder folder;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1'000'000, 1'000'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_file(folder.path / "large", std::string(2'000'000, 'x'));
    } catch (const Error& error) {
      _exit(error.kind() == ErrorKind::environment && error.message().find("large") != std::string::npos ? 7 : 8);
    }
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(folder.entries() == 0);
}

TEST_CASE("a folder appears whole and replaces one only when told") {
  const Folder folder;
  const fs::path path = folder.path / "out";
  { AtomicFolder unused(path); }
  CHECK(folder.entries() == 0);
  {
    AtomicFolder out(path / "");
    write_file(out.temporary() / "old", "1");
    CHECK(!fs::exists(path));
    out.commit();
  }
  CHECK(kind_of([&] { AtomicFolder again(path); }, "already exists") == ErrorKind::input);
  {
    AtomicFolder out(path, IfExists::replace);
    fs::create_directory(out.temporary() / "sub");
    write_file(out.temporary() / "sub" / "new", "2");
    CHECK(fs::exists(path / "old"));
    out.commit();
  }
  CHECK(content(path / "sub" / "new") == "2");
  CHECK(!fs::exists(path / "old"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("a signal while writing removes the temporaries and ends with 128 + signal") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const Folder folder;
    const int status = terminate_child(signal, [&](const std::function<void()>& ready) {
      AtomicFolder out(folder.path / "out");
      AtomicFile inside(out.temporary() / "inside");
      AtomicFile file(folder.path / "file");
      ready();
      for (int i = 0;; ++i) {
        file.write(std::string(1000, 'x'));
        std::ofstream(out.temporary() / std::to_string(i)) << i;
        if (file.size() > 100'000'000) pause();
      }
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 128 + signal);
    CHECK(folder.entries() == 0);
  }
}

TEST_CASE("outputs of a run that is not done go with a signal, or when it fails; what was there before and what is settled stays") {
  const Folder folder;
  const auto work = [&] {
    write_file(folder.path / "settled", "1");
    settle_outputs();
    write_file(folder.path / "settled", "2");
    write_file(folder.path / "new", "3");
    AtomicFolder out(folder.path / "out");
    write_file(out.temporary() / "inside", "4");
    out.commit();
  };
  const auto remains = [&] {
    CHECK(folder.entries() == 1);
    CHECK(content(folder.path / "settled") == "2");
  };
  const int status = terminate_child(SIGINT, [&](const std::function<void()>& ready) {
    work();
    ready();
    pause();
  });
  CHECK(WEXITSTATUS(status) == 130);
  remains();
  work();
  discard_outputs();
  remains();
  work();
  settle_outputs();
  discard_outputs();
  CHECK(folder.entries() == 3);
}

TEST_CASE("a signal never cuts a replacement in two") {
  const Folder folder;
  const int status = terminate_child(SIGTERM, [&](const std::function<void()>& ready) {
    for (int i = 0;; ++i) {
      write_file(folder.path / "file", "whole");
      settle_outputs();
      if (i == 3) ready();
    }
  });
  CHECK(WEXITSTATUS(status) == 143);
  CHECK(content(folder.path / "file") == "whole");
  CHECK(folder.entries() == 1);
}
