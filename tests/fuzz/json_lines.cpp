// Rows in order, as many cells as columns, places inside the file.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "formats/error.hpp"
#include "formats/json_lines.hpp"

extern "C" iai::JsonLinesReader* iai_open_json_lines(iai::ByteStream& stream, const std::string& name, const std::vector<iai::Column>& columns,
                                                     const std::vector<std::pair<std::string, iai::ColumnType>>& types);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto stream = iai::open_bytes(std::string(reinterpret_cast<const char*>(data), size));
  try {
    const std::unique_ptr<iai::JsonLinesReader> reader(iai_open_json_lines(*stream, "fuzz.jsonl", {}, {}));
    std::int64_t rows = 0;
    while (const iai::Row* row = reader->next()) {
      if (row->number != ++rows || row->byte >= size || row->cells.size() != reader->columns().size()) std::abort();
      for (const iai::Cell& cell : row->cells)
        if (cell.byte >= size || cell.byte < row->byte) std::abort();
    }
  } catch (const iai::Error&) {
  }
  return 0;
}
