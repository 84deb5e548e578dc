#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "evaluator/data/box_check.hpp"
#include "evaluator/data/data_set.hpp"
#include "evaluator/profile/table_profile.hpp"

namespace iai {

/// Something that a person should look at before a model sees the data.
struct Finding {
  std::string kind;  ///< duplicate_file, error_words, odd_cells, widened, missing_cells, ragged_rows, repeated_header, summary_row, broken_lines, stood_still,
                     ///< far_value, clocks_put_back ...
  std::string file, column;
  std::int64_t row = 0;    ///< first data row of it, 0: the whole file
  std::int64_t count = 0;  ///< how often
  std::string text;        ///< what it is
  std::int64_t line = 0;   ///< of the file, from 1, where it is a single cell or line of text; 0: it is not
  std::uint64_t byte = 0;  ///< its first
};

struct IngestedData {
  DataSet data;                         ///< without `manifest` and `sources`
  std::vector<std::string> read_names;  ///< file names in the order of reading, which DataPlace::file counts
  std::vector<std::size_t> listed;      ///< of each of these, how many bytes name the file on disk; the rest is its entry
  std::vector<TableProfile> tables;     ///< by the name of their first file
  std::vector<Finding> file_findings;   ///< about single files, in the order of reading
  BoxCheck boxes;                       ///< images and labels
  std::vector<Finding> label_findings;  ///< between those
  std::vector<Finding> findings;        ///< all
  std::uint64_t new_in_store = 0;       ///< bytes that the store gained; data.copies names the copies
};

enum class NeedTable { no, yes };

struct IngestOptions {
  GivenDialect dialect;             ///< how delimited text is written, as far as it is told
  std::vector<std::string> names;   ///< for files without a header that have as many columns
  int threads = 0;                  ///< 0: all cores; the result is the same
  NeedTable need = NeedTable::yes;  ///< is it an error when nothing is a table or a tensor? Not where the whole has others
  std::filesystem::path store;      ///< a copy of every file goes to this store; empty: none
  /// Called now and then with the bytes read so far and of how many, 0 where archives hide that; or empty.
  std::function<void(std::uint64_t bytes, std::uint64_t total)> progress;
};

/// Reads every byte of `paths` once: digests, dialects, rows, column profiles. Files are read in the order of their names
/// whatever the order of `paths`, archives entry by entry. Memory grows with files and columns, not with rows.
/// Copies are made of the bytes that are digested, in the same reading; archives are copied as they are, before they are read.
/// @throws Error(input) when a path is missing, an archive is refused, or nothing in `paths` is a table or a tensor; when a
/// file that is copied changes meanwhile, or its place in the store holds other bytes.
IngestedData ingest(const std::vector<std::filesystem::path>& paths, const IngestOptions& options = {});

/// The same of files that were listed, in their order. @param given  what the user named, for errors
IngestedData ingest_files(const std::vector<ListedFile>& files, const std::string& given, const IngestOptions& options = {});

/// All files were read or merged: sorts files and tables, and finds what stands out.
void complete(IngestedData& ingested);

/// Is what `reader` found a table of values? Prose and program text come out as one text column, or as columns of text
/// that few lines agree on.
bool is_table(const DelimitedReader& reader);

/// The text of profile.json ("iai.profile/1", canonical JSON).
std::string profile_text(IngestedData& ingested);
/// A contract that the data meet, with what was observed as comments to begin from.
std::string draft_contract(IngestedData& ingested);
/// What stands out in files and profiles, in a fixed order.
std::vector<Finding> find_faults(IngestedData& ingested);

}  // namespace iai
