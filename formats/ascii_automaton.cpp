#include "formats/ascii_automaton.hpp"

#include <algorithm>
#include <bitset>
#include <map>
#include <memory>

namespace iai {
namespace {

using Bytes = std::bitset<128>;

constexpr std::size_t most_states = 256, most_nodes = 2048;
constexpr int deepest = 32, most_repeats = 1000;

/// A step on one of `bytes` to `next`, or without a byte to `next` and `other`.
struct Node {
  static constexpr int none = -1;
  Bytes bytes;
  bool reads = false;
  int next = none, other = none;
};

/// Part of an automaton under construction: ends that lead nowhere yet lead to `exit`.
struct Part {
  int entry, exit;
};

Bytes range(int from, int to) {
  Bytes bytes;
  for (int b = from; b <= to; ++b) bytes.set(static_cast<std::size_t>(b));
  return bytes;
}

/// \d \w \s and their opposites, as ICU has them within ASCII.
std::optional<Bytes> named_class(char name) {
  const Bytes digits = range('0', '9');
  Bytes word = digits | range('a', 'z') | range('A', 'Z');
  word.set('_');
  Bytes blank = range('\t', '\r');
  blank.set(' ');
  switch (name) {
    case 'd': return digits;
    case 'D': return ~digits;
    case 'w': return word;
    case 'W': return ~word;
    case 's': return blank;
    case 'S': return ~blank;
    default: return std::nullopt;
  }
}

bool is_punctuation(char c) { return c > ' ' && c < 0x7F && !std::isalnum(static_cast<unsigned char>(c)); }

/// Reads an expression into nodes. What it does not know makes it give up.
class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view expression) : text_(expression) {}

  bool read() {
    const Part whole = alternatives(0);
    if (failed_ || !ended()) return false;
    start = whole.entry;
    accepting = whole.exit;
    return true;
  }

  std::vector<Node> nodes;
  int start = 0, accepting = 0;

 private:
  bool ended() const { return at_ >= text_.size(); }
  char peek() const { return ended() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (ended() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  int add(Node node) {
    if (nodes.size() >= most_nodes) failed_ = true;
    else nodes.push_back(node);
    return static_cast<int>(nodes.size()) - 1;
  }
  int add_empty() { return add({}); }
  Part add_bytes(const Bytes& bytes) {
    const int exit = add_empty();
    return {add({bytes, true, exit, Node::none}), exit};
  }
  void link(int from, int to) {
    auto& node = nodes[static_cast<std::size_t>(from)];
    (node.next == Node::none ? node.next : node.other) = to;
  }
  Part fail() {
    failed_ = true;
    return {0, 0};
  }

  Part alternatives(int depth) {
    if (depth > deepest) return fail();
    Part all = sequence(depth);
    while (!failed_ && take('|')) {
      const Part more = sequence(depth);
      const int entry = add({{}, false, all.entry, more.entry}), exit = add_empty();
      link(all.exit, exit);
      link(more.exit, exit);
      all = {entry, exit};
    }
    return all;
  }

  Part sequence(int depth) {
    const int entry = add_empty();
    Part all{entry, entry};
    // The whole text has to match: its ends are where they are anyway.
    if (depth == 0) take('^');
    while (!failed_ && !ended() && peek() != '|' && peek() != ')') {
      if (depth == 0 && peek() == '$' && (at_ + 1 == text_.size() || text_[at_ + 1] == '|')) {
        ++at_;
        break;
      }
      const Part piece = quantified(depth);
      if (failed_) break;
      link(all.exit, piece.entry);
      all.exit = piece.exit;
    }
    return all;
  }

  /// An atom with its quantifier: read as often as it occurs, for the nodes of each have to be different ones.
  Part quantified(int depth) {
    const std::size_t begin = at_;
    Part piece = atom(depth);
    if (failed_) return piece;
    int least = 1, most = 1;  // most -1: any number
    if (!quantifier(least, most)) return piece;
    const std::size_t end = at_;
    Part all{add_empty(), 0};
    all.exit = all.entry;
    const auto append = [&](const Part& next) {
      link(all.exit, next.entry);
      all.exit = next.exit;
    };
    const auto again = [&] {
      at_ = begin;
      const Part copy = atom(depth);
      at_ = end;
      return copy;
    };
    for (int i = 0; i < least && !failed_; ++i) append(i == 0 ? piece : again());
    if (most < 0 && !failed_) append(loop(least == 0 ? piece : again()));
    for (int i = least; i < most && !failed_; ++i) append(optional(i == 0 ? piece : again()));
    return all;
  }

  Part loop(const Part& piece) {
    const int exit = add_empty();
    const int entry = add({{}, false, piece.entry, exit});
    link(piece.exit, entry);
    return {entry, exit};
  }
  Part optional(const Part& piece) {
    const int exit = add_empty();
    link(piece.exit, exit);
    return {add({{}, false, piece.entry, exit}), exit};
  }

  bool quantifier(int& least, int& most) {
    if (take('*')) least = 0, most = -1;
    else if (take('+')) most = -1;
    else if (take('?')) least = 0;
    else if (peek() == '{') read_counts(least, most);
    else return false;
    take('?');  // a reluctant quantifier takes the same texts as a whole
    if (peek() == '+' || peek() == '*' || peek() == '?' || peek() == '{') failed_ = true;
    return true;
  }

  void read_counts(int& least, int& most) {
    ++at_;
    least = most = number();
    if (take(',')) most = peek() == '}' ? -1 : number();
    if (!take('}') || (most >= 0 && most < least)) failed_ = true;
  }
  int number() {
    int value = 0;
    const std::size_t begin = at_;
    for (; peek() >= '0' && peek() <= '9' && value <= most_repeats; ++at_) value = value * 10 + (peek() - '0');
    if (at_ == begin || value > most_repeats) failed_ = true;
    return value;
  }

  Part atom(int depth) {
    const char c = peek();
    if (c == '(') return group(depth);
    if (c == '[') return add_bytes(set());
    if (c == '\\') return add_bytes(escape());
    if (static_cast<unsigned char>(c) >= 0x80) {
      skip_character();
      return add_bytes({});
    }
    ++at_;
    if (c == '.') return add_bytes(~range('\n', '\r'));
    if (std::string_view("*+?{}]^$").find(c) != std::string_view::npos) return fail();
    return add_bytes(range(c, c));
  }

  Part group(int depth) {
    ++at_;
    if (take('?') && !take(':')) return fail();
    const Part inner = alternatives(depth + 1);
    if (!take(')')) return fail();
    return inner;
  }

  Bytes escape() {
    ++at_;
    const char c = peek();
    ++at_;
    if (const auto named = named_class(c)) return *named;
    if (is_punctuation(c)) return range(c, c);
    failed_ = true;
    return {};
  }

  /// A set of characters; of those beyond ASCII none is ever met.
  Bytes set() {
    Bytes bytes;
    ++at_;
    const bool negated = take('^');
    const std::size_t begin = at_;
    while (!failed_ && peek() != ']') {
      const bool edge = at_ == begin || text_.substr(at_ + 1).starts_with(']');  // where a '-' is one
      if (ended() || std::string_view("[&^:$").find(peek()) != std::string_view::npos || (peek() == '-' && !edge)) failed_ = true;
      else if (static_cast<unsigned char>(peek()) >= 0x80) skip_character(), failed_ = failed_ || peek() == '-';
      else bytes |= member();
    }
    if (at_ == begin) failed_ = true;
    ++at_;
    return negated ? ~bytes : bytes;
  }
  Bytes member() {
    if (peek() == '\\') {
      const Bytes escaped = escape();
      if (peek() == '-') failed_ = true;
      return escaped;
    }
    const char from = text_[at_++];
    if (peek() != '-' || text_.substr(at_ + 1).starts_with(']')) return range(from, from);
    ++at_;
    const char to = peek();
    const bool plain = std::isalnum(static_cast<unsigned char>(from)) != 0 && std::isalnum(static_cast<unsigned char>(to)) != 0 && from <= to;
    if (!plain) failed_ = true;
    ++at_;
    return plain ? range(from, to) : Bytes();
  }
  void skip_character() {
    ++at_;
    while (!ended() && (static_cast<unsigned char>(peek()) & 0xC0) == 0x80) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

using NodeSet = std::vector<int>;  // ascending

/// `nodes` and all that they lead to without a byte.
NodeSet closure(const std::vector<Node>& nodes, NodeSet open) {
  std::vector<bool> known(nodes.size());
  NodeSet all;
  while (!open.empty()) {
    const int node = open.back();
    open.pop_back();
    if (node == Node::none || known[static_cast<std::size_t>(node)]) continue;
    known[static_cast<std::size_t>(node)] = true;
    all.push_back(node);
    const auto& step = nodes[static_cast<std::size_t>(node)];
    if (!step.reads) open.insert(open.end(), {step.next, step.other});
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

std::optional<AsciiAutomaton> AsciiAutomaton::make(std::string_view expression) {
  ExpressionReader reader(expression);
  if (!reader.read()) return std::nullopt;
  const auto& nodes = reader.nodes;
  std::map<NodeSet, std::uint16_t> known;
  std::vector<const NodeSet*> sets;
  const auto state_of = [&](const NodeSet& set) {
    const auto [at, added] = known.try_emplace(set, static_cast<std::uint16_t>(known.size()));
    if (added) sets.push_back(&at->first);
    return at->second;
  };
  state_of(closure(nodes, {reader.start}));
  AsciiAutomaton automaton;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    if (sets.size() > most_states) return std::nullopt;
    automaton.accepts_.push_back(std::binary_search(sets[s]->begin(), sets[s]->end(), reader.accepting) ? 1 : 0);
    auto& next = automaton.next_.emplace_back();
    std::map<NodeSet, std::uint16_t> targets;  // by the nodes behind the byte: most bytes lead to the same
    for (std::size_t byte = 0; byte < 128; ++byte) {
      NodeSet reached;
      for (const int node : *sets[s])
        if (const auto& step = nodes[static_cast<std::size_t>(node)]; step.reads && step.bytes[byte]) reached.push_back(step.next);
      if (reached.empty()) {
        next[byte] = dead;
        continue;
      }
      const auto [target, added] = targets.try_emplace(reached, std::uint16_t{0});
      if (added) target->second = state_of(closure(nodes, std::move(reached)));
      next[byte] = target->second;
    }
  }
  return automaton;
}

}  // namespace iai
