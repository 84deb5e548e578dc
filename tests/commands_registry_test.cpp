#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "cli/app.hpp"
#include "formats/digest.hpp"
#include "formats/json.hpp"
#include "registry/registry.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Project {
  fs::path folder = fs::temp_directory_path() / ("iai-commands-registry-test-" + std::to_string(::getpid()));
  fs::path file = folder / ".iai" / "registry.db";
  Project() {
    fs::remove_all(folder);
    Registry registry = Registry::open(file);
    Record record;
    record.verb = "convert";
    record.metrics = {{"size_bytes", 3}};
    for (const char* name : {"a", "b"}) {
      std::ofstream(folder / name) << name;
      record.outputs.push_back({"model", name, sha256(name), 1, "file"});
    }
    registry.append(record);
  }
  ~Project() { fs::remove_all(folder); }

  int run(std::vector<std::string> arguments, Json& answer) const {
    arguments.insert(arguments.end(), {"--json", "--registry", file.string()});
    std::ostringstream out, err;
    const int code = run_app(arguments, out, err);
    CHECK(err.str() == "");
    answer = parse_json(out.str(), "answer");
    return code;
  }
};

}  // namespace

TEST_CASE("verify tells intact, changed and missing outputs apart") {
  const Project project;
  Json answer;
  CHECK(project.run({"registry", "verify"}, answer) == 0);
  CHECK(answer["outputs"][0]["state"] == "intact");
  std::ofstream(project.folder / "a") << "other";
  fs::remove(project.folder / "b");
  CHECK(project.run({"registry", "verify"}, answer) == 1);
  CHECK(answer["chain"] == "intact");
  CHECK(answer["outputs"][0]["state"] == "changed");
  CHECK(answer["outputs"][1]["state"] == "missing");
}

TEST_CASE("log and show say what was recorded") {
  const Project project;
  Json answer;
  CHECK(project.run({"registry", "log", "--verb", "convert"}, answer) == 0);
  const std::string id = answer["records"][0]["id"];
  CHECK(project.run({"registry", "show", id.substr(0, 8)}, answer) == 0);
  CHECK(answer["id"] == id);
  CHECK(answer["metrics"]["size_bytes"] == 3);
  CHECK(answer["outputs"].size() == 2);
  CHECK(project.run({"registry", "log", "--verb", "prune"}, answer) == 0);
  CHECK(answer["records"].empty());
}

TEST_CASE("lineage follows the parents of a record or a file") {
  const Project project;
  Record record;
  record.verb = "quantize";
  record.inputs.push_back({"model", "a", sha256("a"), 1, "file"});
  record.outputs.push_back({"model", "c", sha256("c"), 1, "file"});
  Registry::open(project.file).append(record);
  std::ofstream(project.folder / "c") << "c";
  for (const std::string& target : {std::string("2"), (project.folder / "c").string()}) {
    Json answer;
    CHECK(project.run({"registry", "lineage", target}, answer) == 0);
    REQUIRE(answer["steps"].size() == 2);
    CHECK(answer["steps"][0]["verb"] == "convert");
    CHECK(answer["steps"][1]["verb"] == "quantize");
  }
}
