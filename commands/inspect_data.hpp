#pragma once

#include <filesystem>
#include <optional>

#include "commands/result.hpp"
#include "formats/delimited.hpp"

namespace iai {

/// What a data set, an archive, an .npz archive or a delimited text file is; nothing when `path` is none of these.
/// @throws Error(input) when it is one and is damaged.
/// @param given  parts of the dialect that are told
std::optional<Report> inspect_data(const std::filesystem::path& path, const GivenDialect& given);

}  // namespace iai
