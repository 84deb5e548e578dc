#pragma once

// Private to evaluator/runtime: the only header that sees ONNX Runtime's own. The library is opened with dlopen, so the
// C++ wrapper must not reach for OrtGetApiBase by itself.
#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>

namespace iai {

/// The process's environment. Valid after Runtime::get() returned; never destroyed, because sessions may outlive statics.
Ort::Env& ort_environment();

}  // namespace iai
