#include "commands/comparison.hpp"

#include <algorithm>
#include <set>

#include "formats/digest.hpp"
#include "formats/mapped_file.hpp"

namespace iai {

namespace fs = std::filesystem;

bool is_measured(const std::string& name) {
  static constexpr std::string_view units[] = {"_ms", "_s", "_j", "_mhz", "rss_bytes"};
  static const std::set<std::string> names{"latency_ratio", "energy", "energy_reason", "duration"};
  if (names.count(name) > 0) return true;
  return std::any_of(std::begin(units), std::end(units), [&](std::string_view unit) { return name.ends_with(unit); });
}

std::vector<FigureComparison> compare_figures(const Record& recorded, const Record& now) {
  std::set<std::string> names;
  for (const auto* record : {&recorded, &now}) {
    for (const auto& [name, value] : record->metrics.items()) names.insert(name);
  }
  const auto text = [](const Record& record, const std::string& name) {
    return record.metrics.contains(name) ? canonical_json(record.metrics[name]) : std::string();
  };
  std::vector<FigureComparison> figures{{"verdict", recorded.verdict, now.verdict}};
  for (const std::string& name : names) {
    if (!is_measured(name)) figures.push_back({name, text(recorded, name), text(now, name)});
  }
  return figures;
}

namespace {

std::string file_difference(const fs::path& one, const fs::path& other) {
  const auto a = fs::file_size(one), b = fs::file_size(other);
  if (a == 0 || b == 0) return a == b ? "" : "length " + std::to_string(a) + " against " + std::to_string(b) + " bytes";
  const MappedFile left = map_file(one), right = map_file(other);
  const auto end = std::min(left.bytes.size(), right.bytes.size());
  const auto at = std::mismatch(left.bytes.begin(), left.bytes.begin() + static_cast<std::ptrdiff_t>(end), right.bytes.begin()).first - left.bytes.begin();
  if (static_cast<std::size_t>(at) < end) return "byte " + std::to_string(at);
  return a == b ? "" : "length " + std::to_string(a) + " against " + std::to_string(b) + " bytes";
}

}  // namespace

std::string first_difference(const fs::path& one, const fs::path& other) {
  if (!fs::is_directory(one)) return file_difference(one, other);
  const std::vector<FileDigest> left = digest_folder(one), right = digest_folder(other);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    if (i >= left.size()) return "file " + right[i].name;
    if (i >= right.size() || left[i].name != right[i].name || left[i].sha256 != right[i].sha256) return "file " + left[i].name;
  }
  return "";
}

std::vector<Remeasured> compare_latencies(const Record& recorded, const Record& now) {
  std::vector<Remeasured> found;
  for (const char* name : {"latency_p50_ms", "latency_mean_ms"}) {
    if (!recorded.metrics.contains(name) || !now.metrics.contains(name)) continue;
    const auto value = [](const Json& json) { return json.is_object() ? json.value("value", 0.0) : json.is_number() ? json.get<double>() : 0.0; };
    found.push_back({name, value(recorded.metrics[name]), value(now.metrics[name])});
  }
  return found;
}

std::string other_machine(const Json& recorded, const Json& now) {
  for (const char* part : {"cpu", "cores", "architecture"}) {
    if (recorded.contains(part) && now.contains(part) && recorded[part] != now[part]) {
      return std::string(part) + " was " + recorded[part].dump() + ", is " + now[part].dump();
    }
  }
  return "";
}

}  // namespace iai
