#pragma once

#include <string>

#include "formats/error.hpp"

namespace iai {

/// The message of the Error that `action` throws; empty when it throws none.
inline std::string error_of(auto&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

}  // namespace iai
