#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace iai {

enum class IfExists { refuse, replace };

/// Throws the Error(input) "X already exists" with the hint "pass --overwrite to replace it" unless `if_exists` is
/// replace or nothing is there. Commands call it before the work starts.
void refuse_existing(const std::filesystem::path& path, IfExists if_exists);

/// A file that appears whole or not at all: written to a temporary in the same folder, fsynced, renamed, folder fsynced.
/// Destroyed without commit(), or interrupted by a signal (formats/interrupt.hpp), it leaves nothing behind.
class AtomicFile {
 public:
  /// @throws Error(input) when the folder is missing, Error(environment) when it cannot be written.
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }
  /// @throws Error(environment) "disk full" and the like, naming the file.
  void write(std::span<const std::byte> bytes);
  /// Bytes written so far.
  std::uint64_t size() const { return size_; }
  /// Makes the file appear under its name.
  void commit();
  /// The same under another name of the same file system, where the name follows from the content.
  void commit_as(const std::filesystem::path& path);
  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& temporary() const { return temporary_; }

 private:
  void flush();
  std::filesystem::path path_, temporary_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
};

/// The same for a folder: fill `temporary()`, then commit() renames it (over an existing one with IfExists::replace,
/// which is moved aside first and removed last).
class AtomicFolder {
 public:
  explicit AtomicFolder(std::filesystem::path path, IfExists if_exists = IfExists::refuse);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;
  void commit();
  const std::filesystem::path& temporary() const { return temporary_; }

 private:
  std::filesystem::path path_, temporary_;
  IfExists if_exists_;
};

/// Makes the folder that several outputs go into, unless it is there. It goes again when the run fails or is interrupted.
/// @throws as AtomicFile does.
void make_output_folder(const std::filesystem::path& path);

/// Writes `text` to `path` atomically.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace iai
