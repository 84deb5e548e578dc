#include "evaluator/data/tensor_elements.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

/// Reads until `size` bytes are there or the stream ends.
std::size_t fill(ByteStream& stream, std::byte* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const auto count = stream.read(reinterpret_cast<char*>(to + done), size - done);
    if (count == 0) break;
    done += count;
  }
  return done;
}

}  // namespace

TensorElements::TensorElements(ByteStream& stream, std::string name) : stream_(stream), name_(std::move(name)) {
  head_.resize(12);
  head_.resize(fill(stream_, head_.data(), head_.size()));
  const auto size = npy_header_bytes(head_, name_);
  if (size > block_bytes) throw Error(ErrorKind::input, name_ + ": the NPY header has over a megabyte", "write it again with NumPy");
  const auto have = head_.size();
  if (size > have) {
    head_.resize(size);
    head_.resize(have + fill(stream_, head_.data() + have, size - have));
  }
  header_ = parse_npy_header(head_, name_);
}

bool TensorElements::is_real() const { return is_floating_point(header_.type); }

void TensorElements::for_each(const std::function<void(double)>& visit) {
  const auto size = element_size(header_.type);
  std::uint64_t left = header_.data_bytes;
  const auto cut = [&] {
    return Error(ErrorKind::input,
                 fmt::format("{}: shape {} of {} needs {} bytes of data, {} are missing", name_, shape_text(header_.shape), type_name(header_.type),
                             header_.data_bytes, left),
                 "write it again with numpy.save(file, array, allow_pickle=False)");
  };
  std::vector<std::byte> block(block_bytes);
  while (left > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, block.size()));
    const auto got = fill(stream_, block.data(), wanted);
    left -= got;
    if (got < wanted) throw cut();
    if (header_.big_endian)
      for (std::size_t at = 0; at + size <= got; at += size)
        std::reverse(block.begin() + static_cast<std::ptrdiff_t>(at), block.begin() + static_cast<std::ptrdiff_t>(at + size));
    const TensorView view{header_.type, {static_cast<std::int64_t>(got / size)}, std::span(block).first(got)};
    for (const double value : to_doubles(view)) visit(value);
  }
  if (fill(stream_, block.data(), 1) != 0)
    throw Error(ErrorKind::input, fmt::format("{}: goes on behind the {} bytes of data that its header declares", name_, header_.data_bytes),
                "write it again with numpy.save(file, array, allow_pickle=False)");
}

}  // namespace iai
