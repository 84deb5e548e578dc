#include "formats/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <system_error>

#include "formats/error.hpp"
#include "formats/interrupt.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr int attempts = 100;

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

[[noreturn]] void fail(const fs::path& path, int code) {
  const std::string name = path.string();
  switch (code) {
    case ENOSPC:
    case EDQUOT: throw Error(ErrorKind::environment, name + ": disk full", "free some space or write to another place");
    case ENOENT:
    case ENOTDIR: {
      const std::string folder = folder_of(path).string();
      throw Error(ErrorKind::input, name + ": there is no folder '" + folder + "'", "make it with: mkdir -p " + folder);
    }
    case EACCES:
    case EPERM: throw Error(ErrorKind::environment, name + ": no permission to write here", "write to another folder");
    case EROFS: throw Error(ErrorKind::environment, name + ": the file system is read-only", "write to another folder");
    default: throw Error(ErrorKind::environment, name + ": cannot be written: " + std::generic_category().message(code));
  }
}

// In the same folder, because only a rename within one file system is atomic.
fs::path temporary_name(const fs::path& path) {
  static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::random_device random;
  std::string suffix;
  for (int i = 0; i < 6; ++i) suffix += letters[random() % (sizeof(letters) - 1)];
  // Shortened so that a name near the limit of 255 bytes still has room for the rest.
  return folder_of(path) / ("." + path.filename().string().substr(0, 200) + ".iai-" + suffix + ".tmp");
}

void sync_path(const fs::path& path, const fs::path& blame) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(blame, errno);
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  // Some network file systems cannot sync folders and say so with EINVAL; there is nothing to be done about it.
  if (code != 0 && code != EINVAL && code != ENOTSUP) fail(blame, code);
}

void refuse_nameless(const fs::path& path) {
  const fs::path name = path.filename();
  if (name.empty() || name == "." || name == "..") throw Error(ErrorKind::input, "'" + path.string() + "' is no name for an output");
}

void rename_or_fail(const fs::path& temporary, const fs::path& path) {
  try {
    rename_temporary(temporary, path);
  } catch (const fs::filesystem_error& error) {
    fail(path, error.code().value());
  }
}

}  // namespace

void refuse_existing(const fs::path& path, IfExists if_exists) {
  if (if_exists == IfExists::replace) return;
  std::error_code ignored;
  const auto type = fs::symlink_status(path, ignored).type();
  if (type != fs::file_type::not_found && type != fs::file_type::none)
    throw Error(ErrorKind::input, path.string() + " already exists", "pass --overwrite to replace it");
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  refuse_nameless(path_);
  std::error_code ignored;
  const auto status = fs::status(path_, ignored);
  // The rename would replace a device such as /dev/null itself.
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw Error(ErrorKind::input, path_.string() + " is " + (fs::is_directory(status) ? "a folder" : "no regular file"), "give the name of a file");
  for (int attempt = 1; descriptor_ < 0; ++attempt) {
    temporary_ = temporary_name(path_);
    int code = 0;
    create_temporary(temporary_, [&] {
      descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      code = errno;
    });
    if (descriptor_ >= 0) break;
    forget_temporary(temporary_);
    if (code != EEXIST || attempt == attempts) fail(path_, code);
  }
  buffer_.reserve(buffer_bytes);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
  forget_temporary(temporary_);
}

namespace {

void write_all(int descriptor, const char* data, std::size_t size, const fs::path& path) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, errno);
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

}  // namespace

void AtomicFile::flush() {
  write_all(descriptor_, buffer_.data(), buffer_.size(), path_);
  buffer_.clear();
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (descriptor_ < 0) throw Error(ErrorKind::internal, path_.string() + ": written after commit");
  const char* data = reinterpret_cast<const char*>(bytes.data());
  if (buffer_.size() + bytes.size() > buffer_bytes) flush();
  if (bytes.size() >= buffer_bytes) write_all(descriptor_, data, bytes.size(), path_);
  else buffer_.append(data, bytes.size());
  size_ += bytes.size();
}

void AtomicFile::commit() {
  if (descriptor_ < 0) throw Error(ErrorKind::internal, path_.string() + ": committed twice");
  flush();
  if (::fsync(descriptor_) != 0 && errno != EINVAL) fail(path_, errno);
  rename_or_fail(temporary_, path_);
  // From here on the file has its name, so the destructor must not touch it whatever close and fsync say.
  const int closed = ::close(descriptor_) == 0 ? 0 : errno;
  descriptor_ = -1;
  if (closed != 0 && closed != EINTR) fail(path_, closed);
  sync_path(folder_of(path_), path_);
}

void AtomicFile::commit_as(const fs::path& path) {
  path_ = path;
  commit();
}

AtomicFolder::AtomicFolder(fs::path path, IfExists if_exists) : path_(std::move(path)), if_exists_(if_exists) {
  if (path_.has_parent_path() && !path_.has_filename()) path_ = path_.parent_path();  // "out/" means "out"
  refuse_nameless(path_);
  refuse_existing(path_, if_exists_);
  for (int attempt = 1;; ++attempt) {
    temporary_ = temporary_name(path_);
    int code = 0;
    create_temporary(temporary_, [&] { code = ::mkdir(temporary_.c_str(), 0777) == 0 ? 0 : errno; });
    if (code == 0) break;
    forget_temporary(temporary_);
    if (code != EEXIST || attempt == attempts) fail(path_, code);
  }
}

AtomicFolder::~AtomicFolder() {
  if (temporary_.empty()) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  forget_temporary(temporary_);
}

void AtomicFolder::commit() {
  if (temporary_.empty()) throw Error(ErrorKind::internal, path_.string() + ": committed twice");
  try {
    for (const auto& entry : fs::recursive_directory_iterator(temporary_))
      if (!entry.is_symlink() && (entry.is_regular_file() || entry.is_directory())) sync_path(entry.path(), path_);
  } catch (const fs::filesystem_error& error) {
    fail(path_, error.code().value());
  }
  sync_path(temporary_, path_);
  refuse_existing(path_, if_exists_);
  rename_or_fail(temporary_, path_);
  sync_path(folder_of(path_), path_);
  // What was replaced is now under the temporary name.
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  forget_temporary(temporary_);
  temporary_.clear();
}

void make_output_folder(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_directory(path, ignored))
    throw Error(ErrorKind::input, path.string() + " exists and is no folder", "give another name for the folder");
  if (const int code = create_output_folder(path.has_filename() ? path : path.parent_path()); code != 0) fail(path, code);
}

void write_file(const fs::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace iai
