#pragma once

#include <string>
#include <string_view>

#include "commands/commands.hpp"

namespace iai {

/// Manual pages in roff's man macros. No date and no path: the same bytes on every machine.
std::string manual_overview();                    ///< iai.1
std::string manual_page(const Command& command);  ///< iai-VERB.1
/// iai-NAME.5, the keys of a YAML file from its JSON Schema and an example of the whole file (empty: none).
std::string manual_file_page(std::string_view name, std::string_view schema, std::string_view example);

}  // namespace iai
