#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <arrow/result.h>
#include <arrow/status.h>
#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {

/// What the errors of Arrow become: about which file, under which limit.
struct ArrowErrors {
  std::string name;         ///< of the file
  std::string path;         ///< where it lies, perhaps under a temporary name
  std::int64_t memory = 0;  ///< bytes that the library may allocate

  [[noreturn]] void fail(const std::string& what, const std::string& hint = "copy or write the file again") const {
    throw Error(ErrorKind::input, name + ": " + what, hint);
  }

  /// @param where  what was being read: "column force"
  void check(const arrow::Status& status, const std::string& where = "") const {
    if (status.ok()) return;
    const std::string at = where.empty() ? "" : where + ": ";
    if (status.IsOutOfMemory())
      fail(fmt::format("{}needs over {} MB of memory to be read", at, memory >> 20),
           "write it again with fewer rows in a row group or record batch (pyarrow: row_group_size, max_chunksize); a small file that asks for that much is "
           "damaged");
    // The first line; the file under the name that the user knows.
    auto reason = status.message().substr(0, status.message().find('\n')).substr(0, 300);
    if (const auto place = reason.find(path); !path.empty() && place != std::string::npos) reason.replace(place, path.size(), name);
    std::replace_if(
        reason.begin(), reason.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F; }, '?');
    fail(at + "is damaged: " + reason);
  }

  template <class Value>
  Value take(arrow::Result<Value> result, const std::string& where = "") const {
    check(result.status(), where);
    return std::move(result).ValueUnsafe();
  }
};

}  // namespace iai
