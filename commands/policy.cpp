#include "commands/policy.hpp"

#include <algorithm>
#include <chrono>

#include "commands/policy_checks.hpp"
#include "formats/spelling.hpp"
#include "registry/promotions.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

std::string required_text(const Yaml& map, const char* key) {
  const Yaml& node = map.at(key);
  std::string text = node.text();
  if (text.find_first_not_of(' ') == std::string::npos) node.fail(std::string("a waiver's ") + key + " must not be empty");
  return text;
}

/// "3f8a52c1": 8 hexadecimal digits of a SHA-256 or more.
std::string digest_start(const Yaml& node) {
  std::string text = node.text();
  if (text.size() < 8 || text.size() > 64 || text.find_first_not_of("0123456789abcdef") != text.npos) {
    node.fail("'" + text + "' does not begin a SHA-256", "give 8 to 64 digits of it, as iai inspect shows them");
  }
  return text;
}

void read_waivers(PolicyReader& reader, const Yaml& section) {
  if (!section.is_list()) section.fail("waivers must be a list", "- {check: drop.rmse, name: A. Person, reason: ..., expires: 2027-03-31}");
  const std::vector<std::string> ids = check_ids(reader.policy);
  for (const Yaml& node : section.items()) {
    policy_map(node, "a waiver", "{check: drop.rmse, name: A. Person, reason: ..., expires: 2027-03-31}");
    node.allow_keys({"check", "name", "reason", "expires", "sha256"});
    Waiver waiver{required_text(node, "check"), required_text(node, "name"), required_text(node, "reason"), required_text(node, "expires"), {}};
    if (node.find("sha256") != nullptr) waiver.sha256 = digest_start(node.at("sha256"));
    if (std::find(ids.begin(), ids.end(), waiver.check) == ids.end()) {
      std::string known;
      for (const std::string& id : ids) known += (known.empty() ? "" : ", ") + id;
      node.at("check").fail("this policy has no check '" + waiver.check + "'", did_you_mean(waiver.check, ids, "it has: " + known));
    }
    if (!is_date(waiver.expires)) node.at("expires").fail("'" + waiver.expires + "' is no day", "write it as 2027-03-31");
    for (const Waiver& other : reader.policy.waivers) {
      if (other.check != waiver.check || (other.sha256 != waiver.sha256 && !other.sha256.empty() && !waiver.sha256.empty())) continue;
      node.fail("'" + waiver.check + "' is waived twice", "keep one of the two waivers");
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

bool has_no_limit(const Check& check) { return check.kind == CheckKind::data || check.kind == CheckKind::record || check.kind == CheckKind::signature; }

std::vector<std::string> check_ids(const Policy& policy) {
  std::vector<std::string> ids;
  for (const Check& check : policy.checks) ids.push_back(check.id);
  return ids;
}

Policy read_policy(const fs::path& path, const std::vector<std::string>& verbs) {
  using Section = void (*)(PolicyReader&, const Yaml&);
  constexpr std::pair<const char*, Section> sections[] = {{"metrics", read_metrics}, {"slices", read_slices},   {"drop", read_drops},
                                                          {"size", read_size},       {"bench", read_bench},     {"data", read_data},
                                                          {"records", read_records}, {"figures", read_figures}, {"signatures", read_signatures}};
  const Yaml root = read_yaml(path);
  policy_map(root, "a policy", "metrics: {accuracy: {minimum: 0.95}}")
      .allow_keys({"name", "model", "reference", "task", "split", "newer_than", "undecided", "metrics", "slices", "drop", "size", "bench", "data", "records",
                   "figures", "signatures", "waivers"});
  PolicyReader reader;
  reader.folder = path.parent_path();
  reader.verbs = verbs;
  Policy& policy = reader.policy;
  policy.name = root.text_or("name", path.stem().string());
  policy.split = root.text_or("split", "evaluation");
  if (const Yaml* node = root.find("model")) policy.model = reader.path_of(*node);
  if (const Yaml* node = root.find("reference")) policy.reference = baseline_name(node->text()) ? fs::path(node->text()) : reader.path_of(*node);
  if (const Yaml* node = root.find("task")) policy.task = reader.path_of(*node);
  if (const Yaml* node = root.find("newer_than")) reader.newest_days = read_days(*node);
  if (const Yaml* node = root.find("undecided")) reader.undecided = read_undecided(*node);
  for (const auto& [key, read] : sections) {
    if (const Yaml* node = root.find(key)) read(reader, *node);
  }
  if (policy.checks.empty()) root.fail("the policy checks nothing", "give it one of metrics, slices, drop, size, bench, data, records, figures, signatures");
  if (const Yaml* node = root.find("waivers")) read_waivers(reader, *node);
  return policy;
}

}  // namespace iai
