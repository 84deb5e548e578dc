#include "commands/stored_inputs.hpp"

#include <set>

#include "formats/content_store.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

std::vector<fs::path> recorded_stores(const Registry& registry) {
  std::set<fs::path> stores;
  for (const Record& record : registry.list()) {
    const auto store = record.options.find("store");
    if (record.verb == "ingest" && store != record.options.end() && store->is_string())
      stores.insert((registry.project_folder() / record.folder / store->get<std::string>()).lexically_normal());
  }
  return {stores.begin(), stores.end()};
}

std::optional<fs::path> find_copy(const std::vector<fs::path>& stores, const std::string& sha256) {
  for (const auto& store : stores) {
    const auto copy = ContentStore(store).path_of(sha256);
    try {
      std::error_code failure;
      if (fs::is_regular_file(copy, failure) && sha256_file(copy) == sha256) return copy;
    } catch (const Error&) {  // one that cannot be read is none
    }
  }
  return std::nullopt;
}

}  // namespace iai
