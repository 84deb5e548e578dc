#include "registry/documents/product.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "formats/json.hpp"

using namespace iai;

namespace {

Product read(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() / ("iai-product-test-" + std::to_string(::getpid()) + ".yaml");
  std::ofstream(file) << text;
  try {
    Product product = read_product(file);
    std::filesystem::remove(file);
    return product;
  } catch (...) {
    std::filesystem::remove(file);
    throw;
  }
}

}  // namespace

TEST_CASE("a product file holds statements with who and when") {
  const Product product = read("name: Monitor\nprovider: {text: ACME, by: A. Person, date: 2026-02-28, reference: DOC-1}\n");
  CHECK(product.name == "Monitor");
  CHECK(product.statements.at("provider").text == "ACME");
  CHECK(product.statements.at("provider").by == "A. Person");
  CHECK(product.statements.at("provider").date == "2026-02-28");
  CHECK(product.statements.at("provider").reference == "DOC-1");
}

TEST_CASE("product files that say what they may not are refused with the place") {
  const auto refused = [](const std::string& text, const char* message) { CHECK_THROWS_WITH_AS(read(text), doctest::Contains(message), Error); };
  refused("name: M\nprovder: {text: a, by: b, date: 2026-01-01}\n", ".yaml:2:1: unknown key 'provder'");
  refused("name: M\nprovider: {text: a, by: b}\n", "missing key 'date'");
  refused("name: M\nprovider: {text: a, by: b, date: yesterday}\n", "'yesterday' is no day");
  refused("name: M\nprovider: {text: a, by: b, date: 2026-02-29}\n", "is no day");
  refused("name: M\nprovider: {text: '  ', by: b, date: 2026-01-01}\n", "'text' says nothing");
  refused("name: M\nprovider: {text: a, by: [b], date: 2026-01-01}\n", "'by' says nothing");
  refused("name: M\nprovider: {text: a, by: b, date: 2026-01-01, sign: c}\n", "unknown key 'sign'");
  refused("name: M\nprovider: ACME\n", "");
  refused("provider: {text: a, by: b, date: 2026-01-01}\n", "missing key 'name'");
  refused("- a\n", "");
}

TEST_CASE("the shipped schema knows the keys that the points ask for") {
  const Json schema = read_json(std::filesystem::path(IAI_SOURCE_DIR) / "schemas" / "product.schema.json");
  std::vector<std::string> keys = statement_keys(), known;
  keys.emplace_back("name");
  for (const auto& [key, value] : schema.at("properties").items()) known.push_back(key);
  std::sort(keys.begin(), keys.end());
  CHECK(keys == known);
}

TEST_CASE("the examples' product files can be read and leave gaps") {
  for (const char* example : {"bearing", "turbofan"}) {
    const Product product = read_product(std::filesystem::path(IAI_SOURCE_DIR) / "examples" / example / "product.yaml");
    CHECK(product.statements.size() > 10);
    CHECK(product.statements.size() < statement_keys().size());
  }
}
