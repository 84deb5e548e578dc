#include "formats/json.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "formats/error.hpp"

using namespace iai;

static std::string message_of(const std::string& text) {
  try {
    parse_json(text, "x.json");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::input);
    return error.message();
  }
  return "";
}

TEST_CASE("canonical JSON: the sample of RFC 8785, section 3.2.2") {
  const auto json = parse_json(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]})",
                               "sample");
  CHECK(canonical_json(json) ==
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("canonical JSON: keys in the order of UTF-16 code units, section 3.2.3") {
  const auto json = parse_json(R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
    "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})",
                               "keys");
  const std::string text = canonical_json(json);
  std::size_t last = 0;
  for (const char* value : {"Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"}) {
    const std::size_t at = text.find(value);
    REQUIRE(at != std::string::npos);
    CHECK(at > last);
    last = at;
  }
}

TEST_CASE("canonical JSON: the numbers of RFC 8785, appendix B") {
  const std::pair<std::uint64_t, const char*> cases[] = {{0x0000000000000000, "0"},
                                                         {0x8000000000000000, "0"},
                                                         {0x0000000000000001, "5e-324"},
                                                         {0x8000000000000001, "-5e-324"},
                                                         {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                         {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                         {0x4340000000000000, "9007199254740992"},
                                                         {0xc340000000000000, "-9007199254740992"},
                                                         {0x4430000000000000, "295147905179352830000"},
                                                         {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                         {0x44b52d02c7e14af6, "1e+23"},
                                                         {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                                                         {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                                                         {0x444b1ae4d6e2ef4f, "999999999999999900000"},
                                                         {0x444b1ae4d6e2ef50, "1e+21"},
                                                         {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                         {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                         {0x41b3de4355555553, "333333333.3333332"},
                                                         {0x41b3de4355555557, "333333333.33333343"},
                                                         {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                         {0x43143ff3c1cb0959, "1424953923781206.2"}};
  for (const auto& [bits, text] : cases) CHECK(canonical_json(std::bit_cast<double>(bits)) == text);
  CHECK_THROWS_AS(canonical_json(std::nan("")), Error);
  CHECK_THROWS_AS(canonical_json(std::numeric_limits<double>::infinity()), Error);
  CHECK(canonical_json(Json(42)) == "42");
  CHECK(canonical_json(Json(-7)) == "-7");
}

TEST_CASE("canonical JSON refuses text that is no UTF-8") {
  CHECK_THROWS_AS(canonical_json(Json("\xff")), Error);
  CHECK_THROWS_AS(canonical_json(Json{{"\xff", 1}}), Error);
}

TEST_CASE("parsing is strict and names the place") {
  CHECK(message_of(R"({"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]})") == "");
  CHECK(message_of("{\"a\":1,\n \"a\":2}") == "x.json:2:4: the key 'a' appears twice");
  CHECK(message_of("{\"a\":\n  oops}").starts_with("x.json:2:3: "));
  CHECK(message_of("[1] 2").starts_with("x.json:1:5: "));
  CHECK(message_of("").starts_with("x.json:1:1: "));
  CHECK(message_of("[1e999]").starts_with("x.json:1:"));
  CHECK(message_of(std::string(256, '[') + std::string(256, ']')) == "");
  CHECK(message_of(std::string(257, '[') + std::string(257, ']')).find("deeper than 256") != std::string::npos);
  CHECK_THROWS_AS(read_json("/nonexistent.json"), Error);
}
