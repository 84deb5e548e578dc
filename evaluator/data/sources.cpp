#include "evaluator/data/sources.hpp"

#include <algorithm>
#include <map>

#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// As sources.json names a path: absolute as given, others from the data set's folder.
std::string written_path(const fs::path& path, const fs::path& folder) {
  // A link keeps its own name: entries of the manifest begin with it.
  const fs::path whole = fs::absolute(path);
  const fs::path place = fs::is_directory(whole) ? fs::weakly_canonical(whole) : fs::weakly_canonical(whole.parent_path()) / whole.filename();
  return path.is_absolute() ? place.generic_string() : place.lexically_relative(fs::weakly_canonical(fs::absolute(folder))).generic_string();
}

StoredCopy parse_copy(const Json& json, const fs::path& store) {
  StoredCopy copy{json.at("name").get<std::string>(), json.at("bytes").get<std::uint64_t>(), json.at("sha256").get<std::string>(), store};
  if (copy.sha256.size() != 64 || copy.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw Error(ErrorKind::input, "the digest of " + copy.name);
  return copy;
}

void parse(const Json& json, const fs::path& folder, DataSet& data) {
  for (const auto& source : json.at("sources")) data.sources.push_back(folder / source.get<std::string>());
  if (!json.contains("copies")) return;
  for (const auto& store : json.at("copies"))
    for (const auto& file : store.at("files")) data.copies.push_back(parse_copy(file, folder / store.at("store").get<std::string>()));
  std::sort(data.copies.begin(), data.copies.end(), [](const StoredCopy& a, const StoredCopy& b) { return a.name < b.name; });
}

}  // namespace

std::string sources_text(const std::vector<fs::path>& sources, const fs::path& folder, const std::vector<StoredCopy>& copies) {
  Json list = Json::array();
  for (const auto& source : sources) list.push_back(written_path(source, folder));
  std::sort(list.begin(), list.end());  // the order of the command line is no matter
  list.erase(std::unique(list.begin(), list.end()), list.end());
  Json text{{"schema", "iai.sources/1"}, {"sources", std::move(list)}};
  std::map<std::string, Json> stores;
  for (const auto& copy : copies) {
    auto& files = stores.try_emplace(written_path(copy.store, folder), Json::array()).first->second;
    files.push_back({{"name", copy.name}, {"bytes", copy.bytes}, {"sha256", copy.sha256}});
  }
  for (auto& [store, files] : stores) text["copies"].push_back({{"store", store}, {"files", std::move(files)}});
  return canonical_json(text) + "\n";
}

void read_sources(const fs::path& folder, DataSet& data) {
  const fs::path file = folder / "sources.json";
  std::error_code failure;
  if (!fs::is_regular_file(file, failure)) return;
  const auto damaged = [&](const std::string& how) { return Error(ErrorKind::input, file.string() + ": damaged: " + how, "ingest the data again"); };
  const Json json = read_json(file);
  try {
    parse(json, folder, data);
  } catch (const Json::exception& what) {
    throw damaged(what.what());
  } catch (const Error& what) {
    throw damaged(what.message());
  }
}

}  // namespace iai
