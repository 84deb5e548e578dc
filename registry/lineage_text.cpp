#include <map>
#include <set>

#include <fmt/format.h>

#include "registry/lineage.hpp"

namespace iai {

namespace {

constexpr int deepest = 100;  // a chain of thousands of steps must not exhaust the stack; the rest is one more question

/// Control characters of hostile names never reach a terminal.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

std::string step_text(const Record& record) {
  return fmt::format("{} {}  {}  {}", record.number, printable(record.verb), printable(record.verdict), printable(record.started.substr(0, 10)));
}

std::string artefact_text(const Artefact& artefact) {
  return fmt::format("{}: {}  {}", printable(artefact.role), printable(artefact.path), artefact.sha256.substr(0, 12));
}

/// Lines of a tree, drawn with the box characters that the terminal has.
class Tree {
 public:
  Tree(const std::vector<Record>& records, LineageDirection direction) : up_(direction == LineageDirection::up) {
    for (const Record& record : records) {
      for (const Artefact& artefact : up_ ? record.outputs : record.inputs) by_digest_[artefact.sha256].push_back(&record);
    }
  }

  void add(const std::vector<const Record*>& steps, const std::string& indent, int depth) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool last = i + 1 == steps.size();
      const Record& record = *steps[i];
      const bool again = !shown_.insert(record.number).second;
      text_ += fmt::format("{}{} {}{}\n", indent, last ? "└─" : "├─", step_text(record), again ? "  (see above)" : "");
      if (!again) add_artefacts(record, indent + (last ? "   " : "│  "), depth);
    }
  }
  const std::string& text() const { return text_; }

 private:
  void add_artefacts(const Record& record, const std::string& indent, int depth) {
    const std::vector<Artefact>& artefacts = up_ ? record.inputs : record.outputs;
    for (std::size_t i = 0; i < artefacts.size(); ++i) {
      const bool last = i + 1 == artefacts.size();
      text_ += fmt::format("{}{} {}\n", indent, last ? "└─" : "├─", artefact_text(artefacts[i]));
      const std::string inner = indent + (last ? "   " : "│  ");
      const std::vector<const Record*> next = connected(record, artefacts[i].sha256);
      if (next.empty()) continue;
      if (depth < deepest) add(next, inner, depth + 1);
      else text_ += fmt::format("{}└─ more: iai registry lineage {}\n", inner, next.front()->number);
    }
  }

  /// Up: the newest older step that made it. Down: all younger steps that read it.
  std::vector<const Record*> connected(const Record& record, const std::string& sha256) const {
    std::vector<const Record*> found;
    const auto known = by_digest_.find(sha256);
    if (known == by_digest_.end()) return found;
    for (const Record* other : known->second) {
      if (up_ ? other->number < record.number : other->number > record.number) found.push_back(other);
    }
    if (up_ && found.size() > 1) found = {found.back()};
    return found;
  }

  bool up_;
  std::map<std::string, std::vector<const Record*>> by_digest_;  // oldest first, as the records are
  std::set<std::int64_t> shown_;
  std::string text_;
};

std::string tree_of(const std::vector<Record>& records, const std::vector<Record>& start, LineageDirection direction) {
  Tree tree(records, direction);
  std::vector<const Record*> roots;
  for (const Record& record : start) roots.push_back(&record);
  tree.add(roots, "", 0);
  return tree.text();
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string lineage_tree(const LineageRoot& root, const std::vector<Record>& records, LineageDirection direction) {
  std::string text = printable(root.name) + (root.sha256.empty() ? "" : "  " + root.sha256) + "\n";
  if (direction != LineageDirection::down) {
    text += root.makers.empty() ? "made by no recorded step\n" : "made by\n" + tree_of(records, root.makers, LineageDirection::up);
  }
  if (direction != LineageDirection::up) {
    text += root.users.empty() ? "used by no recorded step\n" : "used by\n" + tree_of(records, root.users, LineageDirection::down);
  }
  return text;
}

std::string lineage_dot(const std::vector<Record>& records) {
  std::string nodes, edges;
  std::set<std::string> known;
  for (const Record& record : records) {
    nodes += fmt::format("  r{} [shape=box, style=rounded, label={}];\n", record.number, quoted(fmt::format("{} {}", record.number, record.verb)));
    const auto artefact_node = [&](const Artefact& artefact) {
      if (!known.insert(artefact.sha256).second) return;
      const std::string name = quoted(artefact.path), digest = quoted(artefact.sha256.substr(0, 12));
      nodes += fmt::format("  {} [shape=note, label={}];\n", quoted(artefact.sha256), name.substr(0, name.size() - 1) + "\\n" + digest.substr(1));
    };
    for (const Artefact& input : record.inputs) {
      artefact_node(input);
      edges += fmt::format("  {} -> r{} [label={}];\n", quoted(input.sha256), record.number, quoted(input.role));
    }
    for (const Artefact& output : record.outputs) {
      artefact_node(output);
      edges += fmt::format("  r{} -> {};\n", record.number, quoted(output.sha256));
    }
  }
  return "digraph lineage {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=10];\n" + nodes + edges + "}\n";
}

}  // namespace iai
