#include "formats/yaml.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "formats/error.hpp"

using namespace iai;

namespace {

void refuses(const std::function<void()>& action, const std::string& start, const std::string& hint = {}) {
  try {
    action();
  } catch (const Error& error) {
    CHECK_MESSAGE(error.message().starts_with(start), error.message());
    CHECK(error.kind() == ErrorKind::usage);
    if (!hint.empty()) CHECK(error.hint() == hint);
    return;
  }
  FAIL_CHECK("accepted, expected: " << start);
}

void refuses_text(const std::string& text, const std::string& start) {
  refuses([&] { parse_yaml(text, "t.yaml"); }, start);
}

std::string repeat(const std::string& part, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += part;
  return all;
}

}  // namespace

TEST_CASE("a document is read with its places and types") {
  const Yaml task =
      parse_yaml("# task\nname: bearing\nlimit: 1.5e-3\ncount: 0x10\nstrict: true\ninputs:\n  - a\n  - 'b'\nempty:\nslices: {one: [1, -2]}\n", "t.yaml");
  CHECK(task.is_map());
  CHECK(task.entries().size() == 7);
  CHECK(task.at("name").text() == "bearing");
  CHECK(task.at("limit").number() == 1.5e-3);
  CHECK(task.at("count").integer() == 16);
  CHECK(task.at("count").number() == 16);
  CHECK(task.at("strict").boolean());
  CHECK(task.at("inputs").texts() == std::vector<std::string>{"a", "b"});
  CHECK(task.at("name").texts() == std::vector<std::string>{"bearing"});
  CHECK(task.at("inputs").items()[1].quoted());
  CHECK(task.at("inputs").items()[1].line() == 8);
  CHECK(task.at("inputs").items()[1].column() == 5);
  CHECK(task.at("empty").is_null());
  CHECK(task.at("slices").at("one").items()[1].integer() == -2);
  CHECK(task.find("other") == nullptr);
  CHECK(task.text_or("other", "x") == "x");
  CHECK(task.number_or("limit", 0) == 1.5e-3);
  CHECK(task.integer_or("other", 7) == 7);
  CHECK(task.boolean_or("strict", false));
  for (const char* nothing : {"", "\n", "# only this\n", "...\n", "---\n", "---\n...\n"}) CHECK(parse_yaml(nothing, "t.yaml").is_null());
  for (const char* ended : {"a: b\n...\n", "---\na: b\n...", "a: b", "a: |-\n  b\n", "a: \"b\"\r\n"}) CHECK(parse_yaml(ended, "t.yaml").at("a").text() == "b");
  CHECK(parse_yaml("a: |+\n  b\n\n", "t.yaml").at("a").text() == "b\n\n");
  CHECK(parse_yaml("\xEF\xBB\xBFname: \xC3\xA4\n", "t.yaml").at("name").text() == "\xC3\xA4");
}

TEST_CASE("JSON has the types of the core schema") {
  const Yaml yaml = parse_yaml("[1, -0o7, 1.0, .5, true, yes, '1', ~, 18446744073709551615, .inf, 1.2.3, +3, {a: b}]", "t");
  const Json json = yaml.to_json();
  CHECK(json[0] == 1);
  CHECK(json[0].is_number_integer());
  CHECK(json[1] == "-0o7");
  CHECK(json[2].is_number_float());
  CHECK(json[3] == 0.5);
  CHECK(json[4] == true);
  CHECK(json[5] == "yes");
  CHECK(json[6] == "1");
  CHECK(json[7].is_null());
  CHECK(json[8] == 18446744073709551615ull);
  CHECK(json[9].is_number_float());
  CHECK(json[10] == "1.2.3");
  CHECK(json[11] == 3);
  CHECK(json[12]["a"] == "b");
}

TEST_CASE("aliases repeat a node at their own place") {
  const Yaml yaml = parse_yaml("a: &x {k: [1, 2]}\nb: *x\n", "t.yaml");
  CHECK(yaml.at("b").at("k").items()[1].integer() == 2);
  CHECK(yaml.at("b").line() == 2);
  CHECK(parse_yaml("a: &x 1\nb: [" + repeat("*x, ", 1000) + "]", "t").at("b").items().size() == 1000);
  refuses_text("a: &x 1\nb: [" + repeat("*x, ", 1001) + "]", "t.yaml:2:");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string now = std::to_string(i), last = std::to_string(i - 1);
    bomb += "a" + now + ": &a" + now + " [" + repeat("*a" + last + ", ", 8) + "*a" + last + "]\n";
  }
  refuses_text(bomb, "t.yaml:");
  refuses_text("a: &x [*x]\n", "t.yaml:1:8: an alias cannot stand inside");
  refuses_text("a: *x\n", "t.yaml:1:");
  refuses_text("a: &x " + std::string(1 << 20, 'y') + "\nb: [" + repeat("*x, ", 100) + "]", "t.yaml:2:");
}

TEST_CASE("what is not strict is refused with its place") {
  refuses_text("a: 1\nb: 2\na: 3\n", "t.yaml:3:1: the key 'a' is there twice");
  refuses_text("a: !!str 1\n", "t.yaml:1:4: tags are not allowed");
  refuses_text("a: !mine [1]\n", "t.yaml:1:4: tags are not allowed");
  refuses_text("a: 1\n---\nb: 2\n", "t.yaml:");
  refuses_text("a: &x {k: 1}\nb:\n  <<: *x\n", "t.yaml:3:3: merge keys");
  refuses_text("[a]: 1\n", "t.yaml:1:1: a key must be text");
  refuses_text("~: 1\n", "t.yaml:1:1: a key must be text");
  refuses_text("a: [1, 2\nb: 3\n", "t.yaml:");
  refuses_text("a: b\n  c: d\n", "t.yaml:2:");
  refuses_text("a: \"b\n", "t.yaml:");
  refuses_text("a: 'b\n\n", "t.yaml:");
  refuses_text("a: 1\n}\n", "t.yaml:2:1:");
  refuses_text("- a\nb: 1\n", "t.yaml:2:1:");
  refuses_text("a: b\nc: \xFF\n", "t.yaml:2:4: this is no valid UTF-8");
  refuses_text("a: \xC0\xAF\n", "t.yaml:1:4: this is no valid UTF-8");
  refuses_text("a: \xED\xA0\x80\n", "t.yaml:1:4: this is no valid UTF-8");
  refuses_text("a: b\x04\n", "t.yaml:1:5: control characters");
  refuses_text(repeat("[", 65) + repeat("]", 65), "t.yaml:1:65: nested deeper than 64");
  refuses_text(repeat("[", 2000), "t.yaml:");
  CHECK(parse_yaml(repeat("[", 64) + repeat("]", 64), "t").is_list());
  refuses_text("a: &x " + repeat("[", 40) + repeat("]", 40) + "\nb: " + repeat("[", 40) + "*x" + repeat("]", 40), "t.yaml:2:44: nested deeper than 64");
}

TEST_CASE("wrong keys and types are refused at the node") {
  const Yaml yaml = parse_yaml("metric: rmse\nlimt: '5'\nlist: [a, [b]]\nbig: 99999999999999999999\nhuge: 1e999\nnone:\n", "t.yaml");
  refuses([&] { yaml.allow_keys({"metric", "limit", "list"}); }, "t.yaml:2:1: unknown key 'limt'", "did you mean 'limit'?");
  refuses([&] { yaml.allow_keys({"zzzzzzzz"}); }, "t.yaml:1:1: unknown key 'metric'", "known keys: zzzzzzzz");
  CHECK_NOTHROW(yaml.allow_keys({"metric", "limt", "list", "big", "huge", "none"}));
  refuses([&] { yaml.at("other"); }, "t.yaml:1:1: missing key 'other'");
  refuses([&] { yaml.at("metric").number(); }, "t.yaml:1:9: expected a number, found 'rmse'");
  refuses([&] { yaml.at("metric").integer(); }, "t.yaml:1:9: expected an integer, found 'rmse'");
  refuses([&] { yaml.at("metric").boolean(); }, "t.yaml:1:9: expected true or false");
  refuses([&] { yaml.at("metric").find("x"); }, "t.yaml:1:9: expected a map, found a single value");
  refuses([&] { yaml.items(); }, "t.yaml:1:1: expected a list, found a map");
  refuses([&] { yaml.text(); }, "t.yaml:1:1: expected text, found a map");
  refuses([&] { yaml.number_or("limt", 0); }, "t.yaml:2:7: expected a number", "write it without quotes");
  refuses([&] { yaml.at("list").texts(); }, "t.yaml:3:11: expected text, found a list");
  refuses([&] { yaml.integer_or("big", 0); }, "t.yaml:4:6: the integer 99999999999999999999 is out of range");
  refuses([&] { yaml.number_or("huge", 0); }, "t.yaml:5:7: the number 1e999 is out of range");
  refuses([&] { yaml.text_or("none", ""); }, "t.yaml:6:1: expected text, found nothing");
  refuses([&] { yaml.fail("no good", "do"); }, "t.yaml:1:1: no good", "do");
}

TEST_CASE("a missing file is an error of the input") {
  for (const char* path : {"/nonexistent/task.yaml", "/tmp"}) {
    try {
      read_yaml(path);
      FAIL_CHECK("read");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::input);
      CHECK(error.message().starts_with(path));
    }
  }
}
