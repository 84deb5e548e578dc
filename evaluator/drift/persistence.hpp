#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace iai {

/// How long a series keeps its values: the number of neighbouring values that say as much of its mean as one independent value
/// (integrated autocorrelation time), from the deviations of means of 1, 2, 4 ... values. Memory is fixed.
/// @source J. Flegal, G. Jones, "Batch Means and Spectral Variance Estimators in Markov Chain Monte Carlo", Annals of Statistics 38
/// (2010), section 2; batches of powers of two as H. Flyvbjerg, H. Petersen, "Error Estimates on Averages of Correlated Data",
/// J. Chemical Physics 91 (1989)
class Persistence {
 public:
  void add(double value);
  /// At least 1; what 32 means or fewer would have to show is not seen.
  double values_as_one() const;

 private:
  struct Level {
    double count = 0, mean = 0, squares = 0;  // of the means of 2^level values
    double waiting = 0;                       // a mean without its neighbour
    bool waits = false;
  };
  std::array<Level, 40> levels_;
};

}  // namespace iai
