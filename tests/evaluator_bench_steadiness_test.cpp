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
  void set(const fs::path& file, const std::string& text) const {
    fs::create_directories((folder / file).parent_path());
    std::ofstream(folder / file) << text << "\n";
  }
  void core(int core, const std::string& governor, const std::string& core_throttles, const std::string& package_throttles) const {
    const fs::path cpu = "sys/devices/system/cpu/cpu" + std::to_string(core);
    set(cpu / "cpufreq/scaling_governor", governor);
    set(cpu / "thermal_throttle/core_throttle_count", core_throttles);
    set(cpu / "thermal_throttle/package_throttle_count", package_throttles);
  }
  void quota(const std::string& group, const std::string& microseconds) const {
    set("proc/self/cgroup", group);
    set("sys/fs/cgroup" + group.substr(3) + "/cpu.stat", "usage_usec 9\nnr_throttled 3\nthrottled_usec " + microseconds);
  }
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

TEST_CASE("governors, heat and a container's quota are each named") {
  const Root root;
  root.core(0, "powersave", "5", "100");
  root.core(1, "powersave", "7", "100");
  root.quota("0::/plant/bench", "500000");
  SteadinessWatch watch(root.folder);
  const Steadiness quiet = watch.result(0);
  CHECK(quiet.reasons().empty());
  CHECK(quiet.governors == std::vector<std::string>{"powersave"});
  CHECK(*quiet.thermal_throttles == 0);
  CHECK(*quiet.quota_wait_s == 0);
  root.core(0, "performance", "6", "101");
  root.core(1, "powersave", "9", "101");
  root.quota("0::/plant/bench", "1750000");
  const std::vector<std::string> reasons = watch.result(0).reasons();
  REQUIRE(reasons.size() == 3);
  CHECK(reasons[0] == "the governor of the clocks changed while it was measured");
  CHECK(reasons[1] == "heat slowed the processor down 4 times");  // three times a core, once the package that both show
  CHECK(reasons[2] == "the container's processor quota held threads back for 1.25 s");
  const std::vector<std::string> mixed = SteadinessWatch(root.folder).result(0).reasons();
  REQUIRE(mixed.size() == 1);
  CHECK(mixed[0] == "the cores' clocks are under different governors: performance, powersave");
}

TEST_CASE("a system without /proc is no error") {
  const Root root;
  const Steadiness found = SteadinessWatch(root.folder / "none").result(0);
  CHECK(found.reasons().empty());
  CHECK_FALSE(found.slowest_mhz);
  CHECK_FALSE(found.thermal_throttles);
  CHECK_FALSE(found.quota_wait_s);
}
