#include "formats/reader_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>

#include "formats/error.hpp"
#include "formats/interrupt.hpp"

namespace iai {
namespace {

constexpr std::uint64_t failure = std::numeric_limits<std::uint64_t>::max(), most_text = 256u << 20;

/// Bytes that this process may write to, stacks of the parent's threads among them. @source proc(5), /proc/pid/statm
std::uint64_t bytes_at_birth() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  for (int field = 0; field < 6; ++field) statm >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Ends with the process, never returns.
[[noreturn]] void run_reader(int pipe, const std::string& name, std::uint64_t most_memory, const std::function<void(ReaderPipe&)>& serve) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlim_t most = bytes_at_birth() + most_memory;
  const rlimit no_core{0, 0}, memory{most, most};
  ::setrlimit(RLIMIT_CORE, &no_core);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their own memory is far beyond
  ::setrlimit(RLIMIT_DATA, &memory);
#else
  static_cast<void>(memory);
#endif
  ReaderPipe to(pipe);
  try {
    serve(to);
  } catch (const Error& error) {
    to.put_error(error.message(), error.hint());
  } catch (const std::bad_alloc&) {
    to.put_error(name + ": asks for more memory than its reader may have", "a damaged file does that; copy or write it again");
  } catch (...) {
    ::_exit(1);  // as if it had crashed
  }
  ::_exit(0);
}

}  // namespace

void ReaderPipe::put(const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const auto count = ::write(to_, at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(1);
    at += count;
    size -= static_cast<std::size_t>(count);
  }
}

void ReaderPipe::put_number(std::uint64_t number) { put(&number, sizeof number); }

void ReaderPipe::put_text(const std::string& text) {
  put_number(text.size());
  put(text.data(), text.size());
}

void ReaderPipe::put_error(const std::string& message, const std::string& hint) {
  put_number(failure);
  put_text(message);
  put_text(hint);
}

ReaderProcess::ReaderProcess(std::string name, std::uint64_t memory, const std::function<void(ReaderPipe&)>& serve) : name_(std::move(name)) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorKind::environment, std::string("no pipe can be made: ") + std::strerror(errno));
  child_ = fork_process();
  if (child_ == 0) run_reader(ends[1], name_, memory, serve);
  ::close(ends[1]);
  from_ = ends[0];
  if (child_ >= 0) return;
  const int code = errno;
  stop();
  throw Error(ErrorKind::environment, std::string("no process can be started: ") + std::strerror(code));
}

ReaderProcess::~ReaderProcess() { stop(); }

void ReaderProcess::stop() {
  if (from_ >= 0) ::close(from_);
  from_ = -1;
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
}

void ReaderProcess::fail() const { throw Error(ErrorKind::input, name_ + ": is damaged in a way that ended its reader", "copy or write the file again"); }

void ReaderProcess::take(void* to, std::size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const auto count = ::read(from_, at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail();
    at += count;
    size -= static_cast<std::size_t>(count);
  }
}

std::uint64_t ReaderProcess::take_number(std::uint64_t most) {
  std::uint64_t number = 0;
  take(&number, sizeof number);
  if (number == failure) {
    const auto message = take_text(), hint = take_text();
    throw Error(ErrorKind::input, message, hint);
  }
  if (number > most) fail();  // a reader gone astray
  return number;
}

std::string ReaderProcess::take_text() {
  std::string text(static_cast<std::size_t>(take_number(most_text)), '\0');
  take(text.data(), text.size());
  return text;
}

}  // namespace iai
