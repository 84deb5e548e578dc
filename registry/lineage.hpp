#pragma once

#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace iai {

enum class LineageDirection { up, down, both };

/// `start` and the steps connected with them, oldest first: up, those that made their inputs; down, those that read their
/// outputs. Each record once. A record of the same bytes made twice leads up to the newest maker that was there.
std::vector<Record> trace_lineage(const Registry& registry, const std::vector<Record>& start, LineageDirection direction);

/// What the graph of lineage is asked about: a record, or an artefact with the steps that made and read it.
struct LineageRoot {
  std::string name;                   ///< "small.onnx"; a record: "record 7: quantize"
  std::string sha256;                 ///< empty for a record
  std::vector<Record> makers, users;  ///< a record: itself in both
};

/// The steps of `records` as two trees below `root`, "made by" (each step with its inputs and the steps that made these)
/// and "used by" (each step with its outputs and the steps that read these). A step that was shown already is not opened
/// again.
std::string lineage_tree(const LineageRoot& root, const std::vector<Record>& records, LineageDirection direction);

/// The same steps and their artefacts as a graph in the DOT language. @source graphviz.org/doc/info/lang.html
std::string lineage_dot(const std::vector<Record>& records);

}  // namespace iai
