#include "evaluator/bench/steadiness.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <unistd.h>

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Root {
  fs::path folder = fs::temp_directory_path() / ("iai-steadiness-" + std::to_string(getpid()));
  Root() { fs::create_directories(folder / "proc"); }
  ~Root() { fs::remove_all(folder); }
  void stat(const std::string& line) const { std::ofstream(folder / "proc/stat") << line << "\ncpu0 0 0 0 0\n"; }
  void clock(const std::string& mhz) const {
    std::ofstream stream(folder / "proc/cpuinfo");
    for (int core = 0; core < 1024; ++core) stream << "processor\t: " << core << "\ncpu MHz\t\t: " << mhz << "\n\n";
  }
};

}  // namespace

TEST_CASE("a quiet machine gives no reason") {
  const Root root;
  root.stat("cpu  100 0 100 1000 0 0 0 0 0 0");
  root.clock("2500.0");
  const SteadinessWatch watch(root.folder);
  root.stat("cpu  100 0 100 3000 0 0 0 0 0 0");
  const Steadiness found = watch.result(0.01);
  CHECK(found.reasons().empty());
  CHECK(found.steal_share == 0);
  CHECK(*found.slowest_mhz == 2500);
}

TEST_CASE("steal, other processes, the clock and drift are each named") {
  const Root root;
  root.stat("cpu  0 0 0 0 0 0 0 0 0 0");
  root.clock("3000.0");
  SteadinessWatch watch(root.folder);
  root.stat("cpu  5000 0 1000 3000 0 0 0 1000 0 0");  // half busy with work that is not ours, a tenth stolen
  root.clock("1500.0");
  watch.sample();
  const Steadiness found = watch.result(-0.2);
  CHECK(found.steal_share == doctest::Approx(0.1));
  CHECK(found.other_cores == doctest::Approx(0.6 * found.cores).epsilon(0.05));
  const std::vector<std::string> reasons = found.reasons();
  REQUIRE(reasons.size() == 4);
  CHECK(reasons[0] == "the hypervisor gave 10.0 % of the processor time to others");
  CHECK(reasons[2] == "the clock of the core changed between 1500 and 3000 MHz");
  CHECK(reasons[3] == "the reference drifted by -20.0 % from the first to the last third");
}

TEST_CASE("a system without /proc is no error") {
  const Root root;
  const Steadiness found = SteadinessWatch(root.folder / "none").result(0);
  CHECK(found.reasons().empty());
  CHECK_FALSE(found.slowest_mhz);
}
