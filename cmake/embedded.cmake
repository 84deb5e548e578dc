# Compiles files into a folder's library: iai_embed(FOLDER FUNCTION HEADER PATTERN...) gives `std::string_view
# FUNCTION(std::string_view name)`, which HEADER declares.
function(iai_embed folder function header)
  set(patterns ${ARGN})
  list(TRANSFORM patterns PREPEND ${CMAKE_SOURCE_DIR}/)
  file(GLOB files CONFIGURE_DEPENDS ${patterns})
  set(entries "")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    get_filename_component(name ${file} NAME)
    string(APPEND entries "    {\"${name}\", R\"document(${text})document\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${function}.cpp @ONLY CONTENT [[
#include "@header@"

namespace iai {
std::string_view @function@(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> files[] = {
@entries@  };
  for (const auto& [file, text] : files) {
    if (file == name) return text;
  }
  return {};
}
}  // namespace iai
]])
  target_sources(iai_${folder} PRIVATE ${CMAKE_BINARY_DIR}/${function}.cpp)
endfunction()

iai_embed(registry document_template registry/documents/templates.hpp registry/documents/*.json registry/documents/*.mustache)
iai_embed(commands project_template commands/templates/templates.hpp commands/templates/*.yaml)
