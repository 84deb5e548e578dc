#include "evaluator/profile/follow.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "evaluator/profile/profile_state.hpp"
#include "formats/digest_stream.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

// Between the last look at the files and the writing of the data set; clocks of file servers differ by less.
constexpr std::int64_t slack_ns = 10'000'000'000;

/// Names that loggers, browsers and copying programs give to files that they have not finished.
bool is_provisional(std::string_view name) {
  constexpr std::array endings{".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", "~"};
  const auto base = name.substr(name.find_last_of('/') + 1);
  return base.starts_with('.') || std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return base.ends_with(ending); });
}

std::int64_t now_ns() { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

FollowedFolder::FollowedFolder(fs::path folder, fs::path data_set, std::chrono::nanoseconds settle, Begin begin)
    : folder_(std::move(folder)), path_(std::move(data_set)), settle_ns_(settle.count()) {
  if (!fs::is_directory(folder_)) throw Error(ErrorKind::input, folder_.string() + ": is no folder", "name the folder that files come to");
  std::error_code failure;
  if (begin == Begin::with_data_set && fs::exists(path_, failure)) load();
}

void FollowedFolder::load() {
  data_ = read_data_set(path_);
  const bool is_its = data_->sources.size() == 1 && fs::weakly_canonical(data_->sources[0]) == fs::weakly_canonical(folder_);
  if (!is_its)
    throw Error(ErrorKind::input, path_.string() + ": was not made by following " + folder_.string(),
                "name another folder with -o; or pass --overwrite to begin anew");
  const auto files = read_state_files(state_path(path_), *data_);
  written_ns_ = FileStamp::of_file(data_->manifest).modified_ns;
  std::map<std::string, Known, std::less<>> known;
  for (const auto& file : files) {
    auto& one = known[file.name.substr(0, file.listed)];
    one.is_archive = file.listed < file.name.size();
    one.files.push_back(
        &*std::lower_bound(data_->files.begin(), data_->files.end(), file.name, [](const DataFile& a, const std::string& name) { return a.name < name; }));
  }
  for (const auto& [name, before] : known_) {
    const auto one = known.find(name);
    if (one != known.end()) one->second.stamp = before.stamp;
    else if (before.files.empty()) known.emplace(name, before);
  }
  known_ = std::move(known);
}

void FollowedFolder::forget_data_set() {
  data_.reset();
  known_.clear();
}

FolderNews FollowedFolder::look() {
  FolderNews news;
  const auto now = now_ns();
  std::vector<std::string_view> there;
  const auto files = list_files({folder_});
  for (const auto& file : files) {
    if (is_provisional(file.name)) continue;
    there.push_back(file.name);
    const auto known = known_.find(file.name);
    StampedFile one{file, FileStamp::of_file(file.path)};
    if (now - std::max(one.stamp.changed_ns, std::int64_t{0}) < settle_ns_) {
      ++news.unfinished;
      continue;
    }
    if (known == known_.end()) news.fresh.push_back(one);
    else if (!is_unchanged(one, known->second)) news.changed.push_back(file.name);
    news.complete.push_back(std::move(one));
  }
  for (const auto& [name, known] : known_)
    if (!std::binary_search(there.begin(), there.end(), std::string_view(name))) news.gone.push_back(name);
  return news;
}

bool FollowedFolder::is_unchanged(const StampedFile& file, Known& known) const {
  if (known.stamp == file.stamp) return true;
  const bool is_older = std::max(file.stamp.changed_ns, file.stamp.modified_ns) < written_ns_ - slack_ns;
  bool same = known.is_archive || file.stamp.bytes == known.files[0]->bytes;
  if (same && !(is_older && !known.stamp)) {
    std::size_t entries = 0;
    for_each_entry(file.file, {}, [&](const std::string& name, ByteStream& source) {
      DigestStream stream(source);
      stream.drain();
      const auto* held = entries < known.files.size() ? known.files[entries++] : nullptr;
      same = same && held != nullptr && held->name == name && held->sha256 == stream.sha256();
    });
    same = same && entries == known.files.size();
  }
  if (same) known.stamp = file.stamp;
  return same;
}

void FollowedFolder::check_unchanged(const std::vector<StampedFile>& files) {
  for (const auto& file : files)
    if (FileStamp::of_file(file.file.path) != file.stamp)
      throw Error(ErrorKind::input, file.file.path.string() + ": changed while it was read",
                  "ingest it when nothing writes to it any more; a longer --settle waits for that");
}

void FollowedFolder::note_empty(const std::vector<StampedFile>& files) {
  for (const auto& file : files) known_[file.file.name] = {{}, true, file.stamp};
}

void FollowedFolder::note_written(const std::vector<StampedFile>& files) {
  load();
  for (const auto& file : files)
    if (const auto known = known_.find(file.file.name); known != known_.end()) known->second.stamp = file.stamp;
}

}  // namespace iai
