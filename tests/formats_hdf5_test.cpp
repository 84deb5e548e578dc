#include <doctest/doctest.h>

#define H5_USE_110_API
#include <hdf5.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "formats/error.hpp"
#include "formats/tensor_file.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

using Folder = TemporaryFolder;

/// Writes a file with HDF5 itself.
fs::path write(const Folder& folder, const std::function<void(hid_t file)>& fill, hid_t create = H5P_DEFAULT) {
  auto path = folder.path / "a.h5";
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);  // with all that is left open in it
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, create, access);
  REQUIRE(file >= 0);
  fill(file);
  H5Fclose(file);
  return path;
}

hid_t data_set(hid_t file, const char* name, hid_t type, const std::vector<hsize_t>& shape, const void* values, hid_t plist = H5P_DEFAULT) {
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t data = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
  if (values != nullptr) H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Sclose(space);
  return data;
}

void text_attribute(hid_t object, const char* name, const std::string& text) {
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, text.size());
  const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, type, text.data());
  H5Aclose(attribute);
}

struct Read {
  std::vector<TensorEntry> tensors;
  std::vector<std::vector<double>> values;
  std::vector<std::string> faults;
};

Read read(const fs::path& path) {
  const auto file = open_tensor_file(TensorFileKind::hdf5, path, "a.h5");
  Read result;
  result.tensors = file->tensors();
  for (std::size_t t = 0; t < result.tensors.size(); ++t) {
    result.values.emplace_back();
    file->read(t, [&](std::span<const double> values) { result.values.back().insert(result.values.back().end(), values.begin(), values.end()); });
  }
  for (const auto& fault : file->faults()) result.faults.push_back(fault.kind);
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("data sets with their path, type, shape, unit and sampling rate, in order of their names") {
  const Folder folder;
  const auto path = write(folder, [](hid_t file) {
    const hid_t group = H5Gcreate2(file, "run", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const std::vector<float> values{1, 2, 3, 4, 5, 6};
    const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {2, 1};
    H5Pset_chunk(plist, 2, chunk);
    H5Pset_deflate(plist, 4);
    const hid_t data = data_set(group, "force", H5T_NATIVE_FLOAT, {3, 2}, values.data(), plist);
    text_attribute(data, "units", "kN");
    const double rate = 51200;
    const hid_t attribute = H5Acreate2(data, "sampling_rate", H5T_NATIVE_DOUBLE, H5Screate(H5S_SCALAR), H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &rate);
    const std::int16_t counts[] = {-1, 7};
    data_set(file, "counts", H5T_NATIVE_INT16, {2}, counts);
    H5Lcreate_hard(file, "/run", file, "again", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/", group, "circle", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/counts", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
  });
  const auto all = read(path);
  REQUIRE(all.tensors.size() == 2);
  CHECK(all.tensors[0].name == "again/force");
  CHECK(all.tensors[0].type == ElementType::float32);
  CHECK(all.tensors[0].shape == std::vector<std::int64_t>{3, 2});
  CHECK(all.tensors[0].unit == "kN");
  CHECK(all.tensors[0].sampling_rate_hz == 51200);
  CHECK(all.values[0] == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(all.tensors[1].name == "counts");
  CHECK(all.values[1] == std::vector<double>{-1, 7});
}

TEST_CASE("large arrays come in blocks, in C order") {
  const Folder folder;
  std::vector<std::int32_t> values(3ul * 1100 * 1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int32_t>(i);
  const auto path = write(folder, [&](hid_t file) {
    data_set(file, "cube", H5T_NATIVE_INT32, {3, 1100, 1000}, values.data());
    data_set(file, "long", H5T_NATIVE_INT32, {values.size()}, values.data());
  });
  const auto all = read(path);
  for (const auto& one : all.values) {
    REQUIRE(one.size() == values.size());
    CHECK(std::equal(one.begin(), one.end(), values.begin(), [](double a, std::int32_t b) { return a == b; }));
  }
}

TEST_CASE("members of compound data sets are tensors, text is left out and said") {
  struct Record {
    std::int64_t time;
    double value;
    char text[4];
  };
  const Folder folder;
  const auto path = write(folder, [](hid_t file) {
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(Record)), text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 4);
    H5Tinsert(type, "time", HOFFSET(Record, time), H5T_NATIVE_INT64);
    H5Tinsert(type, "value", HOFFSET(Record, value), H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "text", HOFFSET(Record, text), text);
    const Record records[] = {{5, 0.5, "a"}, {6, 1.5, "b"}};
    data_set(file, "table", type, {2}, records);
  });
  const auto all = read(path);
  REQUIRE(all.tensors.size() == 2);
  CHECK(all.tensors[0].name == "table.time");
  CHECK(all.values[0] == std::vector<double>{5, 6});
  CHECK(all.values[1] == std::vector<double>{0.5, 1.5});
  CHECK(all.faults == Names{"left_out"});
}

TEST_CASE("what leads out of the file is refused by name") {
  const Folder folder;
  std::ofstream(folder.path / "secret") << std::string(100, 's');
  const auto refused = [&](const std::function<void(hid_t)>& fill, const char* why) {
    CHECK_THROWS_WITH_AS(read(write(folder, fill)), doctest::Contains(why), Error);
  };
  refused([&](hid_t file) { H5Lcreate_external("other.h5", "/x", file, "x", H5P_DEFAULT, H5P_DEFAULT); }, "a.h5: /x is a link to another file");
  refused(
      [&](hid_t file) {
        const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_external(plist, (folder.path / "secret").c_str(), 0, 100);
        data_set(file, "x", H5T_NATIVE_UINT8, {100}, nullptr, plist);
      },
      "a.h5: /x keeps its elements in other files");
  refused(
      [&](hid_t file) {
        const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
        const hsize_t size = 4;
        const hid_t space = H5Screate_simple(1, &size, nullptr);
        H5Pset_virtual(plist, space, "other.h5", "/x", space);
        data_set(file, "x", H5T_NATIVE_UINT8, {4}, nullptr, plist);
      },
      "a.h5: /x is virtual");
  refused(
      [&](hid_t file) {
        const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
        const hsize_t chunk = 10;
        H5Pset_chunk(plist, 1, &chunk);
        H5Pset_filter(plist, 32015, H5Z_FLAG_OPTIONAL, 0, nullptr);
        data_set(file, "x", H5T_NATIVE_UINT8, {100}, nullptr, plist);
      },
      "needs a plugin");
}

TEST_CASE("sizes that are only declared cost neither time nor memory") {
  const Folder folder;
  const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  hsize_t chunk = 1000;
  H5Pset_chunk(plist, 1, &chunk);
  auto path = write(folder, [&](hid_t file) { data_set(file, "x", H5T_NATIVE_DOUBLE, {1'000'000'000'000}, nullptr, plist); });
  const auto all = read(path);
  CHECK(all.values.at(0).empty());
  CHECK(all.faults == Names{"not_stored"});
  chunk = 1'000'000'000;
  H5Pset_chunk(plist, 1, &chunk);
  path = write(folder, [&](hid_t file) { data_set(file, "x", H5T_NATIVE_FLOAT, {2'000'000'000}, nullptr, plist); });
  CHECK_THROWS_WITH_AS(read(path), doctest::Contains("chunks of 4000000000 bytes"), Error);
  path = write(folder, [](hid_t file) {
    hid_t group = file;
    for (int i = 0; i < 100; ++i) group = H5Gcreate2(group, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  });
  CHECK_THROWS_WITH_AS(read(path), doctest::Contains("over 64 levels deep"), Error);
}

TEST_CASE("every cut of a file gives data or an error that names it") {
  const Folder folder;
  const std::vector<float> values(500, 1.5f);
  const auto path = write(folder, [&](hid_t file) { data_set(file, "x", H5T_NATIVE_FLOAT, {500}, values.data()); });
  std::ifstream file(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  for (std::size_t cut = 16; cut < whole.size(); cut += 97) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, cut);
    try {
      read(path);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::input);
      CHECK(error.message().find("a.h5: ") == 0);
      CHECK(error.message().find(folder.path.string()) == std::string::npos);
    }
  }
}
