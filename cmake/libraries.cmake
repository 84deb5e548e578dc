# Every outside library is found here. A system-wide ONNX wins over the one that scripts/setup.sh built.
set(IAI_DEPS_DIR "$ENV{IAI_DEPS_DIR}" CACHE PATH "Where scripts/setup.sh keeps ONNX, ONNX Runtime, DataSketches and Arrow")
if(NOT IAI_DEPS_DIR)
  set(IAI_DEPS_DIR ${CMAKE_SOURCE_DIR}/.deps)
endif()
find_package(PkgConfig REQUIRED)
set(Protobuf_USE_STATIC_LIBS ON)  # thousands of relocations less before main
foreach(package Threads Protobuf SQLite3 LibArchive OpenSSL PNG JPEG TIFF ZLIB)
  find_package(${package} REQUIRED)
endforeach()
foreach(package CLI11 yaml-cpp doctest nlohmann_json fmt TBB FastFloat simdjson pugixml)
  find_package(${package} CONFIG REQUIRED)
endforeach()
find_package(ICU REQUIRED COMPONENTS uc i18n)
pkg_check_modules(uchardet REQUIRED IMPORTED_TARGET uchardet)
find_package(HDF5 REQUIRED COMPONENTS C)
pkg_check_modules(sndfile REQUIRED IMPORTED_TARGET sndfile)

find_package(ONNX 1.23 CONFIG QUIET)  # as in scripts/pins.txt: an older one does not know the newest operators
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

# Arrow and Parquet: a system-wide one wins, then the libraries of the wheel that scripts/setup.sh fetched (they have no
# unversioned names). Without either, iai is built without the module that reads such files.
find_package(Parquet CONFIG QUIET)
file(GLOB IAI_ARROW_FILES ${IAI_DEPS_DIR}/pyarrow/libparquet.so.* ${IAI_DEPS_DIR}/pyarrow/libarrow.so.*)
if(Parquet_FOUND AND Parquet_VERSION VERSION_GREATER_EQUAL 21)
  set(IAI_ARROW_FILES "")
  add_library(iai_arrow_libraries INTERFACE)
  target_link_libraries(iai_arrow_libraries INTERFACE Parquet::parquet_shared Arrow::arrow_shared)
elseif(IAI_ARROW_FILES)
  add_library(iai_arrow_libraries INTERFACE)
  target_include_directories(iai_arrow_libraries SYSTEM INTERFACE ${IAI_DEPS_DIR}/pyarrow/include)
  target_link_libraries(iai_arrow_libraries INTERFACE ${IAI_ARROW_FILES})
else()
  message(STATUS "no Arrow here: Parquet and Arrow files will not be read (scripts/setup.sh fetches it)")
endif()

# Libraries that bind every symbol when they are loaded cost `iai --version` most of its time; linked in, only what is
# called is left of them. A static library that does not link alone (another distribution's build of it) is passed over.
include(CheckCXXSourceCompiles)
function(iai_prefer_static target archive header call)
  string(MAKE_C_IDENTIFIER ${archive} name)
  find_library(IAI_${name} ${archive})
  if(NOT IAI_${name})
    return()
  endif()
  set(CMAKE_REQUIRED_LIBRARIES ${IAI_${name}} Threads::Threads ${CMAKE_DL_LIBS} m)
  check_cxx_source_compiles("#include <${header}>\nint main() { ${call}; return 0; }" IAI_${name}_LINKS)
  if(IAI_${name}_LINKS)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${IAI_${name}} INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
  endif()
endfunction()
iai_prefer_static(OpenSSL::Crypto libcrypto.a openssl/evp.h "EVP_MD_CTX_free(EVP_MD_CTX_new())")
iai_prefer_static(SQLite::SQLite3 libsqlite3.a sqlite3.h "sqlite3_close(nullptr)")
