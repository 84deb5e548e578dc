cmake_minimum_required(VERSION 3.25)  # for IN_LIST
# Fails when a folder includes one above it or a sibling, or a library header leaves its place.
set(allowed_formats formats)
set(allowed_quantizer formats quantizer)
set(allowed_evaluator formats evaluator)
set(allowed_registry formats registry)
set(allowed_commands formats quantizer evaluator registry commands)
set(allowed_cli formats quantizer evaluator registry commands cli)
set(folders cli commands quantizer evaluator registry formats)
set(failures "")
foreach(folder ${folders})
  file(GLOB_RECURSE files ${SOURCE}/${folder}/*.cpp ${SOURCE}/${folder}/*.hpp)
  if(NOT files)
    list(APPEND failures "${folder} has no sources")
  endif()
  foreach(file ${files})
    file(STRINGS ${file} lines REGEX "^#include")
    foreach(line ${lines})
      if(line MATCHES "\"([a-z]+)/" AND NOT CMAKE_MATCH_1 IN_LIST allowed_${folder})
        list(APPEND failures "${file}: ${line}")
      endif()
      if(line MATCHES "sqlite3\\.h" AND NOT folder STREQUAL "registry" OR line MATCHES "<archive" AND NOT folder STREQUAL "formats"
         OR line MATCHES "yaml-cpp" AND NOT file MATCHES "formats/yaml" OR line MATCHES "onnxruntime" AND NOT file MATCHES "evaluator/runtime/"
         OR line MATCHES "simdjson" AND NOT file MATCHES "formats/json_lines/"
         OR line MATCHES "<(png|jpeglib|tiffio|pugixml)" AND NOT file MATCHES "formats/images/"
         OR line MATCHES "hdf5\\.h" AND NOT file MATCHES "formats/arrays/"
         OR line MATCHES "sndfile" AND NOT file MATCHES "formats/audio/"
         OR line MATCHES "kainjow" AND NOT file MATCHES "registry/documents/" OR line MATCHES "CLI/CLI" AND NOT folder MATCHES "^(cli|commands)$")
        list(APPEND failures "${file}: ${line} (library header out of its place)")
      endif()
    endforeach()
  endforeach()
endforeach()
if(failures)
  string(REPLACE ";" "\n  " text "${failures}")
  message(FATAL_ERROR "layers:\n  ${text}")
endif()
