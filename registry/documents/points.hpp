#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace iai {

/// What a person has to say about a point: a key of the product file.
struct StatementKey {
  std::string key, label;
};

/// What the registry may know about a point. `source` is a name that evidence() knows; `gap` and `way` say what is
/// missing and what would fill it, empty where nothing need be there. "{artefact}" in `way` stands for the file's name.
struct EvidenceWish {
  std::string source, gap, way;
};

struct DocumentPoint {
  std::string number;  ///< "2(g)"
  std::string title, asks;
  std::vector<StatementKey> statements;
  std::vector<EvidenceWish> evidence;
};

struct DocumentSection {
  std::string number, heading;
  std::vector<DocumentPoint> points;
};

/// The points of a kind of document: data, in registry/documents/KIND.json.
struct DocumentPoints {
  std::string title, basis;
  std::vector<DocumentSection> sections;
};
DocumentPoints document_points(std::string_view kind);

}  // namespace iai
