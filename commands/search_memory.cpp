#include "commands/search_memory.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "formats/atomic_file.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "formats/interrupt.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view schema = "iai.search/1";

void check_shape(const Json& file, const fs::path& path) {
  const bool fits = file.is_object() && file.contains("schema") && file["schema"] == schema && file.contains("identity") && file["identity"].is_object() &&
                    file.contains("measured") && file["measured"].is_object() && file.contains("sha256") &&
                    file["sha256"] == sha256(canonical_json(file["measured"]));
  if (!fits)
    throw Error(ErrorKind::input, path.string() + ": is no search that was interrupted, or was changed",
                "remove it to search anew, or name another output with -o");
}

/// The first entry in which the two differ; empty when they are equal.
std::string first_difference(const Json& one, const Json& other) {
  for (const auto& [key, value] : one.items()) {
    if (!other.contains(key) || other[key] != value) return key;
  }
  for (const auto& [key, value] : other.items()) {
    if (!one.contains(key)) return key;
  }
  return {};
}

}  // namespace

SearchMemory::SearchMemory(fs::path path, Json identity) : path_(std::move(path)), identity_(std::move(identity)) {
  if (!fs::exists(path_)) return;
  const Json file = read_json(path_);
  check_shape(file, path_);
  const std::string other = first_difference(identity_, file["identity"]);
  if (!other.empty()) {
    throw Error(ErrorKind::usage, fmt::format("{}: belongs to another search: {} differs", path_.string(), other),
                "finish that one with its own options, or remove the file to search anew");
  }
  for (const auto& [key, value] : file["measured"].items()) known_.emplace(key, value);
  read_count_ = known_.size();
}

Json SearchMemory::remember(const Json& what, const std::function<Json()>& measure) {
  const std::string key = sha256(canonical_json(what));
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  Json value = measure();
  known_.emplace(key, value);
  is_saved_ = false;
  if (std::chrono::steady_clock::now() - last_ >= std::chrono::seconds(1)) save();
  return value;
}

void SearchMemory::save() {
  if (path_.empty() || is_saved_) return;
  write_file(path_, Json{{"schema", schema}, {"identity", identity_}, {"measured", known_}, {"sha256", sha256(canonical_json(known_))}}.dump() + "\n");
  settle_outputs();  // it is there to outlive a signal
  is_saved_ = true;
  last_ = std::chrono::steady_clock::now();
}

void SearchMemory::remove() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove(path_, ignored);
}

Json number_to_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double number_from_json(const Json& value) {
  if (value.is_number()) return value.get<double>();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return value == "inf" ? infinity : value == "-inf" ? -infinity : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace iai
