#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "cli/app.hpp"
#include "commands/comparison.hpp"
#include "formats/digest.hpp"
#include "formats/json.hpp"
#include "registry/registry.hpp"
#include "tests/json_schema.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Answer {
  int code = 0;
  Json json;
  std::string error;
};

/// A project with an evaluated model and a report about it (record 2), made in the subfolder `work`.
struct Project {
  fs::path before = fs::current_path();
  fs::path folder = fs::temp_directory_path() / ("iai-reproduce-test-" + std::to_string(::getpid()));
  Project() {
    fs::remove_all(folder);
    fs::create_directories(folder / "work");
    write("work/model.onnx", "model");
    write("work/product.yaml", "name: Monitor\nprovider: {text: ACME, by: A. Person, date: 2026-03-01}\n");
    fs::current_path(folder / "work");
    Record record;
    record.verb = "evaluate";
    record.inputs.push_back({"model", "work/model.onnx", sha256("model"), 5, "file"});
    record.metrics = {{"f1", 0.5}};
    record.verdict = "done";
    add(record);
    CHECK(run({"--quiet", "report", "model.onnx", "--product", "product.yaml", "-o", "dossier"}).code == 0);
  }
  ~Project() {
    fs::current_path(before);
    fs::remove_all(folder);
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  std::string add(Record record) const { return Registry::open(folder / ".iai" / "registry.db").append(record); }
  Record record(const std::string& id) const { return Registry::open_for_reading(folder / ".iai" / "registry.db").find(id); }
  static Answer run(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    std::ostringstream out, err;
    const int code = run_app(arguments, out, err);
    Answer answer{code, out.str().empty() ? Json() : parse_json(out.str(), "answer"), err.str()};
    if (arguments[0] == "reproduce" && code <= 1) {
      CHECK(schema_fault(read_json(fs::path(IAI_SOURCE_DIR) / "schemas" / "reproduce.schema.json"), answer.json) == "");
    }
    return answer;
  }
};

std::size_t temporaries() {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
    if (entry.path().filename().string().rfind("iai-reproduce-", 0) == 0 && entry.path().filename().string().find("test") == std::string::npos) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("a step is reproduced from another folder, with later records there, and nothing of the project changes") {
  const Project project;
  Record later = project.record("1");
  later.metrics = {{"f1", 0.75}};
  later.options = {{"later", true}};
  project.add(later);
  const std::string made = digest_path(project.folder / "work" / "dossier");
  const std::size_t left = temporaries();
  fs::current_path(project.folder);
  const Answer answer = Project::run({"reproduce", "2"});
  CHECK(answer.code == 0);
  CHECK(answer.error == "");
  CHECK(answer.json["finding"] == "identical");
  REQUIRE(answer.json["outputs"].size() == 2);
  CHECK(answer.json["outputs"][0]["path"] == "work/dossier/annex-iv.md");
  CHECK(answer.json["outputs"][0]["state"] == "identical");
  CHECK(fs::current_path() == fs::weakly_canonical(project.folder));
  CHECK(digest_path(project.folder / "work" / "dossier") == made);
  CHECK(temporaries() == left);
  const Record verdict = project.record("4");
  CHECK(verdict.verb == "reproduce");
  CHECK(verdict.verdict == "passed");
  CHECK(verdict.inputs[0].sha256 == project.record("2").id);
  CHECK_THROWS(project.record("5"));  // the new run left no record of its own
  CHECK(Project::run({"reproduce", "4"}).code == 2);
}

TEST_CASE("what differs is named with its first difference") {
  const Project project;
  Record record = project.record("2");
  project.write("work/dossier/annex-iv.md", "# Tex");
  record.outputs[0].sha256 = sha256("# Tex");
  record.metrics["gaps"] = 0;
  project.add(record);
  const Answer answer = Project::run({"reproduce", "3"});
  CHECK(answer.code == 1);
  CHECK(answer.json["finding"] == "differs");
  CHECK(answer.json["difference"] == "work/dossier/annex-iv.md, first at byte 4");  // "# Tech..."
  CHECK(answer.json["outputs"][1]["state"] == "identical");
  const auto& figures = answer.json["figures"];
  CHECK(std::any_of(figures.begin(), figures.end(), [](const Json& f) { return f["name"] == "gaps" && f["state"] == "differs" && f["recorded"] == "0"; }));
  CHECK(project.record("4").verdict == "failed");
}

TEST_CASE("inputs that are gone or changed are named before anything runs") {
  const Project project;
  project.write("work/product.yaml", "name: Other\n");
  Answer answer = Project::run({"reproduce", "2"});
  CHECK(answer.code == 3);
  CHECK(answer.error.find("work/product.yaml has changed") != std::string::npos);
  CHECK(answer.error.find(project.record("2").inputs[1].sha256) != std::string::npos);
  fs::remove(project.folder / "work" / "model.onnx");
  answer = Project::run({"reproduce", "2"});
  CHECK(answer.error.find("work/model.onnx is gone") != std::string::npos);
  CHECK(answer.error.find("work/product.yaml has changed") != std::string::npos);
  CHECK_THROWS(project.record("3"));
}

TEST_CASE("records that cannot be run again say why") {
  const Project project;
  const Record record = project.record("2");
  const auto refusal = [&](auto change) {
    Record changed = record;
    change(changed);
    const Answer answer = Project::run({"reproduce", project.add(changed)});
    CHECK(answer.code == 3);
    return answer.error;
  };
  CHECK(refusal([](Record& r) { r.verb = "refine"; }).find("this iai has no such verb") != std::string::npos);
  CHECK(refusal([](Record& r) { r.folder = "elsewhere"; }).find("is gone") != std::string::npos);
  CHECK(refusal([](Record& r) { r.arguments = {"report", "--frob"}; }).find("no longer understood") != std::string::npos);
  CHECK(refusal([](Record& r) { r.arguments = {"report", "model.onnx"}; }).find("names no output") != std::string::npos);
}

TEST_CASE("other versions are named") {
  const Project project;
  Record record = project.record("2");
  record.tool["iai"] = "0.0.1";
  const Answer answer = Project::run({"reproduce", project.add(record)});
  CHECK(answer.code == 0);
  REQUIRE(answer.json["other_versions"].size() == 1);
  CHECK(answer.json["other_versions"][0]["recorded"] == "0.0.1");
  CHECK(answer.json["other_versions"][0]["now"] == IAI_VERSION);
}

TEST_CASE("measured figures are not compared bit by bit; latencies agree within a factor") {
  Record recorded, now;
  recorded.metrics = {{"latency_p50_ms", 1.0}, {"rows", 3}, {"peak_rss_bytes", 5}, {"throughput_per_s", 4.0}};
  now.metrics = {{"latency_p50_ms", 1.9}, {"rows", 4}, {"peak_rss_bytes", 6}, {"throughput_per_s", 2.0}};
  const auto figures = compare_figures(recorded, now);
  REQUIRE(figures.size() == 2);  // verdict, rows
  CHECK(figures[1].name == "rows");
  CHECK_FALSE(figures[1].identical());
  REQUIRE(compare_latencies(recorded, now).size() == 1);
  CHECK(compare_latencies(recorded, now)[0].agrees());
  now.metrics["latency_p50_ms"] = 2.5;
  CHECK_FALSE(compare_latencies(recorded, now)[0].agrees());
  CHECK(other_machine({{"cpu", "A"}}, {{"cpu", "B"}}) == "cpu was \"A\", is \"B\"");
  CHECK(other_machine({{"cpu", "A"}}, {{"cpu", "A"}}) == "");
}

TEST_CASE("first difference of files and folders") {
  const Project project;
  const auto at = [&](const char* a, const char* b) { return first_difference(project.folder / a, project.folder / b); };
  project.write("a", "abcd");
  project.write("b", "abXd");
  project.write("c", "abcdef");
  project.write("d", "");
  CHECK(at("a", "b") == "byte 2");
  CHECK(at("a", "c") == "length 4 against 6 bytes");
  CHECK(at("a", "d") == "length 4 against 0 bytes");
  CHECK(at("a", "a") == "");
  fs::create_directories(project.folder / "x");
  fs::create_directories(project.folder / "y");
  project.write("x/1", "1");
  project.write("y/1", "2");
  CHECK(at("x", "y") == "file 1");
}
