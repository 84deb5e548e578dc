#include "evaluator/task/samples.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "formats/error.hpp"
#include "formats/npy.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

/// One array of a file: mapped (NPY) or held (NPZ entry).
struct Array {
  std::string name;  ///< file and, in an archive, key
  std::string key;   ///< what must be the input's name when there are several inputs
  std::shared_ptr<const NpyFile> file;
  Tensor held;
  ElementType type = ElementType::undefined;
  std::vector<std::int64_t> shape;  ///< axis 0 counts samples
  std::int64_t rows = 0;

  Tensor read(std::int64_t first, std::int64_t n) const {
    Tensor part;
    if (file) {
      part = file->shape().size() == shape.size() ? file->read_rows(first, n) : file->read();
    } else {
      const std::size_t row = rows == 0 ? 0 : held.bytes.size() / static_cast<std::size_t>(rows);
      const std::byte* begin = held.bytes.data() + row * static_cast<std::size_t>(first);
      part = {held.type, {}, {begin, begin + row * static_cast<std::size_t>(n)}};
    }
    part.shape = shape;
    part.shape[0] = n;
    return part;
  }
};

/// "[?, 14, 30]"
std::string pattern_text(std::span<const std::int64_t> shape) {
  std::string text;
  for (const std::int64_t dimension : shape) {
    text += (text.empty() ? "" : ", ") + (dimension < 0 ? "?" : std::to_string(dimension));
  }
  return "[" + text + "]";
}

/// Gives `array` an axis of samples and checks the rest of its shape.
void match_shape(Array& array, const WantedInput& input) {
  const std::vector<std::int64_t>& shape = array.shape;
  const auto fits = [&](std::size_t skipped) {
    for (std::size_t i = skipped; i < shape.size(); ++i) {
      const std::int64_t wanted = input.shape[i + 1 - skipped];
      if (wanted >= 0 && wanted != shape[i]) return false;
    }
    return true;
  };
  const bool any = input.shape.empty();
  if ((any && !shape.empty()) || (!any && shape.size() == input.shape.size() && fits(1))) {
    array.rows = shape[0];
  } else if (any || (shape.size() + 1 == input.shape.size() && fits(0))) {
    array.shape.insert(array.shape.begin(), 1);
    array.rows = 1;
  } else {
    std::vector<std::int64_t> expected = input.shape;
    expected[0] = -1;
    throw Error(ErrorKind::input, fmt::format("{}: input '{}' takes {}, the data is {}", array.name, input.name, pattern_text(expected), shape_text(shape)),
                "axis 0 counts the samples; the other axes must be those of the model");
  }
}

class FileSamples : public Samples {
 public:
  FileSamples(std::vector<WantedInput> wanted, std::vector<std::vector<Array>> arrays)
      : wanted_(std::move(wanted)), arrays_(std::move(arrays)), rows_(rows_of_one_sample(wanted_)) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      std::int64_t rows = 0;
      for (const Array& array : arrays_[i]) rows += array.rows;
      if (rows % rows_[i] != 0) {
        throw Error(ErrorKind::input, fmt::format("{}: input '{}' holds {} rows, a run takes {}", arrays_[i].front().name, wanted_[i].name, rows, rows_[i]),
                    "give a whole number of runs: the inputs of this model have fixed sizes that differ");
      }
      rows /= rows_[i];
      if (i > 0 && rows != count_) {
        throw Error(
            ErrorKind::input,
            fmt::format("{}: {} samples for input '{}', but {} for input '{}'", arrays_[i].front().name, rows, wanted_[i].name, count_, wanted_[0].name),
            "every input needs the same number of samples");
      }
      count_ = rows;
      check_joins(i);
    }
    if (count_ == 0 && !wanted_.empty()) {
      throw Error(ErrorKind::input, fmt::format("{}: holds no samples", arrays_[0].front().name), "give data with at least one sample");
    }
  }

  std::int64_t count() const override { return count_; }

  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < wanted_.size(); ++i) tensors.push_back(read_input(i, first * rows_[i], n * rows_[i]));
    return tensors;
  }

  /// In the first input.
  SampleOrigin origin(std::int64_t index) const override {
    std::int64_t row = index * rows_.front();
    for (const Array& array : arrays_.front()) {
      if (row < array.rows) return {fs::path(array.name).filename().string(), row, ""};
      row -= array.rows;
    }
    return {};
  }

 private:
  /// Arrays that follow each other must agree in all other dimensions.
  void check_joins(std::size_t input) const {
    const Array& head = arrays_[input].front();
    for (const Array& array : arrays_[input]) {
      if (!std::equal(array.shape.begin() + 1, array.shape.end(), head.shape.begin() + 1, head.shape.end())) {
        throw Error(ErrorKind::input,
                    fmt::format("{}: shape {} does not continue {} of {}", array.name, shape_text(array.shape), shape_text(head.shape), head.name));
      }
    }
  }

  Tensor read_input(std::size_t input, std::int64_t first, std::int64_t n) const {
    std::optional<Tensor> whole;
    std::int64_t begin = 0;
    for (const Array& array : arrays_[input]) {
      const std::int64_t from = std::max(first, begin), to = std::min(first + n, begin + array.rows);
      if (from < to) {
        Tensor part = array.read(from - begin, to - from);
        const std::string where = fmt::format("{}: input '{}'", array.name, wanted_[input].name);
        refuse_non_finite(part, from - begin, where);
        part = cast_tensor(std::move(part), wanted_[input].type, where);
        if (!whole) {
          whole = std::move(part);
        } else {
          whole->shape[0] += part.shape[0];
          whole->bytes.insert(whole->bytes.end(), part.bytes.begin(), part.bytes.end());
        }
      }
      begin += array.rows;
    }
    if (!whole) throw Error(ErrorKind::internal, fmt::format("samples {} + {} of {}", first, n, count_));
    return std::move(*whole);
  }

  std::vector<WantedInput> wanted_;
  std::vector<std::vector<Array>> arrays_;  // one list for each input
  std::vector<std::int64_t> rows_;          // of one sample, for each input
  std::int64_t count_ = 0;
};

bool is_array_file(const fs::path& path) { return path.extension() == ".npy" || path.extension() == ".npz"; }

/// The array files of `path`: itself, or those below a folder by name.
void collect(const fs::path& path, std::vector<fs::path>& files) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw Error(ErrorKind::input, path.string() + ": no such file or folder", "check the spelling and the folder");
  if (!fs::is_directory(status)) {
    files.push_back(path);
    return;
  }
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
    if (entry.is_regular_file() && is_array_file(entry.path())) found.push_back(entry.path());
  }
  if (error) throw Error(ErrorKind::input, path.string() + ": " + error.message(), "check the folder's permissions");
  if (found.empty()) throw Error(ErrorKind::input, path.string() + ": the folder has no .npy or .npz file", "name the folder that holds the arrays");
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) { return a.generic_string() < b.generic_string(); });
  files.insert(files.end(), found.begin(), found.end());
}

/// What an NPZ archive may hold in all: its arrays lie in memory, since a packed entry cannot be read from the middle.
constexpr std::uint64_t npz_bytes = std::uint64_t{4} << 30;

std::vector<Array> open_arrays(const fs::path& path) {
  if (path.extension() != ".npz") {
    auto file = std::make_shared<const NpyFile>(path);
    return {Array{path.string(), path.stem().string(), file, {}, file->type(), file->shape(), 0}};
  }
  std::vector<Array> arrays;
  for (NamedTensor& entry : read_npz(path, npz_bytes)) {
    Array array{path.string() + "/" + entry.name, entry.name, nullptr, std::move(entry.tensor), {}, {}, 0};
    array.type = array.held.type;
    array.shape = array.held.shape;
    arrays.push_back(std::move(array));
  }
  return arrays;
}

/// The input that `array` belongs to.
std::size_t input_of(const Array& array, const std::vector<WantedInput>& wanted) {
  if (wanted.size() == 1) return 0;
  std::vector<std::string> names;
  for (const WantedInput& input : wanted) names.push_back(input.name);
  const auto at = std::find(names.begin(), names.end(), array.key);
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  throw Error(ErrorKind::input, fmt::format("{}: the model has no input '{}'", array.name, array.key),
              did_you_mean(array.key, names, fmt::format("its inputs are {}; name files or NPZ keys like them", fmt::join(names, ", "))));
}

}  // namespace

std::vector<std::int64_t> rows_of_one_sample(const std::vector<WantedInput>& wanted) {
  std::vector<std::int64_t> rows;
  std::set<std::int64_t> sizes;
  for (const WantedInput& input : wanted) {
    rows.push_back(input.shape.empty() ? 1 : std::max<std::int64_t>(input.shape[0], 1));
    if (!input.shape.empty() && input.shape[0] > 0) sizes.insert(input.shape[0]);
  }
  if (sizes.size() < 2) rows.assign(wanted.size(), 1);
  return rows;
}

std::unique_ptr<Samples> open_samples(const std::vector<fs::path>& paths, const std::vector<WantedInput>& wanted, FileOrder order) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) collect(path, files);
  if (files.empty()) throw Error(ErrorKind::usage, "no data given", "name .npy files, .npz archives or a folder of them");
  if (order == FileOrder::sorted) {
    std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
      const std::string left = a.filename().string(), right = b.filename().string();
      return left != right ? left < right : a.generic_string() < b.generic_string();
    });
  }
  std::vector<std::vector<Array>> arrays(wanted.size());
  for (const fs::path& path : files) {
    for (Array& array : open_arrays(path)) {
      const std::size_t input = input_of(array, wanted);
      match_shape(array, wanted[input]);
      // Types that can never be fed are refused now, before any work; values that do not fit, when they are read.
      cast_tensor(Tensor{array.type, {0}, {}}, wanted[input].type, fmt::format("{}: input '{}'", array.name, wanted[input].name));
      arrays[input].push_back(std::move(array));
    }
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (arrays[i].empty()) {
      throw Error(ErrorKind::input, fmt::format("{}: no data for input '{}'", paths.front().string(), wanted[i].name),
                  fmt::format("add a file {}.npy or an NPZ key of that name", wanted[i].name));
    }
  }
  return std::make_unique<FileSamples>(wanted, std::move(arrays));
}

}  // namespace iai
