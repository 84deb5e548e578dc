#include "commands/policy.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <unistd.h>

#include "formats/error.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "tests/json_schema.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> verbs{"evaluate", "bench", "quantize", "prune", "validate", "report"};

struct PolicyFile {
  fs::path folder = fs::temp_directory_path() / ("iai-policy-" + std::to_string(getpid()));
  PolicyFile() { fs::create_directories(folder); }
  ~PolicyFile() { fs::remove_all(folder); }
  Policy read(const std::string& text) const {
    std::ofstream(folder / "p.yaml") << text;
    return read_policy(folder / "p.yaml", verbs);
  }
  /// "line:column: message | hint"
  std::string complaint(const std::string& text) const {
    try {
      read(text);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      return error.message().substr((folder / "p.yaml").string().size() + 1) + " | " + error.hint();
    }
    return "";
  }
};

}  // namespace

TEST_CASE("a policy becomes checks in its order, paths against its folder") {
  const PolicyFile file;
  const Policy policy = file.read(
      "model: out/m.onnx\ntask: ../task.yaml\nmetrics:\n  f1: {minimum: 0.9, maximum: 1, bound: low, samples: 50}\n"
      "drop: {f1: 1%, rmse: 0.5}\nsize: {maximum_bytes: 100, maximum_ratio: 0.5}\nbench: {latency_p99_ms: {maximum: "
      "5}}\n"
      "data: [{data_set: d, contract: c.yaml}]\nrecords: [bench]\n"
      "waivers: [{check: records.bench, name: A, reason: B, expires: 2028-02-29}]\n");
  CHECK(policy.name == "p");
  CHECK(policy.model == file.folder / "out/m.onnx");
  CHECK(policy.task == file.folder.parent_path() / "task.yaml");
  CHECK(policy.split == "evaluation");
  std::string ids;
  for (const Check& check : policy.checks) ids += check.id + " ";
  CHECK(ids ==
        "metrics.f1.minimum metrics.f1.maximum metrics.f1.samples drop.f1 drop.rmse size.maximum_bytes "
        "size.maximum_ratio "
        "bench.latency_p99_ms.maximum data.d records.bench ");
  CHECK(policy.checks[0].bound == Bound::low);
  CHECK(policy.checks[2].bound == Bound::value);
  CHECK(policy.checks[3].scale == DropScale::relative);
  CHECK(policy.checks[3].limit == doctest::Approx(0.01));
  CHECK(policy.checks[4].scale == DropScale::absolute);
  CHECK(policy.checks[8].contract == file.folder / "c.yaml");
  REQUIRE(policy.waivers.size() == 1);
  CHECK(policy.waivers[0].expires == "2028-02-29");
}

TEST_CASE("what is wrong in a policy is named with its place and the nearest that is right") {
  const PolicyFile file;
  CHECK(file.complaint("metric: {f1: {minimum: 1}}") == "1:1: unknown key 'metric' | did you mean 'metrics'?");
  CHECK(file.complaint("metrics: {acuracy: {minimum: 1}}") == "1:20: there is no metric 'acuracy' | did you mean 'accuracy'?");
  CHECK(file.complaint("bench: {latency_p98_ms: {maximum: 1}}").find("did you mean 'latency_p90_ms'?") != std::string::npos);
  CHECK(file.complaint("metrics: {f1: {minimun: 1}}").find("did you mean 'minimum'?") != std::string::npos);
  CHECK(file.complaint("metrics: {f1: {bound: low}}").find("has no limit") != std::string::npos);
  CHECK(file.complaint("metrics: {f1: {minimum: high}}").rfind("1:25: ", 0) == 0);
  CHECK(file.complaint("metrics: {f1: {minimum: .nan}}").find("1:25: ") == 0);
  CHECK(file.complaint("metrics: {f1: {minimum: 1, bound: hihg}}").find("did you mean 'high'?") != std::string::npos);
  CHECK(file.complaint("metrics: {f1: 0.9}").find("must be a map") != std::string::npos);
  CHECK(file.complaint("drop: {f1: -1%}").rfind("1:12: ", 0) == 0);
  CHECK(file.complaint("size: {maximum_bytes: 1.5}").rfind("1:23: ", 0) == 0);
  CHECK(file.complaint("size: {maximum_ratio: 0}").find("must be above 0") != std::string::npos);
  CHECK(file.complaint("records: [quantise]") == "1:11: there is no step 'quantise' | did you mean 'quantize'?");
  CHECK(file.complaint("records: [bench, bench]").find("is there twice") != std::string::npos);
  CHECK(file.complaint("name: x").find("the policy checks nothing") != std::string::npos);
  CHECK(file.complaint("- a").find("must be a map") != std::string::npos);
}

TEST_CASE("a waiver needs all four keys, a check that is there, a day of the calendar, and may not be doubled") {
  const PolicyFile file;
  const std::string start = "records: [bench, evaluate]\nwaivers:\n  - ";
  const std::string good = "{check: records.bench, name: A, reason: B, expires: 2027-01-31}\n";
  CHECK(file.complaint(start + "{check: records.bench, name: A, reason: B}").find("3:5: missing key 'expires' | ") == 0);
  CHECK(file.complaint(start + "{check: records.bench, name: ' ', reason: B, expires: 2027-01-31}").find("must not be empty") != std::string::npos);
  CHECK(file.complaint(start + "{check: record.bench, name: A, reason: B, expires: 2027-01-31}").find("did you mean 'records.bench'?") != std::string::npos);
  CHECK(file.complaint(start + "{check: records.bench, name: A, reason: B, expires: 2027-02-29}").find("'2027-02-29' is no day") != std::string::npos);
  CHECK(file.complaint(start + good + "  - " + good).find("waived twice") != std::string::npos);
  CHECK(file.complaint(start + good) == "");
}

TEST_CASE("slices, any figure of a step, ages and undecided intervals") {
  const PolicyFile file;
  const Policy policy = file.read(
      "newer_than: 90d\nundecided: warn\nmetrics: {f1: {minimum: 0.9, bound: interval}}\nslices: {rig: {f1: {minimum: 0.8, samples: 30, newer_than: 7d}}}\n"
      "drop: {f1: {maximum: 2%, bound: interval, undecided: pass}}\nsize: {maximum_bytes: 9}\nrecords: [bench, {step: evaluate, newer_than: 1d}]\n"
      "figures:\n  - {step: bench, figure: energy_j, maximum: 2, minimum: 1}\n"
      "  - {step: validate, figure: 'drift[column=load].psi', of: {data_set: d, contract: c.yaml}, id: drift, maximum: 0.2}\n"
      "  - {step: quantize, figure: verdict, equals: [done, passed]}\n");
  std::string ids;
  for (const std::string& id : check_ids(policy)) ids += id + " ";
  CHECK(ids ==
        "metrics.f1.minimum slices.rig.f1.minimum drop.f1 size.maximum_bytes records.bench records.evaluate figures.bench.energy_j.minimum "
        "figures.bench.energy_j.maximum figures.drift.maximum figures.quantize.verdict.equals ");
  CHECK(policy.checks[0].undecided == Undecided::warn);
  CHECK(policy.checks[0].newest_days == 90);
  CHECK(policy.checks[1].newest_days == 7);
  CHECK(policy.checks[1].fewest == 30);
  CHECK(policy.checks[2].undecided == Undecided::pass);
  CHECK(policy.checks[2].scale == DropScale::relative);
  CHECK_FALSE(policy.checks[3].newest_days);  // bytes do not age
  CHECK(policy.checks[4].newest_days == 90);
  CHECK(policy.checks[5].newest_days == 1);
  REQUIRE(policy.checks[8].of.size() == 2);
  CHECK(policy.checks[8].of[0] == std::pair<std::string, fs::path>("data set", file.folder / "d"));
  CHECK(policy.checks[9].allowed == std::vector<std::string>{"done", "passed"});
}

TEST_CASE("what is wrong in a figure, an age or what undecided does") {
  const PolicyFile file;
  CHECK(file.complaint("figures: {bench: 1}").find("figures must be a list") != std::string::npos);
  CHECK(file.complaint("figures: [{step: bench}]").find("missing key 'figure'") != std::string::npos);
  CHECK(file.complaint("figures: [{step: benhc, figure: energy_j, maximum: 1}]").find("did you mean 'bench'?") != std::string::npos);
  CHECK(file.complaint("figures: [{step: bench, figure: energy_j}]").find("has no limit | give minimum, maximum, equals, minimum_ratio or maximum_ratio") !=
        std::string::npos);
  CHECK(file.complaint("figures: [{step: bench, figure: 'a[', maximum: 1}]").find("1:33: 'a[' names no figure") == 0);
  CHECK(file.complaint("figures: [{step: bench, figure: a, equals: x, bound: low}]").find("bound says nothing about equals") != std::string::npos);
  CHECK(file.complaint("figures: [{step: bench, figure: a, equals: []}]").find("equals names no value") != std::string::npos);
  CHECK(file.complaint("figures: [{step: bench, figure: a, maximum_ratio: 0}]").find("maximum_ratio must be above 0") != std::string::npos);
  CHECK(file.complaint("figures: [{step: bench, figure: a, maximum_ratio: 1, of: {data: d}}]").find("compares the model with the reference") !=
        std::string::npos);
  CHECK(file.complaint("figures: [{step: bench, figure: a, maximum_ratio: 1, bound: high}]").find("there is no interval of maximum_ratio") !=
        std::string::npos);
  CHECK(file.complaint("figures: [{step: bench, figure: a, maximum: 1, of: {}}]").find("of names no file") != std::string::npos);
  CHECK(file.complaint("figures: [{step: bench, figure: a, maximum: 1}, {step: bench, figure: a, maximum: 2}]").find("give one an id of its own") !=
        std::string::npos);
  for (const char* days : {"30", "30 d", "d", "-1d", "1.5d", "30days", "99999999999d"}) {
    CHECK_MESSAGE(file.complaint(std::string("newer_than: ") + days + "\nrecords: [bench]").find("is no number of days | write it as 30d") != std::string::npos,
                  days);
  }
  CHECK(file.complaint("undecided: maybe\nrecords: [bench]").find("undecided is fail, warn or pass") != std::string::npos);
  CHECK(file.complaint("metrics: {f1: {minimum: 1, undecided: warn}}").find("undecided says nothing here") != std::string::npos);
  CHECK(file.complaint("slices: {rig: {f1: {samples: 3}}}").find("slices.rig.f1 has no limit") != std::string::npos);
  CHECK(file.complaint("drop: {f1: {bound: low}}").find("missing key 'maximum'") != std::string::npos);
  CHECK(file.complaint("records: [bench]\nwaivers: [{check: records.bench, name: A, reason: B, expires: 2027-01-31, sha256: xyz}]")
            .find("does not begin a SHA-256") != std::string::npos);
}

TEST_CASE("days of the calendar") {
  CHECK(is_date("2028-02-29"));
  for (const char* text : {"2027-02-29", "2027-13-01", "2027-00-10", "2027-1-31", "31.01.2027", "2027-01-31T00:00:00Z", "", "2027-01-3x"}) {
    CHECK_FALSE(is_date(text));
  }
}

TEST_CASE("the policies of the examples can be read, and fit the schema that editors use") {
  const fs::path source = IAI_SOURCE_DIR;
  const Json schema = read_json(source / "schemas/policy.schema.json");
  for (const char* name : {"bearing", "turbofan"}) {
    const fs::path path = source / "examples" / name / "policy.yaml";
    CHECK(schema_fault(schema, read_yaml(path).to_json()) == "");
    const Policy policy = read_policy(path, verbs);
    CHECK(policy.checks.size() >= 10);
    CHECK(policy.reference.is_absolute());
  }
}

TEST_CASE("the example of the schema is a policy, and a wrong key is against the schema too") {
  const PolicyFile file;
  const Json schema = read_json(fs::path(IAI_SOURCE_DIR) / "schemas/policy.schema.json");
  const Json example = schema.at("examples").at(0);
  CHECK(schema_fault(schema, example) == "");
  CHECK(file.complaint(example.dump()) == "");  // JSON is YAML
  Json wrong = example;
  wrong["metrics"]["accuracy"]["minimun"] = 1;
  CHECK(schema_fault(schema, wrong) != "");
}
