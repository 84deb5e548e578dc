#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/data/data_set.hpp"
#include "formats/digest_cache.hpp"

namespace iai {

/// A file as it was looked at.
struct StampedFile {
  ListedFile file;
  FileStamp stamp;
};

/// What a folder holds, beside the data set that was made of it.
struct FolderNews {
  std::vector<StampedFile> complete;  ///< all that nothing writes to any more, by name
  std::vector<StampedFile> fresh;     ///< those of them that the data set does not hold
  std::vector<std::string> changed;   ///< those that it holds with other bytes
  std::vector<std::string> gone;      ///< files of the data set that the folder holds no more
  std::size_t unfinished = 0;         ///< files left for later
};

/// A folder that grows, and the data set that follows it.
///
/// A file counts as complete when neither its content nor its name has changed for a while; names that programs give to what
/// they have not written yet (".x", "x.part", "x.tmp" ...) never do. A file of the data set is taken for unchanged when it has
/// its size and was last touched before the data set was written, or as it was when it was last found equal; else it is read.
class FollowedFolder {
 public:
  enum class Begin { anew, with_data_set };
  /// @param settle  for how long a file must have stood still
  /// @throws Error(input) when what is at `data_set` is no data set, keeps no state or was made of something else, unless to
  /// begin anew.
  FollowedFolder(std::filesystem::path folder, std::filesystem::path data_set, std::chrono::nanoseconds settle, Begin begin);
  /// @throws Error(input) when the folder cannot be listed, or a file in it not be read.
  FolderNews look();
  bool has_data_set() const { return data_.has_value(); }
  /// Acts as if there were no data set.
  void forget_data_set();
  /// Are files still as look() saw them? @throws Error(input) naming one that is not.
  static void check_unchanged(const std::vector<StampedFile>& files);
  /// The data set was written, and now holds `files`.
  void note_written(const std::vector<StampedFile>& files);
  /// They are archives without a file.
  void note_empty(const std::vector<StampedFile>& files);

 private:
  struct Known {
    std::vector<const DataFile*> files;  // the file, or the archive's entries
    bool is_archive = false;
    std::optional<FileStamp> stamp;  // with which it was found equal
  };
  void load();
  bool is_unchanged(const StampedFile& file, Known& known) const;

  std::filesystem::path folder_, path_;
  std::int64_t settle_ns_, written_ns_ = 0;
  std::optional<DataSet> data_;
  std::map<std::string, Known, std::less<>> known_;  // by name on disk
};

}  // namespace iai
