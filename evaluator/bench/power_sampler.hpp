#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "evaluator/bench/measure.hpp"
#include "evaluator/bench/power_trace.hpp"

namespace iai {

/// Reads a power every 20 ms by a thread of its own and integrates it by trapezoids (power_trace.hpp).
class PowerSampler {
 public:
  /// @param watts  now; nothing when it cannot be read. Called from two threads, one at a time
  PowerSampler(std::function<std::optional<double>()> watts, NowMs now);
  ~PowerSampler();
  PowerSampler(const PowerSampler&) = delete;
  PowerSampler& operator=(const PowerSampler&) = delete;

  struct Stretch {
    double until_s = 0;            ///< moment of a reading made now
    std::optional<double> joules;  ///< nothing when a reading of the stretch is missing
  };
  double first_s() const { return first_s_; }
  /// From `from_s`, first_s() or the end of the last stretch, until now.
  Stretch since(double from_s);

 private:
  void read();

  std::function<std::optional<double>()> watts_;
  NowMs now_;
  std::mutex mutex_;
  PowerTrace trace_;
  double first_s_ = 0;
  bool is_complete_ = true, is_done_ = false;
  std::condition_variable done_;
  std::thread thread_;
};

}  // namespace iai
