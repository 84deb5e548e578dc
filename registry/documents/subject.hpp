#pragma once

#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace iai {

/// What the registry holds about one artefact. Of steps that were taken several times alike only the newest is here.
struct Subject {
  Artefact artefact;               ///< as `named_by` names it
  Record named_by;                 ///< the newest record that made it, or else that read it
  std::vector<Record> chain;       ///< the steps that led to it, oldest first
  std::vector<Record> judgements;  ///< records that measured or judged it (evaluate, bench, gate ...), oldest first
  std::vector<Record> data;        ///< ingest and validate records of the data behind chain and judgements, oldest first
};

/// @throws Error(input) when no record knows the digest. Records of `report` and `reproduce` do not count: a document
/// that named itself would never come out the same twice.
Subject collect_subject(const Registry& registry, const std::string& sha256);

/// `path` without folders where it is absolute: documents hold no path of a machine.
std::string shown_path(const std::string& path);

}  // namespace iai
