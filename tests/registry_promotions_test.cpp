#include "registry/promotions.hpp"

#include <filesystem>

#include <doctest/doctest.h>

#include "formats/digest.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Promoting {
  TemporaryFolder folder;
  fs::path file() const { return folder.path / "registry.db"; }

  Record add(Record record) const {
    record.folder = ".";
    record.started = "2026-11-24T12:00:00Z";
    Registry::open(file()).append(record);
    return record;
  }
  Record promote(const std::string& name, const std::string& model, const std::string& verdict = "passed") const {
    Record record;
    record.verb = "gate";
    record.verdict = verdict;
    record.options = {{"promote", name}};
    record.metrics = {{"size_bytes", 7}};
    record.inputs = {{"policy", "policy.yaml", sha256("policy"), 9, "file"}, {"model", model, sha256(model), 5, "file"}};
    return add(std::move(record));
  }
  void roll_back(const std::string& name, const Record& to) const {
    Record record;
    record.verb = "registry";
    record.verdict = "done";
    record.options = {{"roll_back", name}, {"to", to.id}};
    add(std::move(record));
  }
  /// "a b": the models that stand under the name, the baseline last.
  std::string standing(const std::string& name = "line-3", std::int64_t before = 0) const {
    Registry registry = Registry::open_for_reading(file());
    registry.hide_from(before);
    std::string text;
    for (const Promotion& promotion : promotions_of(registry, name)) text += (text.empty() ? "" : " ") + promotion.model.path;
    return text;
  }
};

}  // namespace

TEST_CASE("the newest passed promotion is the baseline; failed ones and other names are none") {
  const Promoting project;
  project.promote("line-3", "a");
  project.promote("line-3", "b", "failed");
  project.promote("line-4", "c");
  CHECK(project.standing() == "a");
  CHECK(project.standing("line-4") == "c");
  CHECK(project.standing("line-5") == "");
  project.promote("line-3", "d");
  CHECK(project.standing() == "a d");
  CHECK(project.standing("line-3", 4) == "a");  // as it was before record 4
  const auto current = current_baselines(Registry::open_for_reading(project.file()));
  REQUIRE(current.size() == 2);
  CHECK(current[0].model.path == "d");
  CHECK(current[0].bytes == 7);
  CHECK(current[1].name == "line-4");
}

TEST_CASE("a roll-back returns to a promotion, also when two people roll back the same at once") {
  const Promoting project;
  const Record a = project.promote("line-3", "a"), b = project.promote("line-3", "b");
  project.promote("line-3", "c");
  project.roll_back("line-3", b);
  project.roll_back("line-3", b);
  CHECK(project.standing() == "a b");
  project.promote("line-3", "d");
  CHECK(project.standing() == "a b d");
  project.roll_back("line-3", a);
  CHECK(project.standing() == "a");
  project.roll_back("line-3", b);  // stands no longer: changes nothing
  CHECK(project.standing() == "a");
  project.roll_back("line-9", a);
  CHECK(project.standing("line-9") == "");
}

TEST_CASE("a model that is the baseline already is not promoted twice") {
  const Promoting project;
  project.promote("line-3", "a");
  project.promote("line-3", "b");
  project.promote("line-3", "b");
  CHECK(project.standing() == "a b");
  project.promote("line-3", "a");
  CHECK(project.standing() == "a b a");
}

TEST_CASE("names of baselines") {
  for (const char* name : {"line-3", "a", "Werk_2.1", "0"}) CHECK(is_baseline_name(name));
  for (const char* name : {"", ".a", "-a", "a b", "a/b", "a:b", "\xC3\xA4"}) CHECK_FALSE(is_baseline_name(name));
  CHECK_FALSE(is_baseline_name(std::string(101, 'a')));
  CHECK(baseline_name("baseline:line-3") == "line-3");
  CHECK(baseline_name("baseline:") == "");
  CHECK_FALSE(baseline_name("model.onnx"));
}
