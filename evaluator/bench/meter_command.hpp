#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "evaluator/bench/energy_meter.hpp"
#include "evaluator/bench/measure.hpp"
#include "evaluator/bench/power_trace.hpp"
#include "formats/error.hpp"

namespace iai {

/// One line of a meter.
struct MeterReading {
  double seconds = 0;  ///< by the meter's own clock, whatever its zero
  double watts = 0;
};
/// "SECONDS WATTS", apart by blanks or a comma. Nothing for an empty line and for one that begins with '#'.
/// @throws Error(environment) for anything else, NaN and infinities included; the message says what stands there
std::optional<MeterReading> parse_meter_line(std::string_view line);

/// An external meter: a shell command that prints time-stamped watts, a line each, as long as it runs.
///
/// Its clock is laid over this machine's once, while it starts: a line came at the earliest when it was stamped, so of the first
/// lines the one that came soonest after its stamp gives the offset. What is left of the error is the shortest delay between the
/// reading and its line, and the two clocks' drift since.
///
/// The command is a process group of its own. Destruction ends that group and nothing else.
class MeterCommand : public EnergyMeter {
 public:
  /// Starts the command and waits for its first readings.
  /// @param timeout_s  longest silence; also how long the end of a stretch is waited for
  /// @throws Error(environment) when it cannot be started, says something else, is silent for too long, lets time go backwards or
  ///         stand still, or ends
  MeterCommand(std::string command, double timeout_s, NowMs now = steady_now_ms);
  ~MeterCommand() override;
  MeterCommand(const MeterCommand&) = delete;
  MeterCommand& operator=(const MeterCommand&) = delete;

  std::string kind() const override { return "command"; }
  std::vector<std::string> sources() const override { return {command_}; }
  /// Five of its readings.
  double shortest_stretch_s() const override { return 5 * period_s_; }
  /// Waits until the meter has told of this moment. @throws Error(environment) as the constructor does
  std::optional<Spent> spent() override;

 private:
  void start();
  void stop();
  std::string read_some() const;
  void read_lines();
  void take(std::string_view line, double arrival_s);
  void wait_for_first_readings();
  Error failed(const std::string& what, const std::string& hint = {}) const;

  std::string command_;
  double timeout_s_;
  NowMs now_;
  pid_t child_ = -1;
  int from_ = -1;
  std::atomic<bool> is_done_ = false;
  std::thread reader_;
  double period_s_ = 0, last_s_ = 0;  ///< last_s_: by the meter's clock

  std::mutex mutex_;
  std::condition_variable news_;
  PowerTrace trace_;     ///< by the meter's clock
  double offset_s_ = 0;  ///< this machine's clock less the meter's
  std::int64_t lines_ = 0, readings_ = 0;
  std::unique_ptr<Error> error_;
  bool is_aligned_ = false;
};

}  // namespace iai
