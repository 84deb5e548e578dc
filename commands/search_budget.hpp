#pragma once

#include "evaluator/bench/measure.hpp"

namespace iai {

/// How long a search may take, from the moment it is made.
class SearchBudget {
 public:
  /// No bound.
  SearchBudget() = default;
  /// @param seconds  0: no bound
  explicit SearchBudget(double seconds, NowMs now = steady_now_ms) : seconds_(seconds), now_(now), start_ms_(now()) {}

  /// Is the time up? Asked before each further try, so that a yes ends the search.
  bool spent() {
    if (seconds_ > 0 && now_() - start_ms_ >= seconds_ * 1000) has_cut_ = true;
    return has_cut_;
  }
  /// Has it ended a search?
  bool has_cut() const { return has_cut_; }

 private:
  double seconds_ = 0;
  NowMs now_ = steady_now_ms;
  double start_ms_ = 0;
  bool has_cut_ = false;
};

}  // namespace iai
