#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include <sys/types.h>

namespace iai {

/// The end of the pipe that a reader's process writes to. Whatever fails ends the process.
class ReaderPipe {
 public:
  explicit ReaderPipe(int to) : to_(to) {}
  void put(const void* bytes, std::size_t size);
  void put_number(std::uint64_t number);  ///< any but the largest one
  void put_text(const std::string& text);
  void put_error(const std::string& message, const std::string& hint);

 private:
  int to_;
};

/// A process of its own that reads a file, for libraries that a damaged file can crash or make ask for any amount of memory.
/// Its end by any signal, or for want of memory, is an Error(input) about the file. It goes with this object.
class ReaderProcess {
 public:
  /// @param name    of the file, for errors
  /// @param memory  bytes that the process may ask for
  /// @param serve   runs in the process: writes what the file holds; its errors come over
  /// @throws Error(environment) when no process can be started
  ReaderProcess(std::string name, std::uint64_t memory, const std::function<void(ReaderPipe& to)>& serve);
  ~ReaderProcess();
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;

  /// What serve() wrote, in its order. @throws Error(input) when the process ended, or sent an error in place of a number.
  void take(void* to, std::size_t size);
  std::uint64_t take_number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
  std::string take_text();
  /// What came is not what serve() writes: the reader was led astray by the file.
  [[noreturn]] void fail() const;

 private:
  void stop();

  std::string name_;
  int from_ = -1;
  pid_t child_ = -1;
};

}  // namespace iai
