#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "formats/archive.hpp"
#include "formats/delimited.hpp"
#include "formats/digest.hpp"
#include "formats/tensor.hpp"
#include "formats/tensor_file.hpp"

namespace iai {

enum class DataFileKind {
  delimited,   ///< text table: dialect, columns and rows are known
  json_lines,  ///< one JSON object a line: columns and rows are known
  columnar,    ///< Parquet, Arrow IPC: format, columns and rows are known
  tensor,      ///< NPY array, or one array of an NPZ archive: type and shape are known
  tensors,     ///< WAV, HDF5, MATLAB: format and tensors are known
  image,       ///< PNG, JPEG, TIFF: format and pages are known; read as a row a page
  labels,      ///< boxes around what images show: COCO, YOLO, Pascal VOC
  other,       ///< digested, not read
};
std::string data_file_kind_name(DataFileKind kind);
/// Does the manifest keep its columns?
constexpr bool has_layout(DataFileKind kind) { return kind == DataFileKind::delimited || kind == DataFileKind::json_lines || kind == DataFileKind::columnar; }
/// Is a file of this kind read as rows and columns?
constexpr bool is_table(DataFileKind kind) { return has_layout(kind) || kind == DataFileKind::image; }

/// One file of a data set, or one entry of an archive in it.
struct DataFile {
  std::string name;  ///< relative, '/' between parts: "bench-2026.zip/P1/2026-03-02_0800.csv"
  std::uint64_t bytes = 0;
  std::string sha256;
  DataFileKind kind = DataFileKind::other;
  std::int64_t rows = 0;                      ///< data rows, or length of axis 0
  Dialect dialect;                            ///< delimited only
  std::vector<Column> columns;                ///< tables only
  ElementType type = ElementType::undefined;  ///< tensor only
  std::vector<std::int64_t> shape;            ///< tensor only
  std::string format;                         ///< columnar, tensors, image, labels: "Parquet", "WAV", "PNG", "COCO" ...
  std::vector<TensorEntry> tensors;           ///< tensors; pages of an image
};

/// A copy of a source file (an archive as a whole) in a store, formats/content_store.hpp.
struct StoredCopy {
  std::string name;  ///< as list_files gives it
  std::uint64_t bytes = 0;
  std::string sha256;           ///< by which the store knows it
  std::filesystem::path store;  ///< its folder
};

/// What `iai ingest` wrote down about files that stay where they are.
///
/// The folder holds manifest.json ("schema": "iai.manifest/1"), which names and digests the files and says nothing of
/// where they lie, so that the same data have the same manifest on every machine; and sources.json
/// ("iai.sources/1"), the ingested paths as given: absolute ones as they are, others relative to the data set's folder; and
/// the copies that were made of them, which are read where a source is gone.
struct DataSet {
  std::filesystem::path manifest;              ///< DIR/manifest.json; this file's digest identifies the data set in records
  std::vector<std::filesystem::path> sources;  ///< the ingested paths, ready to be opened
  std::vector<StoredCopy> copies;              ///< of the files in them; sorted by name
  std::vector<DataFile> files;                 ///< sorted by name, each name once
  std::string root_digest;                     ///< OpenSSF root digest over `files`
  std::int64_t rows() const;                   ///< of all tables and tensors
  std::uint64_t bytes() const;
};

/// `path`: the folder that ingest made, or the manifest in it.
/// @throws Error(input) when it is no data set, or the manifest is damaged (a digest of the wrong form, unsorted names).
DataSet read_data_set(const std::filesystem::path& path);
/// Is this a folder that ingest made (it holds manifest.json), or such a manifest?
bool is_data_set(const std::filesystem::path& path);

/// Root digest of files sorted by name. @source OpenSSF Model Signing v1.0, as formats/digest.hpp
std::string data_root_digest(const std::vector<DataFile>& files);
/// The text of manifest.json: canonical JSON. Files written the same way share one entry of "layouts".
std::string manifest_text(const DataSet& data);
/// The text of sources.json for a data set that will lie in `folder`.
std::string sources_text(const std::vector<std::filesystem::path>& sources, const std::filesystem::path& folder, const std::vector<StoredCopy>& copies = {});

/// Visits the tables of the data set with the dialect and columns of the manifest: files sorted by name, each
/// archive once and its entries in archive order. Every byte is digested on the way, also what the visitor left unread.
/// @param adjust  may change how a file is read (the types of its columns) before it is opened; or empty
/// @throws Error(input) naming the file when it is missing or is no longer what the manifest says.
void for_each_table(const DataSet& data, const std::function<void(const DataFile& file, RowReader& rows)>& visit,
                    const std::function<void(const DataFile& file, DelimitedOptions& options)>& adjust = {});
/// The same for the files that are wanted, as bytes.
void for_each_file_of(const DataSet& data, const std::function<bool(const DataFile& file)>& wanted,
                      const std::function<void(const DataFile& file, ByteStream& stream)>& visit);

}  // namespace iai
