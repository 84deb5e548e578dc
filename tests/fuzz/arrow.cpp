// Parquet and Arrow IPC: rows in order, as many cells as rows in every column, or an error about the file.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "formats/columnar.hpp"
#include "formats/error.hpp"

extern "C" iai::ColumnarFile* iai_open_columnar(iai::ColumnarKind kind, const std::filesystem::path& path, const std::string& name, std::uint64_t memory);

/// Arrow is not built with the sanitizers: memory that it asks for is bounded here by its pool only.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1:detect_leaks=0"; }

namespace {

bool is_whole(const iai::ColumnCells& cells, std::size_t rows) {
  using iai::ColumnType;
  const bool numbers = cells.type == ColumnType::real || cells.type == ColumnType::boolean,
             integers = cells.type == ColumnType::integer || cells.type == ColumnType::timestamp;
  if (cells.numbers.size() != (numbers ? rows : 0) || cells.integers.size() != (integers ? rows : 0)) return false;
  if (cells.texts.size() != rows && (!cells.texts.empty() || cells.type == ColumnType::text)) return false;
  std::size_t next = 0, bytes = 0;
  for (const auto& one : cells.exceptions) {
    if (one.row < next || one.row >= rows) return false;
    next = one.row + 1;
    for (const char c : one.text) bytes += static_cast<unsigned char>(c);
  }
  for (const auto text : cells.texts)
    for (const char c : text) bytes += static_cast<unsigned char>(c);  // every byte is there
  static volatile std::size_t sum;
  sum = bytes;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto kind = iai::columnar_kind({reinterpret_cast<const char*>(data), size});
  if (kind == iai::ColumnarKind::none || kind == iai::ColumnarKind::feather_1) return 0;
  static const std::filesystem::path path = "/dev/shm/iai-fuzz-arrow-" + std::to_string(::getpid());
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  ::close(file);
  try {
    const std::unique_ptr<iai::ColumnarFile> source(iai_open_columnar(kind, path, "fuzz", 128u << 20));
    iai::RowBatch batch;
    std::int64_t rows = 0;
    while (rows < 1'000'000 && source->next(batch)) {
      if (batch.first_row != rows + 1 || batch.columns.size() != source->columns().size()) std::abort();
      for (const auto& cells : batch.columns)
        if (!is_whole(cells, batch.rows)) std::abort();
      rows += static_cast<std::int64_t>(batch.rows);
    }
  } catch (const iai::Error& error) {
    if (error.kind() != iai::ErrorKind::input || !error.message().starts_with("fuzz: ")) std::abort();
  } catch (const std::bad_alloc&) {
  }
  ::unlink(path.c_str());
  return 0;
}
