#pragma once

#include <memory>
#include <vector>

#include "evaluator/runtime/session.hpp"

namespace iai {

/// A session with fixed inputs, for measuring: everything is checked and allocated once, so that run() is the runtime's
/// own run and nothing else. Outputs are written over those of the run before.
class BoundRun {
 public:
  /// Keeps `inputs` (in the order of session.inputs()) and runs once, which allocates the outputs. The session must
  /// outlive it. @throws Error(input) as Session::run does.
  BoundRun(const Session& session, std::vector<Tensor> inputs);
  ~BoundRun();
  BoundRun(BoundRun&&) noexcept;

  /// @throws Error(input) with the runtime's reason.
  void run();
  /// Name of the first floating-point output that holds a NaN, empty when there is none.
  std::string output_with_nan() const;

 private:
  struct Bound;
  std::unique_ptr<Bound> bound_;
};

}  // namespace iai
