// Writes HDF5 files that are made to do harm, with HDF5 itself: iai_hdf5_files DIR NAME writes DIR/NAME.h5.
#define H5_USE_110_API
#include <hdf5.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

hid_t data_set(hid_t file, const char* name, const std::vector<hsize_t>& shape, hid_t plist, hid_t type = H5T_NATIVE_DOUBLE) {
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  return H5Dcreate2(file, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
}

hid_t chunked(const std::vector<hsize_t>& chunk) {
  const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(plist, static_cast<int>(chunk.size()), chunk.data());
  return plist;
}

void external_storage(hid_t file) {
  const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(plist, "/etc/passwd", 0, 800);
  data_set(file, "x", {100}, plist);
}

void external_link(hid_t file) {
  data_set(file, "good", {10}, H5P_DEFAULT);
  H5Lcreate_external("/etc/passwd", "/x", file, "bad", H5P_DEFAULT, H5P_DEFAULT);
}

void virtual_layout(hid_t file) {
  const hsize_t shape[] = {100};
  const hid_t space = H5Screate_simple(1, shape, nullptr), plist = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_virtual(plist, space, "/etc/passwd", "/x", space);
  data_set(file, "x", {100}, plist);
}

void seven_tebibytes(hid_t file) { data_set(file, "x", {hsize_t{7} << 37}, chunked({1 << 16})); }

/// Zeros, packed a thousand to one.
void bomb(hid_t file) {
  constexpr hsize_t chunk = 4 << 20, chunks = 64;
  const hid_t plist = chunked({chunk});
  H5Pset_deflate(plist, 9);
  const hid_t data = data_set(file, "x", {chunk * chunks}, plist);
  const std::vector<double> zeros(chunk);
  for (hsize_t i = 0; i < chunks; ++i) {
    const hsize_t start[] = {i * chunk}, count[] = {chunk};
    const hid_t space = H5Dget_space(data), memory = H5Screate_simple(1, count, nullptr);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr);
    H5Dwrite(data, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, zeros.data());
  }
}

void circle(hid_t file) {
  const hid_t group = H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_hard(file, "/", group, "again", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/a/soft", group, "soft", H5P_DEFAULT, H5P_DEFAULT);
  const std::vector<double> ten(10);
  H5Dwrite(data_set(group, "x", {10}, H5P_DEFAULT), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, ten.data());
}

void deep(hid_t file) {
  hid_t group = file;
  for (int level = 0; level < 1000; ++level) group = H5Gcreate2(group, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  data_set(group, "x", {10}, H5P_DEFAULT);
}

void many(hid_t file) {
  for (int i = 0; i < 20'000; ++i) H5Dclose(data_set(file, ("x" + std::to_string(i)).c_str(), {1}, H5P_DEFAULT));
}

/// A filter that only a plugin has: number 32,000 is nobody's.
void plugin(hid_t file) {
  const hid_t plist = chunked({100});
  H5Pset_filter(plist, 32'000, H5Z_FLAG_OPTIONAL, 0, nullptr);
  const std::vector<double> values(100);
  H5Dwrite(data_set(file, "x", {100}, plist), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

void large_chunk(hid_t file) {
  const hid_t plist = chunked({hsize_t{1} << 28});
  H5Pset_deflate(plist, 9);
  const hid_t data = data_set(file, "x", {hsize_t{1} << 28}, plist);
  const double one = 1;
  const hsize_t start[] = {0}, count[] = {1};
  const hid_t space = H5Dget_space(data), memory = H5Screate_simple(1, count, nullptr);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr);
  H5Dwrite(data, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &one);
}

void long_texts(hid_t file) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, 60'000);
  const std::string text(60'000, 'x');
  for (int i = 0; i < 200; ++i) {
    const hid_t data = data_set(file, ("x" + std::to_string(i)).c_str(), {1}, H5P_DEFAULT);
    const hid_t attribute = H5Acreate2(data, "unit", type, H5Screate(H5S_SCALAR), H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, text.data());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void(hid_t)>> files{{"external_storage", external_storage},
                                                                {"external_link", external_link},
                                                                {"virtual", virtual_layout},
                                                                {"seven_tebibytes", seven_tebibytes},
                                                                {"bomb", bomb},
                                                                {"circle", circle},
                                                                {"deep", deep},
                                                                {"many", many},
                                                                {"plugin", plugin},
                                                                {"large_chunk", large_chunk},
                                                                {"long_texts", long_texts}};
  if (argc != 3 || !files.contains(argv[2])) return 2;
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);  // with all that is left open in it
  H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hid_t file = H5Fcreate((std::filesystem::path(argv[1]) / (std::string(argv[2]) + ".h5")).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  if (file < 0) return 1;
  files.at(argv[2])(file);
  return H5Fclose(file) < 0 ? 1 : 0;
}
