#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "formats/json.hpp"

namespace iai {

/// What a search measured, by what was measured. With a file, a search that was interrupted goes on from it: it is written at most once a
/// second while the search lasts, whole or not at all, and outlives the process.
class SearchMemory {
 public:
  /// In memory only.
  SearchMemory() noexcept(false) = default;
  /// @param path      read where it exists
  /// @param identity  an object: what the measurements depend on (digests, options, versions)
  /// @throws Error(usage) naming the first entry of `identity` in which the file differs; Error(input) when it is no such file.
  SearchMemory(std::filesystem::path path, Json identity);

  /// What is known of `what`, else what `measure` says, which is remembered. Numbers that JSON has no words for: number_to_json.
  Json remember(const Json& what, const std::function<Json()>& measure);
  /// Measurements that the file held.
  std::size_t read_count() const { return read_count_; }
  /// Writes the file now, if there is one and anything is new.
  void save();
  /// The search is done.
  void remove();

 private:
  std::filesystem::path path_;
  Json identity_;
  std::map<std::string, Json> known_;
  std::size_t read_count_ = 0;
  bool is_saved_ = true;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Infinities and NaN as "inf", "-inf" and "nan".
Json number_to_json(double value);
double number_from_json(const Json& value);

}  // namespace iai
