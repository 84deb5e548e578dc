#include "formats/audio_rows.hpp"

#include <fmt/format.h>

#include "formats/band_energies.hpp"
#include "formats/error.hpp"
#include "formats/file_on_disk.hpp"
#include "formats/tensor_file.hpp"

namespace iai {
namespace {

class AudioRows : public RowReader {
 public:
  AudioRows() {
    for (const char* name : {"channels", "sampling_rate_hz", "frames"}) columns_.push_back({name, "", ColumnType::integer});
    columns_.push_back({"duration_s", "", ColumnType::real});
    columns_.push_back({"encoding", "", ColumnType::text});
    row_.cells.resize(columns_.size());
    texts_.resize(columns_.size());
  }

  void read(TensorFile& file) {
    const auto& entry = file.tensors().front();
    const auto frames = entry.shape[0], channels = entry.shape[1];
    BandEnergies energies(entry.sampling_rate_hz, static_cast<std::size_t>(channels));
    file.read(0, [&](std::span<const double> samples) { energies.add(samples); });
    energies_ = energies.frames();
    std::size_t column = 0;
    for (const auto number : {channels, static_cast<std::int64_t>(entry.sampling_rate_hz), frames})
      set(column++, fmt::format("{}", number), static_cast<double>(number), number);
    const double seconds = static_cast<double>(frames) / entry.sampling_rate_hz;
    set(column++, fmt::format("{}", seconds), seconds, 0);
    for (const auto& [name, value] : entry.properties)
      if (name == "encoding") set(column, value, 0, 0);
  }
  void fail(std::string fault) { row_.fault = std::move(fault); }

  const std::vector<Column>& columns() const override { return columns_; }
  bool names_columns() const override { return true; }
  const Row* next() override {
    if (row_.number == 1) return nullptr;
    row_.number = row_.line = 1;
    row_.width = columns_.size();
    row_.fingerprint = energies_;
    return &row_;
  }

 private:
  void set(std::size_t column, std::string text, double number, std::int64_t integer) {
    texts_[column] = std::move(text);
    row_.cells[column] = Cell{texts_[column], CellState::value, number, integer, 0};
  }

  std::vector<Column> columns_;
  std::vector<std::string> texts_;
  std::vector<float> energies_;
  Row row_;
};

}  // namespace

std::unique_ptr<RowReader> open_audio_rows(PeekStream& stream, const std::string& name) {
  auto rows = std::make_unique<AudioRows>();
  try {
    const FileOnDisk file(stream, name);
    rows->read(*open_tensor_file(TensorFileKind::audio, file.path(), name));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    rows->fail(without_name(error, name));
  }
  return rows;
}

}  // namespace iai
