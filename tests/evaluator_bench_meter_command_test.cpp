#include "evaluator/bench/meter_command.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

std::atomic<double> clock_ms = 0;
double fake_now() { return clock_ms; }

std::string error_of(const std::string& command, double timeout_s = 20) {
  try {
    MeterCommand meter(command, timeout_s);
    meter.spent();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::environment);
    CHECK(error.hint() != "");
    return error.message();
  }
  return "nothing was thrown";
}

/// Does the process run? One that has ended and waits to be reaped does not.
bool runs(const std::string& pid) {
  std::ifstream stream("/proc/" + pid + "/stat");
  std::string number, name, state;
  return stream >> number >> name >> state && state != "Z";
}

}  // namespace

TEST_CASE("lines of a meter") {
  CHECK(parse_meter_line("12.5 48.25")->seconds == 12.5);
  CHECK(parse_meter_line("  1764410000.25\t-0.5 \r")->watts == -0.5);
  CHECK(parse_meter_line("3, 1e2")->watts == 100);
  CHECK(parse_meter_line("3 ,4")->watts == 4);
  CHECK_FALSE(parse_meter_line(""));
  CHECK_FALSE(parse_meter_line("# volts, amperes"));
  for (const char* line : {"12.5", "a b", "1 2 3", "1 nan", "inf 2", "1 2W", "1,,2", "1 2\x01"}) CHECK_THROWS_AS(parse_meter_line(line), Error);
}

TEST_CASE("the energy between two moments is the known integral under a ramp of power") {
  clock_ms = 5000;
  // P(t) = 3 t from 100 s to 120 s by the meter's clock, 100 readings a second.
  MeterCommand meter("awk 'BEGIN { for (i = 0; i <= 2000; ++i) print 100 + i / 100, 3 * i / 100; fflush(); system(\"sleep 600\") }'", 60, fake_now);
  CHECK(meter.shortest_stretch_s() == doctest::Approx(0.05));
  // The fifth reading, at 100.04 s, is the moment that came soonest after its stamp: 5 s by our clock.
  clock_ms = 5000 + 2000;
  auto spent = meter.spent();
  REQUIRE(spent);
  CHECK(spent->seconds == doctest::Approx(2));
  CHECK(spent->joules == doctest::Approx(1.5 * (2.04 * 2.04 - 0.04 * 0.04)));
  clock_ms = 5000 + 12005;  // between two readings
  spent = meter.spent();
  CHECK(spent->seconds == doctest::Approx(10.005));
  CHECK(spent->joules == doctest::Approx(1.5 * (12.045 * 12.045 - 2.04 * 2.04)));
}

TEST_CASE("a meter that says something else, or lets time go backwards or stand still") {
  const std::string start = "for i in 1 2 3 4 5; do echo $i 7; done; ";
  CHECK(error_of(start + "echo 4.5 7; sleep 600").find("line 6: time goes backwards, 4.500000 s after 5.000000 s") != std::string::npos);
  CHECK(error_of("echo 1 2; echo 230 V; sleep 600").find("line 2: '230 V' is no 'SECONDS WATTS'") != std::string::npos);
  CHECK(error_of("while :; do echo 1 2; sleep 0.01; done", 0.3).find("let time stand still for 0.3 s") != std::string::npos);
  CHECK(error_of("head -c 10000 /dev/zero | tr '\\0' x; sleep 600").find("writes no lines") != std::string::npos);
}

TEST_CASE("a meter that ends, or was never there") {
  CHECK(error_of("for i in 1 2 3; do echo $i 7; done; exit 3").find("ended with exit code 3 after 3 lines, while it was needed") != std::string::npos);
  CHECK(error_of("for i in 1 2 3 4 5 5.0000001; do echo $i 7; done; sleep 0.2").find("ended with exit code 0 after 6 lines") != std::string::npos);
  CHECK(error_of("/nowhere/meter").find("ended with exit code 127 after 0 lines") != std::string::npos);
  CHECK(error_of("kill -9 $$").find("ended by signal 9") != std::string::npos);
}

TEST_CASE("a meter that hangs is given up, and its whole group ends, whoever keeps the pipe open") {
  const TemporaryFolder folder;
  const std::string pids = (folder.path / "pids").string();
  CHECK(error_of("echo $$ >" + pids + "; sleep 600 & echo $! >>" + pids + "; wait", 0.5).find("said nothing for 0.5 s") != std::string::npos);
  CHECK(error_of("for i in 1 2 3 4 5; do echo $i 7; done; sleep 600", 0.3).find("told nothing of the last") != std::string::npos);
  std::ifstream stream(pids);
  int ended = 0;
  for (std::string pid; stream >> pid;) {
    for (int i = 0; i < 500 && runs(pid); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK_FALSE(runs(pid));
    ++ended;
  }
  CHECK(ended == 2);
  // setsid leaves the group: it is not ours to end, and is not waited for.
  CHECK(error_of("setsid sleep 5 & sleep 600", 0.2).find("said nothing") != std::string::npos);
}
