#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "cli/app.hpp"
#include "commands/commands.hpp"
#include "commands/policy.hpp"
#include "evaluator/task/task.hpp"
#include "formats/yaml.hpp"
#include "registry/documents/product.hpp"
#include "tests/json_schema.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

/// An empty working folder, while it lives.
struct Folder {
  fs::path before = fs::current_path();
  fs::path folder = fs::temp_directory_path() / ("iai-init-test-" + std::to_string(::getpid()));
  Folder() {
    fs::remove_all(folder);
    fs::create_directories(folder);
    fs::current_path(folder);
  }
  ~Folder() {
    fs::current_path(before);
    fs::remove_all(folder);
  }
  static int init(std::string& error) {
    std::ostringstream out, err;
    const int code = run_app({"init", "--template"}, out, err);
    error = err.str();
    return code;
  }
};

}  // namespace

TEST_CASE("the templates are what the readers and the schemas accept") {
  const Folder folder;
  std::string error;
  REQUIRE(Folder::init(error) == 0);
  CHECK(error == "");
  CHECK(fs::exists(".iai/registry.db"));
  CHECK(read_task("task.yaml").primary == "accuracy");
  std::vector<std::string> verbs;
  for (const Command& command : command_table()) verbs.emplace_back(command.name);
  CHECK(read_policy("policy.yaml", verbs).checks.size() > 3);
  CHECK(read_product("product.yaml").name == "My product");
  for (const char* name : {"task", "contract", "policy", "product", "pipeline"}) {
    CAPTURE(name);
    const fs::path schema = fs::path(IAI_SOURCE_DIR) / "schemas" / (std::string(name) + ".schema.json");
    if (!fs::exists(schema)) continue;
    CHECK(schema_fault(read_json(schema), read_yaml(std::string(name) + ".yaml").to_json()) == "");
  }
}

TEST_CASE("a file that is there keeps all templates from being written") {
  const Folder folder;
  std::ofstream("policy.yaml") << "mine\n";
  std::string error;
  CHECK(Folder::init(error) == 3);
  CHECK(error.find("policy.yaml already exists") != std::string::npos);
  CHECK_FALSE(fs::exists("task.yaml"));
  CHECK_FALSE(fs::exists(".iai"));
}
