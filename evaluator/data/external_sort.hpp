#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "evaluator/data/temporary_file.hpp"

namespace iai {

/// Sorts records of one size, whatever their number: at most `most_in_memory` stay in memory, the rest lies in sorted runs
/// in a temporary file without a name, which are merged when they are read back. `Before` is a strict order of all records, so
/// that the result does not depend on how they were cut into runs.
template <class Record, class Before>
class ExternalSort {
 public:
  explicit ExternalSort(std::size_t most_in_memory) : most_in_memory_(most_in_memory) {}

  void add(const Record& record) {
    if (records_.size() == most_in_memory_) spill();
    records_.push_back(record);
  }

  /// Every record, in order. Ends the work. @throws Error(environment) when the temporary file cannot be written or read.
  template <class Visit>
  void for_each(Visit visit) {
    if (file_.empty()) {
      std::sort(records_.begin(), records_.end(), Before());
      for (const auto& record : records_) visit(record);
    } else {
      spill();
      merge(visit);
    }
    std::vector<Record>().swap(records_);
    file_.clear();
    runs_.clear();
  }

 private:
  /// A sorted run in the file, read block by block.
  class Run {
   public:
    Run(TemporaryFile<Record>& file, std::uint64_t first, std::uint64_t count, std::size_t block) : file_(&file), next_(first), left_(count), most_(block) {
      advance();
    }
    const std::optional<Record>& head() const { return head_; }
    void advance() {
      if (at_ == block_.size()) load();
      if (at_ < block_.size()) head_ = block_[at_++];
      else head_.reset();
    }

   private:
    void load() {
      block_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left_, most_)));
      at_ = 0;
      if (block_.empty()) return;
      file_->read(next_, block_);
      next_ += block_.size();
      left_ -= block_.size();
    }
    TemporaryFile<Record>* file_;
    std::uint64_t next_, left_;
    std::size_t most_, at_ = 0;
    std::vector<Record> block_;
    std::optional<Record> head_;
  };

  void spill() {
    std::sort(records_.begin(), records_.end(), Before());
    runs_.emplace_back(file_.append(records_), records_.size());
    records_.clear();
  }

  template <class Visit>
  void merge(Visit visit) {
    std::vector<Run> runs;
    const auto block = std::clamp<std::size_t>(most_in_memory_ / runs_.size(), 16, 4096);  // all runs together take no more than one did
    for (const auto& [first, count] : runs_) runs.emplace_back(file_, first, count, block);
    const auto later = [&](std::size_t a, std::size_t b) { return Before()(*runs[b].head(), *runs[a].head()); };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> queue(later);
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (runs[i].head()) queue.push(i);
    while (!queue.empty()) {
      const auto next = queue.top();
      queue.pop();
      visit(*runs[next].head());
      runs[next].advance();
      if (runs[next].head()) queue.push(next);
    }
  }

  std::size_t most_in_memory_;
  std::vector<Record> records_;
  TemporaryFile<Record> file_{"rows are sorted in"};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs_;  // first record and number of records of each run
};

}  // namespace iai
