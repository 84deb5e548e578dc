// Of the module iai_arrays.so, see formats/module.hpp.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>

#include "formats/arrays/hdf5_attributes.hpp"
#include "formats/arrays/hdf5_handle.hpp"
#include "formats/error.hpp"
#include "formats/module.hpp"

namespace iai {
namespace {

constexpr std::size_t most_data_sets = 10'000, most_levels = 64, most_links = 1'000'000, most_members = 256;
constexpr std::int64_t block_elements = 1 << 20, most_chunk_bytes = 64 << 20;
constexpr double most_ratio = 1000;             // elements' bytes to stored bytes, as for archives
constexpr std::int64_t always_read = 64 << 20;  // bytes of elements up to which no ratio counts

/// One data set, or one member of a compound one.
struct Source {
  std::string path, member;
  bool read = true;
  bool matlab = false;  ///< 2-D arrays are turned: MATLAB counts its first axis fastest
};

void prepare_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::setenv("HDF5_PLUGIN_PATH", "::", 1);  // "::" switches plugins off before the library looks for any
    ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
    H5open();
    H5PLset_loading_state(0);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  });
}

/// The first reason that the library gives, for messages.
std::string reason() {
  std::string text;
  const auto take = [](unsigned, const H5E_error2_t* error, void* to) -> herr_t {
    auto& out = *static_cast<std::string*>(to);
    if (out.empty() && error->desc != nullptr) out = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &text);
  return text.empty() ? "" : ": " + text;
}

class Hdf5File : public TensorFile {
 public:
  Hdf5File(const std::filesystem::path& path, std::string name) : name_(std::move(name)), path_(path.string()) {
    prepare_library();
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose);
    H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
    file_ = Hdf5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), &H5Fclose);
    if (!file_) fail("cannot be read as HDF5" + reason());
    walk();
    if (left_out_ > 0) faults_.push_back({"left_out", fmt::format("{} data sets hold text, references or other things that are no numbers", left_out_)});
  }

  std::string format() const override { return matlab_ ? "MATLAB 7.3" : "HDF5"; }
  const std::vector<TensorEntry>& tensors() const override { return tensors_; }
  const std::vector<FileFault>& faults() const override { return faults_; }

  void read(std::size_t tensor, const std::function<void(std::span<const double>)>& visit) override {
    const auto& entry = tensors_.at(tensor);
    const auto& source = sources_.at(tensor);
    if (!source.read || element_count(entry.shape) == 0) return;
    const Hdf5Handle data(H5Dopen2(file_.id(), source.path.c_str(), H5P_DEFAULT), &H5Dclose);
    const auto type = memory_type(source);
    if (!data || !type) fail(source.path + " cannot be opened" + reason());
    source.matlab&& entry.shape.size() == 2 ? read_turned(data.id(), type.id(), entry, visit)
                                            : read_blocks(data.id(), type.id(), stored_shape(source, entry), chunk_rows(data.id()), source.path, visit);
  }

 private:
  [[noreturn]] void fail(std::string what, const char* hint = "copy or write the file again; h5dump shows what it holds") const {
    // The path may be a temporary one.
    if (const auto at = what.find(path_); at != std::string::npos) what.replace(at, path_.size(), name_);
    throw Error(ErrorKind::input, name_ + ": " + what, hint);
  }

  /// Every group once, by a list of what is still to be seen: a file may hold circles and any depth.
  void walk() {
    std::vector<std::pair<std::string, std::size_t>> groups{{"/", 0}};
    std::unordered_set<haddr_t> seen;
    while (!groups.empty()) {
      const auto [group, level] = groups.back();
      groups.pop_back();
      for (const auto& link : links(group)) visit_link(group + link, level, groups, seen);
    }
    // By name, whatever the order in which groups came off the list.
    std::vector<std::size_t> order(tensors_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return tensors_[a].name < tensors_[b].name; });
    std::vector<TensorEntry> tensors;
    std::vector<Source> sources;
    for (const auto i : order) {
      tensors.push_back(std::move(tensors_[i]));
      sources.push_back(std::move(sources_[i]));
    }
    tensors_ = std::move(tensors);
    sources_ = std::move(sources);
  }

  /// Names in a group. @throws Error(input) on links that lead out of the file
  std::vector<std::string> links(const std::string& group) {
    struct Found {
      std::vector<std::string> names;
      std::string outside;
    } found;
    const Hdf5Handle opened(H5Gopen2(file_.id(), group.c_str(), H5P_DEFAULT), &H5Gclose);
    if (!opened) fail("the group " + group + " cannot be opened" + reason());
    const auto take = [](hid_t, const char* name, const H5L_info_t* info, void* to) -> herr_t {
      auto& all = *static_cast<Found*>(to);
      if (info->type == H5L_TYPE_HARD) all.names.emplace_back(name);
      else if (info->type != H5L_TYPE_SOFT) all.outside = name;  // what a soft link means has a place of its own in the file
      return all.outside.empty() && all.names.size() < most_links ? 0 : 1;
    };
    hsize_t at = 0;
    if (H5Literate(opened.id(), H5_INDEX_NAME, H5_ITER_INC, &at, take, &found) < 0) fail("the group " + group + " is damaged" + reason());
    if (!found.outside.empty())
      fail(group + found.outside + " is a link to another file, which is never followed", "copy what it means into the file: h5repack, or h5py's Group.copy");
    links_ += found.names.size();
    if (links_ >= most_links) fail("holds over a million links");
    return std::move(found.names);
  }

  void visit_link(const std::string& path, std::size_t level, std::vector<std::pair<std::string, std::size_t>>& groups, std::unordered_set<haddr_t>& seen) {
    const Hdf5Handle object(H5Oopen(file_.id(), path.c_str(), H5P_DEFAULT), &H5Oclose);
    H5O_info_t info{};
    if (!object || H5Oget_info(object.id(), &info) < 0) fail(path + " cannot be opened" + reason());
    if (!seen.insert(info.addr).second) return;
    if (info.type == H5O_TYPE_GROUP) {
      if (path == "/#refs#" || path == "/#subsystem#") return;  // MATLAB's cells and objects
      if (level + 1 == most_levels) fail(path + ": groups over 64 levels deep");
      groups.emplace_back(path + "/", level + 1);
    }
    if (info.type == H5O_TYPE_DATASET) add(object.id(), path);
  }

  void add(hid_t data, const std::string& path) {
    const Hdf5Handle type(H5Dget_type(data), &H5Tclose), space(H5Dget_space(data), &H5Sclose);
    const int axes = H5Sget_simple_extent_ndims(space.id());
    if (!type || axes < 0) fail(path + " is damaged" + reason());
    std::vector<hsize_t> dimensions(static_cast<std::size_t>(axes));
    H5Sget_simple_extent_dims(space.id(), dimensions.data(), nullptr);
    TensorEntry entry;
    entry.name = path.substr(1);
    for (const auto dimension : dimensions) {
      if (dimension > static_cast<hsize_t>(INT64_MAX)) fail(path + " declares a size beyond all bounds");
      entry.shape.push_back(static_cast<std::int64_t>(dimension));
    }
    if (H5Sget_simple_extent_type(space.id()) == H5S_NULL) return;
    const auto kind = text_attribute(data, "MATLAB_class");
    matlab_ = matlab_ || !kind.empty();
    if (!kind.empty() && (kind[0] == "char" || kind[0] == "cell" || kind[0] == "struct" || number_attribute(data, "MATLAB_empty") != 0)) {
      ++left_out_;
      return;
    }
    check_storage(data, path);
    read_attributes(data, entry);
    Source source{path, "", true, !kind.empty()};
    if (source.matlab) std::reverse(entry.shape.begin(), entry.shape.end());
    if (H5Tget_class(type.id()) != H5T_COMPOUND) return add_entry(entry, source, type.id(), data, kind.empty() ? "" : kind[0]);
    const int members = H5Tget_nmembers(type.id());
    for (int m = 0; m < members && m < static_cast<int>(most_members); ++m) {
      const Hdf5Handle member(H5Tget_member_type(type.id(), static_cast<unsigned>(m)), &H5Tclose);
      char* text = H5Tget_member_name(type.id(), static_cast<unsigned>(m));
      auto part = entry;
      source.member = text == nullptr ? "" : text;
      H5free_memory(text);
      part.name += "." + source.member;
      part.channels.clear();
      add_entry(part, source, member.id(), data, "");
    }
  }

  void add_entry(TensorEntry entry, Source source, hid_t type, hid_t data, const std::string& matlab_class) {
    const auto element = element_type(type);
    if (!element) {
      ++left_out_;
      return;
    }
    if (tensors_.size() == most_data_sets) fail("holds over 10,000 data sets");
    entry.type = matlab_class == "logical" ? ElementType::boolean : *element;
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(element_count(entry.shape), static_cast<std::int64_t>(element_size(*element)), &bytes))
      fail(source.path + " declares a size beyond all bounds");
    const auto stored = static_cast<double>(H5Dget_storage_size(data));
    if (bytes > always_read && static_cast<double>(bytes) > most_ratio * stored) {
      source.read = false;
      faults_.push_back({"not_stored", fmt::format("{} declares {} bytes of elements and stores {:.0f}: it is not read", entry.name, bytes, stored)});
    }
    tensors_.push_back(std::move(entry));
    sources_.push_back(std::move(source));
  }

  static std::optional<ElementType> element_type(hid_t type) {
    const auto kind = H5Tget_class(type);
    const auto size = H5Tget_size(type);
    if (kind == H5T_ENUM) {
      const Hdf5Handle base(H5Tget_super(type), &H5Tclose);
      return size == 1 ? std::optional(ElementType::boolean) : element_type(base.id());
    }
    if (kind == H5T_FLOAT) {
      if (size == 2) return ElementType::float16;
      if (size == 4) return ElementType::float32;
      return ElementType::float64;
    }
    if (kind != H5T_INTEGER) return std::nullopt;
    const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
    switch (size) {
      case 1: return is_signed ? ElementType::int8 : ElementType::uint8;
      case 2: return is_signed ? ElementType::int16 : ElementType::uint16;
      case 4: return is_signed ? ElementType::int32 : ElementType::uint32;
      case 8: return is_signed ? ElementType::int64 : ElementType::uint64;
      default: return std::nullopt;
    }
  }

  /// Storage that leads out of the file, or that asks for memory or code that a file must not ask for.
  void check_storage(hid_t data, const std::string& path) const {
    const Hdf5Handle made(H5Dget_create_plist(data), &H5Pclose);
    const auto layout = H5Pget_layout(made.id());
    if (layout == H5D_VIRTUAL)
      fail(path + " is virtual: its elements lie in other files, which are never opened", "write a copy that holds them: h5repack --layout=CONTI");
    if (H5Pget_external_count(made.id()) > 0)
      fail(path + " keeps its elements in other files, which are never opened", "write a copy that holds them: h5repack --layout=CONTI");
    if (layout == H5D_CHUNKED) {
      hsize_t chunk[H5S_MAX_RANK];
      const int axes = H5Pget_chunk(made.id(), H5S_MAX_RANK, chunk);
      const Hdf5Handle type(H5Dget_type(data), &H5Tclose);
      double bytes = static_cast<double>(H5Tget_size(type.id()));
      for (int a = 0; a < axes; ++a) bytes *= static_cast<double>(chunk[a]);
      if (bytes > static_cast<double>(most_chunk_bytes))
        fail(fmt::format("{} is stored in chunks of {:.0f} bytes, 64 MiB are read at most", path, bytes),
             "write it in smaller chunks: h5repack --layout=CHUNK=...");
    }
    const int filters = H5Pget_nfilters(made.id());
    for (int f = 0; f < filters; ++f) {
      unsigned flags = 0, config = 0;
      std::size_t values = 0;
      char label[64] = {};
      const auto filter = H5Pget_filter2(made.id(), static_cast<unsigned>(f), &flags, &values, nullptr, sizeof label, label, &config);
      if (filter < H5Z_FILTER_DEFLATE || filter > H5Z_FILTER_SCALEOFFSET || H5Zfilter_avail(filter) <= 0)
        fail(fmt::format("{} is compressed by the filter {} ({}), which needs a plugin; plugins are never loaded", path, static_cast<int>(filter), label),
             "write it with gzip: h5repack --filter=GZIP=4");
    }
  }

  static Hdf5Handle memory_type(const Source& source) {
    if (source.member.empty()) return {H5Tcopy(H5T_NATIVE_DOUBLE), &H5Tclose};
    Hdf5Handle type(H5Tcreate(H5T_COMPOUND, sizeof(double)), &H5Tclose);
    H5Tinsert(type.id(), source.member.c_str(), 0, H5T_NATIVE_DOUBLE);
    return type;
  }

  static std::vector<std::int64_t> stored_shape(const Source& source, const TensorEntry& entry) {
    auto shape = entry.shape;
    if (source.matlab) std::reverse(shape.begin(), shape.end());
    return shape;
  }

  static std::int64_t chunk_rows(hid_t data) {
    const Hdf5Handle made(H5Dget_create_plist(data), &H5Pclose);
    hsize_t chunk[H5S_MAX_RANK] = {};
    return H5Pget_layout(made.id()) == H5D_CHUNKED && H5Pget_chunk(made.id(), H5S_MAX_RANK, chunk) > 0 ? static_cast<std::int64_t>(chunk[0]) : 1;
  }

  void read_slab(hid_t data, hid_t type, const std::vector<hsize_t>& start, const std::vector<hsize_t>& count, std::vector<double>& to,
                 const std::string& path) const {
    const Hdf5Handle space(H5Dget_space(data), &H5Sclose);
    hsize_t elements = 1;
    for (const auto one : count) elements *= one;
    const Hdf5Handle memory(H5Screate_simple(1, &elements, nullptr), &H5Sclose);
    to.resize(elements);
    const bool selected = count.empty() || H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) >= 0;
    if (!selected || H5Dread(data, type, memory.id(), space.id(), H5P_DEFAULT, to.data()) < 0)
      fail(path.substr(1) + ": its elements cannot be read" + reason());
  }

  /// Blocks along the first axis behind which few enough elements lie; whole chunks where they fit.
  void read_blocks(hid_t data, hid_t type, const std::vector<std::int64_t>& shape, std::int64_t chunk, const std::string& path,
                   const std::function<void(std::span<const double>)>& visit) const {
    std::vector<double> block;
    if (shape.empty()) {
      read_slab(data, type, {}, {}, block, path);
      return visit(block);
    }
    std::size_t axis = 0;
    std::int64_t behind = element_count(std::span(shape).subspan(1));
    while (behind > block_elements) {
      ++axis;
      behind /= shape[axis];
    }
    std::int64_t step = std::max<std::int64_t>(1, block_elements / behind);
    if (axis == 0 && chunk > 1 && chunk <= step) step -= step % chunk;
    std::vector<hsize_t> start(shape.size(), 0), count(shape.begin(), shape.end());
    for (std::size_t a = 0; a < axis; ++a) count[a] = 1;
    for (;;) {
      for (std::int64_t at = 0; at < shape[axis]; at += step) {
        start[axis] = static_cast<hsize_t>(at);
        count[axis] = static_cast<hsize_t>(std::min(step, shape[axis] - at));
        read_slab(data, type, start, count, block, path);
        visit(block);
      }
      std::size_t a = axis;
      while (a > 0 && ++start[a - 1] == static_cast<hsize_t>(shape[a - 1])) start[--a] = 0;
      if (a == 0) return;
    }
  }

  /// MATLAB's [rows, columns] lies as [columns, rows].
  void read_turned(hid_t data, hid_t type, const TensorEntry& entry, const std::function<void(std::span<const double>)>& visit) const {
    const auto rows = entry.shape[0], columns = entry.shape[1];
    if (columns > block_elements) return read_blocks(data, type, {columns, rows}, 1, "/" + entry.name, visit);
    const auto step = std::max<std::int64_t>(1, block_elements / columns);
    std::vector<double> block, turned;
    for (std::int64_t at = 0; at < rows; at += step) {
      const auto count = std::min(step, rows - at);
      read_slab(data, type, {0, static_cast<hsize_t>(at)}, {static_cast<hsize_t>(columns), static_cast<hsize_t>(count)}, block, "/" + entry.name);
      turned.resize(block.size());
      for (std::int64_t r = 0; r < count; ++r)
        for (std::int64_t c = 0; c < columns; ++c) turned[static_cast<std::size_t>(r * columns + c)] = block[static_cast<std::size_t>(c * count + r)];
      visit(turned);
    }
  }

  std::string name_, path_;
  Hdf5Handle file_{-1, &H5Fclose};
  std::vector<TensorEntry> tensors_;
  std::vector<Source> sources_;
  std::vector<FileFault> faults_;
  std::size_t left_out_ = 0, links_ = 0;
  bool matlab_ = false;
};

}  // namespace

IAI_MODULE;
IAI_MODULE_EXPORT TensorFile* iai_open_hdf5(const std::filesystem::path& path, const std::string& name) { return new Hdf5File(path, name); }

}  // namespace iai
