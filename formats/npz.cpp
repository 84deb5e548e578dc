#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/npy.hpp"

namespace iai {

namespace {

constexpr std::size_t chunk_bytes = 1 << 20;

/// Up to `size` more bytes at the end of `bytes`; fewer only where the stream ends.
void append(ByteStream& stream, std::vector<std::byte>& bytes, std::size_t size) {
  while (size > 0) {
    const std::size_t before = bytes.size(), wanted = std::min(size, chunk_bytes);
    bytes.resize(before + wanted);
    const std::size_t got = stream.read(reinterpret_cast<char*>(bytes.data() + before), wanted);
    bytes.resize(before + got);
    if (got == 0) return;
    size -= got;
  }
}

}  // namespace

Tensor read_npy_stream(ByteStream& stream, const std::string& name, std::uint64_t max_bytes) {
  std::vector<std::byte> bytes;
  append(stream, bytes, 12);
  const std::size_t header_bytes = npy_header_bytes(bytes, name);
  if (header_bytes > (1 << 20)) throw Error(ErrorKind::input, name + ": the NPY header has over a megabyte", "write it again with NumPy");
  append(stream, bytes, header_bytes - std::min(header_bytes, bytes.size()));
  const NpyHeader header = parse_npy_header(bytes, name);
  if (header.data_bytes > max_bytes)
    throw Error(ErrorKind::input, fmt::format("{}: declares {} bytes of data, {} are allowed", name, header.data_bytes, max_bytes),
                "unpack the archive and give the .npy files, which are read in parts");
  // One byte more than declared shows whether the stream goes on.
  append(stream, bytes, header.data_bytes + 1 - (bytes.size() - header.offset));
  return parse_npy(bytes, name);
}

std::vector<NamedTensor> read_npz(const std::filesystem::path& path, std::uint64_t max_bytes) {
  if (!is_archive(path))
    throw Error(ErrorKind::input, path.string() + ": is no NPZ archive, or is cut off", "write it with numpy.savez(file, name=array, ...)");
  std::vector<NamedTensor> tensors;
  std::set<std::string> keys;
  for_each_entry(path, {}, [&](const std::string& entry, ByteStream& stream) {
    const std::string where = path.string() + "/" + entry;
    if (!entry.ends_with(".npy"))
      throw Error(ErrorKind::input, where + ": is no .npy entry", "an NPZ archive holds arrays only; for data files use iai ingest");
    std::string key = entry.substr(0, entry.size() - 4);
    Tensor tensor = read_npy_stream(stream, where, max_bytes);
    max_bytes -= tensor.bytes.size();
    if (!keys.insert(key).second) throw Error(ErrorKind::input, where + ": occurs twice in the archive", "write it again with numpy.savez");
    tensors.push_back({std::move(key), std::move(tensor)});
  });
  if (tensors.empty()) throw Error(ErrorKind::input, path.string() + ": holds no array", "write it with numpy.savez(file, name=array)");
  return tensors;
}

}  // namespace iai
