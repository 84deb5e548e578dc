#pragma once

#include <memory>
#include <string>

#include "formats/peek_stream.hpp"
#include "formats/row_reader.hpp"

namespace iai {

/// A recording (WAV) as a table of one row: channels, sampling_rate_hz, frames, duration_s, encoding; its band energies
/// (BandEnergies) are the row's fingerprint. One that cannot be read is a row with a fault.
/// @throws Error(environment) when iai_audio.so is missing.
std::unique_ptr<RowReader> open_audio_rows(PeekStream& stream, const std::string& name);

}  // namespace iai
