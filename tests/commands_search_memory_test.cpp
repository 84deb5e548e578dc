#include "commands/search_memory.hpp"

#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "commands/search_budget.hpp"
#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

TEST_CASE("what was measured is not measured again, in this run or the next") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "a.search";
  const Json identity{{"the model", "1"}, {"--method", "auto"}};
  int measured = 0;
  const auto measure = [&] {
    ++measured;
    return Json{{"x", 0.1 + measured}, {"y", number_to_json(-INFINITY)}};
  };
  SearchMemory first(path, identity);
  const Json one = first.remember("one", measure);
  CHECK(first.remember("one", measure) == one);
  CHECK(first.remember("two", measure) != one);
  CHECK(measured == 2);
  first.save();
  SearchMemory second(path, identity);
  CHECK(second.read_count() == 2);
  CHECK(second.remember("one", measure) == one);
  CHECK(number_from_json(one["y"]) == -INFINITY);
  CHECK(measured == 2);
  second.remove();
  CHECK_FALSE(fs::exists(path));
  CHECK(SearchMemory(path, identity).read_count() == 0);
}

TEST_CASE("measurements of another search, or that were changed, are refused") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "a.search";
  SearchMemory memory(path, {{"the model", "1"}, {"--method", "auto"}});
  memory.remember("one", [] { return Json(1.5); });
  memory.save();
  const auto message = [&](const Json& identity) -> std::string {
    try {
      SearchMemory(path, identity);
    } catch (const Error& error) {
      return error.message();
    }
    return "";
  };
  CHECK(message({{"the model", "1"}, {"--method", "auto"}}) == "");
  CHECK(message({{"the model", "2"}, {"--method", "auto"}}) == path.string() + ": belongs to another search: the model differs");
  CHECK(message({{"the model", "1"}}) == path.string() + ": belongs to another search: --method differs");
  std::string text;
  std::getline(std::ifstream(path), text);
  text.replace(text.find("1.5"), 3, "2.5");
  std::ofstream(path) << text;
  CHECK(message({{"the model", "1"}, {"--method", "auto"}}).find("was changed") != std::string::npos);
  std::ofstream(path) << "[]";
  CHECK(message({}).find("is no search") != std::string::npos);
  std::ofstream(path) << "{";
  CHECK(message({}).starts_with(path.string()));
}

TEST_CASE("a budget is spent once its time is, and stays so") {
  static double now_ms = 5000;
  SearchBudget budget(2, [] { return now_ms; });
  CHECK_FALSE(budget.spent());
  now_ms = 6999;
  CHECK_FALSE(budget.spent());
  CHECK_FALSE(budget.has_cut());
  now_ms = 7000;
  CHECK_FALSE(budget.has_cut());  // nobody has asked
  CHECK(budget.spent());
  CHECK(budget.has_cut());
  CHECK_FALSE(SearchBudget().spent());
}
