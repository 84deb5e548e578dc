#include "registry/lineage.hpp"

#include <map>

namespace iai {

namespace {

using Steps = std::map<std::int64_t, Record>;

void trace_up(const Registry& registry, std::vector<Record> open, Steps& steps) {
  Steps seen;
  while (!open.empty()) {
    const Record record = std::move(open.back());
    open.pop_back();
    if (!seen.emplace(record.number, record).second) continue;
    for (const std::string& parent : record.parents) open.push_back(registry.find(parent));
  }
  steps.merge(seen);
}

void trace_down(const Registry& registry, std::vector<Record> open, Steps& steps) {
  Steps seen;
  while (!open.empty()) {
    const Record record = std::move(open.back());
    open.pop_back();
    if (!seen.emplace(record.number, record).second) continue;
    for (const Artefact& output : record.outputs) {
      for (Record& user : registry.users(output.sha256)) {
        if (user.number > record.number) open.push_back(std::move(user));
      }
    }
  }
  steps.merge(seen);
}

}  // namespace

std::vector<Record> trace_lineage(const Registry& registry, const std::vector<Record>& start, LineageDirection direction) {
  Steps steps;
  if (direction != LineageDirection::down) trace_up(registry, start, steps);
  if (direction != LineageDirection::up) trace_down(registry, start, steps);
  std::vector<Record> records;
  for (auto& [number, record] : steps) records.push_back(std::move(record));
  return records;
}

}  // namespace iai
