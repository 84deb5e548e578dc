#include "cli/manual.hpp"

#include <fmt/format.h>

#include "cli/flags.hpp"
#include "cli/parser.hpp"
#include "formats/json.hpp"

namespace iai {
namespace {

/// Text for roff: backslashes, hyphens (so that flags can be copied), and points and quotes that begin a line.
std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else if (line_start && (c == '.' || c == '\'')) out += std::string("\\&") + c;
    else out += c;
    line_start = c == '\n';
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string title(std::string_view page, int section) { return fmt::format(".TH {} {} \"\" \"iai {}\" \"iai manual\"\n", upper(page), section, IAI_VERSION); }

/// Paragraphs separated by blank lines.
std::string paragraphs(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", at), text.size());
    out += ".PP\n" + roff(text.substr(at, end - at)) + "\n";
    at = end + 2;
  }
  return out;
}

std::string verbatim(std::string_view text) {
  std::string body = roff(text);
  while (!body.empty() && body.back() == '\n') body.pop_back();
  return ".PP\n.RS 4\n.nf\n" + body + "\n.fi\n.RE\n";
}

std::string flag_entry(const Flag& flag, bool positional) {
  std::string head;
  if (positional) {
    head = fmt::format("\\fI{}\\fR", roff(flag.value.empty() ? upper(flag.long_name) : flag.value));
  } else {
    if (flag.short_name != 0) head += fmt::format("\\fB\\-{}\\fR", flag.short_name);
    if (flag.short_name != 0 && !flag.long_name.empty()) head += ", ";
    if (!flag.long_name.empty()) head += fmt::format("\\fB\\-\\-{}\\fR", roff(flag.long_name));
    if (!flag.value.empty()) head += fmt::format(" \\fI{}\\fR", roff(flag.value));
  }
  std::string text = roff(flag.description);
  if (!text.empty() && text.back() != '.') text += '.';
  if (!flag.choices.empty()) text += fmt::format("\nOne of {}.", roff(fmt::format("{}", fmt::join(flag.choices, ", "))));
  if (!flag.fallback.empty()) text += fmt::format("\nDefault: {}.", roff(flag.fallback));
  if (flag.required) text += "\nRequired.";
  if (flag.repeatable) text += "\nMay be repeated.";
  return ".TP\n" + head + "\n" + text + "\n";
}

std::string synopsis(const std::string& name, const VerbFlags& verb) {
  std::string line = fmt::format("\\fB{}\\fR", roff(name));
  for (const Flag& flag : verb.positionals) {
    const std::string value = roff(flag.value.empty() ? upper(flag.long_name) : flag.value);
    const std::string word = fmt::format("\\fI{}\\fR{}", value, flag.repeatable ? " ..." : "");
    line += flag.required ? " " + word : " [" + word + "]";
  }
  for (const Flag& flag : verb.flags) {
    if (flag.required) line += fmt::format(" \\fB\\-\\-{}\\fR \\fI{}\\fR", roff(flag.long_name), roff(flag.value));
  }
  return line + " [\\fIOPTIONS\\fR]\n";
}

std::string flag_list(const VerbFlags& verb) {
  std::string text;
  for (const Flag& flag : verb.positionals) text += flag_entry(flag, true);
  for (const Flag& flag : verb.flags) {
    if (!flag.global) text += flag_entry(flag, false);
  }
  return text;
}

constexpr std::string_view exit_status =
    ".SH EXIT STATUS\n"
    ".TP\n\\fB0\\fR\nDone; every check passed.\n"
    ".TP\n\\fB1\\fR\nRan correctly and the answer is no: data set invalid, gate missed, drop too large, digest differs.\n"
    ".TP\n\\fB2\\fR\nWrong command line or configuration.\n"
    ".TP\n\\fB3\\fR\nBad input: missing, unreadable, corrupt, unsupported; output exists.\n"
    ".TP\n\\fB4\\fR\nSomething is missing on this machine: runtime, device, space on the disk, registry locked.\n"
    ".TP\n\\fB70\\fR\nA bug in iai; please report it.\n"
    ".TP\n\\fB130\\fR, \\fB143\\fR\nInterrupted; outputs are untouched.\n";

std::string type_of(const Json& schema) {
  if (schema.contains("const")) return schema["const"].dump();
  if (schema.contains("enum")) {
    std::string words;
    for (const Json& word : schema["enum"]) words += (words.empty() ? "" : " | ") + (word.is_string() ? word.get<std::string>() : word.dump());
    return words;
  }
  if (!schema.contains("type")) return "";
  const Json& type = schema["type"];
  if (type.is_string()) return type == "object" ? "mapping" : type == "array" ? "list" : type.get<std::string>();
  std::string words;
  for (const Json& word : type) words += (words.empty() ? "" : " or ") + word.get<std::string>();
  return words;
}

class SchemaKeys {
 public:
  explicit SchemaKeys(const Json& root) : root_(root) {}

  /// The keys of an object schema, nested ones indented below theirs.
  std::string list(const Json& schema, int depth = 0) const {
    const Json& object = resolve(schema);
    std::string text;
    const Json required = object.value("required", Json::array());
    const Json properties = object.value("properties", Json::object());
    for (const auto& [key, property] : properties.items()) {
      const Json& inner = resolve(property);
      const bool needed = std::find(required.begin(), required.end(), Json(key)) != required.end();
      const std::string type = type_of(inner);
      text += fmt::format(".TP\n\\fB{}\\fR{}{}\n", roff(key), type.empty() ? "" : " (" + roff(type) + ")", needed ? ", required" : "");
      const std::string description = property.value("description", inner.value("description", std::string()));
      text += roff(description.empty() ? "See below." : description) + "\n";
      // A key that is the same as one of the top is described there.
      const bool is_at_top = depth > 0 && property.value("$ref", std::string()).starts_with("#/properties/");
      if (depth < 8 && !is_at_top) text += nested(inner, depth);
    }
    return text;
  }

 private:
  std::string nested(const Json& inner, int depth) const {
    std::string text;
    for (const Json* candidate : candidates(inner)) text += list(*candidate, depth + 1);
    return text.empty() ? "" : ".RS\n" + text + ".RE\n";
  }

  /// What may hold further keys: the object itself, the items of a list, the values of a free mapping, alternatives.
  std::vector<const Json*> candidates(const Json& inner) const {
    std::vector<const Json*> found;
    if (inner.contains("properties")) found.push_back(&inner);
    for (const char* key : {"items", "additionalProperties"}) {
      if (inner.contains(key) && inner[key].is_object()) {
        for (const Json* candidate : candidates(resolve(inner[key]))) found.push_back(candidate);
      }
    }
    if (inner.contains("anyOf")) {
      for (const Json& choice : inner["anyOf"]) {
        for (const Json* candidate : candidates(resolve(choice))) found.push_back(candidate);
      }
    }
    return found;
  }

  const Json& resolve(const Json& schema) const {
    if (!schema.is_object() || !schema.contains("$ref")) return schema;
    return root_.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1)));
  }

  const Json& root_;
};

}  // namespace

std::string manual_overview() {
  std::string text = title("iai", 1);
  text += ".SH NAME\niai \\- industrial AI models from raw data to a gated, documented release\n";
  text += ".SH SYNOPSIS\n\\fBiai\\fR \\fIVERB\\fR [\\fIARGUMENTS\\fR]\n.PP\n\\fBiai help\\fR \\fIVERB\\fR\n.SH VERBS\n";
  const Stage* last = nullptr;
  for (const Command& command : command_table()) {
    if (last == nullptr || *last != command.stage) text += fmt::format(".SS {}\n", roff(stage_title(command.stage)));
    last = &command.stage;
    text += fmt::format(".TP\n\\fBiai\\-{}\\fR(1)\n{}\n", roff(command.name), roff(command.summary));
  }
  text += ".SH OPTIONS OF EVERY VERB\n";
  Parser parser(nullptr);
  for (const Flag& flag : verb_flags(parser.app()).flags) text += flag_entry(flag, false);
  text += ".TP\n\\fB\\-\\-version\\fR\nShow the version and end.\n";
  text += exit_status;
  text +=
      ".SH ENVIRONMENT\n"
      ".TP\n\\fBIAI_REGISTRY\\fR\nRegistry file, where \\-\\-registry is not given.\n"
      ".TP\n\\fBIAI_ONNXRUNTIME\\fR\nONNX Runtime library, where \\-\\-runtime is not given.\n"
      ".TP\n\\fBNO_COLOR\\fR, \\fBCLICOLOR_FORCE\\fR\nNever, or always, colour.\n"
      ".SH FILES\n.TP\n\\fI.iai/registry.db\\fR\nThe project's records: the nearest one upward from the current folder.\n"
      ".TP\n\\fI~/.local/share/iai/registry.db\\fR\nThe user's records, where no project is around.\n";
  return text;
}

std::string manual_page(const Command& command) {
  Parser parser(&command);
  const VerbFlags verb = verb_flags(parser.app());
  const std::string name = "iai-" + std::string(command.name);
  std::string text = title(name, 1);
  text += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", roff(name), roff(command.summary));
  const std::string words = "iai " + std::string(command.name);
  if (verb.actions.empty()) text += synopsis(words, verb);
  for (const VerbFlags& action : verb.actions) text += (&action == verb.actions.data() ? "" : ".br\n") + synopsis(words + " " + action.name, action);
  text += ".SH EXAMPLES\n";
  for (const Example& example : command.manual->examples) text += ".PP\n" + roff(example.what) + ":\n" + verbatim(example.command);
  text += ".SH DESCRIPTION\n" + paragraphs(command.manual->description);
  const std::string own = flag_list(verb);
  if (!own.empty()) text += ".SH OPTIONS\n" + own;
  if (!verb.actions.empty()) text += ".SH ACTIONS\n";
  for (const VerbFlags& action : verb.actions) {
    text += fmt::format(".SS {}\n{}\n", roff(words + " " + action.name), roff(action.summary));
    text += flag_list(action);
  }
  text += ".PP\nThe options of every verb (\\-\\-json, \\-\\-quiet, \\-\\-registry ...) are in \\fBiai\\fR(1).\n";
  text += exit_status;
  if (!command.manual->diagnostics.empty()) text += ".SH DIAGNOSTICS\n" + paragraphs(command.manual->diagnostics);
  if (!command.manual->memory.empty()) text += ".SH MEMORY USE\n" + paragraphs(command.manual->memory);
  return text + ".SH SEE ALSO\n\\fBiai\\fR(1)\n";
}

std::string manual_file_page(std::string_view name, std::string_view schema, std::string_view example) {
  const Json root = parse_json(schema, std::string(name));
  const std::string page = "iai-" + std::string(name);
  std::string text = title(page, 5);
  text += fmt::format(".SH NAME\n{} \\- {}\n", roff(page), roff(root.at("title").get<std::string>()));
  const Json examples = root.value("examples", Json::array());
  if (!example.empty()) text += ".SH EXAMPLE\n" + verbatim(example);
  else if (!examples.empty() && examples[0].is_string()) text += ".SH EXAMPLE\n" + verbatim(examples[0].get<std::string>());
  if (root.contains("description")) text += ".SH DESCRIPTION\n" + paragraphs(root["description"].get<std::string>());
  text += ".SH KEYS\nAn unknown key is an error that names line, column and the nearest known key.\n" + SchemaKeys(root).list(root);
  return text + ".SH SEE ALSO\n\\fBiai\\fR(1)\n";
}

}  // namespace iai
