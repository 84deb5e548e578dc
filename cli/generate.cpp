#include "cli/generate.hpp"

#include <filesystem>

#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "cli/schemas.hpp"
#include "formats/atomic_file.hpp"
#include "formats/error.hpp"

namespace iai {

std::vector<std::string> generate(const std::vector<std::string>& arguments) {
  if (arguments.size() != 2) throw Error(ErrorKind::usage, "generate takes a kind and a folder", "iai generate man|bash|zsh|fish DIR");
  const std::string& kind = arguments[0];
  const std::filesystem::path folder = arguments[1];
  std::vector<std::string> written;
  const auto add = [&](const std::string& name, const std::string& text) {
    write_file(folder / name, text);
    written.push_back(name);
  };
  if (kind == "man") {
    add("iai.1", manual_overview());
    for (const Command& command : command_table()) add("iai-" + std::string(command.name) + ".1", manual_page(command));
    for (const FileSchema& file : file_schemas()) {
      add("iai-" + std::string(file.name) + ".5", manual_file_page(file.name, file.text, ""));
    }
  } else if (kind == "bash") {
    add("iai.bash", bash_completion());
  } else if (kind == "zsh") {
    add("_iai", zsh_completion());
  } else if (kind == "fish") {
    add("iai.fish", fish_completion());
  } else {
    throw Error(ErrorKind::usage, "generate does not know '" + kind + "'", "iai generate man|bash|zsh|fish DIR");
  }
  return written;
}

}  // namespace iai
