#include "commands/machine.hpp"

#include <doctest/doctest.h>

using namespace iai;

TEST_CASE("only the instruction sets that matter are kept, in a fixed order") {
  CHECK(instruction_sets("processor\t: 0\nflags\t\t: fpu avx512_vnni sse2 avx2 avx512f\nbugs\t\t: spectre_v1\n") == Json{"avx2", "avx512f", "avx512_vnni"});
  CHECK(instruction_sets("processor\t: 0\nFeatures\t: fp asimd asimddp\n") == Json{"asimd", "asimddp"});
  CHECK(instruction_sets("") == Json::array());
  CHECK(instruction_sets(": \n\nflags\t:\n") == Json::array());
}

TEST_CASE("the machine is described") {
  const Json machine = describe_machine();
  CHECK(machine.at("cores").get<int>() >= 1);
  CHECK(machine.at("memory_bytes").get<std::uint64_t>() > 0);
  for (const char* key : {"cpu", "os", "kernel", "architecture"}) CHECK_FALSE(machine.at(key).get<std::string>().empty());
}
