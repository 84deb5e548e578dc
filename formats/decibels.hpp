#pragma once

#include <cmath>
#include <limits>

namespace iai {

/// Ratio of two energies, signal over noise, in dB; infinite without noise.
inline double decibels(double signal, double noise) { return noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity(); }

}  // namespace iai
