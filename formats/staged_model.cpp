#include "formats/staged_model.hpp"

#include <set>

#include "formats/error.hpp"
#include "formats/interrupt.hpp"
#include "formats/mapped_file.hpp"
#include "formats/model_scan.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

fs::path checked(fs::path path, IfExists if_exists, ExternalData external) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) throw Error(ErrorKind::input, path.string() + " is a folder", "give the name of a file");
  refuse_existing(path, if_exists);
  if (external == ExternalData::always) refuse_existing(external_data_path(path), if_exists);
  return path;
}

void move_file(const fs::path& from, const fs::path& to) {
  try {
    rename_temporary(from, to);
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::environment, to.string() + ": cannot be written: " + error.code().message(), "write to another place");
  }
}

}  // namespace

StagedModel::StagedModel(fs::path path, IfExists if_exists, ExternalData external)
    : path_(checked(std::move(path), if_exists, external)), if_exists_(if_exists), external_(external), folder_(path_, if_exists) {
  staged_ = folder_.temporary() / path_.filename();
}

Error StagedModel::with_final_name(const Error& error) const { return with_name(error, staged_.string(), path_.string()); }

void StagedModel::write(const Model& model) {
  for (const fs::path& old : written_) fs::remove(old);
  written_.clear();
  try {
    written_ = write_model(model, staged_, external_);
  } catch (const Error& error) {
    throw with_final_name(error);
  }
}

std::uint64_t StagedModel::size() const {
  std::uint64_t bytes = 0;
  for (const fs::path& file : written_) bytes += fs::file_size(file);
  return bytes;
}

std::vector<fs::path> StagedModel::commit() {
  const fs::path folder = path_.parent_path();
  std::vector<fs::path> files;
  for (const fs::path& file : written_) files.push_back(folder / file.filename());
  for (const fs::path& file : files) refuse_existing(file, if_exists_);
  for (std::size_t i = files.size(); i-- > 0;) move_file(written_[i], files[i]);
  return files;
}

std::vector<fs::path> model_files(const fs::path& path) {
  const MappedFile file = map_file(path);
  const ModelScan scan = scan_model({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}, Model::inline_limit, path.string());
  onnx::ModelProto proto;
  if (!proto.ParseFromString(scan.skeleton)) throw Error(ErrorKind::input, path.string() + ": is no ONNX model", "export the model to ONNX, or copy it again");
  std::set<std::string> locations;
  for (const auto& tensor : proto.graph().initializer()) {
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") locations.insert(entry.value());
    }
  }
  std::vector<fs::path> files{path};
  for (const std::string& location : locations) files.push_back(path.parent_path() / location);
  return files;
}

std::uint64_t model_bytes(const fs::path& path) {
  std::uint64_t bytes = 0;
  for (const fs::path& file : model_files(path)) bytes += fs::file_size(file);
  return bytes;
}

}  // namespace iai
