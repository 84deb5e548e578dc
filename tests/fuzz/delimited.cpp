// Rows in order, as many cells as columns, places inside the file; the dialect found is one that can be read with.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/delimited.hpp"
#include "formats/error.hpp"

namespace {

/// Gives one byte less each time, so that every boundary is met somewhere.
class Dribble : public iai::ByteStream {
 public:
  Dribble(const char* data, std::size_t size) : data_(data), size_(size) {}
  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t count = std::min({size, size_ - at_, step_});
    step_ = step_ > 1 ? step_ - 1 : 61;
    std::copy_n(data_ + at_, count, buffer);
    at_ += count;
    return count;
  }

 private:
  const char* data_;
  std::size_t size_, at_ = 0, step_ = 61;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Dribble stream(reinterpret_cast<const char*>(data), size);
  try {
    iai::DelimitedReader reader(stream, "fuzz.csv");
    std::int64_t rows = 0;
    std::uint64_t last = 0;
    while (const iai::Row* row = reader.next()) {
      if (row->number != ++rows || row->byte < last || row->byte >= size) std::abort();
      last = row->byte;
      if (row->cells.size() != reader.columns().size()) std::abort();
      for (const iai::Cell& cell : row->cells) {
        if (cell.byte > size + 1) std::abort();  // half a UTF-16 character at the end counts as a whole one
      }
    }
    if (iai::Dialect::from_json(reader.dialect().to_json(), "dialect").to_json() != reader.dialect().to_json()) std::abort();
  } catch (const iai::Error&) {
  }
  return 0;
}
