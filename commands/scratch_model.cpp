#include "commands/scratch_model.hpp"

#include <atomic>
#include <string>

#include <unistd.h>

#include "formats/error.hpp"
#include "formats/file_on_disk.hpp"
#include "formats/interrupt.hpp"

namespace iai {

namespace fs = std::filesystem;

ScratchModel::ScratchModel(const Model& model) {
  static std::atomic<int> count{0};
  folder_ = temporary_folder() / ("iai-model-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
  try {
    create_temporary(folder_, [&] {
      fs::remove_all(folder_);  // of a process with the same number that was killed
      fs::create_directory(folder_);
      fs::permissions(folder_, fs::perms::owner_all);
    });
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::environment, folder_.string() + ": " + error.code().message(), "set TMPDIR to a writable folder");
  }
  path_ = folder_ / "model.onnx";
  try {
    write_model(model, path_, ExternalData::always);  // the runtime maps weights that lie outside, and reads those inside twice
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    forget_temporary(folder_);
    throw;
  }
}

Error ScratchModel::renamed(const Error& error, const fs::path& name) const { return with_name(error, path_.string(), name.string()); }

ScratchModel::~ScratchModel() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  forget_temporary(folder_);
}

}  // namespace iai
