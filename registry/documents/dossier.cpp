#include "registry/documents/dossier.hpp"

#include <map>

namespace iai {

namespace {

AnsweredPoint answer(const DocumentPoint& point, const Subject& subject, const std::optional<Product>& product) {
  AnsweredPoint answered{point, {}, {}, {}};
  for (const EvidenceWish& wish : point.evidence) {
    std::vector<Fact> facts = evidence(wish.source, subject);
    if (facts.empty() && !wish.gap.empty()) {
      std::string way = wish.way;
      const std::string place = "{artefact}";
      if (const std::size_t at = way.find(place); at != way.npos) way.replace(at, place.size(), shown_path(subject.artefact.path));
      answered.gaps.push_back({wish.gap, way});
    }
    for (Fact& fact : facts) answered.facts.push_back(std::move(fact));
  }
  for (const StatementKey& wanted : point.statements) {
    const auto* statements = product ? &product->statements : nullptr;
    if (statements != nullptr && statements->count(wanted.key) > 0) {
      answered.statements.push_back({wanted.key, wanted.label, statements->at(wanted.key)});
    } else {
      answered.gaps.push_back({wanted.label + ": not stated", "key '" + wanted.key + "' of the product file" + (product ? "" : " (--product)")});
    }
  }
  return answered;
}

}  // namespace

DossierCounts Dossier::counts() const {
  DossierCounts counts;
  for (const AnsweredSection& section : sections) {
    for (const AnsweredPoint& point : section.points) {
      ++counts.points;
      counts.recorded += point.facts.size();
      counts.stated += point.statements.size();
      counts.gaps += point.gaps.size();
      counts.with_recorded += point.facts.empty() ? 0 : 1;
      counts.with_stated += point.statements.empty() ? 0 : 1;
      counts.with_gaps += point.gaps.empty() ? 0 : 1;
    }
  }
  return counts;
}

Dossier make_dossier(std::string_view kind, const Subject& subject, const std::optional<Product>& product, const std::string& product_file) {
  const DocumentPoints points = document_points(kind);
  Dossier dossier{std::string(kind), points.title,     points.basis, product ? product->name : shown_path(subject.artefact.path),
                  product_file,      subject.artefact, {},           {}};
  std::map<std::int64_t, const Record*> known{{subject.named_by.number, &subject.named_by}};
  for (const auto* list : {&subject.chain, &subject.judgements, &subject.data}) {
    for (const Record& record : *list) known[record.number] = &record;
  }
  std::map<std::int64_t, const Record*> used;
  for (const DocumentSection& section : points.sections) {
    AnsweredSection answered{section.number, section.heading, {}};
    for (const DocumentPoint& point : section.points) answered.points.push_back(answer(point, subject, product));
    for (const AnsweredPoint& point : answered.points) {
      for (const Fact& fact : point.facts) used[fact.record] = known.at(fact.record);
    }
    dossier.sections.push_back(std::move(answered));
  }
  for (const auto& [number, record] : used) dossier.records.push_back(*record);
  return dossier;
}

}  // namespace iai
