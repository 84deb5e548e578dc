#pragma once

#include <memory>
#include <string>
#include <vector>

#include "evaluator/runtime/session.hpp"
#include "evaluator/task/task.hpp"

namespace iai {

/// All inputs of `session`, from samples that give all but the task's states: they are steps of sequences, run one after the other, each with
/// the state that the step before it left; zeros at the start. What the states were is kept in a temporary file, so that samples can be read
/// in any order afterwards, from several threads, without the session. Without states: the samples as they are.
/// @param samples  in the order of the session's inputs, the task's states left out (load_task_samples())
/// @param groups   the sequence that each sample belongs to; empty: all are one sequence
/// @throws Error(input) when the model lacks a state or its output, the two do not fit, or a state becomes NaN or infinite.
std::unique_ptr<Samples> with_states(const Session& session, std::unique_ptr<Samples> samples, const Task& task, const std::vector<std::string>& groups);

}  // namespace iai
