#include "formats/error.hpp"

#include <cerrno>
#include <system_error>

namespace iai {

Error with_name(const Error& error, std::string_view from, std::string_view to) {
  std::string message = error.message();
  for (std::size_t at = 0; (at = message.find(from, at)) != std::string::npos; at += to.size()) message.replace(at, from.size(), to);
  return {error.kind(), message, error.hint()};
}

std::string without_name(const Error& error, const std::string& name) {
  const auto& message = error.message();
  return message.starts_with(name + ": ") ? message.substr(name.size() + 2) : message;
}

void throw_unreadable(const std::string& name, int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR: throw Error(ErrorKind::input, name + ": no such file", "check the spelling and the folder");
    case EISDIR: throw Error(ErrorKind::input, name + ": is a folder", "name a file in it");
    case EACCES:
    case EPERM: throw Error(ErrorKind::input, name + ": cannot be read: no permission", "let yourself read it: chmod u+r, or ask its owner");
    default: throw Error(ErrorKind::input, name + ": cannot be read: " + std::generic_category().message(code), "copy the file to a place that works");
  }
}

}  // namespace iai
