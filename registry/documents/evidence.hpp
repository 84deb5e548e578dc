#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "registry/documents/subject.hpp"

namespace iai {

/// One thing that a record says.
struct Fact {
  std::string label, value;
  std::int64_t record = 0;  ///< number of the record it rests on
};

/// What the records of `subject` say about `source`, a name in the points files: artefact, origin, tools,
/// measured_machines, machines, steps, objective, choices, structure, data_sets, data_checks, data_files, evaluations,
/// gates, integrity, performance, speed, metric_names, changes. @throws Error(internal) for another name.
std::vector<Fact> evidence(std::string_view source, const Subject& subject);

}  // namespace iai
