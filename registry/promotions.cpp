#include "registry/promotions.hpp"

#include <algorithm>
#include <map>

namespace iai {

namespace {

constexpr std::string_view prefix = "baseline:";

std::string option(const Record& record, const char* name) {
  if (!record.options.is_object() || !record.options.contains(name) || !record.options.at(name).is_string()) return {};
  return record.options.at(name).get<std::string>();
}

std::optional<Promotion> promotion_in(const Record& record) {
  const std::string name = option(record, "promote");
  if (record.verb != "gate" || record.verdict != "passed" || name.empty()) return std::nullopt;
  const auto model = std::find_if(record.inputs.begin(), record.inputs.end(), [](const Artefact& input) { return input.role == "model"; });
  if (model == record.inputs.end()) return std::nullopt;
  return Promotion{name, *model, record.metrics.value("size_bytes", model->bytes), record};
}

/// Promotions that stand, by name, after every record has had its say.
std::map<std::string, std::vector<Promotion>> standing(const Registry& registry) {
  std::vector<Record> records = registry.list({.verb = "gate", .since = {}, .digest = {}, .verdict = "passed"});
  for (Record& record : registry.list({.verb = "registry", .since = {}, .digest = {}})) records.push_back(std::move(record));
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.number < b.number; });
  std::map<std::string, std::vector<Promotion>> names;
  for (const Record& record : records) {
    if (std::optional<Promotion> made = promotion_in(record)) {
      std::vector<Promotion>& stack = names[made->name];
      if (stack.empty() || stack.back().model.sha256 != made->model.sha256) stack.push_back(std::move(*made));
      continue;
    }
    const auto stack = names.find(option(record, "roll_back"));
    if (record.verb != "registry" || stack == names.end()) continue;
    const std::string to = option(record, "to");
    const auto again = std::find_if(stack->second.begin(), stack->second.end(), [&](const Promotion& promotion) { return promotion.record.id == to; });
    if (again != stack->second.end()) stack->second.erase(again + 1, stack->second.end());
  }
  return names;
}

}  // namespace

std::vector<Promotion> promotions_of(const Registry& registry, const std::string& name) {
  auto names = standing(registry);
  const auto found = names.find(name);
  return found == names.end() ? std::vector<Promotion>() : std::move(found->second);
}

std::vector<Promotion> current_baselines(const Registry& registry) {
  std::vector<Promotion> current;
  for (auto& [name, stack] : standing(registry)) current.push_back(std::move(stack.back()));
  return current;
}

bool is_baseline_name(const std::string& name) {
  constexpr std::size_t longest = 100;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= longest && name[0] != '.' && name[0] != '-' && std::all_of(name.begin(), name.end(), plain);
}

std::optional<std::string> baseline_name(const std::string& reference) {
  if (reference.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  return reference.substr(prefix.size());
}

}  // namespace iai
