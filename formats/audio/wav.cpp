// The module iai_audio.so, see formats/module.hpp.
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "formats/audio/wav_header.hpp"
#include "formats/error.hpp"
#include "formats/module.hpp"
#include "formats/tensor_file.hpp"

namespace iai {
namespace {

constexpr std::size_t block_elements = 1 << 16;
constexpr int clipped_run = 3;  // samples at full scale in a row: one may be a peak

/// How the samples are stored, as libsndfile tells it. @source EBU Tech 3306; Microsoft, "Multiple Channel Audio Data and WAVE Files"
struct Encoding {
  int code;
  const char* name;
  ElementType type;
  double full_scale;  ///< largest code, 0: none
};
constexpr Encoding encodings[] = {{SF_FORMAT_PCM_U8, "PCM 8 bit", ElementType::uint8, 127},
                                  {SF_FORMAT_PCM_16, "PCM 16 bit", ElementType::int16, 32767},
                                  {SF_FORMAT_PCM_24, "PCM 24 bit", ElementType::int32, 8388607},
                                  {SF_FORMAT_PCM_32, "PCM 32 bit", ElementType::int32, 2147483647},
                                  {SF_FORMAT_FLOAT, "float 32 bit", ElementType::float32, 0},
                                  {SF_FORMAT_DOUBLE, "float 64 bit", ElementType::float64, 0},
                                  {SF_FORMAT_ULAW, "mu-law", ElementType::int16, 0},
                                  {SF_FORMAT_ALAW, "A-law", ElementType::int16, 0},
                                  {SF_FORMAT_IMA_ADPCM, "IMA ADPCM", ElementType::int16, 0},
                                  {SF_FORMAT_MS_ADPCM, "Microsoft ADPCM", ElementType::int16, 0},
                                  {SF_FORMAT_GSM610, "GSM 6.10", ElementType::int16, 0}};

/// The bytes of a file for libsndfile, with a data size of zero mended on the way: it would take it at its word.
class MendedFile {
 public:
  MendedFile(const std::filesystem::path& path, const WavHeader& header) : file_(path, std::ios::binary), header_(header) {}

  SNDFILE* open(SF_INFO& info) {
    static SF_VIRTUAL_IO functions{&MendedFile::length, &MendedFile::seek, &MendedFile::read, nullptr, &MendedFile::tell};
    return sf_open_virtual(&functions, SFM_READ, &info, this);
  }

 private:
  static MendedFile& self(void* file) { return *static_cast<MendedFile*>(file); }
  static sf_count_t length(void* file) { return static_cast<sf_count_t>(self(file).header_.file_bytes); }
  static sf_count_t tell(void* file) { return self(file).place_; }
  static sf_count_t seek(sf_count_t offset, int whence, void* file) {
    auto& place = self(file).place_;
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? place : length(file);
    if (offset < -from || offset > length(file) - from) return -1;
    return place = from + offset;
  }
  static sf_count_t read(void* to, sf_count_t count, void* file) {
    auto& stream = self(file).file_;
    auto& place = self(file).place_;
    const auto& header = self(file).header_;
    if (count <= 0) return 0;
    stream.clear();
    stream.seekg(place);
    stream.read(static_cast<char*>(to), count);
    const auto got = static_cast<sf_count_t>(stream.gcount());
    const auto size_at = static_cast<sf_count_t>(header.data_offset) - 4;
    for (sf_count_t i = size_at; header.data_bytes == 0 && i < size_at + 4; ++i)
      if (i >= place && i < place + got) static_cast<char*>(to)[i - place] = '\xFF';  // up to the end of the file
    place += got;
    return got;
  }

  std::ifstream file_;
  const WavHeader& header_;
  sf_count_t place_ = 0;
};

class WavFile : public TensorFile {
 public:
  WavFile(const std::filesystem::path& path, std::string name) : name_(std::move(name)), header_(read_wav_header(path, name_)), mended_(path, header_) {
    SF_INFO info{};
    file_.reset(mended_.open(info));
    if (!file_) fail(sf_strerror(nullptr));
    for (const auto& known : encodings)
      if ((info.format & SF_FORMAT_SUBMASK) == known.code) encoding_ = known;
    if (!encoding_) fail("its encoding is not read");
    if (info.channels < 1 || info.samplerate < 1) fail("declares no channel or no sampling rate");
    if (header_.sampling_rate != 0 && header_.sampling_rate != static_cast<std::uint32_t>(info.samplerate)) fail("declares a sampling rate beyond all bounds");
    frames_ = info.frames;
    channels_ = info.channels;
    sf_command(file_.get(), SFC_SET_NORM_DOUBLE, nullptr, SF_FALSE);  // codes as stored
    TensorEntry entry;
    entry.type = encoding_->type;
    entry.shape = {frames_, channels_};
    entry.sampling_rate_hz = info.samplerate;
    entry.channels = channel_names();
    entry.properties = {{"container", header_.container}, {"encoding", encoding_->name}};
    if (const auto time = origination(); !time.empty()) entry.properties.emplace_back("recorded", time);
    tensors_.push_back(std::move(entry));
    check_sizes();
  }

  std::string format() const override { return "WAV"; }
  const std::vector<TensorEntry>& tensors() const override { return tensors_; }
  const std::vector<FileFault>& faults() const override { return faults_; }

  void read(std::size_t, const std::function<void(std::span<const double>)>& visit) override {
    const auto block_frames = std::max<sf_count_t>(1, static_cast<sf_count_t>(block_elements) / channels_);
    std::vector<double> block(static_cast<std::size_t>(block_frames * channels_));
    std::vector<std::int64_t> runs(static_cast<std::size_t>(channels_));
    sf_seek(file_.get(), 0, SF_SEEK_SET);
    std::int64_t done = 0, clipped = 0;
    while (const auto count = sf_readf_double(file_.get(), block.data(), std::min<sf_count_t>(block_frames, frames_ - done))) {
      if (count < 0) break;
      const std::span<const double> values(block.data(), static_cast<std::size_t>(count * channels_));
      if (encoding_->full_scale > 0) clipped += count_clipped(values, runs);
      visit(values);
      done += count;
    }
    if (done < frames_) fail(fmt::format("ends after {} of {} frames", done, frames_));
    if (clipped > 0) faults_.push_back({"clipped", fmt::format("{} samples at full scale, {} or more in a row", clipped, clipped_run)});
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::input, name_ + ": cannot be read as WAV: " + what, "record or convert it again, for example to PCM: sox FILE -b 16 OUT.wav");
  }

  /// What the sizes in the header say against the file.
  void check_sizes() {
    const auto left = header_.data_offset <= header_.file_bytes ? header_.file_bytes - header_.data_offset : 0;
    if (header_.data_bytes == 0 && left > 0 && frames_ > 0)
      faults_.push_back(
          {"header_without_size",
           fmt::format("the header declares no data, as a recorder leaves it that did not end; the {} bytes up to the end of the file are taken", left)});
    else if (header_.data_bytes > left && !header_.open_ended)
      faults_.push_back({"truncated", fmt::format("the header declares {} bytes of data, {} are there", header_.data_bytes, left)});
    if (header_.block_bytes > 0 && left % header_.block_bytes != 0 && (header_.data_bytes == 0 || header_.data_bytes > left))
      faults_.push_back({"partial_frame", fmt::format("{} bytes behind the last whole frame are left out", left % header_.block_bytes)});
    if (frames_ == 0) faults_.push_back({"no_frames", "holds no sample"});
  }

  std::vector<std::string> channel_names() const {
    static constexpr const char* places[] = {"",
                                             "",
                                             "left",
                                             "right",
                                             "center",
                                             "front left",
                                             "front right",
                                             "front center",
                                             "rear center",
                                             "rear left",
                                             "rear right",
                                             "low frequency",
                                             "front left of center",
                                             "front right of center",
                                             "side left",
                                             "side right",
                                             "top center",
                                             "top front left",
                                             "top front right",
                                             "top front center",
                                             "top rear left",
                                             "top rear right",
                                             "top rear center"};
    std::vector<int> map(static_cast<std::size_t>(channels_));
    const bool known = sf_command(file_.get(), SFC_GET_CHANNEL_MAP_INFO, map.data(), static_cast<int>(map.size() * sizeof(int))) == SF_TRUE;
    std::vector<std::string> names;
    for (int c = 0; c < channels_; ++c) {
      const auto place = static_cast<std::size_t>(map[static_cast<std::size_t>(c)]);
      std::string name = known && place < std::size(places) ? places[place] : "";
      if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) name = fmt::format("channel {}", c + 1);
      names.push_back(std::move(name));
    }
    return names;
  }

  /// Date and time of a Broadcast WAV; its texts may name somebody and are left. @source EBU Tech 3285
  std::string origination() const {
    SF_BROADCAST_INFO info{};
    if (sf_command(file_.get(), SFC_GET_BROADCAST_INFO, &info, sizeof info) != SF_TRUE) return {};
    std::string text;
    for (const char c : std::string_view(info.origination_date, sizeof info.origination_date)) text += (c >= '0' && c <= '9') ? c : '-';
    text += 'T';
    for (const char c : std::string_view(info.origination_time, sizeof info.origination_time)) text += (c >= '0' && c <= '9') ? c : ':';
    return text == "----------T::::::::" ? std::string() : text;
  }

  std::int64_t count_clipped(std::span<const double> values, std::vector<std::int64_t>& runs) const {
    std::int64_t count = 0;
    const auto channels = runs.size();
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto& run = runs[i % channels];
      const bool full = values[i] >= encoding_->full_scale || values[i] <= -encoding_->full_scale - 1;
      run = full ? run + 1 : 0;
      if (run >= clipped_run) count += run == clipped_run ? clipped_run : 1;
    }
    return count;
  }

  std::string name_;
  WavHeader header_;
  MendedFile mended_;
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file_{nullptr, &sf_close};
  std::optional<Encoding> encoding_;
  std::int64_t frames_ = 0;
  int channels_ = 0;
  std::vector<TensorEntry> tensors_;
  std::vector<FileFault> faults_;
};

}  // namespace

IAI_MODULE;
IAI_MODULE_EXPORT TensorFile* iai_open_audio(const std::filesystem::path& path, const std::string& name) { return new WavFile(path, name); }

}  // namespace iai
