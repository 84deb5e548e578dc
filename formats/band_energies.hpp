#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace iai {

/// Energies of 33 bands between 300 and 2,000 Hz, as wide as they are high, in frames of 0.37 s that begin every 11.6 ms: the same
/// for one sound whatever its sampling rate, but for a factor. Of recordings under 4,600 Hz the bands lie lower and the frames are
/// longer in proportion.
/// @source J. Haitsma, T. Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002, section 4.2
class BandEnergies {
 public:
  static constexpr std::size_t bands = 33;
  static constexpr double frame_s = 0.37, step_s = 0.0116;
  static constexpr std::size_t most_frames = 155172;  ///< half an hour

  /// @param channels  that take turns in the samples; their mean is listened to
  BandEnergies(double sampling_rate_hz, std::size_t channels);
  /// Samples in order; what comes after `most_frames` is left out.
  void add(std::span<const double> samples);
  /// `bands` numbers a frame.
  const std::vector<float>& frames() const { return frames_; }

 private:
  void add_sample(double sample);
  void add_frame();
  std::size_t begin_of(std::size_t frame) const { return static_cast<std::size_t>(std::llround(static_cast<double>(frame) * step_)); }
  void transform();

  double rate_ = 0, step_ = 0;  // samples a second after thinning; samples from frame to frame
  std::size_t channels_, thinning_ = 1;
  std::vector<double> filter_, recent_;  // low-pass filter before thinning; a ring of samples
  std::size_t at_ = 0, phase_ = 0, channel_ = 0;
  double mix_ = 0;
  std::vector<double> window_, kept_;  // of a frame; samples from the next frame's begin on
  std::vector<std::size_t> edges_;     // of the bands, in bins
  std::vector<std::complex<double>> spectrum_, roots_;
  std::size_t kept_from_ = 0, count_ = 0;  // place of kept_[0]; frames so far
  std::vector<float> frames_;
};

}  // namespace iai
