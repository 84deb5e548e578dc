#include "commands/verdict.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <unistd.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

/// A project with files and records about them.
struct Project {
  fs::path folder = fs::weakly_canonical(fs::temp_directory_path()) / ("iai-verdict-" + std::to_string(getpid()));
  Project() {
    fs::create_directories(folder);
    for (const char* name : {"model", "reference", "task", "data", "manifest.json", "contract"}) file(name, name);
  }
  ~Project() { fs::remove_all(folder); }

  void file(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  Artefact artefact(const std::string& role, const std::string& name) const {
    return {role, name, sha256_file(folder / name), fs::file_size(folder / name), "file"};
  }
  Record add(const std::string& verb, std::vector<Artefact> inputs, Json metrics, const std::string& verdict = "done", std::vector<Artefact> outputs = {},
             Json options = Json::object()) const {
    Record record;
    record.verb = verb;
    record.folder = ".";
    record.started = "2026-11-24T12:00:00Z";
    record.inputs = std::move(inputs);
    record.outputs = std::move(outputs);
    record.metrics = std::move(metrics);
    record.options = std::move(options);
    record.verdict = verdict;
    Registry::open(folder / "registry.db").append(record);
    return record;
  }
  Record evaluated(const std::string& model, double value, double low, double high) const {
    return add("evaluate", {artefact("model", model), artefact("task", "task"), artefact("data", "data")},
               {{"f1", {{"value", value}, {"low", low}, {"high", high}, {"n", 80}}},
                {"rmse", {{"value", 10 * value}, {"low", nullptr}, {"high", nullptr}, {"n", 80}}}});
  }
  Verdict judged(const Check& check, const std::string& today = "2026-11-24") const {
    const Registry registry = Registry::open_for_reading(folder / "registry.db");
    Evidence evidence(registry);
    const Release release{evidence.exhibit(folder / "model"), evidence.exhibit(folder / "reference"), evidence.exhibit(folder / "task"), "evaluation"};
    Verdict verdict = judge_check(check, release, evidence);
    judge_age(verdict, release, today);
    return verdict;
  }
};

/// A check of any figure of `step`.
Check figure(const std::string& step, const std::string& place, Relation relation, double limit, Bound bound = Bound::value) {
  Check check;
  check.id = place;
  check.kind = CheckKind::figure;
  check.name = place;
  check.step = step;
  check.place = parse_figure_place(place);
  check.relation = relation;
  check.limit = limit;
  check.bound = bound;
  return check;
}

Check metric(CheckKind kind, const std::string& name, Relation relation, double limit, Bound bound = Bound::value) {
  Check check;
  check.id = name;
  check.kind = kind;
  check.name = name;
  check.relation = relation;
  check.limit = limit;
  check.bound = bound;
  return check;
}

}  // namespace

TEST_CASE("a metric is judged by the newest evaluation, at the end of the interval that the policy names") {
  const Project project;
  project.evaluated("model", 0.5, 0.4, 0.6);
  const Record newest = project.evaluated("model", 0.9, 0.85, 0.94);
  const Verdict value = project.judged(metric(CheckKind::metric, "f1", Relation::at_least, 0.9));
  CHECK(value.outcome == Outcome::passed);
  CHECK(value.record->id == newest.id);
  const Verdict low = project.judged(metric(CheckKind::metric, "f1", Relation::at_least, 0.9, Bound::low));
  CHECK(low.outcome == Outcome::failed);
  CHECK(*low.found == 0.85);
  CHECK(low.reason == "the low end of the interval, 0.85 is below 0.9");
  CHECK(project.judged(metric(CheckKind::metric, "f1", Relation::at_most, 0.93, Bound::high)).outcome == Outcome::failed);
  CHECK(project.judged(metric(CheckKind::samples, "f1", Relation::at_least, 80)).outcome == Outcome::passed);
  CHECK(project.judged(metric(CheckKind::samples, "f1", Relation::at_least, 81)).outcome == Outcome::failed);
  CHECK(project.judged(metric(CheckKind::metric, "rmse", Relation::at_most, 99, Bound::high)).outcome == Outcome::missing);  // has no interval
  const Verdict unknown = project.judged(metric(CheckKind::metric, "accuracy", Relation::at_least, 0));
  CHECK(unknown.outcome == Outcome::missing);
  CHECK(unknown.reason == "record 2 has no accuracy; it has f1, rmse");
}

TEST_CASE("a record about other bytes never counts") {
  const Project project;
  project.evaluated("model", 0.9, 0.8, 1);
  const Check check = metric(CheckKind::metric, "f1", Relation::at_least, 0.5);
  REQUIRE(project.judged(check).outcome == Outcome::passed);
  project.file("data", "other labels");
  Verdict verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::missing);
  CHECK(verdict.reason == "data changed since record 1");
  project.file("data", "data");
  project.file("task", "another task");
  CHECK(project.judged(check).outcome == Outcome::missing);
  project.file("task", "task");
  project.file("model", "retrained");
  verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::missing);
  CHECK(verdict.reason == "a record for an older version of model exists (1)");
  CHECK(verdict.hint.find("iai evaluate ") == 0);
  project.file("model", "model");
  fs::remove(project.folder / "data");  // not there today: nothing says that it changed
  CHECK(project.judged(check).outcome == Outcome::passed);
}

TEST_CASE("an evaluation of another split does not count") {
  const Project project;
  project.add("evaluate", {project.artefact("model", "model"), project.artefact("task", "task")}, {{"f1", 1.0}}, "done", {}, {{"split", "calibration"}});
  CHECK(project.judged(metric(CheckKind::metric, "f1", Relation::at_least, 0.5)).outcome == Outcome::missing);
}

TEST_CASE("a drop compares two evaluations over the same ground; lower is better for errors") {
  const Project project;
  project.evaluated("model", 0.97, 0.9, 1);
  Check check = metric(CheckKind::drop, "f1", Relation::at_most, 0.01);
  Verdict verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::missing);
  CHECK(verdict.reason.find("the reference was not judged by the same task and data") == 0);
  project.evaluated("reference", 0.98, 0.9, 1);
  verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::passed);  // 0.98 - 0.97 is a little above 0.01 in binary
  CHECK(verdict.reference_record->number == 2);
  check.limit = 0.009;
  CHECK(project.judged(check).outcome == Outcome::failed);
  check = metric(CheckKind::drop, "rmse", Relation::at_most, 0);  // 9.7 is better than 9.8
  verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::passed);
  CHECK(*verdict.found == doctest::Approx(-0.1));
  check.scale = DropScale::relative;
  CHECK(*project.judged(check).found == doctest::Approx(-0.1 / 9.8));
  project.add("evaluate", {project.artefact("model", "model"), project.artefact("task", "task"), project.artefact("data", "contract")}, {{"f1", 0.9}});
  CHECK(project.judged(metric(CheckKind::drop, "f1", Relation::at_most, 0.5)).outcome == Outcome::missing);  // other data than the reference
}

TEST_CASE("sizes, with the record that names the file") {
  const Project project;
  const Check bytes = metric(CheckKind::size, "maximum_bytes", Relation::at_most, 5);
  project.add("gate", {project.artefact("model", "model")}, Json::object(), "failed");
  CHECK(project.judged(bytes).outcome == Outcome::missing);  // a verdict is no evidence
  project.add("quantize", {project.artefact("model", "reference")}, Json::object(), "done", {project.artefact("model", "model")});
  const Verdict verdict = project.judged(bytes);
  CHECK(verdict.outcome == Outcome::passed);
  CHECK(verdict.record->number == 2);
  CHECK(*project.judged(metric(CheckKind::size_ratio, "maximum_ratio", Relation::at_most, 1)).found == doctest::Approx(5.0 / 9.0));
}

TEST_CASE("a ratio of latencies must be to this reference") {
  const Project project;
  const Json figures{{"latency_ratio", {{"value", 0.8}, {"low", 0.7}, {"high", 0.9}, {"n", 50}}}, {"steady", false}, {"energy_reason", "no counter"}};
  project.add("bench", {project.artefact("model", "model"), project.artefact("reference", "task")}, figures);
  const Check check = metric(CheckKind::bench, "latency_ratio", Relation::at_most, 0.85, Bound::high);
  CHECK(project.judged(check).outcome == Outcome::missing);
  project.add("bench", {project.artefact("model", "model"), project.artefact("reference", "reference")}, figures);
  const Verdict verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::failed);
  CHECK(*verdict.found == 0.9);
  CHECK(verdict.note.find("unsteady") != std::string::npos);
  CHECK(project.judged(metric(CheckKind::bench, "energy_j", Relation::at_most, 1)).reason == "unavailable: no counter");
}

TEST_CASE("an interval whose keys name its unit is judged as any other") {
  const Project project;
  project.add("bench", {project.artefact("model", "model")}, {{"energy_interval", {{"value_j", 0.5}, {"low_j", 0.4}, {"high_j", 0.7}, {"n", 9}}}});
  for (const CheckKind kind : {CheckKind::bench, CheckKind::figure}) {
    Check check = figure("bench", "energy_interval", Relation::at_most, 0.6, Bound::interval);
    check.kind = kind;
    CHECK(project.judged(check).outcome == Outcome::undecided);
    check.bound = Bound::high;
    CHECK(*project.judged(check).found == 0.7);
    check.bound = Bound::value;
    CHECK(project.judged(check).outcome == Outcome::passed);
  }
}

TEST_CASE("the newest validation decides about a data set") {
  const Project project;
  Check check = metric(CheckKind::data, "data", Relation::at_least, 0);
  check.data_set = project.folder / "manifest.json";
  check.contract = project.folder / "contract";
  project.add("validate", {project.artefact("data set", "manifest.json"), project.artefact("contract", "task")}, Json::object(), "passed");
  CHECK(project.judged(check).outcome == Outcome::missing);  // by another contract
  project.add("validate", {project.artefact("data set", "manifest.json"), project.artefact("contract", "contract")}, Json::object(), "passed");
  CHECK(project.judged(check).outcome == Outcome::passed);
  project.add("validate", {project.artefact("data set", "manifest.json"), project.artefact("contract", "contract")}, Json::object(), "failed");
  CHECK(project.judged(check).outcome == Outcome::failed);
  project.file("manifest.json", "ingested again");
  CHECK(project.judged(check).reason == "a record for an older version of manifest.json exists (3)");
}

TEST_CASE("steps count where they lead to the model, and did not fail") {
  const Project project;
  project.file("pruned", "pruned");
  project.add("prune", {project.artefact("model", "reference")}, Json::object(), "done", {project.artefact("model", "pruned")});
  project.add("quantize", {project.artefact("model", "pruned")}, Json::object(), "failed", {project.artefact("model", "model")});
  CHECK(project.judged(metric(CheckKind::record, "prune", Relation::at_least, 0)).outcome == Outcome::passed);
  CHECK(project.judged(metric(CheckKind::record, "quantize", Relation::at_least, 0)).outcome == Outcome::missing);
  project.evaluated("reference", 1, 1, 1);
  const Verdict verdict = project.judged(metric(CheckKind::record, "evaluate", Relation::at_least, 0));
  CHECK(verdict.outcome == Outcome::missing);  // only the reference was judged
  CHECK(verdict.hint.find("iai evaluate " + (project.folder / "model").string()) == 0);
}

TEST_CASE("a waiver holds to the end of its last day and never turns into passed") {
  Verdict failed, passed;
  failed.check.id = "a";
  failed.outcome = Outcome::missing;
  passed.check.id = "b";
  passed.outcome = Outcome::passed;
  const std::vector<Waiver> waivers{{"a", "A. Person", "why", "2027-01-31", ""}, {"b", "A. Person", "why", "2027-01-31", ""}};
  std::vector<Verdict> verdicts{failed, passed};
  apply_waivers(verdicts, waivers, "2027-01-31", "3f8a52c1");
  CHECK(verdicts[0].outcome == Outcome::waived);
  CHECK(verdicts[1].outcome == Outcome::passed);
  verdicts = {failed};
  apply_waivers(verdicts, waivers, "2027-02-01", "3f8a52c1");
  CHECK(verdicts[0].outcome == Outcome::missing);
  CHECK(verdicts[0].reason.find("ended on 2027-01-31") != std::string::npos);
}

TEST_CASE("an interval that holds the limit is undecided, and the policy says what that does") {
  const Project project;
  project.evaluated("model", 0.9, 0.85, 0.94);
  const auto judged = [&](Relation relation, double limit) { return project.judged(metric(CheckKind::metric, "f1", relation, limit, Bound::interval)); };
  CHECK(judged(Relation::at_least, 0.85).outcome == Outcome::passed);
  CHECK(judged(Relation::at_least, 0.94).outcome == Outcome::undecided);
  CHECK(judged(Relation::at_least, 0.95).outcome == Outcome::failed);
  CHECK(judged(Relation::at_most, 0.94).outcome == Outcome::passed);
  CHECK(judged(Relation::at_most, 0.84).outcome == Outcome::failed);
  Verdict open = judged(Relation::at_most, 0.9);
  CHECK(open.outcome == Outcome::undecided);
  CHECK(open.reason == "the interval of 0.9 (95 %: 0.85 to 0.94) holds the limit 0.9");
  CHECK(is_failure(open));
  open.check.undecided = Undecided::warn;
  CHECK_FALSE(is_failure(open));
  const Verdict without = project.judged(metric(CheckKind::metric, "rmse", Relation::at_most, 99, Bound::interval));
  CHECK(without.outcome == Outcome::missing);
  CHECK(without.reason == "the interval of rmse is undefined in record 1");
}

TEST_CASE("a drop by its interval rests on the paired difference that compare recorded") {
  const Project project;
  Check check = metric(CheckKind::drop, "rmse", Relation::at_most, 0.5, Bound::interval);
  project.evaluated("model", 0.9, 0.8, 1);
  project.evaluated("reference", 0.9, 0.8, 1);
  Verdict verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::missing);  // two evaluations know no paired interval
  CHECK(verdict.hint.find("iai compare " + (project.folder / "reference").string()) == 0);
  const auto compared = [&](const std::string& reference, double low, double high) {
    project.add("compare", {project.artefact("model", "model"), project.artefact("reference", reference), project.artefact("task", "task")},
                {{"rmse_reference", {{"value", 10.0}}}, {"rmse_difference", {{"value", 0.2}, {"low", low}, {"high", high}, {"n", 80}}}}, "failed");
  };
  compared("data", -1, 0.1);  // with another model
  CHECK(project.judged(check).outcome == Outcome::missing);
  compared("reference", -0.1, 0.4);
  verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::passed);
  CHECK(*verdict.found == doctest::Approx(0.2));  // an error that grows is a loss
  CHECK(verdict.note == "rmse 10 -> 10.2");
  compared("reference", -0.1, 0.6);
  CHECK(project.judged(check).outcome == Outcome::undecided);
  compared("reference", 0.51, 0.6);
  CHECK(project.judged(check).outcome == Outcome::failed);
  check.scale = DropScale::relative;
  check.limit = 0.06;  // 0.6 of 10
  CHECK(project.judged(check).outcome == Outcome::passed);
  check.limit = 0.055;
  CHECK(project.judged(check).outcome == Outcome::undecided);
  check.bound = Bound::low;
  CHECK(*project.judged(check).found == doctest::Approx(0.051));
}

TEST_CASE("any figure of the newest record of a step, whatever became of it") {
  const Project project;
  const Json figures{{"energy", "unavailable"}, {"energy_reason", "no counter"}, {"steady", false}, {"size_bytes", 7}, {"licence", "MIT"}};
  project.add("bench", {project.artefact("model", "model")}, {{"energy_j", 0.5}});
  CHECK(project.judged(figure("bench", "energy_j", Relation::at_most, 0.5)).outcome == Outcome::passed);
  CHECK(project.judged(figure("bench", "energy_j", Relation::at_most, 0.4)).outcome == Outcome::failed);
  project.add("bench", {project.artefact("model", "model")}, figures, "failed");
  const Verdict verdict = project.judged(figure("bench", "energy_j", Relation::at_most, 0.5));
  CHECK(verdict.outcome == Outcome::missing);  // the older record is not asked
  CHECK(verdict.reason == "unavailable: no counter");
  CHECK(project.judged(figure("bench", "licence", Relation::at_most, 0.5)).reason == "licence is 'MIT' in record 2, no number");
  CHECK(project.judged(figure("bench", "rmse", Relation::at_most, 0.5)).reason.find("record 2 has no rmse; it has energy, ") == 0);
  const auto word = [&](const std::string& name, std::vector<std::string> allowed) {
    Check check = figure("bench", name, Relation::one_of, 0);
    check.allowed = std::move(allowed);
    return project.judged(check);
  };
  CHECK(word("licence", {"Apache-2.0", "MIT"}).outcome == Outcome::passed);
  CHECK(word("licence", {"Apache-2.0"}).reason == "'MIT' is not Apache-2.0");
  CHECK(word("steady", {"true"}).outcome == Outcome::failed);
  CHECK(word("size_bytes", {"7.0"}).outcome == Outcome::passed);
  CHECK(word("verdict", {"done", "passed"}).found_text == "failed");
  CHECK(word("absent", {"x"}).outcome == Outcome::missing);
}

TEST_CASE("a figure of a record that made the model, of one about data, of one that compares") {
  const Project project;
  project.add("quantize", {project.artefact("model", "reference")}, {{"sqnr_db", 38.0}}, "done", {project.artefact("model", "model")});
  CHECK(project.judged(figure("quantize", "sqnr_db", Relation::at_least, 30)).outcome == Outcome::passed);
  Check check = figure("validate", "errors", Relation::at_most, 0);
  check.of = {{"data set", project.folder / "manifest.json"}, {"contract", project.folder / "contract"}};
  project.add("validate", {project.artefact("data set", "manifest.json"), project.artefact("contract", "task")}, {{"errors", 0}});
  CHECK(project.judged(check).outcome == Outcome::missing);  // by another contract
  project.add("validate", {project.artefact("data set", "manifest.json"), project.artefact("contract", "contract"), project.artefact("reference", "data")},
              {{"errors", 0}});
  CHECK(project.judged(check).outcome == Outcome::passed);
  project.file("data", "another profile");
  CHECK(project.judged(check).reason == "data changed since record 3");
  project.file("data", "data");
  project.add("compare", {project.artefact("model", "model"), project.artefact("reference", "task")}, {{"agreement", 1.0}});
  CHECK(project.judged(figure("compare", "agreement", Relation::at_least, 0.9)).reason.find("record 4 compares with another model than ") == 0);
  project.add("compare", {project.artefact("model", "model"), project.artefact("reference", "reference")}, {{"agreement", 1.0}});
  CHECK(project.judged(figure("compare", "agreement", Relation::at_least, 0.9)).outcome == Outcome::passed);
}

TEST_CASE("a figure over that of the reference, each measured for itself but under the same conditions") {
  const Project project;
  Check check = figure("bench", "peak_rss_bytes", Relation::at_most, 1.1);
  check.kind = CheckKind::figure_ratio;
  const auto benched = [&](const std::string& model, double bytes, int threads) {
    project.add("bench", {project.artefact("model", model)}, {{"peak_rss_bytes", bytes}}, "done", {}, {{"threads", threads}});
  };
  benched("model", 110, 1);
  Verdict verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::missing);
  CHECK(verdict.reason == "of the reference: there is no record of bench for reference");
  CHECK(verdict.hint == "iai bench " + (project.folder / "reference").string());
  benched("reference", 100, 1);
  verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::passed);
  CHECK(*verdict.found == doctest::Approx(1.1));
  CHECK(verdict.reference_record->number == 2);
  benched("model", 111, 1);
  CHECK(project.judged(check).outcome == Outcome::failed);
  benched("reference", 200, 4);
  CHECK(project.judged(check).reason == "the reference was measured otherwise: threads was 4, is 1");
  benched("reference", 0, 1);
  CHECK(project.judged(check).reason == "peak_rss_bytes is 0 in record 5, of which no ratio can be taken");
  benched("reference", 200, 1);
  CHECK(project.judged(check).outcome == Outcome::passed);
}

TEST_CASE("evaluations with thresholds chosen otherwise are not compared") {
  const Project project;
  const auto evaluated = [&](const std::string& model, Json options) {
    project.add("evaluate", {project.artefact("model", model), project.artefact("task", "task")}, {{"f1", 0.9}}, "done", {}, std::move(options));
  };
  evaluated("model", {{"threshold_from", "calibration"}, {"threshold_for", "f1"}});
  evaluated("reference", Json::object());
  const Check check = metric(CheckKind::drop, "f1", Relation::at_most, 0.01);
  CHECK(project.judged(check).outcome == Outcome::missing);
  evaluated("reference", {{"threshold_from", "calibration"}, {"threshold_for", "f1"}});
  CHECK(project.judged(check).outcome == Outcome::passed);
}

TEST_CASE("the worst group of a slice decides and is named; one without a figure is missing, small ones are left out by name") {
  const Project project;
  const auto evaluated = [&](const std::string& rows) {
    Record record;
    record.verb = "evaluate";
    record.folder = ".";
    record.started = "2026-11-24T12:00:00Z";
    record.inputs = {project.artefact("model", "model"), project.artefact("task", "task")};
    record.details = parse_json("{\"slices\":[" + rows + "]}", "rows");
    record.verdict = "done";
    Registry::open(project.folder / "registry.db").append(record);
  };
  const auto row = [](const std::string& group, const std::string& value, const std::string& low, int n) {
    return R"({"slice":"rig","group":")" + group + R"(","metric":"f1","value":)" + value + ",\"low\":" + low + ",\"high\":1,\"n\":" + std::to_string(n) + "}";
  };
  evaluated(row("5", "0.9", "0.8", 50) + "," + row("6", "0.7", "0.65", 50) + "," + row("7", "0.2", "0.1", 4));
  Check check = figure("evaluate", "slices[slice=rig, metric=f1]", Relation::at_least, 0.6);
  Verdict verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::failed);
  CHECK(verdict.reason == "group 7: 0.2 is below 0.6");
  check.fewest = 30;
  verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::passed);
  CHECK(*verdict.found == 0.7);
  CHECK(verdict.note == "worst: group 6; not judged, fewer than 30 cases: group 7");
  check.bound = Bound::low;
  check.limit = 0.66;
  CHECK(project.judged(check).reason == "group 6: the low end of the interval, 0.65 is below 0.66");
  check.bound = Bound::interval;
  CHECK(project.judged(check).outcome == Outcome::undecided);
  check.fewest = 60;
  verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::missing);
  CHECK(verdict.reason == "nothing in record 1 rests on 60 cases: group 5; group 6; group 7");
  evaluated(row("5", "0.9", "0.8", 50) + "," + row("6", "null", "null", 50));
  check.fewest.reset();
  check.bound = Bound::value;
  verdict = project.judged(check);
  CHECK(verdict.outcome == Outcome::missing);  // an undefined figure is not better than a bad one
  CHECK(verdict.reason.find("of group 6 is undefined in record 2") != std::string::npos);
}

TEST_CASE("records are too old from the day after the last that the policy allows") {
  const Project project;
  project.evaluated("model", 0.9, 0.8, 1);  // 2026-11-24
  project.evaluated("reference", 0.9, 0.8, 1);
  Check check = metric(CheckKind::metric, "f1", Relation::at_least, 0.5);
  check.newest_days = 30;
  CHECK(project.judged(check, "2026-12-24").outcome == Outcome::passed);
  Verdict verdict = project.judged(check, "2026-12-25");
  CHECK(verdict.outcome == Outcome::failed);
  CHECK(verdict.reason == "record 1 of 2026-11-24 is 31 days old, the policy allows 30");
  CHECK(verdict.hint.find("iai evaluate ") == 0);
  CHECK(project.judged(check, "2026-11-20").outcome == Outcome::passed);  // judged as of a day before
  check = metric(CheckKind::drop, "f1", Relation::at_most, 0.1);
  check.newest_days = 1;
  CHECK(project.judged(check, "2026-11-26").reason ==
        "record 1 of 2026-11-24 is 2 days old, the policy allows 1; record 2 of 2026-11-24 is 2 days old, the policy allows 1");
}

TEST_CASE("a waiver for one model does not hold for another") {
  Verdict failed;
  failed.check.id = "a";
  failed.outcome = Outcome::failed;
  failed.reason = "0.2 is below 0.6";
  const std::vector<Waiver> waivers{{"a", "A. Person", "why", "2027-01-31", "3f8a52c1"}};
  std::vector<Verdict> verdicts{failed};
  apply_waivers(verdicts, waivers, "2027-01-01", "3f8a52c1deadbeef");
  CHECK(verdicts[0].outcome == Outcome::waived);
  verdicts = {failed};
  apply_waivers(verdicts, waivers, "2027-01-01", "4f8a52c1deadbeef");
  CHECK(verdicts[0].outcome == Outcome::failed);
  CHECK(verdicts[0].reason == "0.2 is below 0.6; the waiver of A. Person is for another model (3f8a52c1)");
}
