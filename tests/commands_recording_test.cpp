#include "commands/recording.hpp"

#include <fstream>
#include <sstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "cli/terminal.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

/// A project with two files; the working folder is the subfolder `work` while it lives.
struct Project {
  fs::path before = fs::current_path();
  fs::path folder = fs::temp_directory_path() / ("iai-recording-test-" + std::to_string(::getpid()));
  fs::path file = folder / ".iai" / "registry.db";
  std::ostringstream out, err;
  Terminal terminal{out, err, {}};
  Context context{terminal, {"convert", "model.onnx", "-o", "out.onnx"}, {}};
  Project() {
    fs::remove_all(folder);
    fs::create_directories(folder / "work" / "data");
    Registry::open(file);
    std::ofstream(folder / "work" / "in.bin") << "in";
    std::ofstream(folder / "work" / "data" / "x") << "12345";
    fs::current_path(folder / "work");
  }
  ~Project() {
    fs::current_path(before);
    fs::remove_all(folder);
  }
};

}  // namespace

TEST_CASE("a recording holds what was read, written, measured and on which machine") {
  Project project;
  Recording recording(project.context, "convert");
  recording.option("opset", 17);
  recording.input("model", "in.bin");
  recording.input("data", "data/");
  recording.input_digest("probe", "seed 1", sha256("1"), 8);
  std::ofstream("out.bin") << "out";
  recording.output("model", "out.bin");
  recording.metric("size_bytes", 3);
  recording.tool("converter", "1.0");
  Report report("iai.convert/1");
  report.add("size", 3, Unit::bytes).add("ratio", 0.5);
  const std::string id = recording.commit(report, "passed");

  const Record record = Registry::open_for_reading(project.file).find(id);
  CHECK(record.verb == "convert");
  CHECK(record.verdict == "passed");
  CHECK(record.folder == "work");
  CHECK(record.arguments == project.context.arguments);
  CHECK(record.options == Json{{"opset", 17}});
  REQUIRE(record.inputs.size() == 3);
  CHECK(record.inputs[0].path == "work/in.bin");
  CHECK(record.inputs[0].sha256 == sha256("in"));
  CHECK(record.inputs[0].bytes == 2);
  CHECK(record.inputs[1].path == "work/data");
  CHECK(record.inputs[1].kind == "folder");
  CHECK(record.inputs[1].bytes == 5);
  CHECK(record.inputs[1].sha256 == digest_path("data"));
  REQUIRE(record.outputs.size() == 1);
  CHECK(record.outputs[0].sha256 == sha256("out"));
  CHECK(record.metrics == Json{{"size_bytes", 3}});
  CHECK(record.details == Json{{"schema", "iai.convert/1"}, {"size_bytes", 3}, {"ratio", 0.5}});
  CHECK(record.tool.at("iai") == IAI_VERSION);
  CHECK(record.tool.contains("onnx"));
  CHECK(record.tool.at("converter") == "1.0");
  CHECK(record.machine.at("cores").get<int>() >= 1);
  CHECK(record.started.size() == 20);
  CHECK(record.started.back() == 'Z');
  CHECK(record.duration_s >= 0);
  CHECK(report_to_json(report).find(id) != std::string::npos);
}

TEST_CASE("nothing is recorded without commit, nor with --no-record") {
  Project project;
  { Recording recording(project.context, "convert"); }
  CHECK_THROWS_AS(Recording(project.context, "convert").input("model", "missing"), Error);
  project.context.record = false;
  Recording recording(project.context, "convert");
  recording.input("model", "in.bin");
  Report report("iai.convert/1");
  CHECK(recording.commit(report).empty());
  CHECK(report.fields().empty());
  CHECK(Registry::open_for_reading(project.file).list().empty());
}

TEST_CASE("a registry that cannot take a record is refused before the work") {
  Project project;
  std::ofstream(project.file) << std::string(4096, 'x');
  CHECK_THROWS_AS(Recording(project.context, "convert"), Error);
  project.context.record = false;
  CHECK_NOTHROW(Recording(project.context, "convert"));
}

TEST_CASE("recorded paths are relative inside the project and absolute outside") {
  Project project;
  CHECK(recorded_path("in.bin", project.folder) == "work/in.bin");
  CHECK(recorded_path("../work/./data/", project.folder) == "work/data");
  CHECK(recorded_path("..", project.folder) == ".");
  CHECK(recorded_path("/etc/hostname", project.folder) == "/etc/hostname");
  fs::create_symlink("data", "link");
  CHECK(recorded_path("link/x", project.folder) == "work/data/x");
  CHECK(recorded_path("link", project.folder) == "work/link");
}
