#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evaluator/bench/energy_meter.hpp"
#include "evaluator/bench/measure.hpp"

namespace iai {

void rest_seconds(double seconds);

struct EnergyOptions {
  double idle_s = 1;     ///< how long the idle machine is watched before; longer where the meter is slow
  double block_s = 0.2;  ///< runs in a row between two readings; the same
  int blocks = 10;       ///< a subject, in turns
  NowMs now = steady_now_ms;
  void (*rest)(double seconds) = rest_seconds;
};

/// Joules an inference: the median over the blocks with its 95 % interval.
struct EnergyOfRun {
  RatioInterval total;  ///< as the meter says
  RatioInterval net;    ///< less the idle power over the same time; may be negative where a run costs less than the meter's noise
};

struct EnergyFigures {
  std::vector<EnergyOfRun> subjects;  ///< empty where there is no figure
  std::string reason;                 ///< why there is none
  std::string meter;                  ///< its kind
  std::vector<std::string> sources;
  double idle_w = 0, idle_s = 0;
  double block_s = 0;
};

/// Watches the idle machine, then runs the subjects in turn, a block each.
/// @throws Error as the subjects and the meter do
EnergyFigures measure_energy(const std::vector<Subject>& subjects, EnergyMeter& meter, const EnergyOptions& options);

}  // namespace iai
