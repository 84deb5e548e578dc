# Every outside library is found here. A system-wide ONNX wins over the one that scripts/setup.sh built.
set(IAI_DEPS_DIR "$ENV{IAI_DEPS_DIR}" CACHE PATH "Where scripts/setup.sh keeps ONNX, ONNX Runtime and DataSketches")
if(NOT IAI_DEPS_DIR)
  set(IAI_DEPS_DIR ${CMAKE_SOURCE_DIR}/.deps)
endif()
find_package(PkgConfig REQUIRED)
set(Protobuf_USE_STATIC_LIBS ON)  # thousands of relocations less before main
foreach(package Threads Protobuf SQLite3 LibArchive OpenSSL)
  find_package(${package} REQUIRED)
endforeach()
foreach(package CLI11 yaml-cpp doctest nlohmann_json fmt TBB FastFloat)
  find_package(${package} CONFIG REQUIRED)
endforeach()
find_package(ICU REQUIRED COMPONENTS uc i18n)
pkg_check_modules(uchardet REQUIRED IMPORTED_TARGET uchardet)

find_package(ONNX CONFIG QUIET)
if(NOT ONNX_FOUND)
  find_package(ONNX CONFIG REQUIRED PATHS ${IAI_DEPS_DIR}/onnx NO_DEFAULT_PATH)
endif()

add_library(iai_datasketches INTERFACE)
target_include_directories(iai_datasketches SYSTEM INTERFACE ${IAI_DEPS_DIR}/datasketches/include)
find_path(IAI_ONNXRUNTIME_HEADERS onnxruntime_c_api.h PATH_SUFFIXES onnxruntime onnxruntime/core/session
          HINTS ${IAI_DEPS_DIR}/onnxruntime/include REQUIRED)
add_library(iai_onnxruntime_headers INTERFACE)
target_include_directories(iai_onnxruntime_headers SYSTEM INTERFACE ${IAI_ONNXRUNTIME_HEADERS})
find_file(IAI_ONNXRUNTIME_LIBRARY libonnxruntime.so.1 HINTS ${IAI_DEPS_DIR}/onnxruntime/lib)
