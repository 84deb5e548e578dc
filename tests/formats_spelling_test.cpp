#include "formats/spelling.hpp"

#include <doctest/doctest.h>

using namespace iai;

TEST_CASE("the nearest word is suggested, a far one is not") {
  const std::vector<std::string> verbs{"quantize", "prune", "evaluate"};
  CHECK(nearest_word("quantise", verbs) == "quantize");
  CHECK(nearest_word("prnue", verbs) == "prune");
  CHECK(nearest_word("zzz", verbs).empty());
  CHECK(did_you_mean("evalute", verbs) == "did you mean 'evaluate'?");
  CHECK(did_you_mean("xyz", verbs, "see iai help") == "see iai help");
}
