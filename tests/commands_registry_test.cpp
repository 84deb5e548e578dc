#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "cli/app.hpp"
#include "formats/digest.hpp"
#include "formats/json.hpp"
#include "registry/registry.hpp"
#include "tests/json_schema.hpp"

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
    record.verdict = "done";
    record.started = "2026-01-01T12:00:00Z";
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
    const std::string name = answer["schema"].get<std::string>().substr(4);
    const fs::path schema = fs::path(IAI_SOURCE_DIR) / "schemas" / (name.substr(0, name.find('/')) + ".schema.json");
    CHECK(schema_fault(read_json(schema), answer) == "");
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

TEST_CASE("verify looks at inputs too; a path must hold what the newest record saw, and what was no file is not looked for") {
  const Project project;
  Record record;
  record.verb = "evaluate";
  record.verdict = "done";
  record.inputs.push_back({"model", "a", sha256("retrained"), 9, "file"});
  record.inputs.push_back({"data", "data.csv", sha256("data"), 4, "file"});
  record.inputs.push_back({"probe", "seed 1", sha256("1"), 1, "value"});
  Registry::open(project.file).append(record);
  std::ofstream(project.folder / "a") << "retrained";
  Json answer;
  CHECK(project.run({"registry", "verify"}, answer) == 1);
  CHECK(answer["intact"] == 2);
  CHECK(answer["missing"] == 1);
  REQUIRE(answer["inputs"].size() == 1);
  CHECK(answer["inputs"][0]["path"] == "data.csv");
  CHECK(answer["outputs"][0] == Json{{"number", 2}, {"path", "a"}, {"state", "intact"}});
  std::ofstream(project.folder / "data.csv") << "data";
  CHECK(project.run({"registry", "verify"}, answer) == 0);
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
  CHECK(project.run({"inspect", id.substr(0, 8)}, answer) == 0);
  CHECK(answer["kind"] == "record");
  CHECK(answer["id"] == id);
  const auto count = [&](std::vector<std::string> filters) {
    filters.insert(filters.begin(), {"registry", "log"});
    CHECK(project.run(filters, answer) == 0);
    return answer["records"].size();
  };
  CHECK(count({"--verb", "prune"}) == 0);
  Record record;
  record.verb = "gate";
  record.started = "2026-03-01T23:59:59Z";
  record.verdict = "passed";
  Registry::open(project.file).append(record);
  CHECK(count({"--verdict", "passed"}) == 1);
  CHECK(count({"--until", "2026-03-01", "--since", "2026-03-01"}) == 1);
  CHECK(count({"--since", "2026-03-02"}) == 0);
  CHECK(count({"--until", "2025"}) == 0);
  CHECK(count({"--until", "2026-02", "--since", "2026"}) == 1);
  CHECK(count({"--file", (project.folder / "a").string()}) == 1);
  CHECK(count({"--digest", sha256("a").substr(0, 8)}) == 1);
  CHECK(count({"--limit", "1"}) == 1);
}

TEST_CASE("lineage: the graph of a record or a file, upward and downward, as tree, DOT and JSON") {
  const Project project;
  const auto step = [&](const std::string& verb, const std::string& from, const std::string& to) {
    Record record;
    record.verb = verb;
    record.verdict = "done";
    record.started = "2026-03-01T12:00:00Z";
    record.inputs.push_back({"model", from, sha256(from), 1, "file"});
    if (!to.empty()) record.outputs.push_back({"model", to, sha256(to), 1, "file"});
    Registry::open(project.file).append(record);
    if (!to.empty()) std::ofstream(project.folder / to) << to;
  };
  step("quantize", "a", "c");
  step("evaluate", "c", "");
  step("evaluate", "b", "");  // beside the line
  const std::string c = (project.folder / "c").string();
  Json answer;
  const auto numbers = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"registry", "lineage"});
    CHECK(project.run(arguments, answer) == 0);
    std::vector<int> found;
    for (const Json& record : answer["steps"]) found.push_back(record["number"]);
    return found;
  };
  CHECK(numbers({"2", "--direction", "up"}) == std::vector<int>{1, 2});
  CHECK(numbers({c, "--direction", "up"}) == std::vector<int>{1, 2});
  CHECK(numbers({c}) == std::vector<int>{1, 2, 3});
  CHECK(numbers({"1", "--direction", "down"}) == std::vector<int>{1, 2, 3, 4});
  CHECK(numbers({c, "--direction", "down"}) == std::vector<int>{3});
  CHECK(answer["edges"] == Json::array({{{"number", 3}, {"direction", "reads"}, {"role", "model"}, {"sha256", sha256("c")}}}));
  const auto text = [&](const std::string& format) {
    std::ostringstream out, err;
    CHECK(run_app({"registry", "lineage", c, "--format", format, "--registry", project.file.string()}, out, err) == 0);
    return out.str();
  };
  CHECK(text("text") == c + "  " + sha256("c") + "\nmade by\n└─ 2 quantize  done  2026-03-01\n   └─ model: a  " + sha256("a").substr(0, 12) +
                            "\n      └─ 1 convert  done  2026-01-01\nused by\n└─ 3 evaluate  done  2026-03-01\n");
  CHECK(text("dot").find("  r2 -> \"" + sha256("c") + "\";\n") != std::string::npos);
  CHECK(parse_json(text("json"), "answer") == (numbers({c}), answer));
}

TEST_CASE("lineage: hostile names stay text, long chains do not exhaust the stack") {
  const Project project;
  Record record;
  record.verb = "evaluate";
  record.inputs.push_back({"model", "a\"];\nx -> y [label=\"\\", sha256("h"), 1, "file"});
  Registry registry = Registry::open(project.file);
  registry.append(record);
  for (int i = 0; i < 1000; ++i) {
    Record link;
    link.verb = "convert";
    link.inputs.push_back({"model", "m", sha256("m" + std::to_string(i)), 1, "file"});
    link.outputs.push_back({"model", "m", sha256("m" + std::to_string(i + 1)), 1, "file"});
    registry.append(link);
  }
  std::ostringstream out, err;
  CHECK(run_app({"registry", "lineage", "2", "--format", "dot", "--registry", project.file.string()}, out, err) == 0);
  CHECK(out.str().find("label=\"a\\\"];?x -> y [label=\\\"\\\\\\n") != std::string::npos);
  out.str("");
  CHECK(run_app({"registry", "lineage", "1002", "--registry", project.file.string()}, out, err) == 0);
  CHECK(out.str().find("more: iai registry lineage ") != std::string::npos);
  CHECK(err.str() == "");
}
