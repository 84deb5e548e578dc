#include "registry/registry.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Scratch {
  fs::path folder = fs::temp_directory_path() / ("iai-registry-test-" + std::to_string(::getpid()));
  fs::path file = folder / ".iai" / "registry.db";
  Scratch() { fs::remove_all(folder); }
  ~Scratch() { fs::remove_all(folder); }
};

Record make_record(const std::string& verb, const std::string& input, const std::string& output) {
  Record record;
  record.verb = verb;
  record.folder = ".";
  record.started = "2026-01-01T00:00:00Z";
  record.duration_s = 2;
  record.verdict = "done";
  record.metrics = {{"size_bytes", 48137}, {"accuracy", 0.98}};
  if (!input.empty()) record.inputs.push_back({"model", input, sha256(input), 3, "file"});
  if (!output.empty()) record.outputs.push_back({"model", output, sha256(output), 4, "file"});
  return record;
}

int run_sql(const fs::path& file, const std::string& sql) { return std::system(("sqlite3 " + file.string() + " \"" + sql + "\" >/dev/null 2>&1").c_str()); }

}  // namespace

TEST_CASE("records are chained, found and filtered") {
  const Scratch scratch;
  Registry registry = Registry::open(scratch.file);
  CHECK(registry.project_folder() == scratch.folder);
  Record first = make_record("convert", "", "a.onnx"), second = make_record("quantize", "a.onnx", "b.onnx");
  registry.append(first);
  registry.append(second);
  CHECK(first.number == 1);
  CHECK(first.previous.empty());
  CHECK(second.previous == first.id);
  CHECK(second.parents == std::vector<std::string>{first.id});
  CHECK(sha256(canonical_json(second.to_json())) == second.id);

  const Record read = registry.find(second.id.substr(0, 8));
  CHECK(read.to_json() == second.to_json());
  CHECK(read.number == 2);
  CHECK(registry.find("1").id == first.id);
  CHECK(registry.find(first.id).number == 1);
  for (const char* wrong : {"3", "abc", "00000000", "xyz", "", "99999999999999999999999"}) CHECK_THROWS_AS(registry.find(wrong), Error);

  CHECK(registry.list().size() == 2);
  CHECK(registry.list({.verb = "quantize", .since = {}, .digest = {}, .limit = 0}).front().id == second.id);
  CHECK(registry.list({.verb = {}, .since = {}, .digest = sha256("a.onnx").substr(0, 8), .limit = 0}).size() == 2);
  CHECK(registry.list({.verb = {}, .since = {}, .digest = {}, .limit = 1}).front().number == 2);
  CHECK(registry.makers(sha256("a.onnx")).front().id == first.id);
  CHECK(registry.users(sha256("a.onnx")).front().id == second.id);
  CHECK(registry.makers(sha256("c")).empty());
  CHECK(registry.check_chain().empty());
}

TEST_CASE("a changed or removed record breaks the chain; the store refuses both") {
  const Scratch scratch;
  {
    Registry registry = Registry::open(scratch.file);
    for (int i = 0; i < 3; ++i) {
      Record record = make_record("convert", "", std::to_string(i));
      registry.append(record);
    }
  }
  if (std::system("command -v sqlite3 >/dev/null 2>&1") != 0) return;  // nothing here to tamper with
  CHECK(run_sql(scratch.file, "UPDATE record SET verb = 'x'") != 0);
  CHECK(run_sql(scratch.file, "DELETE FROM record") != 0);
  CHECK(run_sql(scratch.file, "DELETE FROM artefact") != 0);
  CHECK(Registry::open(scratch.file).check_chain().empty());
  CHECK(run_sql(scratch.file, "DROP TRIGGER record_no_update; UPDATE record SET body = replace(body, '0.98', '0.99') WHERE number = 2") == 0);
  auto faults = Registry::open(scratch.file).check_chain();
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].number == 2);
  CHECK(run_sql(scratch.file, "PRAGMA foreign_keys = OFF; DROP TRIGGER record_no_delete; DELETE FROM record WHERE number = 2") == 0);
  faults = Registry::open(scratch.file).check_chain();
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].number == 3);
}

TEST_CASE("eight processes append at once, each opening the new file itself, and the chain holds") {
  const Scratch scratch;
  constexpr int processes = 8, each = 5;
  const auto work = [&] {
    Registry registry = Registry::open(scratch.file);
    for (int i = 0; i < each; ++i) {
      Record record = make_record("bench", "", "x");
      registry.append(record);
    }
  };
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    try {
      work();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  const Registry registry = Registry::open(scratch.file);
  CHECK(registry.list().size() == processes * each);
  CHECK(registry.check_chain().empty());
}

TEST_CASE("reading needs no write access, and makes nothing") {
  const Scratch scratch;
  CHECK_THROWS_AS(Registry::open_for_reading(scratch.file), Error);
  CHECK_FALSE(fs::exists(scratch.folder));
  {
    Registry registry = Registry::open(scratch.file);
    Record record = make_record("convert", "", "a");
    registry.append(record);
  }
  Registry reader = Registry::open_for_reading(scratch.file);
  CHECK(reader.list().size() == 1);
  Record record = make_record("convert", "", "b");
  CHECK_THROWS_WITH_AS(reader.append(record), doctest::Contains("cannot be written"), Error);
  CHECK(reader.list().size() == 1);
}

TEST_CASE("what a process left half-written when it was killed is rolled back, also for readers") {
  const Scratch scratch;
  {
    Registry registry = Registry::open(scratch.file);
    Record record = make_record("convert", "", "a.onnx");
    registry.append(record);
  }
  // The file and its journal as they lie on the disk in the middle of a transaction that is larger than the cache.
  const std::string script = (scratch.folder / "script").string(), copy = (scratch.folder / "copy.db").string();
  std::ofstream(script) << "PRAGMA cache_size = 1;\nBEGIN IMMEDIATE;\nCREATE TABLE spill(x);\n"
                        << "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO spill SELECT randomblob(3000) FROM n;\n"
                        << ".shell cp " << scratch.file.string() << " " << copy << "; cp " << scratch.file.string() << "-journal " << copy << "-journal\n";
  if (std::system(("sqlite3 " + scratch.file.string() + " <" + script + " >/dev/null 2>&1").c_str()) != 0) return;  // no sqlite3 here
  REQUIRE(fs::file_size(copy + "-journal") > 0);
  REQUIRE(fs::file_size(copy) > fs::file_size(scratch.file));
  Registry reader = Registry::open_for_reading(copy);
  CHECK(reader.list().size() == 1);
}

TEST_CASE("a registry of a newer iai is left alone") {
  const Scratch scratch;
  Registry::open(scratch.file);
  if (run_sql(scratch.file, "PRAGMA user_version = 99") != 0) return;  // no sqlite3 here
  CHECK_THROWS_WITH_AS(Registry::open(scratch.file), doctest::Contains("newer iai"), Error);
  CHECK_THROWS_WITH_AS(Registry::open_for_reading(scratch.file), doctest::Contains("newer iai"), Error);
}

TEST_CASE("network file systems are known by their type") {
  CHECK(network_file_system(0x6969) == "NFS");
  CHECK(network_file_system(0xfe534d42) == "SMB");
  CHECK(network_file_system(0xef53).empty());      // ext4
  CHECK(network_file_system(0x01021994).empty());  // tmpfs
}

TEST_CASE("another program's database is refused") {
  const Scratch scratch;
  fs::create_directories(scratch.file.parent_path());
  std::FILE* file = std::fopen(scratch.file.c_str(), "w");
  std::fputs("this is no database, and is long enough to be looked at as one", file);
  std::fclose(file);
  CHECK_THROWS_WITH_AS(Registry::open(scratch.file), doctest::Contains("not a database"), Error);
  CHECK_THROWS_AS(Registry::open_for_reading(scratch.file), Error);
}

TEST_CASE("an empty file is no registry to read, and becomes one when it is written") {
  const Scratch scratch;
  fs::create_directories(scratch.file.parent_path());
  std::fclose(std::fopen(scratch.file.c_str(), "w"));
  CHECK_THROWS_WITH_AS(Registry::open_for_reading(scratch.file), doctest::Contains("is no registry"), Error);
  CHECK(Registry::open(scratch.file).list().empty());
}
