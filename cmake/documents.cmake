# Compiles the points and templates of registry/documents/ into registry/.
set(entries "")
file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/registry/documents/*.json ${CMAKE_SOURCE_DIR}/registry/documents/*.mustache)
foreach(file ${files})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  get_filename_component(name ${file} NAME)
  string(APPEND entries "    {\"${name}\", R\"document(${text})document\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/documents.cpp @ONLY CONTENT [[
#include "registry/documents/templates.hpp"

namespace iai {
std::string_view document_template(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> files[] = {
@entries@  };
  for (const auto& [file, text] : files) {
    if (file == name) return text;
  }
  return {};
}
}  // namespace iai
]])
target_sources(iai_registry PRIVATE ${CMAKE_BINARY_DIR}/documents.cpp)
