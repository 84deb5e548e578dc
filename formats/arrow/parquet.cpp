// Of the module iai_arrow.so, see formats/module.hpp.
#include <algorithm>

#include <arrow/buffer.h>
#include <arrow/io/file.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include "formats/arrow/batches.hpp"

namespace iai {
namespace {

constexpr std::int64_t batch_bytes = 4 << 20, most_batch_rows = 16'384, fewest_batch_rows = 16;

/// Rows that are decoded at once, by the bytes that the fullest row group states.
std::int64_t batch_rows(const parquet::FileMetaData& metadata) {
  std::int64_t row_bytes = 1;
  for (int group = 0; group < metadata.num_row_groups(); ++group) {
    const auto part = metadata.RowGroup(group);
    if (part->num_rows() > 0) row_bytes = std::max(row_bytes, part->total_byte_size() / part->num_rows());
  }
  return std::clamp(batch_bytes / row_bytes, fewest_batch_rows, most_batch_rows);
}

void add_columns(const parquet::arrow::SchemaField& field, std::vector<int>& columns) {
  if (field.column_index >= 0) columns.push_back(field.column_index);
  for (const auto& child : field.children) add_columns(child, columns);
}

class ParquetSource : public BatchSource {
 public:
  ParquetSource(const std::filesystem::path& path, const ArrowErrors& errors, arrow::MemoryPool* pool) : errors_(errors) {
    auto file = errors.take(arrow::io::ReadableFile::Open(path.string(), pool));
    refuse_encrypted(*file);
    parquet::ReaderProperties how(pool);
    how.enable_buffered_stream();
    how.set_page_checksum_verification(true);
    parquet::arrow::FileReaderBuilder builder;
    errors.check(builder.Open(std::move(file), how));
    const auto metadata = builder.raw_reader()->metadata();
    if (metadata->is_encryption_algorithm_set()) refuse();
    parquet::ArrowReaderProperties typed(/*use_threads=*/false);
    typed.set_pre_buffer(false);
    typed.set_batch_size(batch_rows(*metadata));
    // Years that 64 bits of nanoseconds do not reach are odd cells, not other years.
    typed.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
    reader_ = errors.take(builder.memory_pool(pool)->properties(typed)->Build());
    std::shared_ptr<arrow::Schema> schema;
    errors.check(reader_->GetSchema(&schema));
    choose(*schema, errors);
    describe(*metadata);
    groups_ = metadata->num_row_groups();
    for (const int field : leaves_.fields) add_columns(reader_->manifest().schema_fields.at(static_cast<std::size_t>(field)), columns_);
  }

  std::string format() const override { return "Parquet"; }

  /// A row group after the other: where one is damaged, those before it are whole.
  std::shared_ptr<arrow::RecordBatch> next() override {
    for (;;) {
      if (batches_)
        if (auto batch = errors_.take(batches_->Next())) return batch;
      batches_.reset();
      if (next_group_ == groups_) return nullptr;
      batches_ = errors_.take(reader_->GetRecordBatchReader({next_group_++}, columns_));
    }
  }

 private:
  [[noreturn]] void refuse() const { errors_.fail("is encrypted", "decrypt it where its keys are, and give the plain file"); }

  /// @source Apache Parquet, "Parquet Modular Encryption": files with an encrypted footer end in PARE
  void refuse_encrypted(arrow::io::ReadableFile& file) const {
    const auto size = errors_.take(file.GetSize());
    if (size < 12) errors_.fail("is too short for Parquet: it has no footer");
    const auto end = errors_.take(file.ReadAt(size - 4, 4));
    if (end->ToString() == "PARE") refuse();
    if (end->ToString() != "PAR1") errors_.fail("has no footer: it was cut off, or its writer did not end");
  }

  void describe(const parquet::FileMetaData& metadata) {
    declared_rows_ = metadata.num_rows();
    state("created by", metadata.created_by());
    state("rows", fmt::format("{}", metadata.num_rows()));
    state("row groups", fmt::format("{}", metadata.num_row_groups()));
    if (metadata.num_row_groups() > 0 && metadata.num_columns() > 0)
      state("compression", arrow::util::Codec::GetCodecAsString(metadata.RowGroup(0)->ColumnChunk(0)->compression()));
    state_metadata(metadata.key_value_metadata().get());
  }

  const ArrowErrors& errors_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;  // of the current row group
  std::vector<int> columns_;
  int groups_ = 0, next_group_ = 0;
};

}  // namespace

std::unique_ptr<BatchSource> open_parquet(const std::filesystem::path& path, const ArrowErrors& errors, arrow::MemoryPool* pool) {
  return std::make_unique<ParquetSource>(path, errors, pool);
}

}  // namespace iai
