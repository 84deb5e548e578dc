#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "formats/arrow/leaves.hpp"
#include "formats/arrow/status.hpp"

namespace iai {

/// A file as record batches of the columns that can be read.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  virtual std::string format() const = 0;
  /// Its columns; the first place in Leaf::path is that in a batch.
  const Leaves& leaves() const { return leaves_; }
  const std::vector<std::pair<std::string, std::string>>& properties() const { return properties_; }
  /// As the file states them, or -1.
  std::int64_t declared_rows() const { return declared_rows_; }
  /// Null at the end. Not validated. @throws Error(input)
  virtual std::shared_ptr<arrow::RecordBatch> next() = 0;

 protected:
  /// Keeps what can be read of the schema. @throws Error(input) when that is nothing
  void choose(const arrow::Schema& schema, const ArrowErrors& errors);
  /// A property by its name, if it can be shown.
  void state(const std::string& name, const std::string& value);
  void state_metadata(const arrow::KeyValueMetadata* metadata);

  Leaves leaves_;
  std::vector<std::pair<std::string, std::string>> properties_;
  std::int64_t declared_rows_ = -1;
};

std::unique_ptr<BatchSource> open_parquet(const std::filesystem::path& path, const ArrowErrors& errors, arrow::MemoryPool* pool);
std::unique_ptr<BatchSource> open_arrow_file(const std::filesystem::path& path, const ArrowErrors& errors, arrow::MemoryPool* pool);
std::unique_ptr<BatchSource> open_arrow_stream(const std::filesystem::path& path, const ArrowErrors& errors, arrow::MemoryPool* pool);

}  // namespace iai
