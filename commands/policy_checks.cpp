#include "commands/policy_checks.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "evaluator/metrics/metrics.hpp"
#include "evaluator/task/metric_names.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace fs = std::filesystem;

fs::path PolicyReader::path_of(const Yaml& node) const {
  const fs::path path = node.text();
  if (path.empty()) node.fail("a path is empty");
  return (folder / path).lexically_normal();
}

void PolicyReader::add(const Yaml& node, Check check) {
  for (const Check& other : policy.checks) {
    if (other.id == check.id) node.fail("the check '" + check.id + "' is there twice", "keep one of them, or give one an id of its own");
  }
  check.line = node.line();
  policy.checks.push_back(std::move(check));
}

const Yaml& policy_map(const Yaml& node, const std::string& what, const std::string& example) {
  if (!node.is_map()) node.fail(what + " must be a map", "for example " + example);
  return node;
}

Undecided read_undecided(const Yaml& node) {
  const std::string text = node.text();
  if (text == "fail") return Undecided::fail;
  if (text == "warn") return Undecided::warn;
  if (text == "pass") return Undecided::pass;
  node.fail("undecided is fail, warn or pass", did_you_mean(text, {"fail", "warn", "pass"}));
}

int read_days(const Yaml& node) {
  const std::string text = node.text();
  int days = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, days);
  if (error != std::errc() || stop + 1 != end || *stop != 'd' || days < 0) node.fail("'" + text + "' is no number of days", "write it as 30d");
  return days;
}

namespace {

/// Every metric that some task can have.
std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const TaskKind kind : all_task_kinds) {
    for (const std::string& name : metrics_of(kind)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

/// What records of bench hold.
std::vector<std::string> bench_figures() {
  return {"latency_p50_ms",      "latency_p90_ms", "latency_p95_ms",   "latency_p99_ms",       "latency_mean_ms",    "latency_deviation_ms",
          "latency_min_ms",      "latency_max_ms", "latency_ratio",    "throughput_per_s",     "first_inference_ms", "load_ms",
          "peak_rss_bytes",      "energy_j",       "latency_p99_9_ms", "latency_p50_interval", "energy_interval",    "energy_net_j",
          "energy_net_interval", "co2_g"};
}

Bound read_bound(const Yaml& figure) {
  const Yaml* node = figure.find("bound");
  if (node == nullptr) return Bound::value;
  const std::string text = node->text();
  if (text == "value") return Bound::value;
  if (text == "low") return Bound::low;
  if (text == "high") return Bound::high;
  if (text == "interval") return Bound::interval;
  node->fail("bound is value, low, high or interval", did_you_mean(text, {"value", "low", "high", "interval"}));
}

}  // namespace

double finite_limit(const Yaml& node) {
  const double value = node.number();
  if (!std::isfinite(value)) node.fail("a limit must be a finite number");
  return value;
}

void refuse_unknown(const Yaml& node, const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  std::string all;
  for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
  node.fail("there is no " + what + " '" + name + "'", did_you_mean(name, known, "there is: " + all));
}

void read_manner(const PolicyReader& reader, const Yaml& node, Check& check) {
  check.bound = read_bound(node);
  check.undecided = reader.undecided;
  check.newest_days = reader.newest_days;
  if (const Yaml* undecided = node.find("undecided")) {
    if (check.bound != Bound::interval)
      undecided->fail("undecided says nothing here: a single value always lies on one side of the limit", "add bound: interval");
    check.undecided = read_undecided(*undecided);
  }
  if (const Yaml* days = node.find("newer_than")) check.newest_days = read_days(*days);
}

int add_limits(PolicyReader& reader, const Yaml& node, const Check& check) {
  int added = 0;
  for (const auto& [key, relation] : {std::pair("minimum", Relation::at_least), std::pair("maximum", Relation::at_most)}) {
    const Yaml* limit = node.find(key);
    if (limit == nullptr) continue;
    Check one = check;
    one.id += std::string(".") + key;
    one.relation = relation;
    one.limit = finite_limit(*limit);
    reader.add(*limit, std::move(one));
    ++added;
  }
  return added;
}

Check base_check(const PolicyReader& reader, CheckKind kind, const std::string& id, const std::string& name) {
  Check check;
  check.id = id;
  check.kind = kind;
  check.name = name;
  check.newest_days = reader.newest_days;
  return check;
}

void read_metrics(PolicyReader& reader, const Yaml& section) {
  for (const auto& [name, node] : policy_map(section, "metrics", "metrics: {NAME: {maximum: 5}}").entries()) {
    refuse_unknown(node, "metric", name, metric_names());
    policy_map(node, "metrics." + name, "{minimum: 0.95}").allow_keys({"minimum", "maximum", "bound", "undecided", "newer_than", "samples"});
    Check check = base_check(reader, CheckKind::metric, "metrics." + name, name);
    read_manner(reader, node, check);
    int limits = add_limits(reader, node, check);
    if (const Yaml* samples = node.find("samples")) {
      check.id += ".samples";
      check.kind = CheckKind::samples;
      check.relation = Relation::at_least;
      check.limit = finite_limit(*samples);
      check.bound = Bound::value;
      reader.add(*samples, std::move(check));
      ++limits;
    }
    if (limits == 0) node.fail("metrics." + name + " has no limit", "give minimum or maximum");
  }
}

void read_bench(PolicyReader& reader, const Yaml& section) {
  for (const auto& [name, node] : policy_map(section, "bench", "bench: {NAME: {maximum: 5}}").entries()) {
    refuse_unknown(node, "figure of bench", name, bench_figures());
    policy_map(node, "bench." + name, "{maximum: 5}").allow_keys({"minimum", "maximum", "bound", "undecided", "newer_than"});
    Check check = base_check(reader, CheckKind::bench, "bench." + name, name);
    read_manner(reader, node, check);
    if (add_limits(reader, node, check) == 0) node.fail("bench." + name + " has no limit", "give minimum or maximum");
  }
}

void read_slices(PolicyReader& reader, const Yaml& section) {
  for (const auto& [slice, metrics] : policy_map(section, "slices", "slices: {machine: {accuracy: {minimum: 0.8}}}").entries()) {
    for (const auto& [name, node] : policy_map(metrics, "slices." + slice, "{accuracy: {minimum: 0.8}}").entries()) {
      refuse_unknown(node, "metric", name, metric_names());
      const std::string id = "slices." + slice + "." + name;
      policy_map(node, id, "{minimum: 0.8}").allow_keys({"minimum", "maximum", "bound", "undecided", "newer_than", "samples"});
      Check check = base_check(reader, CheckKind::figure, id, name);
      check.step = "evaluate";
      check.place = {id, {{"slices", true, {{"slice", slice}, {"metric", name}}}}};
      read_manner(reader, node, check);
      if (const Yaml* samples = node.find("samples")) check.fewest = finite_limit(*samples);
      if (add_limits(reader, node, check) == 0) node.fail(id + " has no limit", "give minimum or maximum");
    }
  }
}

void read_drops(PolicyReader& reader, const Yaml& section) {
  for (const auto& [metric, node] : policy_map(section, "drop", "drop: {accuracy: 1%}").entries()) {
    refuse_unknown(node, "metric", metric, metric_names());
    Check check = base_check(reader, CheckKind::drop, "drop." + metric, metric);
    check.relation = Relation::at_most;
    if (node.is_map()) {
      node.allow_keys({"maximum", "bound", "undecided", "newer_than"});
      read_manner(reader, node, check);
    }
    const Yaml& limit_node = node.is_map() ? node.at("maximum") : node;
    if (!limit_node.is_scalar()) node.fail("drop." + metric + " must be a limit", "0.01 is in the metric's unit, 1% is relative to the reference");
    try {
      const DropLimit limit = parse_drop_limit(limit_node.text());
      check.limit = limit.value;
      check.scale = limit.relative ? DropScale::relative : DropScale::absolute;
    } catch (const Error& error) {
      limit_node.fail(error.message(), error.hint());
    }
    reader.add(limit_node, std::move(check));
  }
}

void read_size(PolicyReader& reader, const Yaml& section) {
  policy_map(section, "size", "size: {maximum_ratio: 0.5}").allow_keys({"maximum_bytes", "maximum_ratio"});
  for (const auto& [key, kind] : {std::pair("maximum_bytes", CheckKind::size), std::pair("maximum_ratio", CheckKind::size_ratio)}) {
    const Yaml* node = section.find(key);
    if (node == nullptr) continue;
    Check check = base_check(reader, kind, std::string("size.") + key, key);
    check.newest_days.reset();  // bytes do not age
    check.relation = Relation::at_most;
    check.limit = kind == CheckKind::size ? static_cast<double>(node->integer()) : finite_limit(*node);
    if (check.limit <= 0) node->fail(check.id + " must be above 0");
    reader.add(*node, std::move(check));
  }
}

void read_data(PolicyReader& reader, const Yaml& section) {
  if (!section.is_list()) section.fail("data must be a list", "data:\n  - data_set: data\n    contract: contract.yaml");
  for (const Yaml& node : section.items()) {
    policy_map(node, "a data check", "{data_set: data, contract: contract.yaml}").allow_keys({"data_set", "contract", "newer_than"});
    Check check = base_check(reader, CheckKind::data, "data." + node.at("data_set").text(), node.at("data_set").text());
    check.data_set = reader.path_of(node.at("data_set"));
    if (const Yaml* contract = node.find("contract")) check.contract = reader.path_of(*contract);
    if (const Yaml* days = node.find("newer_than")) check.newest_days = read_days(*days);
    reader.add(node, std::move(check));
  }
}

void read_signatures(PolicyReader& reader, const Yaml& section) {
  const std::string example = "signatures: [{key: release.pem}]";
  if (!section.is_list()) section.fail("signatures must be a list", example);
  for (const Yaml& node : section.items()) {
    policy_map(node, "a signature", example).allow_keys({"id", "key", "signature"});
    const std::string name = node.find("id") != nullptr ? node.at("id").text() : reader.path_of(node.at("key")).stem().string();
    Check check = base_check(reader, CheckKind::signature, "signatures." + name, name);
    check.newest_days.reset();  // bytes do not age
    check.key = reader.path_of(node.at("key"));
    if (const Yaml* signature = node.find("signature")) check.signature = reader.path_of(*signature);
    reader.add(node, std::move(check));
  }
}

void read_records(PolicyReader& reader, const Yaml& section) {
  if (!section.is_list()) section.fail("records must be a list of steps", "records: [quantize, evaluate, bench]");
  for (const Yaml& node : section.items()) {
    if (node.is_map()) node.allow_keys({"step", "newer_than"});
    const Yaml& step = node.is_map() ? node.at("step") : node;
    refuse_unknown(step, "step", step.text(), reader.verbs);
    Check check = base_check(reader, CheckKind::record, "records." + step.text(), step.text());
    if (const Yaml* days = node.is_map() ? node.find("newer_than") : nullptr) check.newest_days = read_days(*days);
    reader.add(node, std::move(check));
  }
}

}  // namespace iai
