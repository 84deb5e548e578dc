#pragma once

#include "commands/quantize_workbench.hpp"
#include "formats/json.hpp"

namespace iai {

// How searches write down what they tried and what they measured (commands/search_memory.hpp).

Json method_to_json(const QuantizeMethod& method);
Json returned_to_json(const Returned& returned);
Json errors_to_json(const std::vector<OutputError>& errors);
std::vector<OutputError> errors_from_json(const Json& value);

/// What the measurements of a search depend on: the options that decide on it, the digests of model, inputs and task, versions.
Json search_identity(const QuantizeOptions& options, const CalibrationSource& calibration);

}  // namespace iai
