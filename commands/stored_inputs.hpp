#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace iai {

/// The stores that records name (`ingest --copy`), each once.
std::vector<std::filesystem::path> recorded_stores(const Registry& registry);

/// The copy in one of the stores whose bytes have this digest; nothing when there is none. The copy is read.
std::optional<std::filesystem::path> find_copy(const std::vector<std::filesystem::path>& stores, const std::string& sha256);

}  // namespace iai
