// digest FOLDER bytes|unchanged: prints the root digest of FOLDER, for tests/bench/digest.sh.
#include <iostream>
#include <string>

#include "formats/digest.hpp"
#include "formats/error.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto source = std::string(argv[2]) == "unchanged" ? iai::DigestSource::unchanged : iai::DigestSource::bytes;
  try {
    std::cout << iai::root_digest(iai::digest_folder(argv[1], 0, source)) << "\n";
  } catch (const iai::Error& error) {
    std::cerr << error.message() << "\n";
    return 3;
  }
}
