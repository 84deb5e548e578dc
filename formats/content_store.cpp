#include "formats/content_store.hpp"

#include <span>

#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

fs::path made(const fs::path& folder) {
  make_output_folder(folder);
  return folder;
}

}  // namespace

fs::path ContentStore::path_of(const std::string& sha256) const { return folder_ / sha256.substr(0, 2) / sha256.substr(2); }

CopyStream::CopyStream(const ContentStore& store, ByteStream& source) : store_(store), source_(source), copy_(made(store.folder()) / "copy") {}

std::size_t CopyStream::read(char* buffer, std::size_t size) {
  const auto count = source_.read(buffer, size);
  copy_.write(std::as_bytes(std::span(buffer, count)));
  return count;
}

std::uint64_t CopyStream::keep(const std::string& sha256) {
  const fs::path place = store_.path_of(sha256);
  std::error_code failure;
  const auto there = fs::symlink_status(place, failure);
  if (fs::exists(there)) {
    if (fs::is_regular_file(there) && sha256_file(place) == sha256) return 0;
    throw Error(ErrorKind::input, place.string() + ": holds other bytes than its name says, the store is damaged",
                "take that file away, then ingest again: it is copied anew");
  }
  make_output_folder(place.parent_path());
  fs::permissions(copy_.temporary(), fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read, failure);
  copy_.commit_as(place);
  return copy_.size();
}

}  // namespace iai
