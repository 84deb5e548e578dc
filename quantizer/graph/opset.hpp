#pragma once

#include <cstdint>
#include <string>

#include "formats/model.hpp"

namespace iai {

/// Rewrites the default-domain operators for another operator set with ONNX's version converter, subgraphs included;
/// operators of other domains and local functions pass through. Payloads are not read. The IR version becomes the one that
/// was current when the operator set was published (onnx/helper.py, VERSION_TABLE): raised always, lowered where the
/// operator set is lowered.
/// @param name  in front of errors
/// @throws Error(usage) for an operator set that this build does not know, Error(input) naming the operator that has no
/// counterpart.
void convert_opset(Model& model, std::int64_t opset, const std::string& name);

}  // namespace iai
