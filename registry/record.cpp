#include "registry/registry.hpp"

#include "formats/error.hpp"

namespace iai {
namespace {

Json artefacts_to_json(const std::vector<Artefact>& artefacts) {
  Json list = Json::array();
  for (const Artefact& a : artefacts) {
    list.push_back({{"role", a.role}, {"path", a.path}, {"sha256", a.sha256}, {"bytes", a.bytes}, {"kind", a.kind}});
  }
  return list;
}

std::vector<Artefact> artefacts_from_json(const Json& list) {
  std::vector<Artefact> artefacts;
  for (const Json& a : list) {
    artefacts.push_back({a.at("role"), a.at("path"), a.at("sha256"), a.at("bytes"), a.at("kind")});
  }
  return artefacts;
}

}  // namespace

Json Record::to_json() const {
  return {{"schema", "iai.record/1"},
          {"previous", previous},
          {"verb", verb},
          {"arguments", arguments},
          {"folder", folder},
          {"options", options},
          {"inputs", artefacts_to_json(inputs)},
          {"outputs", artefacts_to_json(outputs)},
          {"metrics", metrics},
          {"details", details},
          {"tool", tool},
          {"machine", machine},
          {"parents", parents},
          {"started", started},
          {"duration_s", duration_s},
          {"verdict", verdict}};
}

Record Record::from_json(const Json& json) {
  try {
    if (json.at("schema") != "iai.record/1") {
      throw Error(ErrorKind::environment, "a record has the schema " + json.at("schema").dump(), "install a newer iai");
    }
    Record record;
    record.previous = json.at("previous");
    record.verb = json.at("verb");
    record.arguments = json.at("arguments").get<std::vector<std::string>>();
    record.folder = json.at("folder");
    record.options = json.at("options");
    record.inputs = artefacts_from_json(json.at("inputs"));
    record.outputs = artefacts_from_json(json.at("outputs"));
    record.metrics = json.at("metrics");
    record.details = json.at("details");
    record.tool = json.at("tool");
    record.machine = json.at("machine");
    record.parents = json.at("parents").get<std::vector<std::string>>();
    record.started = json.at("started");
    record.duration_s = json.at("duration_s");
    record.verdict = json.at("verdict");
    return record;
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::input, std::string("a record is damaged: ") + error.what(), "iai registry verify checks them all");
  }
}

}  // namespace iai
