#include "evaluator/contract/baseline.hpp"

#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

constexpr std::size_t most_entries = 1'000'000;

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(ErrorKind::input, name + ": " + why, "write it with iai validate --write-baseline");
}

std::int64_t cells_in(const Json& json, const std::string& name) {
  if (!json.is_number_integer() || json.get<std::int64_t>() < 1) refuse(name, "a number of cells is no integer over 0");
  return json.get<std::int64_t>();
}

std::string text_in(const Json& json, const char* key, const std::string& name) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) refuse(name, std::string("a finding has no text '") + key + "'");
  return found->get<std::string>();
}

}  // namespace

std::string fingerprint(const FindingKey& finding) {
  std::string text;
  for (const auto part : {finding.rule, finding.file, finding.column, finding.value}) {
    text += part;
    text += '\0';
  }
  return sha256(text).substr(0, 16);
}

Baseline Baseline::read(const std::filesystem::path& path) {
  const std::string name = path.string();
  const Json json = read_json(path);
  if (!json.is_object() || !json.contains("schema") || json["schema"] != "iai.baseline/1" || !json.contains("known") || !json["known"].is_array())
    refuse(name, "is no baseline (no \"schema\": \"iai.baseline/1\" with a list \"known\")");
  Baseline baseline;
  for (const auto& item : json["known"]) {
    if (!item.is_object()) refuse(name, "a finding is no object");
    Known& known = baseline.places_[{text_in(item, "rule", name), text_in(item, "file", name), text_in(item, "column", name)}];
    if (item.contains("cells")) known.cells = cells_in(item["cells"], name);
    if (!item.contains("values")) continue;
    if (!item["values"].is_object()) refuse(name, "\"values\" is no object");
    for (const auto& [hash, cells] : item["values"].items()) known.values[hash] = cells_in(cells, name);
  }
  return baseline;
}

std::string Baseline::text() const {
  OrderedJson known = OrderedJson::array();
  for (const auto& [place, one] : places_) {
    OrderedJson item{{"rule", place.rule}, {"file", place.file}, {"column", place.column}};
    if (one.cells > 0) item["cells"] = one.cells;
    if (!one.values.empty()) item["values"] = one.values;
    known.push_back(std::move(item));
  }
  return OrderedJson{{"schema", "iai.baseline/1"}, {"known", std::move(known)}}.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

void Baseline::add(const FindingKey& finding) {
  auto& known = places_[{std::string(finding.rule), std::string(finding.file), std::string(finding.column)}];
  if (finding.value.empty()) {
    ++known.cells;
    return;
  }
  if (known.values[fingerprint(finding)]++ == 0 && ++entries_ > most_entries)
    throw Error(ErrorKind::input, "over 1,000,000 different findings are too many for a baseline",
                "correct the contract or the data first: rule " + std::string(finding.rule) + " was the last one");
}

bool Baseline::take(const FindingKey& finding) {
  const auto place = places_.find({std::string(finding.rule), std::string(finding.file), std::string(finding.column)});
  if (place == places_.end()) return false;
  Known& known = place->second;
  if (!finding.value.empty()) {
    const auto value = known.values.find(fingerprint(finding));
    if (value != known.values.end() && value->second > 0) {
      --value->second;
      return true;
    }
  }
  if (known.cells == 0) return false;
  --known.cells;
  return true;
}

void Baseline::forget_values(const std::function<bool(const std::string&, const std::string&)>& hidden) {
  for (auto& [place, known] : places_) {
    if (!hidden(place.rule, place.column)) continue;
    for (const auto& [hash, cells] : known.values) known.cells += cells;
    known.values.clear();
  }
}

std::int64_t Baseline::cells() const {
  std::int64_t sum = 0;
  for (const auto& [place, known] : places_) {
    sum += known.cells;
    for (const auto& [hash, cells] : known.values) sum += cells;
  }
  return sum;
}

}  // namespace iai
