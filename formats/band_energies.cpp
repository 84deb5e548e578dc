#include "formats/band_energies.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace iai {

namespace {

constexpr double least_rate = 5000, lowest_hz = 300, highest_hz = 2000, passed_hz = 2300;

}  // namespace

BandEnergies::BandEnergies(double sampling_rate_hz, std::size_t channels) : channels_(channels) {
  thinning_ = std::max<std::size_t>(1, static_cast<std::size_t>(sampling_rate_hz / least_rate));
  rate_ = sampling_rate_hz / static_cast<double>(thinning_);
  if (thinning_ > 1) {
    const auto reach = static_cast<std::ptrdiff_t>(8 * thinning_);
    for (std::ptrdiff_t i = -reach; i <= reach; ++i) {
      const double x = 2 * passed_hz / sampling_rate_hz * static_cast<double>(i);
      const double sinc = i == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
      filter_.push_back(sinc * (0.5 + 0.5 * std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(reach + 1))));
    }
    recent_.resize(filter_.size());
  }
  const double scale = std::min(1.0, sampling_rate_hz / (2 * passed_hz));
  step_ = step_s * rate_ / scale;
  const auto size = static_cast<std::size_t>(std::llround(frame_s * rate_ / scale));
  for (std::size_t i = 0; i < size; ++i)
    window_.push_back(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(size)));
  std::size_t points = 1;
  while (points < size) points *= 2;
  spectrum_.resize(points);
  for (std::size_t i = 0; i < points / 2; ++i) roots_.push_back(std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(points)));
  for (std::size_t b = 0; b <= bands; ++b) {
    const double hz = scale * lowest_hz * std::pow(highest_hz / lowest_hz, static_cast<double>(b) / bands);
    edges_.push_back(std::min(points / 2, static_cast<std::size_t>(std::lround(hz / rate_ * static_cast<double>(points)))));
  }
}

void BandEnergies::add(std::span<const double> samples) {
  for (const double sample : samples) {
    mix_ += std::isfinite(sample) ? sample : 0;
    if (++channel_ < channels_) continue;
    add_sample(mix_ / static_cast<double>(channels_));
    channel_ = 0;
    mix_ = 0;
  }
}

void BandEnergies::add_sample(double sample) {
  if (count_ > most_frames) return;
  if (!filter_.empty()) {
    recent_[at_] = sample;
    at_ = (at_ + 1) % recent_.size();
    if (++phase_ < thinning_) return;
    phase_ = 0;
    double sum = 0;
    for (std::size_t i = 0, from = at_; i < filter_.size(); ++i, from = from + 1 == recent_.size() ? 0 : from + 1) sum += filter_[i] * recent_[from];
    sample = sum;
  }
  kept_.push_back(sample);
  if (kept_.size() == window_.size() + begin_of(count_) - kept_from_) add_frame();
}

void BandEnergies::add_frame() {
  const auto begin = begin_of(count_);
  for (std::size_t i = 0; i < spectrum_.size(); ++i) spectrum_[i] = i < window_.size() ? kept_[begin - kept_from_ + i] * window_[i] : 0;
  transform();
  for (std::size_t b = 0; b < bands; ++b) {
    double energy = 0;
    for (std::size_t bin = edges_[b]; bin < std::max(edges_[b + 1], edges_[b] + 1) && bin < spectrum_.size(); ++bin) energy += std::norm(spectrum_[bin]);
    frames_.push_back(static_cast<float>(energy));
  }
  ++count_;
  const auto next = begin_of(count_);
  if (next - kept_from_ > window_.size()) {  // what is behind goes now and then
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(std::min(kept_.size(), next - kept_from_)));
    kept_from_ = next;
  }
}

/// The discrete Fourier transform in place. @source J. W. Cooley, J. W. Tukey, Math. Comp. 19 (1965)
void BandEnergies::transform() {
  const std::size_t n = spectrum_.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(spectrum_[i], spectrum_[j]);
  }
  for (std::size_t length = 2; length <= n; length *= 2)
    for (std::size_t begin = 0; begin < n; begin += length)
      for (std::size_t i = 0; i < length / 2; ++i) {
        const auto &root = roots_[i * (n / length)], &low = spectrum_[begin + i + length / 2];
        const std::complex<double> turned(low.real() * root.real() - low.imag() * root.imag(), low.real() * root.imag() + low.imag() * root.real());
        const auto high = spectrum_[begin + i];
        spectrum_[begin + i] = high + turned;
        spectrum_[begin + i + length / 2] = high - turned;
      }
}

}  // namespace iai
