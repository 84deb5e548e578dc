#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace iai {

/// Rows of numbers in a temporary file without a name, so that memory holds none of them, and nothing is left behind however
/// the process ends. Written first, then read, from several threads.
class RowSpool {
 public:
  /// @param width  numbers in a row. @throws Error(environment) when the folder for temporary files cannot be written.
  explicit RowSpool(std::size_t width);
  ~RowSpool();
  RowSpool(const RowSpool&) = delete;
  RowSpool& operator=(const RowSpool&) = delete;

  void append(std::span<const double> row);
  /// Ends the writing and maps what was written.
  void finish();
  std::int64_t rows() const { return rows_; }
  /// Tells that about `rows` rows were looked at. Every few megabytes their pages are given back: they stay in the file, and
  /// in the system's cache as long as nobody else needs the memory. Any thread may call it at any time.
  void looked_at(std::int64_t rows) const;
  std::span<const double> row(std::int64_t index) const { return {map_ + static_cast<std::size_t>(index) * width_, width_}; }

 private:
  void flush();
  std::size_t width_;
  int descriptor_ = -1;
  std::vector<double> buffer_;
  std::int64_t rows_ = 0;
  const double* map_ = nullptr;
  std::size_t bytes_ = 0;
  mutable std::atomic<std::size_t> looked_at_ = 0;  // bytes since pages were given back
};

}  // namespace iai
