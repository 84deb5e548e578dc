#include "evaluator/bench/powercap.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <unistd.h>

using namespace iai;
namespace fs = std::filesystem;

namespace {

/// A powercap tree as the kernel shows it.
struct Tree {
  fs::path folder = fs::temp_directory_path() / ("iai-powercap-" + std::to_string(getpid()));
  Tree() { fs::create_directories(folder); }
  ~Tree() { fs::remove_all(folder); }
  void set(const std::string& zone, const std::string& file, const std::string& text) const {
    fs::create_directories(folder / zone);
    std::ofstream(folder / zone / file) << text << "\n";
  }
  void zone(const std::string& zone, const std::string& name, const std::string& energy) const {
    set(zone, "name", name);
    set(zone, "energy_uj", energy);
    set(zone, "max_energy_range_uj", "262143328850");
  }
};

}  // namespace

TEST_CASE("packages and their memory add up; parts of a package and second views of it do not") {
  const Tree tree;
  tree.zone("intel-rapl:0", "package-0", "1000000");
  tree.zone("intel-rapl:0:0", "core", "500");
  tree.zone("intel-rapl:0:1", "dram", "2000000");
  tree.zone("intel-rapl:1", "psys", "900");
  tree.zone("intel-rapl-mmio:0", "package-0", "1000000");
  tree.set("intel-rapl", "enabled", "1");
  CHECK(find_energy_zones(tree.folder).size() == 5);
  PowercapMeter meter(tree.folder);
  REQUIRE(meter.available());
  CHECK(meter.sources() == std::vector<std::string>{"package-0", "dram"});
  tree.set("intel-rapl:0", "energy_uj", "4000000");
  tree.set("intel-rapl:0:0", "energy_uj", "900000");
  tree.set("intel-rapl:0:1", "energy_uj", "2500000");
  CHECK(meter.spent()->joules == doctest::Approx(3.5));
  CHECK(meter.spent()->joules == 0);
}

TEST_CASE("a counter that starts over is followed, one without a range is not guessed") {
  const Tree tree;
  tree.zone("intel-rapl:0", "package-0", "262143000000");
  PowercapMeter meter(tree.folder);
  tree.set("intel-rapl:0", "energy_uj", "671150");
  CHECK(meter.spent()->joules == doctest::Approx(1.0));  // 262143.328850 - 262143.0 + 0.671150
  tree.set("intel-rapl:0", "max_energy_range_uj", "");
  PowercapMeter blind(tree.folder);
  tree.set("intel-rapl:0", "energy_uj", "5");
  CHECK_FALSE(blind.spent());
}

TEST_CASE("why there is no meter") {
  const Tree tree;
  CHECK(PowercapMeter(tree.folder / "none").reason() == (tree.folder / "none").string() + " has no zone with a counter");
  tree.zone("intel-rapl:0", "psys", "5");
  CHECK(PowercapMeter(tree.folder).reason().find("no counter of a processor package") != std::string::npos);
  tree.set("intel-rapl:0", "name", "package-0");
  tree.set("intel-rapl:0", "energy_uj", "not a number");
  CHECK(PowercapMeter(tree.folder).reason().find("may not be read") != std::string::npos);
}
