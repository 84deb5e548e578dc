#include <cstdlib>
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

/// A project whose registry knows one evaluated model.
struct Project {
  fs::path before = fs::current_path();
  fs::path folder = fs::temp_directory_path() / ("iai-report-test-" + std::to_string(::getpid()));
  Project() {
    fs::remove_all(folder);
    fs::create_directories(folder);
    fs::current_path(folder);
    Registry registry = Registry::open(".iai/registry.db");
    std::ofstream("model.onnx") << "model";
    Record record;
    record.verb = "evaluate";
    record.inputs.push_back({"model", "model.onnx", sha256("model"), 5, "file"});
    record.options = {{"primary", "f1"}, {"direction", "higher_is_better"}};
    record.metrics = {{"f1", {{"value", 0.5}, {"low", 0.4}, {"high", 0.6}, {"n", 10}}}};
    record.verdict = "done";
    registry.append(record);
  }
  ~Project() {
    fs::current_path(before);
    fs::remove_all(folder);
  }
  static std::string run(const std::vector<std::string>& arguments, int expected) {
    std::ostringstream out, err;
    CHECK(run_app(arguments, out, err) == expected);
    CHECK(err.str() == "");
    return out.str();
  }
  static std::string slurp(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
};

}  // namespace

TEST_CASE("report writes both forms, records itself, and writes the same again") {
  const Project project;
  const Json answer = parse_json(Project::run({"report", "model.onnx", "-o", "dossier", "--json"}, 0), "answer");
  const Json schema = read_json(fs::path(IAI_SOURCE_DIR) / "schemas" / "report.schema.json");
  CHECK(schema_fault(schema, answer) == "");
  CHECK(answer["points"].size() == 23);
  CHECK(answer["outputs"] == Json{"dossier/annex-iv.md", "dossier/annex-iv.html"});
  const Record record = Registry::open_for_reading(".iai/registry.db").find("2");
  CHECK(record.verb == "report");
  CHECK(record.outputs.size() == 2);
  CHECK(record.outputs[0].role == "report");
  CHECK(record.metrics["points"] == 23);
  const std::string html = Project::slurp("dossier/annex-iv.html"), markdown = Project::slurp("dossier/annex-iv.md");
  CHECK(markdown.find("| f1 | 0.5 (95 % interval 0.4 to 0.6, n 10) | 1 |") != std::string::npos);

  setenv("TZ", "Asia/Tokyo", 1);
  Project::run({"report", "model.onnx", "-o", "dossier", "--overwrite"}, 0);
  CHECK(Project::slurp("dossier/annex-iv.html") == html);
  CHECK(Project::slurp("dossier/annex-iv.md") == markdown);
  Project::run({"report", sha256("model").substr(0, 12), "-o", "gone.md"}, 0);
  CHECK(Project::slurp("gone.md") == markdown);
  unsetenv("TZ");
  CHECK(Project::run({"report", "model.onnx"}, 0) == markdown);
}
