#include "evaluator/data/unique_keys.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <queue>
#include <tuple>

#include "formats/error.hpp"

namespace iai {
namespace {

bool before(const UniqueKey& a, const UniqueKey& b) {
  return std::tie(a.hash, a.file, a.row) < std::tie(b.hash, b.file, b.row);
}

[[noreturn]] void cannot_spill() {
  throw Error(ErrorKind::environment, std::string("the temporary file for the uniqueness check: ") + std::strerror(errno),
              "free some space in /tmp");
}

std::FILE* temporary_file() {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) cannot_spill();
  return file;
}

/// A sorted run in the file, read block by block.
class Run {
 public:
  Run(std::FILE* file, std::uint64_t first, std::uint64_t count) : file_(file), next_(first), left_(count) { advance(); }
  const std::optional<UniqueKey>& head() const { return head_; }
  void advance() {
    if (at_ == block_.size()) load();
    if (at_ < block_.size()) head_ = block_[at_++];
    else head_.reset();
  }

 private:
  void load() {
    block_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left_, 4096)));
    at_ = 0;
    if (block_.empty()) return;
    if (fseeko(file_, static_cast<off_t>(next_ * sizeof(UniqueKey)), SEEK_SET) != 0 ||
        std::fread(block_.data(), sizeof(UniqueKey), block_.size(), file_) != block_.size())
      cannot_spill();
    next_ += block_.size();
    left_ -= block_.size();
  }
  std::FILE* file_;
  std::uint64_t next_, left_;
  std::vector<UniqueKey> block_;
  std::size_t at_ = 0;
  std::optional<UniqueKey> head_;
};

/// Passes on what equals the first key of its group.
class Groups {
 public:
  explicit Groups(const std::function<void(const UniqueKey&, const UniqueKey&)>& visit) : visit_(visit) {}
  void take(const UniqueKey& key) {
    if (first_ && first_->hash == key.hash) visit_(*first_, key);
    else first_ = key;
  }

 private:
  const std::function<void(const UniqueKey&, const UniqueKey&)>& visit_;
  std::optional<UniqueKey> first_;
};

}  // namespace

void UniqueKeys::add(const UniqueKey& key) {
  if (keys_.size() == most_in_memory_) spill();
  keys_.push_back(key);
}

void UniqueKeys::sort_keys() { std::sort(keys_.begin(), keys_.end(), before); }

void UniqueKeys::spill() {
  if (!file_) file_.reset(temporary_file());
  sort_keys();
  const std::uint64_t first = runs_.empty() ? 0 : runs_.back().first + runs_.back().second;
  if (fseeko(file_.get(), static_cast<off_t>(first * sizeof(UniqueKey)), SEEK_SET) != 0 ||
      std::fwrite(keys_.data(), sizeof(UniqueKey), keys_.size(), file_.get()) != keys_.size())
    cannot_spill();
  runs_.emplace_back(first, keys_.size());
  keys_.clear();
}

void UniqueKeys::for_each_repeated(const std::function<void(const UniqueKey&, const UniqueKey&)>& visit) {
  Groups groups(visit);
  if (!file_) {
    sort_keys();
    for (const auto& key : keys_) groups.take(key);
    return;
  }
  spill();
  if (std::fflush(file_.get()) != 0) cannot_spill();
  std::vector<Run> runs;
  for (const auto& [first, count] : runs_) runs.emplace_back(file_.get(), first, count);
  const auto later = [&](std::size_t a, std::size_t b) { return before(*runs[b].head(), *runs[a].head()); };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> queue(later);
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (runs[i].head()) queue.push(i);
  while (!queue.empty()) {
    const auto next = queue.top();
    queue.pop();
    groups.take(*runs[next].head());
    runs[next].advance();
    if (runs[next].head()) queue.push(next);
  }
}

}  // namespace iai
