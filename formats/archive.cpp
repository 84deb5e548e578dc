#include "formats/archive.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "formats/delimited_source.hpp"
#include "formats/error.hpp"
#include "formats/module.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& where, const std::string& why, const std::string& hint) { throw Error(ErrorKind::input, where + ": " + why, hint); }

class FileStream : public ByteStream {
 public:
  explicit FileStream(const fs::path& path) : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) throw_unreadable(path_.string(), errno);
  }
  ~FileStream() override { ::close(descriptor_); }
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;

  std::size_t read(char* buffer, std::size_t size) override {
    for (;;) {
      const auto count = ::read(descriptor_, buffer, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) throw_unreadable(path_.string(), errno);
    }
  }
  const fs::path* file() const override { return &path_; }

 private:
  fs::path path_;
  int descriptor_;
};

class BytesStream : public ByteStream {
 public:
  explicit BytesStream(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t read(char* buffer, std::size_t size) override {
    const auto count = std::min(size, bytes_.size() - position_);
    std::memcpy(buffer, bytes_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t position_ = 0;
};

/// Relative names of the regular files below `folder`, sorted bytewise.
std::vector<std::string> folder_files(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  fs::recursive_directory_iterator items(folder, failure);
  if (failure) throw_unreadable(folder.string(), failure.value());
  for (const auto& item : items) {
    if (item.is_symlink()) refuse(item.path().string(), "links in folders are not followed", "copy the file instead");
    if (item.is_directory()) continue;
    if (!item.is_regular_file()) refuse(item.path().string(), "is no regular file", "take it out of the folder");
    names.push_back(item.path().lexically_relative(folder).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The first bytes of a file, for signatures: as many as a header of tar has, where there are.
std::string first_bytes(const fs::path& path) {
  std::string head(512, '\0');
  head.resize(FileStream(path).read(head.data(), head.size()));
  return head;
}

constexpr std::string_view zip_entry = "PK\3\4", zip_without_entries = "PK\5\6", seven_zip = "7z\xBC\xAF\x27\x1C";
constexpr std::string_view gzip = "\x1F\x8B", bzip2 = "BZh", xz = "\xFD\x37zXZ", zstd = "\x28\xB5\x2F\xFD";

/// A tar pads the names in its headers with zeros: plain text is none, and the module of archives stays closed.
bool may_be_tar(std::string_view head) {
  for (const auto filter : {gzip, bzip2, xz, zstd})
    if (head.starts_with(filter)) return true;
  return head.find('\0') != std::string_view::npos;
}

}  // namespace

std::unique_ptr<ByteStream> open_file(const fs::path& path) { return std::make_unique<FileStream>(path); }

std::unique_ptr<ByteStream> open_bytes(std::string bytes) { return std::make_unique<BytesStream>(std::move(bytes)); }

bool is_archive(const fs::path& path) {
  const std::string start = first_bytes(path);
  // A damaged archive is still one: the visit then says what is wrong with it.
  for (const auto signature : {zip_entry, zip_without_entries, seven_zip})
    if (start.starts_with(signature)) return true;
  return may_be_tar(start) && module_function<bool(const fs::path&)>("archives", "iai_is_tar")(path);
}

void for_each_entry(const fs::path& path, const ArchiveLimits& limits, const VisitEntry& visit) {
  if (first_bytes(path).starts_with(zip_without_entries)) return;  // libarchive does not find its directory
  module_function<void(const fs::path&, const ArchiveLimits&, const VisitEntry&)>("archives", "iai_read_archive")(path, limits, visit);
}

void for_each_entry(const ListedFile& file, const ArchiveLimits& limits, const VisitEntry& visit) {
  if (!is_archive(file.path)) {
    visit(file.name, *open_file(file.path));
    return;
  }
  for_each_entry(file.path, limits, [&](const std::string& entry, ByteStream& stream) { visit(file.name + "/" + entry, stream); });
}

void for_each_file(const std::vector<fs::path>& paths, const ArchiveLimits& limits, const VisitEntry& visit) {
  for (const auto& path : paths) {
    if (!fs::is_directory(path)) {
      for_each_entry(ListedFile{path.filename().string(), path}, limits, visit);
    } else {
      for (const auto& name : folder_files(path)) for_each_entry(ListedFile{name, path / name}, limits, visit);
    }
  }
}

std::vector<ListedFile> list_files(const std::vector<fs::path>& paths) {
  std::vector<ListedFile> files;
  for (const auto& path : paths) {
    std::error_code failure;
    const auto kind = fs::status(path, failure).type();
    if (kind == fs::file_type::not_found) refuse(path.string(), "no such file or folder", "check the spelling and the folder");
    if (kind == fs::file_type::directory) {
      for (auto& name : folder_files(path)) files.push_back({name, path / name});
    } else if (kind == fs::file_type::regular) {
      files.push_back({path.filename().string(), path});
    } else {
      refuse(path.string(), failure ? failure.message() : "is no regular file", "copy its content to a file first");
    }
  }
  const auto by_name = [](const ListedFile& a, const ListedFile& b) { return a.name < b.name; };
  std::sort(files.begin(), files.end(), by_name);
  for (const auto& file : files) {
    if (is_utf8(file.name)) continue;
    auto shown = file.name;
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    refuse(shown, "the file's name is no UTF-8", "rename it, for example with: convmv -f latin1 -t utf8 --notest");
  }
  const auto twice = std::adjacent_find(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twice != files.end())
    refuse(twice->path.string(), "goes by the same name as " + std::next(twice)->path.string(),
           "give the folder that holds both, so that their names tell them apart");
  return files;
}

}  // namespace iai
