#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace iai {

/// A model that a passed gate made the baseline of a name.
struct Promotion {
  std::string name;         ///< "line-3"
  Artefact model;           ///< as the gate's record holds it
  std::uint64_t bytes = 0;  ///< of the file with its external data
  Record record;            ///< the gate's
};

/// The promotions of `name` that stand, oldest first; the last one is the baseline. Nothing is ever taken out of the registry:
/// a roll-back is a record that names the promotion which stands again, and those after it no longer count. A model that is
/// the baseline already is not promoted twice.
std::vector<Promotion> promotions_of(const Registry& registry, const std::string& name);

/// The baseline of every name that has one, in the order of the names.
std::vector<Promotion> current_baselines(const Registry& registry);

/// Is this a name that baselines can have: letters, digits, '.', '_', '-', at most 100, no '.' or '-' first?
bool is_baseline_name(const std::string& name);

/// "line-3" of "baseline:line-3", nothing for other words.
std::optional<std::string> baseline_name(const std::string& reference);

}  // namespace iai
