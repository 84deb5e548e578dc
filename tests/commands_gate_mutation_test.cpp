// Every rule of the example policies must be able to say no: each figure is moved over its limit, each record is taken away.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "commands/verdict.hpp"
#include "formats/digest.hpp"
#include "formats/json.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> verbs{"ingest", "validate", "convert", "prune", "quantize", "evaluate", "bench", "compare", "report"};
const std::string day = "2026-11-24";

/// Names a record of the release: its verb, and whether it is about the reference.
using Label = std::string;

/// What the records say; each test changes one thing.
struct World {
  std::map<Label, Json> metrics;                                              ///< of the record
  std::map<Label, std::map<std::string, std::pair<std::string, Json>>> rows;  ///< of its details: table and row, by the check they are for
  std::map<Label, std::string> verdicts;
  std::size_t model_bytes = 4000, reference_bytes = 10000;
  std::set<Label> removed;
};

double beyond(const Check& check, double figure) {
  const double infinity = std::numeric_limits<double>::infinity();
  const bool derived =
      check.kind == CheckKind::drop || check.kind == CheckKind::size_ratio || check.kind == CheckKind::figure_ratio;  // rounding is forgiven there
  if (derived) return figure + (check.relation == Relation::at_least ? -1e-6 : 1e-6);
  return std::nextafter(figure, check.relation == Relation::at_least ? -infinity : infinity);
}

Json flat(double value, double n = 1e6) { return {{"value", value}, {"low", value}, {"high", value}, {"n", n}}; }

/// The record that a check rests on first, and the figure in it.
Label label_of(const Check& check) {
  switch (check.kind) {
    case CheckKind::metric:
    case CheckKind::samples: return "evaluate";
    case CheckKind::drop: return check.bound == Bound::value ? "evaluate" : "compare";
    case CheckKind::bench: return "bench";
    case CheckKind::data: return "validate " + check.data_set.filename().string();
    case CheckKind::record: return check.name;
    case CheckKind::figure_ratio:
    case CheckKind::figure: return check.of.empty() ? check.step : check.step + " " + check.of.front().second.filename().string();
    default: return "";
  }
}

bool lower_is_better(const std::string& metric) { return metric == "rmse" || metric == "mae" || metric == "nasa_score"; }

/// `reference` loses `loss` (a share of it, or in its unit) on the way to the figure that is returned.
double after_loss(const Check& check, double reference, double loss) {
  const double lost = check.scale == DropScale::relative ? loss * std::abs(reference) : loss;
  return lower_is_better(check.name) ? reference + lost : reference - lost;
}

/// Writes the figure that lies at the limit of the check, or just over it.
void set_figure(World& world, const Check& check, bool over) {
  const double judged = over ? beyond(check, check.limit) : check.limit;
  Json& metrics = world.metrics[label_of(check)];
  switch (check.kind) {
    case CheckKind::metric: {
      const double n = metrics.contains(check.name) ? metrics[check.name]["n"].get<double>() : 1e6;
      metrics[check.name] = flat(judged, n);
      break;
    }
    case CheckKind::bench: metrics[check.name] = flat(judged); break;
    case CheckKind::samples: metrics[check.name]["n"] = judged; break;
    case CheckKind::drop: {
      if (check.bound != Bound::value) {
        const double reference = 0.5, after = after_loss(check, reference, judged);
        metrics[check.name + "_reference"] = flat(reference);
        metrics[check.name + "_difference"] = flat(after - reference);
        break;
      }
      // The model's own figure stands; the reference is moved.
      const double after = metrics.contains(check.name) ? metrics[check.name]["value"].get<double>() : 0.9;
      if (!metrics.contains(check.name)) metrics[check.name] = flat(after);
      const double sign = lower_is_better(check.name) ? 1 : -1;
      const double reference = check.scale == DropScale::relative ? after / (1 + sign * judged) : after - sign * judged;
      world.metrics["evaluate reference"][check.name] = flat(reference);
      break;
    }
    case CheckKind::size: world.model_bytes = static_cast<std::size_t>(check.limit) + (over ? 1 : 0); break;
    case CheckKind::size_ratio: world.model_bytes = static_cast<std::size_t>(std::floor(check.limit * 10000)) + (over ? 1 : 0); break;
    case CheckKind::data: world.verdicts[label_of(check)] = over ? "failed" : "passed"; break;
    case CheckKind::record: world.verdicts[label_of(check)] = over ? "failed" : "done"; break;
    case CheckKind::signature: FAIL("no record to change: tests/sessions/gate_signatures.test"); break;
    case CheckKind::figure_ratio: {
      const double after = 3;
      metrics[check.name] = after;
      world.metrics[check.step + " reference"][check.name] = after / judged;
      break;
    }
    case CheckKind::figure: {
      const FigurePlace::Step& step = check.place.steps.front();
      if (!step.is_table) {
        metrics[check.name] = check.relation == Relation::one_of ? Json(over ? "another" : check.allowed.front()) : flat(judged);
        break;
      }
      Json row = flat(judged);
      for (const auto& [key, value] : step.wanted) row[key] = value;
      if (check.place.steps.size() > 1) row[check.place.steps[1].key] = judged;
      world.rows[label_of(check)][check.id] = {step.key, row};
      break;
    }
  }
}

/// A policy with the files it names and the records that it asks for, in a folder of its own.
class Scene {
 public:
  explicit Scene(const std::string& policy_text) {
    folder_.write("policy.yaml", policy_text);
    policy_ = read_policy(folder_.path / "policy.yaml", verbs);
    for (const fs::path& file : {policy_.model, policy_.reference, policy_.task}) {
      if (!file.empty()) write(file, file.filename().string());
    }
    for (const Check& check : policy_.checks) {
      if (check.kind == CheckKind::data) write(check.data_set / "manifest.json", check.id);
      if (!check.contract.empty()) write(check.contract, "contract");
      for (const auto& [role, path] : check.of) {
        if (role == "data set") write(path / "manifest.json", "data set " + path.string());
        else write(path, role);
      }
    }
  }

  const Policy& policy() const { return policy_; }

  /// Everything at its limit: the best that may just pass.
  World good() const {
    World world;
    for (const Check& check : policy_.checks) set_figure(world, check, false);
    return world;
  }

  /// The verdicts over a registry that holds what `world` says.
  std::vector<Verdict> judge(const World& world, const std::string& today = day) const {
    write(policy_.model, std::string(world.model_bytes, 'm'));
    if (!policy_.reference.empty()) write(policy_.reference, std::string(world.reference_bytes, 'r'));
    fs::remove(folder_.path / "registry.db");
    Registry::open(folder_.path / "registry.db");
    fill(world);
    const Registry registry = Registry::open_for_reading(folder_.path / "registry.db");
    Evidence evidence(registry);
    const Release release = release_of(policy_, registry, evidence);
    std::vector<Verdict> verdicts;
    for (const Check& check : policy_.checks) {
      verdicts.push_back(judge_check(check, release, evidence));
      judge_age(verdicts.back(), release, today);
    }
    return verdicts;
  }

  /// Records that the policy asks for.
  std::set<Label> labels() const {
    std::set<Label> all;
    for (const Check& check : policy_.checks) {
      if (!label_of(check).empty()) all.insert(label_of(check));
      if (check.kind == CheckKind::drop && check.bound == Bound::value) all.insert("evaluate reference");
      if (check.kind == CheckKind::figure_ratio) all.insert(check.step + " reference");
    }
    return all;
  }

 private:
  static void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  Artefact artefact(const std::string& role, const fs::path& file) const {
    return {role, file.lexically_relative(fs::weakly_canonical(folder_.path)).generic_string(), sha256_file(file), fs::file_size(file), "file"};
  }
  void add(const World& world, const Label& label, std::vector<Artefact> inputs, std::vector<Artefact> outputs = {}) const {
    if (world.removed.count(label) > 0) return;
    Record record;
    record.verb = label.substr(0, label.find(' '));
    record.folder = ".";
    record.started = day + "T12:00:00Z";
    record.inputs = std::move(inputs);
    record.outputs = std::move(outputs);
    if (const auto found = world.metrics.find(label); found != world.metrics.end()) record.metrics = found->second;
    if (const auto tables = world.rows.find(label); tables != world.rows.end()) {
      for (const auto& [id, cells] : tables->second) record.details[cells.first].push_back(cells.second);
    }
    const auto verdict = world.verdicts.find(label);
    record.verdict = verdict == world.verdicts.end() ? "done" : verdict->second;
    Registry::open(folder_.path / "registry.db").append(record);
  }
  void fill(const World& world) const {
    const Artefact model = artefact("model", policy_.model);
    std::vector<Artefact> task;
    if (!policy_.task.empty()) task.push_back(artefact("task", policy_.task));
    const auto with_task = [&](std::vector<Artefact> inputs) {
      inputs.insert(inputs.end(), task.begin(), task.end());
      return inputs;
    };
    Artefact reference;
    if (!policy_.reference.empty()) {
      reference = artefact("reference", policy_.reference);
      Artefact source = reference, pruned{"model", "pruned", sha256("pruned"), 6, "file"};
      source.role = "model";
      add(world, "prune", {source}, {pruned});
      add(world, "quantize", {pruned}, {model});
      add(world, "evaluate reference", with_task({source}));
      if (world.metrics.count("bench reference") > 0) add(world, "bench reference", {source});
    }
    std::set<std::pair<std::string, std::string>> made;
    for (const Check& check : policy_.checks) {
      std::vector<Artefact> about;
      if (check.kind == CheckKind::data) {
        about = {artefact("data set", check.data_set / "manifest.json")};
        if (!check.contract.empty()) about.push_back(artefact("contract", check.contract));
      }
      for (const auto& [role, path] : check.of) about.push_back(artefact(role, role == "data set" ? path / "manifest.json" : path));
      if (about.empty() || !made.emplace(label_of(check), "").second) continue;
      add(world, label_of(check), std::move(about));
    }
    add(world, "evaluate", with_task({model}));
    add(world, "bench", policy_.reference.empty() ? std::vector<Artefact>{model} : std::vector<Artefact>{model, reference});
    if (!policy_.reference.empty()) add(world, "compare", with_task({reference, model}));
    add(world, "report", {model});
  }

  TemporaryFolder folder_;
  Policy policy_;
};

std::set<std::string> not_passed(const std::vector<Verdict>& verdicts) {
  std::set<std::string> ids;
  for (const Verdict& verdict : verdicts) {
    if (verdict.outcome != Outcome::passed) ids.insert(verdict.check.id);
  }
  return ids;
}

/// Which checks need the record: those that judge a figure of it, ask for the step, or find the step only through it.
bool needs(const Check& check, const Label& label) {
  if (label_of(check) == label) return true;
  if (check.kind == CheckKind::figure_ratio && label == check.step + " reference") return true;
  if (label == "evaluate reference") return check.kind == CheckKind::drop && check.bound == Bound::value;
  return label == "quantize" && check.kind == CheckKind::record && check.name == "prune";  // the step before it in the chain
}

std::vector<std::string> policies() {
  const fs::path source = IAI_SOURCE_DIR;
  std::vector<std::string> texts;
  for (const char* name : {"bearing", "turbofan"}) {
    std::ifstream file(source / "examples" / name / "policy.yaml");
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  Json example = read_json(source / "schemas/policy.schema.json").at("examples").at(0);
  example.erase("waivers");
  texts.push_back(example.dump());
  return texts;
}

void for_each_policy(const std::function<void(const Scene&)>& work) {
  for (const std::string& text : policies()) {
    const Scene scene(text);
    CAPTURE(scene.policy().name);
    work(scene);
  }
}

}  // namespace

TEST_CASE("with every figure at its limit everything passes") {
  for_each_policy([](const Scene& scene) {
    for (const Verdict& verdict : scene.judge(scene.good())) CHECK_MESSAGE(verdict.outcome == Outcome::passed, verdict.check.id << ": " << verdict.reason);
  });
}

TEST_CASE("every rule says no when its figure is moved over the limit, and no other rule does") {
  for_each_policy([](const Scene& scene) {
    for (const Check& check : scene.policy().checks) {
      CAPTURE(check.id);
      World world = scene.good();
      set_figure(world, check, true);
      std::set<std::string> expected{check.id};
      if (check.kind == CheckKind::record && check.name == "bench") {  // what a failed measurement found does not count either
        for (const Check& other : scene.policy().checks) {
          if (other.kind == CheckKind::bench) expected.insert(other.id);
        }
      }
      if (check.kind == CheckKind::record && check.name == "evaluate") {
        for (const Check& other : scene.policy().checks) {
          const bool is_evaluated =
              other.kind == CheckKind::metric || other.kind == CheckKind::samples || (other.kind == CheckKind::drop && other.bound == Bound::value);
          if (is_evaluated) expected.insert(other.id);
        }
      }
      const std::vector<Verdict> verdicts = scene.judge(world);
      CHECK(not_passed(verdicts) == expected);
      CHECK(std::any_of(verdicts.begin(), verdicts.end(), is_failure));
    }
  });
}

TEST_CASE("each record that is taken away makes exactly its rules missing") {
  for_each_policy([](const Scene& scene) {
    for (const Label& label : scene.labels()) {
      CAPTURE(label);
      World world = scene.good();
      world.removed.insert(label);
      std::set<std::string> expected;
      for (const Check& check : scene.policy().checks) {
        if (needs(check, label)) expected.insert(check.id);
      }
      const std::vector<Verdict> verdicts = scene.judge(world);
      CHECK(not_passed(verdicts) == expected);
      for (const Verdict& verdict : verdicts) {
        if (expected.count(verdict.check.id) > 0) CHECK(verdict.outcome == Outcome::missing);
      }
      CHECK_FALSE(expected.empty());
    }
  });
}

TEST_CASE("with no records nothing passes") {
  for_each_policy([](const Scene& scene) {
    World world;
    for (const Label& label : scene.labels()) world.removed.insert(label);
    for (const char* label : {"prune", "quantize", "evaluate reference", "evaluate", "bench", "compare", "report"}) world.removed.insert(label);
    for (const Verdict& verdict : scene.judge(world)) CHECK_MESSAGE(verdict.outcome == Outcome::missing, verdict.check.id);
  });
}

TEST_CASE("an undefined figure never passes") {
  for_each_policy([](const Scene& scene) {
    for (const Check& check : scene.policy().checks) {
      World world = scene.good();
      CAPTURE(check.id);
      const auto metrics = world.metrics.find(label_of(check));
      const auto tables = world.rows.find(label_of(check));
      if (tables != world.rows.end() && tables->second.count(check.id) > 0) {
        Json& row = tables->second.at(check.id).second;
        for (auto& cell : row) cell = cell.is_number() ? Json() : cell;
      } else if (metrics != world.metrics.end() && metrics->second.contains(check.name)) {
        metrics->second[check.name] = {{"value", nullptr}, {"low", nullptr}, {"high", nullptr}, {"n", nullptr}};
      } else {
        continue;
      }
      CHECK(not_passed(scene.judge(world)).count(check.id) == 1);
    }
  });
}

TEST_CASE("an interval that holds the limit is undecided, and only what the policy lets pass passes") {
  for_each_policy([](const Scene& scene) {
    for (const Check& check : scene.policy().checks) {
      if (check.bound != Bound::interval) continue;
      CAPTURE(check.id);
      World world = scene.good();
      const std::string name = check.kind == CheckKind::drop ? check.name + "_difference" : check.name;
      Json& figure = world.metrics[label_of(check)][name];
      const double value = figure["value"];
      figure["low"] = value - 0.1;
      figure["high"] = value + 0.1;
      for (const Verdict& verdict : scene.judge(world)) {
        if (verdict.check.id != check.id) continue;
        CHECK(verdict.outcome == Outcome::undecided);
        CHECK(is_failure(verdict) == (check.undecided == Undecided::fail));
      }
    }
  });
}

TEST_CASE("a record that is a day too old fails its rules, and no others") {
  for_each_policy([](const Scene& scene) {
    for (const Check& check : scene.policy().checks) {
      if (!check.newest_days) continue;
      CHECK(*check.newest_days == 30);  // 30 days after 2026-11-24 is 2026-12-24
      CHECK(not_passed(scene.judge(scene.good(), "2026-12-24")).count(check.id) == 0);
      CHECK(not_passed(scene.judge(scene.good(), "2026-12-25")) == std::set<std::string>{check.id});
    }
  });
}

TEST_CASE("a waiver takes the place of its one rule until its last day") {
  for_each_policy([](const Scene& scene) {
    for (const Check& check : scene.policy().checks) {
      CAPTURE(check.id);
      World world = scene.good();
      set_figure(world, check, true);
      const std::vector<Verdict> verdicts = scene.judge(world);
      const auto failures = [&](const std::vector<Waiver>& waivers, const std::string& today) {
        std::vector<Verdict> waived = verdicts;
        apply_waivers(waived, waivers, today, "00");
        return std::count_if(waived.begin(), waived.end(), [&](const Verdict& verdict) { return verdict.check.id == check.id && is_failure(verdict); });
      };
      CHECK(failures({}, day) == 1);
      CHECK(failures({{check.id, "A. Person", "why", "2026-12-31", ""}}, "2026-12-31") == 0);
      CHECK(failures({{check.id, "A. Person", "why", "2026-12-31", ""}}, "2027-01-01") == 1);
      CHECK(failures({{check.id + "x", "A. Person", "why", "2026-12-31", ""}}, "2026-12-31") == 1);
      CHECK(failures({{check.id, "A. Person", "why", "2026-12-31", "0f"}}, "2026-12-31") == 1);
    }
  });
}
