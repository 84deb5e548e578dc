#include "formats/audio/wav_header.hpp"

#include <fstream>

#include "formats/error.hpp"

namespace iai {
namespace {

constexpr int most_chunks = 10'000;

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::input, name + ": is a damaged WAV file: " + what, "copy or record it again");
}

/// Reads numbers at places of a file.
class Fields {
 public:
  Fields(std::ifstream& file, bool big_endian) : file_(file), big_endian_(big_endian) {}
  bool text(std::uint64_t place, char (&four)[4]) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(place));
    return static_cast<bool>(file_.read(four, 4));
  }
  std::uint64_t number(std::uint64_t place, int bytes) {
    unsigned char raw[8] = {};
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(place));
    file_.read(reinterpret_cast<char*>(raw), bytes);
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | raw[big_endian_ ? i : bytes - 1 - i];
    return value;
  }

 private:
  std::ifstream& file_;
  bool big_endian_;
};

}  // namespace

WavHeader read_wav_header(const std::filesystem::path& path, const std::string& name) {
  WavHeader header;
  std::error_code failure;
  header.file_bytes = std::filesystem::file_size(path, failure);
  std::ifstream file(path, std::ios::binary);
  char four[4];
  if (failure || !file.read(four, 4)) fail(name, "cannot be read");
  header.container.assign(four, 4);
  Fields fields(file, header.container == "RIFX");
  const bool wide = header.container == "RF64" || header.container == "BW64";
  std::uint64_t wide_data = 0;
  bool has_format = false;
  std::uint64_t place = 12;
  for (int chunk = 0; chunk < most_chunks && fields.text(place, four); ++chunk) {
    const std::string id(four, 4);
    std::uint64_t size = fields.number(place + 4, 4);
    if (id == "ds64") wide_data = fields.number(place + 16, 8);
    if (id == "fmt ") {
      has_format = true;
      header.sampling_rate = static_cast<std::uint32_t>(fields.number(place + 12, 4));
      header.block_bytes = static_cast<std::uint32_t>(fields.number(place + 20, 2));
    }
    if (id == "data") {
      if (!has_format) fail(name, "its data come before their format");
      header.data_offset = place + 8;
      header.open_ended = size >= 0xFFFFFF00 && !wide;
      header.data_bytes = wide && size == 0xFFFFFFFF ? wide_data : size;
      return header;
    }
    place += 8 + size + (size & 1);
  }
  fail(name, has_format ? "it has no data chunk" : "it has no format chunk");
}

}  // namespace iai
