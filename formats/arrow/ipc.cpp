// Of the module iai_arrow.so, see formats/module.hpp.
#include <arrow/buffer.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>

#include "formats/arrow/batches.hpp"

namespace iai {
namespace {

constexpr std::int64_t magic_bytes = 8;  // "ARROW1" and two zeros, before the same messages as in a stream
constexpr std::string_view end_of_stream("\xFF\xFF\xFF\xFF\0\0\0\0", 8);

arrow::ipc::IpcReadOptions options(arrow::MemoryPool* pool, const std::vector<int>& fields = {}) {
  auto how = arrow::ipc::IpcReadOptions::Defaults();
  how.memory_pool = pool;
  how.use_threads = false;
  how.ensure_alignment = arrow::ipc::Alignment::kDataTypeSpecificAlignment;
  how.included_fields = fields;
  return how;
}

/// Mapped: batches of any size that are not compressed take no memory of their own.
std::shared_ptr<arrow::io::MemoryMappedFile> map(const std::filesystem::path& path, const ArrowErrors& errors) {
  return errors.take(arrow::io::MemoryMappedFile::Open(path.string(), arrow::io::FileMode::READ));
}

class FileSource : public BatchSource {
 public:
  FileSource(const std::filesystem::path& path, const ArrowErrors& errors, arrow::MemoryPool* pool) : errors_(errors) {
    const auto file = map(path, errors);
    reader_ = errors.take(arrow::ipc::RecordBatchFileReader::Open(file, options(pool)));
    choose(*reader_->schema(), errors);
    state("record batches", fmt::format("{}", reader_->num_record_batches()));
    state_metadata(reader_->metadata().get());
    state_metadata(reader_->schema()->metadata().get());
    reader_ = errors.take(arrow::ipc::RecordBatchFileReader::Open(file, options(pool, leaves_.fields)));
  }
  std::string format() const override { return "Arrow IPC"; }
  std::shared_ptr<arrow::RecordBatch> next() override {
    if (next_ == reader_->num_record_batches()) return nullptr;
    return errors_.take(reader_->ReadRecordBatch(next_++));
  }

 private:
  const ArrowErrors& errors_;
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> reader_;
  int next_ = 0;
};

class StreamSource : public BatchSource {
 public:
  /// @param from  where the first message begins
  StreamSource(const std::filesystem::path& path, std::int64_t from, const ArrowErrors& errors, arrow::MemoryPool* pool) : errors_(errors) {
    const auto open = [&](const std::vector<int>& fields) {
      const auto file = map(path, errors);
      errors.check(file->Seek(from));
      return errors.take(arrow::ipc::RecordBatchStreamReader::Open(file, options(pool, fields)));
    };
    reader_ = open({});
    choose(*reader_->schema(), errors);
    state_metadata(reader_->schema()->metadata().get());
    reader_ = open(leaves_.fields);
    const auto file = map(path, errors);
    const auto size = errors.take(file->GetSize());
    if (from > 0) leaves_.faults.push_back({"truncated", "its footer is missing or damaged: the batches that are there are read"});
    else if (size < 8 || errors.take(file->ReadAt(size - 8, 8))->ToString() != end_of_stream)
      leaves_.faults.push_back({"truncated", "it has no end mark: its writer did not end"});
  }
  std::string format() const override { return "Arrow IPC stream"; }
  std::shared_ptr<arrow::RecordBatch> next() override {
    std::shared_ptr<arrow::RecordBatch> batch;
    errors_.check(reader_->ReadNext(&batch));
    return batch;
  }

 private:
  const ArrowErrors& errors_;
  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> reader_;
};

}  // namespace

std::unique_ptr<BatchSource> open_arrow_file(const std::filesystem::path& path, const ArrowErrors& errors, arrow::MemoryPool* pool) {
  try {
    return std::make_unique<FileSource>(path, errors, pool);
  } catch (const Error& error) {
    // A logger that crashed writes no footer, and all that it wrote before is there.
    try {
      return std::make_unique<StreamSource>(path, magic_bytes, errors, pool);
    } catch (const Error&) {
      throw error;
    }
  }
}

std::unique_ptr<BatchSource> open_arrow_stream(const std::filesystem::path& path, const ArrowErrors& errors, arrow::MemoryPool* pool) {
  return std::make_unique<StreamSource>(path, 0, errors, pool);
}

}  // namespace iai
