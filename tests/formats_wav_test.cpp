#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/file_on_disk.hpp"
#include "formats/tensor_file.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

struct Wav {
  std::string container = "RIFF", format, data;
  std::uint64_t declared = 0;
  Wav(int code, int channels, int bits, std::string samples) : data(std::move(samples)) {
    const int frame = channels * bits / 8;
    format = little(static_cast<std::uint64_t>(code), 2) + little(static_cast<std::uint64_t>(channels), 2) + little(51200, 4) +
             little(51200ul * static_cast<unsigned>(frame), 4) + little(static_cast<std::uint64_t>(frame), 2) + little(static_cast<std::uint64_t>(bits), 2);
    declared = data.size();
  }
  std::string bytes() const {
    const bool wide = container == "RF64";
    std::string body = "WAVE";
    if (wide) body += "ds64" + little(28, 4) + little(declared + 100, 8) + little(declared, 8) + little(0, 8) + little(0, 4);
    body += "fmt " + little(format.size(), 4) + format + "data" + little(wide ? 0xFFFFFFFF : declared, 4) + data;
    return container + little(wide ? 0xFFFFFFFF : body.size(), 4) + body;
  }
};

struct Read {
  TensorEntry entry;
  std::vector<double> values;
  std::vector<std::string> faults;
};

Read read(const std::string& bytes) {
  char name[] = "/tmp/iai-wav-XXXXXX";
  const fs::path folder = mkdtemp(name);
  write_file(folder / "a.wav", bytes);
  Read result;
  try {
    CHECK(tensor_file_kind(bytes) == TensorFileKind::audio);
    const auto file = open_tensor_file(TensorFileKind::audio, folder / "a.wav", "a.wav");
    file->read(0, [&](std::span<const double> values) { result.values.insert(result.values.end(), values.begin(), values.end()); });
    result.entry = file->tensors().at(0);
    for (const auto& fault : file->faults()) result.faults.push_back(fault.kind);
  } catch (...) {
    fs::remove_all(folder);
    throw;
  }
  fs::remove_all(folder);
  return result;
}

std::string samples(const std::vector<std::int64_t>& values, int bytes) {
  std::string text;
  for (const auto value : values) text += little(static_cast<std::uint64_t>(value), bytes);
  return text;
}

const std::vector<std::int64_t> ramp{0, 1, -1, 300, -300, 32000};
using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("samples are the codes as stored, of every width, with rate and channels") {
  const auto all = read(Wav(1, 2, 16, samples(ramp, 2)).bytes());
  CHECK(all.entry.shape == std::vector<std::int64_t>{3, 2});
  CHECK(all.entry.type == ElementType::int16);
  CHECK(all.entry.sampling_rate_hz == 51200);
  CHECK(all.entry.channels == Kinds{"channel 1", "channel 2"});
  CHECK(all.values == std::vector<double>{0, 1, -1, 300, -300, 32000});
  CHECK(all.faults.empty());
  CHECK(read(Wav(1, 1, 24, samples({-8388608, 8388607, 5}, 3)).bytes()).values == std::vector<double>{-8388608, 8388607, 5});
  CHECK(read(Wav(1, 1, 32, samples({-2147483648, 2147483647}, 4)).bytes()).values == std::vector<double>{-2147483648.0, 2147483647.0});
  CHECK(read(Wav(1, 1, 8, std::string("\x00\x80\xFF", 3)).bytes()).values == std::vector<double>{-128, 0, 127});
  CHECK(read(Wav(3, 1, 32, std::string("\x00\x00\x80\x3F\x00\x00\x00\xC0", 8)).bytes()).values == std::vector<double>{1, -2});
}

TEST_CASE("the extensible format names its channels, RF64 has sizes of its own") {
  Wav wav(0xFFFE, 2, 24, samples(ramp, 3));
  wav.format += little(22, 2) + little(24, 2) + little(3, 4) + little(1, 2) + std::string("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71", 14);
  const auto all = read(wav.bytes());
  CHECK(all.entry.channels == Kinds{"left", "right"});
  CHECK(all.values == std::vector<double>{0, 1, -1, 300, -300, 32000});
  Wav wide(1, 1, 16, samples(ramp, 2));
  wide.container = "RF64";
  CHECK(read(wide.bytes()).values.size() == 6);
  CHECK(read(wide.bytes()).faults.empty());
}

TEST_CASE("a recorder that crashed leaves a size of zero: the file's own size counts") {
  Wav wav(1, 2, 16, samples(ramp, 2));
  wav.declared = 0;
  auto all = read(wav.bytes());
  CHECK(all.values.size() == 6);
  CHECK(all.faults == Kinds{"header_without_size"});
  all = read(wav.bytes() + "x");
  CHECK(all.values.size() == 6);
  CHECK(all.faults == Kinds{"header_without_size", "partial_frame"});
  wav.declared = 0xFFFFFFFF;  // written to a pipe
  all = read(wav.bytes());
  CHECK(all.values.size() == 6);
  CHECK(all.faults.empty());
}

TEST_CASE("sizes beyond the file, up to seven tebibytes, are said and change nothing") {
  Wav wav(1, 1, 16, samples(ramp, 2));
  wav.declared = 100;
  CHECK(read(wav.bytes()).faults == Kinds{"truncated"});
  CHECK(read(wav.bytes()).values.size() == 6);
  wav.container = "RF64";
  wav.declared = std::uint64_t{7} << 40;
  CHECK(read(wav.bytes()).faults == Kinds{"truncated"});
  CHECK(read(wav.bytes()).values.size() == 6);
}

TEST_CASE("samples at full scale in a row are clipped") {
  const auto all = read(Wav(1, 1, 16, samples({1, 32767, 32767, 32767, 2, 32767, 3, -32768, -32768, -32768, -32768}, 2)).bytes());
  CHECK(all.faults == Kinds{"clipped"});
  CHECK(read(Wav(1, 1, 16, samples({1, 32767, 32767, 2}, 2)).bytes()).faults.empty());
}

TEST_CASE("what is no readable WAV is refused by name, whatever is cut off or wrong") {
  const auto whole = Wav(1, 2, 16, samples(ramp, 2)).bytes();
  for (std::size_t cut = 12; cut < whole.size(); ++cut) {
    try {
      const auto all = read(whole.substr(0, cut));
      CHECK(all.values.size() <= 6);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::input);
      CHECK(error.message().find("a.wav") == 0);
    }
  }
  CHECK_THROWS_WITH_AS(read(Wav(1, 0, 16, "abcd").bytes()), doctest::Contains("a.wav"), Error);
  CHECK_THROWS_WITH_AS(read(Wav(0x55, 1, 0, "abcd").bytes()), doctest::Contains("a.wav"), Error);
  CHECK_THROWS_WITH_AS(read("RIFF" + little(20, 4) + "WAVEdata" + little(4, 4) + "abcd"), doctest::Contains("before their format"), Error);
}

TEST_CASE("a stream that is no file is copied to one that goes again") {
  const auto stream = open_bytes("hello");
  fs::path path;
  {
    const FileOnDisk copy(*stream, "x");
    path = copy.path();
    CHECK(fs::file_size(path) == 5);
  }
  CHECK_FALSE(fs::exists(path));
}
