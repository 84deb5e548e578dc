#pragma once

// Private to evaluator/runtime: what a session holds, and the steps that a single run and a bound run share.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "evaluator/runtime/ort.hpp"
#include "evaluator/runtime/session.hpp"
#include "formats/error.hpp"

namespace iai {

struct Session::State {
  std::string name;  ///< in front of error messages
  Ort::Session session{nullptr};
  std::int64_t batch = 0;  ///< SessionOptions::batch
  std::vector<ModelPort> inputs, outputs;
  std::vector<const char*> input_names, output_names;  ///< into `inputs` and `outputs`

  void describe();
  /// @throws Error(input) unless `given` can be fed.
  void check(std::span<const TensorView> given) const;
};

/// The reason without the source line that some of the runtime's messages begin with.
std::string reason_of(const Ort::Exception& error);
/// Error(input): a run of the model `name` that the runtime gave up.
Error run_failed(const std::string& name, const Ort::Exception& error);

/// The runtime's tensor over the caller's memory, or over a copy in `aligned` where that memory is not aligned (a
/// memory map begins its elements anywhere) or there is none.
Ort::Value make_value(const TensorView& view, std::vector<std::byte>& aligned);

}  // namespace iai
