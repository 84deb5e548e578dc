#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace iai {

/// A whole file in memory, read-only; `owner` keeps the map alive.
struct MappedFile {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

/// @throws Error(input) naming the file when it is missing, empty, a folder, a device or unreadable.
MappedFile map_file(const std::filesystem::path& path);

}  // namespace iai
