#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "formats/error.hpp"
#include "formats/yaml.hpp"

namespace iai {

/// Builds the tree from yaml-cpp's events, which carry the places and leave aliases to the reader; its own Node does
/// neither refuse duplicate keys nor bound aliases.
class YamlBuilder : public YAML::EventHandler {
 public:
  explicit YamlBuilder(const std::string& name) : file_(std::make_shared<const std::string>(name)) { root_ = node(Yaml::Kind::null, YAML::Mark()); }
  Yaml take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) node(Yaml::Kind::null, mark).fail("a second document starts here", "use one file for each");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(node(Yaml::Kind::null, mark), anchor, {}); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    Yaml scalar = node(Yaml::Kind::scalar, mark);
    refuse_tag(scalar, tag);
    scalar.quoted_ = tag == "!";
    scalar.scalar_ = value;
    add(std::move(scalar), anchor, {});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Yaml place = node(Yaml::Kind::null, mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) place.fail("an alias cannot stand inside the node that it repeats");
    const Anchored& source = found->second;
    // Counted before the copy is made: expansions inside the repeated node count again each time.
    expansions_ += 1 + source.cost.expansions;
    copied_bytes_ += source.cost.bytes;
    if (expansions_ > max_expansions) place.fail("aliases expand more than 1,000 times");
    if (copied_bytes_ > max_copied_bytes) place.fail("aliases expand to more than 64 MiB");
    if (static_cast<int>(stack_.size()) + source.cost.height > max_depth) place.fail("nested deeper than 64");
    Yaml copy = source.node;
    copy.line_ = place.line_;
    copy.column_ = place.column_;
    add(std::move(copy), 0, {source.cost.expansions + 1, source.cost.bytes, source.cost.height});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(node(Yaml::Kind::list, mark), tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(node(Yaml::Kind::map, mark), tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  static constexpr int max_depth = 64;
  static constexpr std::int64_t max_expansions = 1000;
  static constexpr std::size_t max_copied_bytes = std::size_t{64} << 20;

  /// What repeating a node costs.
  struct Cost {
    std::int64_t expansions = 0;
    std::size_t bytes = 0;
    int height = 0;
  };
  struct Anchored {
    Yaml node;
    Cost cost;
  };
  struct Open {
    Yaml node;
    YAML::anchor_t anchor = 0;
    Cost cost;
    bool has_key = false;
    Yaml key;
    std::set<std::string> keys;
  };

  Yaml node(Yaml::Kind kind, const YAML::Mark& mark) const {
    Yaml made;
    made.kind_ = kind;
    made.line_ = std::max(mark.line, 0) + 1;
    made.column_ = std::max(mark.column, 0) + 1;
    made.file_ = file_;
    return made;
  }

  // yaml-cpp says "?" for plain and "!" for quoted nodes without a tag.
  static void refuse_tag(const Yaml& node, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") node.fail("tags are not allowed ('" + tag + "')");
  }

  void open(Yaml node, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(node, tag);
    if (!stack_.empty() && stack_.back().node.is_map() && !stack_.back().has_key) node.fail("a key must be text");
    if (stack_.size() >= static_cast<std::size_t>(max_depth)) node.fail("nested deeper than 64");
    Open opened;
    opened.node = std::move(node);
    opened.anchor = anchor;
    stack_.push_back(std::move(opened));
  }

  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    ++done.cost.height;
    add(std::move(done.node), done.anchor, done.cost);
  }

  void add(Yaml node, YAML::anchor_t anchor, Cost cost) {
    if (node.is_scalar() || node.is_null()) cost.bytes = sizeof(Yaml) + node.scalar_.size();
    else if (cost.bytes == 0) cost.bytes = sizeof(Yaml);
    if (anchor != 0) anchors_[anchor] = {node, cost};
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    parent.cost.expansions += cost.expansions;
    parent.cost.bytes += cost.bytes + sizeof(Yaml);
    parent.cost.height = std::max(parent.cost.height, cost.height);
    if (parent.node.is_list()) {
      parent.node.items_.push_back(std::move(node));
    } else if (!parent.has_key) {
      take_key(parent, std::move(node));
    } else {
      // yaml-cpp places an absent value at whatever follows it.
      if (node.is_null() && node.line_ != parent.key.line_) {
        node.line_ = parent.key.line_;
        node.column_ = parent.key.column_;
      }
      node.key_line_ = parent.key.line_;
      node.key_column_ = parent.key.column_;
      parent.node.entries_.emplace_back(std::move(parent.key.scalar_), std::move(node));
      parent.has_key = false;
    }
  }

  static void take_key(Open& map, Yaml key) {
    if (!key.is_scalar()) key.fail("a key must be text");
    if (key.scalar_ == "<<" && !key.quoted_) key.fail("merge keys (<<) are not part of YAML 1.2");
    if (!map.keys.insert(key.scalar_).second) key.fail("the key '" + key.scalar_ + "' is there twice");
    map.key = std::move(key);
    map.has_key = true;
  }

  std::shared_ptr<const std::string> file_;
  Yaml root_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::int64_t expansions_ = 0;
  std::size_t copied_bytes_ = 0;
  int documents_ = 0;
};

namespace {

// Bytes of the well-formed UTF-8 character at `at`, 0 when there is none. @source Unicode 15, table 3-7
std::size_t character_size(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F);
    return !bad && tail(1) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool bad = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return !bad && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

// yaml-cpp replaces broken characters silently, and stops at some control characters as if the file ended there.
void refuse_broken_text(std::string_view text, const std::string& name) {
  int line = 1, column = 1;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_size(text, at);
    const auto first = static_cast<unsigned char>(text[at]);
    const bool control = (first < 0x20 && first != '\t' && first != '\n' && first != '\r') || first == 0x7F;
    if (size == 0 || control)
      throw Error(
          ErrorKind::usage,
          name + ":" + std::to_string(line) + ":" + std::to_string(column) + (control ? ": control characters are not allowed" : ": this is no valid UTF-8"),
          "save the file as UTF-8 text");
    at += size;
    ++column;
    if (first == '\n') ++line, column = 1;
  }
}

}  // namespace

Yaml parse_yaml(std::string_view text, const std::string& name) {
  refuse_broken_text(text, name);
  YamlBuilder builder(name);
  // yaml-cpp takes the end of the file for the end of a quoted text that was never closed, but not an end marker.
  const bool marked = text == "..." || text.ends_with("\n...") || text.ends_with("\n...\n");
  std::istringstream stream{std::string(text) + (marked ? "" : text.ends_with('\n') ? "...\n" : "\n...\n")};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::usage,
                name + ":" + std::to_string(std::max(error.mark.line, 0) + 1) + ":" + std::to_string(std::max(error.mark.column, 0) + 1) + ": " + error.msg,
                "correct the file at this place: is a quote, bracket or indentation missing?");
  }
  return builder.take();
}

}  // namespace iai
