#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace iai {

/// What went wrong, seen from outside; cli/app maps each kind to one exit code.
enum class ErrorKind {
  usage,        ///< exit 2: wrong command line or configuration file
  input,        ///< exit 3: missing, unreadable, corrupt or unsupported input; output exists
  environment,  ///< exit 4: runtime or device missing, disk full, registry locked
  internal,     ///< exit 70: a bug in iai
  interrupted,  ///< exit 130: stopped by the user
};

/// The one exception type. Thrown anywhere below cli/, caught once in cli/app.
/// `message` names the file and the place ("data.csv:12: ..."), `hint` the way out.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {}) : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

  const char* what() const noexcept override { return message_.c_str(); }
  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
};

/// `error` with `to` wherever its message says `from`: for files that were read or written under a temporary name.
Error with_name(const Error& error, std::string_view from, std::string_view to);

/// The error's message without the "NAME: " that it begins with, if it does.
std::string without_name(const Error& error, const std::string& name);

/// Error(input) for a file that the system does not let be read. @param code  errno
[[noreturn]] void throw_unreadable(const std::string& name, int code);

}  // namespace iai
