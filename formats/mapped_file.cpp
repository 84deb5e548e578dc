#include "formats/mapped_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/error.hpp"

namespace iai {

MappedFile map_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  // Without O_NONBLOCK a named pipe would wait for a writer for ever.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw_unreadable(name, errno);
  struct stat info {};
  const int status = ::fstat(descriptor, &info);
  void* map = nullptr;
  const auto size = static_cast<std::size_t>(info.st_size);
  const bool regular = status == 0 && S_ISREG(info.st_mode);
  if (regular && size > 0) map = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  ::close(descriptor);
  if (status == 0 && S_ISDIR(info.st_mode)) throw_unreadable(name, EISDIR);
  if (!regular) throw Error(ErrorKind::input, name + ": is no regular file", "copy its content to a file first");
  if (size == 0) throw Error(ErrorKind::input, name + ": is empty", "copy the file again; its writer may have failed");
  if (map == MAP_FAILED) throw Error(ErrorKind::input, name + ": cannot be mapped into memory", "copy it to a local disk");
  std::shared_ptr<const void> owner(map, [size](const void* at) { ::munmap(const_cast<void*>(at), size); });
  return {owner, {static_cast<const std::byte*>(map), size}};
}

}  // namespace iai
