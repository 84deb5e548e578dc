#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "formats/delimited.hpp"
#include "formats/tensor.hpp"

namespace iai {

enum class DataFileKind {
  delimited,  ///< text table: dialect, columns and rows are known
  tensor,     ///< NPY array, or one array of an NPZ archive: type and shape are known
  other,      ///< digested, not read
};

/// One file of a data set, or one entry of an archive in it.
struct DataFile {
  std::string name;            ///< relative, '/' between parts: "bench-2026.zip/P1/2026-03-02_0800.csv"
  std::uint64_t bytes = 0;
  std::string sha256;
  DataFileKind kind = DataFileKind::other;
  std::int64_t rows = 0;       ///< data rows, or length of axis 0
  Dialect dialect;             ///< delimited only
  std::vector<Column> columns; ///< delimited only
  ElementType type = ElementType::undefined;  ///< tensor only
  std::vector<std::int64_t> shape;            ///< tensor only
};

/// What `iai ingest` wrote down about files that stay where they are ("schema": "iai.manifest/1").
struct DataSet {
  std::filesystem::path manifest;              ///< DIR/manifest.json; this file's digest identifies the data set in records
  std::vector<std::filesystem::path> sources;  ///< the ingested paths, resolved against the manifest's folder
  std::vector<DataFile> files;                 ///< sorted by name
  std::string root_digest;                     ///< OpenSSF root digest over `files`
};

/// `path`: the folder that ingest made, or the manifest in it. @throws Error(input) when it is no data set.
DataSet read_data_set(const std::filesystem::path& path);
/// Is this a folder that ingest made (it holds manifest.json), or such a manifest?
bool is_data_set(const std::filesystem::path& path);

/// Visits the delimited files of the data set in the order of `files`, with the dialect and columns of the manifest.
/// @throws Error(input) naming the file when it is missing or its size is not the manifest's.
void for_each_table(const DataSet& data, const std::function<void(const DataFile& file, DelimitedReader& rows)>& visit);

}  // namespace iai
