#pragma once

#include "commands/quantize_gate.hpp"
#include "commands/quantize_workbench.hpp"

namespace iai {

/// A limit on the drop of a task's primary metric, measured on its evaluation split.
class Int8Gate {
 public:
  /// All are kept.
  Int8Gate(QuantizeWorkbench& workbench, const Task& task, const DropLimit& limit);

  /// Where `candidate` misses the limit, operators go to 16-bit activations, where the target has them, and then to float, the most
  /// sensitive first (commands/quantize_sensitivity.hpp; without inputs to compare on, by the error of their weights). `candidate`
  /// becomes the one with the fewest returned that holds, or the one with the smallest drop where none does.
  GateResult search(Candidate& candidate);
  /// Does the limit hold for the model made so?
  bool holds(const QuantizeMethod& method, const Returned& returned);
  /// One candidate, with intervals.
  GateResult judge(const Candidate& candidate) const;

 private:
  QuantizeWorkbench& workbench_;
  const Task& task_;
  const DropLimit& limit_;
  const LabelledSamples samples_;
  const Evaluation before_;

  double metric(const QuantizeMethod& method, const Returned& returned);
  /// Remembers a try for the report and the page.
  void show(const QuantizeMethod& method, const Returned& returned, double value);
};

}  // namespace iai
