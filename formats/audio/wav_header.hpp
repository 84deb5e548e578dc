#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace iai {

/// What the chunks of a WAV file say about sizes; libsndfile mends them silently.
struct WavHeader {
  std::string container;          ///< "RIFF", "RIFX" (big-endian), "RF64", "BW64"
  std::uint64_t file_bytes = 0;   ///< of the file itself
  std::uint64_t data_offset = 0;  ///< of the first sample
  std::uint64_t data_bytes = 0;   ///< as declared
  bool open_ended = false;        ///< the size says "up to the end", as programs write that stream
  std::uint32_t sampling_rate = 0;
  std::uint32_t block_bytes = 0;  ///< of a frame
};

/// @throws Error(input) when there is no format or no data chunk.
/// @source Microsoft/IBM, "Multimedia Programming Interface and Data Specifications 1.0"; EBU Tech 3306 (RF64); ITU-R BS.2088 (BW64)
WavHeader read_wav_header(const std::filesystem::path& path, const std::string& name);

}  // namespace iai
