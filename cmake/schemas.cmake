# Compiles the schemas of the YAML files into cli/, for the manual pages of section 5.
set(entries "")
foreach(name task contract dialect ranges policy pipeline product)
  set(file ${CMAKE_SOURCE_DIR}/schemas/${name}.schema.json)
  if(EXISTS ${file})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    string(APPEND entries "    {\"${name}\", R\"json(${text})json\"},\n")
  endif()
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/schemas.cpp @ONLY CONTENT [[
#include <array>

#include "cli/schemas.hpp"

namespace iai {
namespace {
const FileSchema schemas[] = {
@entries@    {"", ""},
};
}  // namespace
std::span<const FileSchema> file_schemas() { return std::span(schemas).first(std::size(schemas) - 1); }
}  // namespace iai
]])
target_sources(iai_cli PRIVATE ${CMAKE_BINARY_DIR}/schemas.cpp)
