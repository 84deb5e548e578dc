// Runs command-line sessions in-process, each in a fresh folder.
//
//   # comment
//   $ iai inspect model.onnx      runs in-process; the lines below are standard output, exactly
//   $ cp a b                      any other command goes to the shell (`iai` on its PATH is the built binary)
//   ! iai: error: ...             standard error
//   ? 3                           exit code, 0 when absent
//   need models/ai4i_mlp.onnx     skips the rest when $DATA lacks the file
//
// `[...]` in an expected line matches any text. $DATA is IAI_TEST_DATA (default ../shared beside the sources), $SRC the
// source folder, in commands and in what they print. What `iai ... --json` prints must fit schemas/NAME.schema.json, NAME from its "schema": "iai.NAME/1";
// errors must fit schemas/error.schema.json. IAI_UPDATE=1 rewrites the expectations, keeping lines with [...] that still match.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "cli/app.hpp"
#include "tests/json_schema.hpp"

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

struct Step {
  std::string command;
  Lines out, err;
  int exit_code = 0;
};

static Lines split(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

static bool matches(const std::string& pattern, const std::string& text) {
  const std::size_t at = pattern.find("[...]");
  if (at == std::string::npos) return pattern == text;
  if (text.compare(0, at, pattern, 0, at) != 0) return false;
  const std::string rest = pattern.substr(at + 5);
  for (std::size_t i = at; i <= text.size(); ++i) {
    if (matches(rest, text.substr(i))) return true;
  }
  return false;
}

static bool matches(const Lines& expected, const Lines& actual) {
  if (expected.size() != actual.size()) return false;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!matches(expected[i], actual[i])) return false;
  }
  return true;
}

static void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at; (at = text.find(from)) != std::string::npos;) text.replace(at, from.size(), to);
}

static std::string expand(std::string text) {
  for (const char* name : {"DATA", "SRC"}) replace_all(text, std::string("$") + name, std::getenv(name));
  return text;
}

/// The lines with $DATA and $SRC where their folders are named: what a command prints is the same in every checkout.
static Lines folded(Lines lines) {
  for (const char* name : {"DATA", "SRC"}) {
    for (std::string& line : lines) replace_all(line, std::getenv(name), std::string("$") + name);
  }
  return lines;
}

/// Words as a shell would split them: blanks, single and double quotes, backslash.
static Lines words(const std::string& text) {
  Lines result;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (c == ' ') {
      if (in_word) result.push_back(word);
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) result.push_back(word);
  return result;
}

static std::string slurp(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

static Step run_step(const std::string& command, const fs::path& scratch) {
  Step step{command, {}, {}, 0};
  const std::string line = expand(command);
  const bool plain = line.rfind("iai ", 0) == 0 && line.find_first_of("|<>;&*`") == std::string::npos;
  if (plain || line == "iai") {
    Lines arguments = words(line);
    arguments.erase(arguments.begin());
    std::ostringstream out, err;
    step.exit_code = iai::run_app(arguments, out, err);
    step.out = folded(split(out.str()));
    step.err = folded(split(err.str()));
    return step;
  }
  const fs::path out = scratch / "out", err = scratch / "err";
  const int status = std::system(("{ " + line + "\n} >" + out.string() + " 2>" + err.string()).c_str());
  step.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  step.out = folded(split(slurp(out)));
  step.err = folded(split(slurp(err)));
  return step;
}

static std::string fault_against(const std::string& name, const nlohmann::json& document) {
  const fs::path file = fs::path(std::getenv("SRC")) / "schemas" / (name + ".schema.json");
  if (!fs::exists(file)) return "";
  const std::string fault = iai::schema_fault(nlohmann::json::parse(slurp(file)), document);
  return fault.empty() ? "" : "schemas/" + name + ".schema.json: " + fault;
}

/// What is wrong with the JSON that a step printed; empty when nothing is, or when it printed none.
static std::string json_fault(const Step& step) {
  if (step.command.rfind("iai ", 0) != 0 || step.command.find("--json") == std::string::npos || step.command.find('|') != std::string::npos) return "";
  const bool failed = step.exit_code > 1;
  std::string text;
  for (const std::string& line : failed ? step.err : step.out) {
    if (text.empty() && (line.empty() || line[0] != '{')) continue;  // a warning before the document
    text += line + "\n";
  }
  const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  if (failed) return document.is_discarded() ? "the error is no JSON" : fault_against("error", document);
  if (document.is_discarded() || !document.contains("schema")) return "";  // a document of another kind (DOT, JUnit ...)
  std::string name = document["schema"].get<std::string>();
  return fault_against(name.substr(4, name.find('/') - 4), document);
}

static void print_step(std::ostream& stream, const Step& step) {
  for (const auto& line : step.out) stream << (line.empty() ? "" : line) << "\n";
  for (const auto& line : step.err) stream << "! " << line << "\n";
  if (step.exit_code != 0) stream << "? " << step.exit_code << "\n";
}

// NOLINTNEXTLINE(bugprone-exception-escape): a runner that cannot run ends
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const fs::path file = fs::absolute(argv[1]);
  const fs::path source = file.parent_path().parent_path().parent_path();
  setenv("SRC", source.c_str(), 1);
  const char* chosen = std::getenv("IAI_TEST_DATA");
  const fs::path data = chosen != nullptr ? fs::path(chosen) : source / ".." / "shared";
  setenv("DATA", fs::weakly_canonical(data).c_str(), 1);
  const fs::path self = fs::canonical("/proc/self/exe");
  setenv("PATH", (self.parent_path().string() + ":" + std::getenv("PATH")).c_str(), 1);
  setenv("LC_ALL", "C.UTF-8", 1);
  for (const char* name : {"NO_COLOR", "CLICOLOR_FORCE", "IAI_REGISTRY", "IAI_ONNXRUNTIME"}) unsetenv(name);

  char scratch_name[] = "/tmp/iai-session-XXXXXX", work_name[] = "/tmp/iai-session-XXXXXX";
  const fs::path scratch = mkdtemp(scratch_name), work = mkdtemp(work_name);
  setenv("XDG_DATA_HOME", (scratch / "data").c_str(), 1);
  setenv("XDG_CACHE_HOME", (scratch / "cache").c_str(), 1);
  fs::current_path(work);

  const bool update = std::getenv("IAI_UPDATE") != nullptr;
  std::ostringstream updated;
  int failures = 0;
  bool skipped = false;
  const Lines lines = split(slurp(file));
  for (std::size_t i = 0; i < lines.size();) {
    const std::string& line = lines[i];
    if (line.rfind("$ ", 0) != 0) {
      updated << line << "\n";
      ++i;
      if (line.rfind("need ", 0) == 0 && !fs::exists(data / line.substr(5))) {
        std::cout << file.filename().string() << ": skipped, there is no " << line.substr(5) << "\n";
        skipped = true;
        break;
      }
      continue;
    }
    Step expected{line.substr(2), {}, {}, 0};
    const std::size_t first_line = i + 1;
    for (++i; i < lines.size() && lines[i].rfind("$ ", 0) != 0 && lines[i].rfind("need ", 0) != 0; ++i) {
      if (lines[i].rfind("# ", 0) == 0 || (lines[i].empty() && (i + 1 == lines.size() || lines[i + 1].rfind("$ ", 0) == 0 || lines[i + 1].rfind("# ", 0) == 0)))
        break;
      if (lines[i].rfind("! ", 0) == 0) expected.err.push_back(lines[i].substr(2));
      else if (lines[i].rfind("? ", 0) == 0) expected.exit_code = std::stoi(lines[i].substr(2));
      else expected.out.push_back(lines[i]);
    }
    const Step actual = run_step(expected.command, scratch);
    const std::string json = json_fault(actual);
    const bool good = json.empty() && expected.exit_code == actual.exit_code && matches(expected.out, actual.out) && matches(expected.err, actual.err);
    updated << "$ " << expected.command << "\n";
    print_step(updated, good || !json.empty() ? expected : actual);
    if (good) continue;
    ++failures;
    std::cout << file.filename().string() << ":" << first_line << ": $ " << expected.command << "\n--- expected\n";
    print_step(std::cout, expected);
    std::cout << "--- actual\n";
    print_step(std::cout, actual);
    if (!json.empty()) std::cout << "--- " << json << "\n";
  }
  fs::current_path("/");
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  fs::remove_all(work, ignored);
  if (update && !skipped) std::ofstream(file, std::ios::binary) << updated.str();
  if (update) return 0;
  return failures > 0 ? 1 : skipped ? 77 : 0;
}
