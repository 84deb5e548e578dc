#include "cli/help.hpp"

#include <fmt/format.h>

#include "cli/parser.hpp"

namespace iai {

std::string help_overview() {
  std::string text = "iai: industrial AI models from raw data to a gated, documented release\n\nusage: iai VERB [...]   iai help VERB\n";
  const Stage* last = nullptr;
  for (const Command& command : command_table()) {
    if (last == nullptr || *last != command.stage) text += fmt::format("\n{}\n", stage_title(command.stage));
    last = &command.stage;
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  }
  text += "\niai --version shows the version; iai doctor shows what this machine has and lacks.\n";
  return text;
}

std::string help_page(const Command& command) {
  std::string text = fmt::format("iai {}: {}\n", command.name, command.summary);
  if (!command.manual->examples.empty()) text += "\nExamples:\n";
  for (const Example& example : command.manual->examples) text += fmt::format("  # {}\n  {}\n", example.what, example.command);
  Parser parser(&command);
  parser.app().description("");
  std::string flags = parser.app().help();
  flags.erase(0, flags.find_first_not_of('\n'));
  text += "\n" + flags;
  if (!command.manual->description.empty()) text += fmt::format("\n{}\n", command.manual->description);
  return text;
}

}  // namespace iai
