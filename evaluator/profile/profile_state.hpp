#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluator/profile/ingest.hpp"

namespace iai {

/// profile.state: what a profile was made of (counts, exact sums, sketches), so that profiles of parts can be merged to that of
/// the whole. Binary, as state_stream.hpp says: magic and version, root digest of the manifest, files in the order of reading,
/// tables, findings of single files, images and labels, SHA-256 of all before. It holds hashes of values, numbers and the
/// words of columns with few of them: as confidential as the data.
std::filesystem::path state_path(const std::filesystem::path& folder);

/// A file of a data set as it was read.
struct ReadFile {
  std::string name;        ///< as in the manifest
  std::size_t listed = 0;  ///< how many bytes of it name the file on disk; the rest is the archive's entry
};

/// Writes the state of what was ingested or merged to `path`.
void write_state(IngestedData& ingested, const std::filesystem::path& path);

/// The files of a state in the order in which they were read.
/// @param data  the manifest beside it  @throws Error(input) when the state is missing, damaged or of other data.
std::vector<ReadFile> read_state_files(const std::filesystem::path& path, const DataSet& data);

/// The whole state: tables, findings, images and labels.
/// @param order  the places that its files shall have, ascending as they were read
IngestedData read_state(const std::filesystem::path& path, const DataSet& data, const std::vector<std::size_t>& order);

}  // namespace iai
