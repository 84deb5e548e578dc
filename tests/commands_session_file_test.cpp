#include "commands/session_file.hpp"

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "formats/json.hpp"
#include "tests/real_data.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

std::string message_of(const TemporaryFolder& folder, const std::string& text) {
  try {
    read_session_file(folder.write("bad.json", text));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::input);
    return error.message();
  }
  return "nothing was thrown";
}

std::string with(const std::string& more) {
  return R"({"schema": "iai.session/1", "provider": "CPUExecutionProvider", "device": "cpu", "intra_op_num_threads": 2, "graph_optimization_level": "ORT_ENABLE_ALL", "batch": 8)" +
         more + "}";
}

}  // namespace

TEST_CASE("a session file is read as it was written") {
  if (!real_model("ai4i_mlp")) return;  // there is a runtime where there are models
  const TemporaryFolder folder;
  const SessionFile session{"cpu", 3, "basic", 16, std::string(64, 'a')};
  write_session_file(session, folder.path / "session.json", IfExists::refuse);
  const SessionFile read = read_session_file(folder.path / "session.json");
  CHECK(read.device == "cpu");
  CHECK(read.threads == 3);
  CHECK(read.optimization == "basic");
  CHECK(read.batch == 16);
  CHECK(read.model_sha256 == session.model_sha256);
  CHECK(read_json(folder.path / "session.json")["provider"] == "CPUExecutionProvider");
  CHECK_THROWS_AS(write_session_file(session, folder.path / "session.json", IfExists::refuse), Error);
  CHECK_THROWS_AS(write_session_file({"warp", 1, "all", 1, {}}, folder.path / "other.json", IfExists::refuse), Error);
  CHECK_FALSE(std::filesystem::exists(folder.path / "other.json"));
}

TEST_CASE("what is no session file is refused with the place") {
  const TemporaryFolder folder;
  CHECK(read_session_file(folder.write("good.json", with(""))).batch == 8);
  CHECK(message_of(folder, "{}").find("is no session file") != std::string::npos);
  CHECK(message_of(folder, "[1]").find("is no session file") != std::string::npos);
  CHECK(message_of(folder, with(R"(, "treads": 4)")).find("unknown key 'treads'") != std::string::npos);
  CHECK(message_of(folder, R"({"schema": "iai.session/1", "provider": "CUDAExecutionProvider", "device": "cpu"})")
            .find("'provider' is CUDAExecutionProvider, 'device' is cpu") != std::string::npos);
  CHECK(message_of(folder, R"({"schema": "iai.session/1", "device": 7})").find("'device' is missing, or no text") != std::string::npos);
  CHECK(message_of(folder, R"({"schema": "iai.session/1", "provider": "CPUExecutionProvider", "device": "cpu", "intra_op_num_threads": 9999})")
            .find("9999, not 0 to 4096") != std::string::npos);
  CHECK(
      message_of(
          folder,
          R"({"schema": "iai.session/1", "provider": "CPUExecutionProvider", "device": "cpu", "intra_op_num_threads": 1, "batch": 1, "graph_optimization_level": "fast"})")
          .find("'graph_optimization_level' is 'fast'") != std::string::npos);
  CHECK(message_of(folder, R"({"schema": "iai.session/1", "device": "cpu", "intra_op_num_threads": 1})").find("'provider' is missing") != std::string::npos);
  CHECK(message_of(folder, "{").find("bad.json") != std::string::npos);
}

TEST_CASE("as a session file says, or each sample alone") {
  const TemporaryFolder folder;
  RuntimeOption runtime;
  runtime.threads = 7;
  const ModelRuns alone = model_runs(runtime, {});
  CHECK_FALSE(alone.session.has_value());
  CHECK(alone.options.intra_threads == 1);
  CHECK(alone.options.batch == 0);
  CHECK(alone.runtime.threads == 7);
  const ModelRuns told = model_runs(runtime, folder.write("session.json", with("")));
  CHECK(told.options.intra_threads == 2);
  CHECK(told.options.batch == 8);
  CHECK(told.options.optimization == GraphOptimization::all);
  CHECK(told.runtime.threads >= 1);
  CHECK_THROWS_AS(model_runs(runtime, folder.path / "none.json"), Error);
}
