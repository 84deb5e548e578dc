#pragma once

#include <functional>
#include <memory>
#include <string>

#include "formats/tensor_file.hpp"

namespace iai {

/// What `open` gives, opened and read in a process of its own, with bounded memory: for libraries that a damaged file can
/// crash. Its end by any signal is an Error(input) about the file. Tensors are read in their order, each once.
/// @throws what `open` throws
std::unique_ptr<TensorFile> isolate_tensor_file(const std::string& name, const std::function<std::unique_ptr<TensorFile>()>& open);

}  // namespace iai
