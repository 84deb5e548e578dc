#include "registry/documents/points.hpp"

#include "formats/json.hpp"
#include "registry/documents/templates.hpp"

namespace iai {

namespace {

DocumentPoint point_from(const Json& json) {
  DocumentPoint point{json.at("number"), json.at("title"), json.at("asks"), {}, {}};
  for (const Json& s : json.at("statements")) point.statements.push_back({s.at("key"), s.at("label")});
  for (const Json& e : json.at("evidence")) {
    point.evidence.push_back({e.at("source"), e.value("gap", std::string()), e.value("way", std::string())});
  }
  return point;
}

}  // namespace

DocumentPoints document_points(std::string_view kind) {
  const std::string file = std::string(kind) + ".json";
  const Json json = parse_json(document_template(file), file);
  DocumentPoints points{json.at("title"), json.at("basis"), {}};
  for (const Json& s : json.at("sections")) {
    DocumentSection section{s.at("number"), s.at("heading"), {}};
    for (const Json& point : s.at("points")) section.points.push_back(point_from(point));
    points.sections.push_back(std::move(section));
  }
  return points;
}

}  // namespace iai
