// The state of a profile is read whole, or it is an error.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

#include <fmt/format.h>

#include "evaluator/profile/profile_state.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "tests/fuzz/memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Kind and version, the root digest, then the number of files (profile_state.cpp); the digest at the end is made to fit.
  constexpr std::size_t root = 13, files = root + 64, digest = 64;
  if (size < files + 1 + digest || data[files] > 99) return 0;
  std::string bytes(reinterpret_cast<const char*>(data), size - digest);
  iai::DataSet set;
  set.root_digest = bytes.substr(root, 64);
  for (int i = 0; i < data[files]; ++i) set.files.emplace_back().name = fmt::format("a-file-of-name-{:02}", i);
  iai::Sha256 sum;
  sum.update(std::as_bytes(std::span(bytes)));
  bytes += sum.hex();
  const auto& path = memory_file(bytes.data(), bytes.size());
  try {
    const auto names = iai::read_state_files(path, set);
    std::vector<std::size_t> order(names.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    iai::read_state(path, set, order);
  } catch (const iai::Error&) {
  }
  return 0;
}
