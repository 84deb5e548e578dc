#include "evaluator/bench/meter_command.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/interrupt.hpp"

namespace iai {

namespace {

constexpr std::size_t first_readings = 5;
constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_readings = 2'000'000;  // between two borders

constexpr const char* what_it_prints = "a meter prints 'SECONDS WATTS', a line a reading, each at once: iai help bench";

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<double> finite_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Text of a stranger in a message: short, and without control characters.
std::string in_quotes(std::string_view text) {
  std::string shown(text.substr(0, 60));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return "'" + shown + (text.size() > 60 ? "..." : "") + "'";
}

std::string end_of(const siginfo_t& end) {
  if (end.si_code == CLD_EXITED) return fmt::format("ended with exit code {}", end.si_status);
  return fmt::format("ended by signal {} ({})", end.si_status, strsignal(end.si_status));
}

}  // namespace

std::optional<MeterReading> parse_meter_line(std::string_view line) {
  const std::string_view text = without_blanks(line);
  if (text.empty() || text.front() == '#') return std::nullopt;
  const std::size_t between = text.find_first_of(" \t,");
  if (between != std::string_view::npos) {
    std::string_view second = without_blanks(text.substr(between));
    if (!second.empty() && second.front() == ',') second = without_blanks(second.substr(1));
    const auto seconds = finite_number(text.substr(0, between)), watts = finite_number(second);
    if (seconds && watts) return MeterReading{*seconds, *watts};
  }
  throw Error(ErrorKind::environment, in_quotes(text) + " is no 'SECONDS WATTS'", what_it_prints);
}

MeterCommand::MeterCommand(std::string command, double timeout_s, NowMs now) : command_(std::move(command)), timeout_s_(timeout_s), now_(now) {
  start();
  reader_ = std::thread([this] { read_lines(); });
  try {
    wait_for_first_readings();
  } catch (...) {
    stop();
    throw;
  }
}

MeterCommand::~MeterCommand() { stop(); }

/// The leader is reaped last, here: until then the number of its group belongs to nobody else.
void MeterCommand::stop() {
  is_done_ = true;
  kill(-child_, SIGKILL);
  reader_.join();
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  close(from_);
}

void MeterCommand::start() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorKind::environment, std::string("a pipe cannot be made: ") + std::strerror(errno));
  child_ = fork_process();
  if (child_ < 0) {
    const int code = errno;
    close(ends[0]);
    close(ends[1]);
    throw Error(ErrorKind::environment, std::string("the meter cannot be started: ") + std::strerror(code), "raise the limit of processes (ulimit -u)");
  }
  if (child_ == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", command_.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  setpgid(child_, child_);  // also here: whichever comes first, a later kill() finds the group
  close(ends[1]);
  from_ = ends[0];
}

/// What came, empty at the end of the pipe or of this meter. A process that left the group may keep the pipe open for ever.
std::string MeterCommand::read_some() const {
  char buffer[4096];
  while (!is_done_) {
    pollfd ready{from_, POLLIN, 0};
    if (poll(&ready, 1, 50) <= 0) continue;
    const ssize_t n = read(from_, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }
  return {};
}

void MeterCommand::read_lines() {
  std::string pending;
  for (std::string more; !(more = read_some()).empty();) {
    const double arrival_s = now_() / 1000;
    const std::lock_guard lock(mutex_);
    pending += more;
    try {
      for (std::size_t end; !error_ && (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1)) {
        take(std::string_view(pending).substr(0, end), arrival_s);
      }
      if (pending.size() > longest_line) throw failed("writes no lines", what_it_prints);
    } catch (const Error& error) {
      if (!error_) error_ = std::make_unique<Error>(error);
    }
    if (error_) pending.clear();
    news_.notify_all();
  }
  siginfo_t end{};
  while (!is_done_ && waitid(P_PID, static_cast<id_t>(child_), &end, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);
  if (!error_)
    error_ =
        std::make_unique<Error>(failed(fmt::format("{} after {} lines, while it was needed", end_of(end), lines_), "run it by itself to see what it says"));
  news_.notify_all();
}

void MeterCommand::take(std::string_view line, double arrival_s) {
  ++lines_;
  std::optional<MeterReading> reading;
  try {
    reading = parse_meter_line(line);
  } catch (const Error& error) {
    throw failed(fmt::format("line {}: {}", lines_, error.message()), error.hint());
  }
  if (!reading) return;
  if (!trace_.empty() && reading->seconds < trace_.last()) {
    throw failed(fmt::format("line {}: time goes backwards, {:.6f} s after {:.6f} s", lines_, reading->seconds, trace_.last()),
                 "let it print a clock that is never put back (monotonic), lines in the order of the readings");
  }
  if (trace_.size() >= most_readings) throw failed("more readings than can be kept", "let it read less often");
  trace_.add(reading->seconds, reading->watts);
  const double offset = arrival_s - reading->seconds;
  if (!is_aligned_) offset_s_ = readings_ == 0 ? offset : std::min(offset_s_, offset);
  ++readings_;
  if (is_aligned_ || trace_.size() < first_readings) return;
  is_aligned_ = true;
  last_s_ = trace_.last();
  period_s_ = (trace_.last() - trace_.first()) / static_cast<double>(first_readings - 1);
}

void MeterCommand::wait_for_first_readings() {
  std::unique_lock lock(mutex_);
  const auto silence = std::chrono::duration<double>(timeout_s_);
  // Each reading gives it the whole time again: a slow meter is no silent one.
  for (std::size_t seen = 0; !is_aligned_;) {
    const bool told = news_.wait_for(lock, silence, [&] { return error_ || trace_.size() > seen; });
    if (error_) throw *error_;
    if (!told) {
      const std::string what = readings_ == 0 ? "said nothing" : readings_ > static_cast<std::int64_t>(trace_.size()) ? "let time stand still" : "fell silent";
      throw failed(fmt::format("{} for {:g} s", what, timeout_s_),
                   std::string(what_it_prints) + " (stdbuf -oL keeps lines from being held back); --meter-timeout waits longer");
    }
    seen = trace_.size();
  }
}

std::optional<Spent> MeterCommand::spent() {
  std::unique_lock lock(mutex_);
  const double border = now_() / 1000 - offset_s_;
  const auto silence = std::chrono::duration<double>(timeout_s_);
  const bool told = news_.wait_for(lock, silence, [&] { return error_ || trace_.last() >= border; });
  if (told && trace_.last() < border) throw *error_;
  if (!told) {
    throw failed(fmt::format("told nothing of the last {:.1f} s for {:g} s", border - trace_.last(), timeout_s_),
                 "it hangs, or its clock is slower than this machine's; --meter-timeout waits longer");
  }
  // The border may lie before the last one where the two came closer than the offset is known.
  const double from = std::min(last_s_, border);
  const Spent spent{trace_.joules(from, border), border - from};
  last_s_ = border;
  trace_.forget_before(border);
  return spent;
}

Error MeterCommand::failed(const std::string& what, const std::string& hint) const {
  return {ErrorKind::environment, "the meter " + in_quotes(command_) + " " + what, hint};
}

}  // namespace iai
