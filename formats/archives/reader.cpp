// The module iai_archives.so, see formats/module.hpp: libarchive.
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "formats/archive.hpp"
#include "formats/delimited_source.hpp"
#include "formats/error.hpp"
#include "formats/module.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

constexpr const char* unpack = "unpack it, look at what comes out, and give the folder";
constexpr const char* copy_again = "copy or pack it again: it is damaged, cut off or of a kind that is not read";

[[noreturn]] void refuse(const std::string& where, const std::string& why, const std::string& hint = unpack) {
  throw Error(ErrorKind::input, where + ": " + why, hint);
}

/// libarchive converts names to the thread's locale; without this, names outside ASCII are lost in the C locale.
class Utf8Names {
 public:
  Utf8Names() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_) before_ = uselocale(locale_);
  }
  ~Utf8Names() {
    if (!locale_) return;
    uselocale(before_);
    freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_, before_ = nullptr;
};

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;

std::string reason(archive* reader) {
  const char* text = archive_error_string(reader);
  return text ? text : "cannot be read";
}

/// A reader of the formats that are promised and no others: every further parser is a further way in.
Reader make_reader() {
  Reader reader(archive_read_new(), &archive_read_free);
  // Zip by its directory only: read as a stream, a cut-off archive would look like a whole one with fewer entries, and
  // links would look like files. A filter that is not built in would start an outside program; support_* then does not answer ARCHIVE_OK.
  for (auto* support :
       {&archive_read_support_filter_gzip, &archive_read_support_filter_bzip2, &archive_read_support_filter_xz, &archive_read_support_filter_zstd,
        &archive_read_support_format_tar, &archive_read_support_format_zip_seekable, &archive_read_support_format_7zip})
    if (support(reader.get()) != ARCHIVE_OK) throw Error(ErrorKind::environment, "libarchive lacks a format: " + reason(reader.get()));
  return reader;
}

void open_archive(archive* reader, const fs::path& path) {
  if (archive_read_open_filename(reader, path.c_str(), 1 << 18) != ARCHIVE_OK) refuse(path.string(), reason(reader), copy_again);
}

/// The entry's name in UTF-8. Old zip tools write code page 437. @source APPNOTE.TXT, appendix D
std::string entry_name(archive_entry* entry) {
  const char* raw = archive_entry_pathname_utf8(entry);
  if (!raw) raw = archive_entry_pathname(entry);
  std::string name = raw ? raw : "";
  if (!is_utf8(name)) {
    std::string converted;
    icu::UnicodeString(name.data(), static_cast<std::int32_t>(name.size()), "ibm-437").toUTF8String(converted);
    name = converted;
  }
  while (name.starts_with("./")) name.erase(0, 2);
  if (name == ".") name.clear();
  return name;
}

void check_name(const std::string& where, std::string name, const ArchiveLimits& limits) {
  if (name.empty()) refuse(where, "an entry has no name that can be read");
  if (name.size() > limits.path_bytes) refuse(where, fmt::format("name over {} bytes", limits.path_bytes));
  std::replace(name.begin(), name.end(), '\\', '/');
  if (name[0] == '/' || (name.size() > 1 && name[1] == ':')) refuse(where, "absolute name in the archive");
  int folders = 0;
  for (std::size_t begin = 0; begin <= name.size();) {
    const auto end = std::min(name.find('/', begin), name.size());
    if (name.compare(begin, end - begin, "..") == 0) refuse(where, "name with '..' in the archive");
    if (end < name.size() && ++folders > limits.depth) refuse(where, fmt::format("over {} folders deep", limits.depth));
    begin = end + 1;
  }
}

/// What has come out of one archive so far, held against the limits.
struct Budget {
  const ArchiveLimits& limits;
  std::uint64_t compressed = 0, entries = 0, total = 0;

  void spend(const std::string& where, std::uint64_t bytes) {
    total += bytes;
    if (total > limits.total_bytes) refuse(where, fmt::format("archive unpacks to over {} bytes", limits.total_bytes));
    if (total > (64ull << 20) && static_cast<double>(total) > limits.ratio * static_cast<double>(std::max<std::uint64_t>(compressed, 1)))
      refuse(where, fmt::format("archive unpacks to over {} times its size", limits.ratio));
  }
};

class EntryStream : public ByteStream {
 public:
  EntryStream(archive* reader, std::string where, Budget& budget) : reader_(reader), where_(std::move(where)), budget_(budget) {}

  std::size_t read(char* buffer, std::size_t size) override {
    const auto count = archive_read_data(reader_, buffer, size);
    if (count < 0) refuse(where_, reason(reader_), copy_again);
    done_ += static_cast<std::uint64_t>(count);
    if (done_ > budget_.limits.entry_bytes) refuse(where_, fmt::format("entry over {} bytes", budget_.limits.entry_bytes));
    budget_.spend(where_, static_cast<std::uint64_t>(count));
    return static_cast<std::size_t>(count);
  }
  std::uint64_t done() const { return done_; }

 private:
  archive* reader_;
  std::string where_;
  Budget& budget_;
  std::uint64_t done_ = 0;
};

/// Refuses what is no plain file; false for folders, which are passed over.
bool check_kind(const std::string& where, archive* reader, archive_entry* entry) {
  if (archive_entry_is_encrypted(entry) || archive_read_has_encrypted_entries(reader) > 0)
    refuse(where, "entry is encrypted", "unpack it with its password and give the folder");
  if (archive_entry_hardlink(entry) || archive_entry_symlink(entry)) refuse(where, "entry is a link");
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFDIR) return false;
  if (type != AE_IFREG) refuse(where, "entry is a link, device or other special file");
  return true;
}

void visit_entry(archive* reader, archive_entry* entry, const std::string& name, const std::string& where, Budget& budget, const VisitEntry& visit) {
  const bool sized = archive_entry_size_is_set(entry) != 0;
  const auto declared = sized ? static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0)) : 0;
  if (declared > budget.limits.entry_bytes) refuse(where, fmt::format("entry over {} bytes", budget.limits.entry_bytes));
  EntryStream stream(reader, where, budget);
  visit(name, stream);
  // What the visitor left unread is unpacked all the same when the archive is compressed as a whole.
  if (declared > stream.done()) budget.spend(where, declared - stream.done());
}

}  // namespace

IAI_MODULE;
IAI_MODULE_EXPORT bool iai_is_tar(const fs::path& path) {
  const Utf8Names locale;
  const auto reader = make_reader();
  if (archive_read_open_filename(reader.get(), path.c_str(), 1 << 18) != ARCHIVE_OK) return false;
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(reader.get(), &entry);
  // A file of zeros would pass for a tar without entries.
  return (result == ARCHIVE_OK || result == ARCHIVE_WARN) && (archive_format(reader.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
}

IAI_MODULE_EXPORT void iai_read_archive(const fs::path& path, const ArchiveLimits& limits, const VisitEntry& visit) {
  const Utf8Names locale;
  std::error_code failure;
  Budget budget{limits, fs::file_size(path, failure)};
  if (failure) throw_unreadable(path.string(), failure.value());
  const auto reader = make_reader();
  open_archive(reader.get(), path);
  std::unordered_set<std::string> seen;
  for (;;) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(reader.get(), &entry);
    if (result == ARCHIVE_EOF) return;
    if (result < ARCHIVE_WARN) {
      if (archive_read_has_encrypted_entries(reader.get()) > 0)
        refuse(path.string(), "archive is encrypted", "unpack it with its password and give the folder");
      refuse(path.string(), reason(reader.get()), copy_again);
    }
    if (++budget.entries > limits.entries) refuse(path.string(), fmt::format("over {} entries", limits.entries));
    const auto name = entry_name(entry);
    if (name.empty() && archive_entry_filetype(entry) == AE_IFDIR) continue;  // "./", as tar names the folder it was given
    const auto where = path.string() + "/" + name;
    check_name(where, name, limits);
    if (!check_kind(where, reader.get(), entry)) continue;
    std::string folded;
    icu::UnicodeString::fromUTF8(name).foldCase().toUTF8String(folded);
    if (!seen.insert(folded).second) refuse(where, "two entries of this name (upper and lower case count as equal)");
    visit_entry(reader.get(), entry, name, where, budget, visit);
  }
}

}  // namespace iai
