#include "commands/policy.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "evaluator/metrics/metrics.hpp"
#include "evaluator/task/metric_names.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"
#include "formats/yaml.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// What the file says, on the way to a Policy.
struct Reader {
  fs::path folder;
  Policy policy;

  fs::path path_of(const Yaml& node) const {
    const fs::path path = node.text();
    if (path.empty()) node.fail("a path is empty");
    return (folder / path).lexically_normal();
  }

  void add(const Yaml& node, Check check) {
    for (const Check& other : policy.checks) {
      if (other.id == check.id) node.fail("the check '" + check.id + "' is there twice", "keep one of them");
    }
    policy.checks.push_back(std::move(check));
  }
};

double finite(const Yaml& node) {
  const double value = node.number();
  if (!std::isfinite(value)) node.fail("a limit must be a finite number");
  return value;
}

const Yaml& map_of(const Yaml& node, const std::string& what, const std::string& example) {
  if (!node.is_map()) node.fail(what + " must be a map", "for example " + example);
  return node;
}

Bound read_bound(const Yaml& figure) {
  const Yaml* node = figure.find("bound");
  const std::string text = node == nullptr ? "value" : node->text();
  if (text == "value") return Bound::value;
  if (text == "low") return Bound::low;
  if (text == "high") return Bound::high;
  node->fail("bound is value, low or high", did_you_mean(text, {"value", "low", "high"}));
}

/// Every metric that some task can have.
std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const TaskKind kind : {TaskKind::binary, TaskKind::classification, TaskKind::regression}) {
    for (const std::string& name : metrics_of(kind)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

/// What records of bench hold.
std::vector<std::string> bench_figures() {
  return {"latency_p50_ms", "latency_p90_ms", "latency_p95_ms",   "latency_p99_ms",     "latency_mean_ms", "latency_deviation_ms", "latency_min_ms",
          "latency_max_ms", "latency_ratio",  "throughput_per_s", "first_inference_ms", "load_ms",         "peak_rss_bytes",       "energy_j"};
}

void refuse_unknown(const Yaml& node, const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  std::string all;
  for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
  node.fail("there is no " + what + " '" + name + "'", did_you_mean(name, known, "there is: " + all));
}

/// "accuracy: {minimum: 0.95, bound: low}" and the like.
void read_figures(Reader& reader, const Yaml& section, const std::string& name, CheckKind kind) {
  for (const auto& entry : map_of(section, name, name + ": {NAME: {maximum: 5}}").entries()) {
    const auto& figure = entry.first;
    const auto& node = entry.second;
    if (kind == CheckKind::metric) refuse_unknown(node, "metric", figure, metric_names());
    else refuse_unknown(node, "figure of bench", figure, bench_figures());
    map_of(node, name + "." + figure, "{minimum: 0.95}");
    if (kind == CheckKind::metric) node.allow_keys({"minimum", "maximum", "bound", "samples"});
    else node.allow_keys({"minimum", "maximum", "bound"});
    const std::size_t before = reader.policy.checks.size();
    const auto add = [&](const char* key, CheckKind of, Relation relation, Bound bound) {
      const Yaml* limit = node.find(key);
      if (limit == nullptr) return;
      Check check;
      check.id = name + "." + figure + "." + key;
      check.kind = of;
      check.name = figure;
      check.relation = relation;
      check.limit = finite(*limit);
      check.bound = bound;
      reader.add(*limit, std::move(check));
    };
    const Bound bound = read_bound(node);
    add("minimum", kind, Relation::at_least, bound);
    add("maximum", kind, Relation::at_most, bound);
    add("samples", CheckKind::samples, Relation::at_least, Bound::value);
    if (reader.policy.checks.size() == before) node.fail(name + "." + figure + " has no limit", "give minimum or maximum");
  }
}

void read_drops(Reader& reader, const Yaml& section) {
  for (const auto& [metric, node] : map_of(section, "drop", "drop: {accuracy: 1%}").entries()) {
    refuse_unknown(node, "metric", metric, metric_names());
    if (!node.is_scalar()) node.fail("drop." + metric + " must be a limit", "0.01 is in the metric's unit, 1% is relative to the reference");
    Check check;
    check.id = "drop." + metric;
    check.kind = CheckKind::drop;
    check.name = metric;
    check.relation = Relation::at_most;
    try {
      const DropLimit limit = parse_drop_limit(node.text());
      check.limit = limit.value;
      check.scale = limit.relative ? DropScale::relative : DropScale::absolute;
    } catch (const Error& error) {
      node.fail(error.message(), error.hint());
    }
    reader.add(node, std::move(check));
  }
}

void read_size(Reader& reader, const Yaml& section) {
  map_of(section, "size", "size: {maximum_ratio: 0.5}").allow_keys({"maximum_bytes", "maximum_ratio"});
  for (const auto& [key, kind] : {std::pair("maximum_bytes", CheckKind::size), std::pair("maximum_ratio", CheckKind::size_ratio)}) {
    const Yaml* node = section.find(key);
    if (node == nullptr) continue;
    Check check;
    check.id = std::string("size.") + key;
    check.kind = kind;
    check.name = key;
    check.relation = Relation::at_most;
    check.limit = kind == CheckKind::size ? static_cast<double>(node->integer()) : finite(*node);
    if (check.limit <= 0) node->fail(check.id + " must be above 0");
    reader.add(*node, std::move(check));
  }
}

void read_data(Reader& reader, const Yaml& section) {
  if (!section.is_list()) section.fail("data must be a list", "data:\n  - data_set: data\n    contract: contract.yaml");
  for (const Yaml& node : section.items()) {
    map_of(node, "a data check", "{data_set: data, contract: contract.yaml}").allow_keys({"data_set", "contract"});
    Check check;
    check.id = "data." + node.at("data_set").text();
    check.kind = CheckKind::data;
    check.name = node.at("data_set").text();
    check.data_set = reader.path_of(node.at("data_set"));
    if (const Yaml* contract = node.find("contract")) check.contract = reader.path_of(*contract);
    reader.add(node, std::move(check));
  }
}

void read_records(Reader& reader, const Yaml& section, const std::vector<std::string>& verbs) {
  if (!section.is_list()) section.fail("records must be a list of steps", "records: [quantize, evaluate, bench]");
  for (const Yaml& node : section.items()) {
    const std::string verb = node.text();
    refuse_unknown(node, "step", verb, verbs);
    Check check;
    check.id = "records." + verb;
    check.kind = CheckKind::record;
    check.name = verb;
    reader.add(node, std::move(check));
  }
}

std::string required_text(const Yaml& map, const char* key) {
  const Yaml& node = map.at(key);
  std::string text = node.text();
  if (text.find_first_not_of(' ') == std::string::npos) node.fail(std::string("a waiver's ") + key + " must not be empty");
  return text;
}

void read_waivers(Reader& reader, const Yaml& section) {
  if (!section.is_list()) section.fail("waivers must be a list", "- {check: drop.rmse, name: A. Person, reason: ..., expires: 2027-03-31}");
  std::vector<std::string> ids;
  for (const Check& check : reader.policy.checks) ids.push_back(check.id);
  for (const Yaml& node : section.items()) {
    map_of(node, "a waiver", "{check: drop.rmse, name: A. Person, reason: ..., expires: 2027-03-31}");
    node.allow_keys({"check", "name", "reason", "expires"});
    Waiver waiver{required_text(node, "check"), required_text(node, "name"), required_text(node, "reason"), required_text(node, "expires")};
    if (std::find(ids.begin(), ids.end(), waiver.check) == ids.end()) {
      std::string known;
      for (const std::string& id : ids) known += (known.empty() ? "" : ", ") + id;
      node.at("check").fail("this policy has no check '" + waiver.check + "'", did_you_mean(waiver.check, ids, "it has: " + known));
    }
    if (!is_date(waiver.expires)) node.at("expires").fail("'" + waiver.expires + "' is no day", "write it as 2027-03-31");
    for (const Waiver& other : reader.policy.waivers) {
      if (other.check == waiver.check) node.fail("'" + waiver.check + "' is waived twice", "keep one of the two waivers");
    }
    reader.policy.waivers.push_back(std::move(waiver));
  }
}

}  // namespace

bool is_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0u, 1u, 2u, 3u, 5u, 6u, 8u, 9u}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  const auto number = [&](std::size_t at, std::size_t n) { return std::stoi(text.substr(at, n)); };
  return std::chrono::year_month_day(std::chrono::year(number(0, 4)), std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                     std::chrono::day(static_cast<unsigned>(number(8, 2))))
      .ok();
}

Policy read_policy(const fs::path& path, const std::vector<std::string>& verbs) {
  const Yaml root = read_yaml(path);
  map_of(root, "a policy", "metrics: {accuracy: {minimum: 0.95}}")
      .allow_keys({"name", "model", "reference", "task", "split", "metrics", "drop", "size", "bench", "data", "records", "waivers"});
  Reader reader{path.parent_path(), {}};
  Policy& policy = reader.policy;
  policy.name = root.text_or("name", path.stem().string());
  policy.split = root.text_or("split", "evaluation");
  if (const Yaml* node = root.find("model")) policy.model = reader.path_of(*node);
  if (const Yaml* node = root.find("reference")) policy.reference = reader.path_of(*node);
  if (const Yaml* node = root.find("task")) policy.task = reader.path_of(*node);
  if (const Yaml* node = root.find("metrics")) read_figures(reader, *node, "metrics", CheckKind::metric);
  if (const Yaml* node = root.find("drop")) read_drops(reader, *node);
  if (const Yaml* node = root.find("size")) read_size(reader, *node);
  if (const Yaml* node = root.find("bench")) read_figures(reader, *node, "bench", CheckKind::bench);
  if (const Yaml* node = root.find("data")) read_data(reader, *node);
  if (const Yaml* node = root.find("records")) read_records(reader, *node, verbs);
  if (policy.checks.empty()) root.fail("the policy checks nothing", "give it one of metrics, drop, size, bench, data, records");
  if (const Yaml* node = root.find("waivers")) read_waivers(reader, *node);
  return policy;
}

}  // namespace iai
