#pragma once

#include <string>
#include <vector>

#include "commands/policy.hpp"
#include "formats/yaml.hpp"

namespace iai {

/// What the file says, on the way to a Policy.
struct PolicyReader {
  std::filesystem::path folder;
  std::vector<std::string> verbs;
  Undecided undecided = Undecided::fail;  ///< where a rule says nothing of its own
  std::optional<int> newest_days;
  Policy policy;

  std::filesystem::path path_of(const Yaml& node) const;
  /// @throws Error(usage) when there is a check of this id.
  void add(const Yaml& node, Check check);
};

/// `node`, which must be a map. @throws Error(usage) with `example` as the way out.
const Yaml& policy_map(const Yaml& node, const std::string& what, const std::string& example);

Undecided read_undecided(const Yaml& node);
/// "30d": whole days. @throws Error(usage)
int read_days(const Yaml& node);

/// A finite number.
double finite_limit(const Yaml& node);
/// @throws Error(usage) with the nearest of `known` when `name` is none of them.
void refuse_unknown(const Yaml& node, const std::string& what, const std::string& name, const std::vector<std::string>& known);
/// bound, undecided and newer_than, which every limit may have.
void read_manner(const PolicyReader& reader, const Yaml& node, Check& check);
/// Adds `check` once for each of minimum and maximum in `node`. @returns how many.
int add_limits(PolicyReader& reader, const Yaml& node, const Check& check);
Check base_check(const PolicyReader& reader, CheckKind kind, const std::string& id, const std::string& name);

/// The sections of a policy; each adds its checks. @throws Error(usage) with line and column.
void read_metrics(PolicyReader& reader, const Yaml& section);
void read_slices(PolicyReader& reader, const Yaml& section);
void read_drops(PolicyReader& reader, const Yaml& section);
void read_size(PolicyReader& reader, const Yaml& section);
void read_bench(PolicyReader& reader, const Yaml& section);
void read_data(PolicyReader& reader, const Yaml& section);
void read_records(PolicyReader& reader, const Yaml& section);
void read_signatures(PolicyReader& reader, const Yaml& section);
void read_figures(PolicyReader& reader, const Yaml& section);

}  // namespace iai
