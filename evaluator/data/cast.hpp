#pragma once

#include <string>

#include "formats/tensor.hpp"

namespace iai {

/// `tensor` with elements of `type`: floating point to floating point (rounded to nearest even), integer or boolean to
/// integer where every value fits. The same type comes back unchanged.
/// @param where  in front of errors: file and input
/// @throws Error(input) between integers and floating point, since a missing scaling would stay unseen, and when a value
/// does not fit or becomes infinite.
Tensor cast_tensor(Tensor tensor, ElementType type, const std::string& where);

/// @throws Error(input) "WHERE: sample 12 is NaN ..." when a floating-point element is NaN or infinite.
/// @param first  number of the tensor's first row along axis 0, for the message
void refuse_non_finite(const Tensor& tensor, std::int64_t first, const std::string& where);

bool is_floating_point(ElementType type);

}  // namespace iai
