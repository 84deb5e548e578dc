// Every promised format and filter, as libarchive, GNU tar and Python write them, and the entries that are refused in each.
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <doctest/doctest.h>

#include "formats/archive.hpp"
#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

using Entries = std::map<std::string, std::string>;

struct Folder : TemporaryFolder {
  bool shell(const std::string& command) const { return std::system(("cd '" + path.string() + "' && (" + command + ") >/dev/null 2>&1").c_str()) == 0; }
  /// Runs Python with zipfile, tarfile and io at hand.
  void python(const std::string& script) const {
    write("make.py", "import io, struct, tarfile, zipfile\n" + script);
    REQUIRE(shell("python3 make.py"));
  }
};

Entries read_entries(const fs::path& path, const ArchiveLimits& limits = {}) {
  Entries found;
  for_each_entry(path, limits, [&](const std::string& name, ByteStream& stream) {
    char buffer[1000];
    std::string& text = found[name];
    while (const auto count = stream.read(buffer, sizeof buffer)) text.append(buffer, count);
  });
  return found;
}

std::string refusal(const fs::path& path, const ArchiveLimits& limits = {}) {
  try {
    read_entries(path, limits);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::input);
    CHECK_MESSAGE(error.message().find(path.string()) == 0, error.message());
    return error.message();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string long_name = std::string(60, 'l') + "/" + std::string(90, 'n') + ".csv";
const Entries content{{"a.csv", "1,2\n"}, {"sub/b.csv", std::string(300'000, 'x')}, {long_name, "long"}, {"Prüfstand/ü.csv", "ü"}};

/// Writes `content` as FORMAT with FILTER ("" for none).
void write_archive(const fs::path& path, const std::string& format, const std::string& filter = "") {
  const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr), before = uselocale(utf8);  // or umlauts are lost
  const std::unique_ptr<archive, decltype(&archive_write_free)> writer(archive_write_new(), &archive_write_free);
  REQUIRE(archive_write_set_format_by_name(writer.get(), format.c_str()) == ARCHIVE_OK);
  if (!filter.empty()) REQUIRE(archive_write_add_filter_by_name(writer.get(), filter.c_str()) == ARCHIVE_OK);
  archive_write_set_options(writer.get(), "hdrcharset=UTF-8");
  REQUIRE(archive_write_open_filename(writer.get(), path.c_str()) == ARCHIVE_OK);
  for (const auto& [name, text] : content) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), &archive_entry_free);
    archive_entry_update_pathname_utf8(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
    REQUIRE(archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK);
    REQUIRE(archive_write_data(writer.get(), text.data(), text.size()) == static_cast<la_ssize_t>(text.size()));
  }
  REQUIRE(archive_write_close(writer.get()) == ARCHIVE_OK);
  uselocale(before);
  freelocale(utf8);
}

}  // namespace

TEST_CASE("ustar, pax and GNU tar, plain and with each filter") {
  const Folder folder;
  for (const std::string format : {"ustar", "pax", "gnutar"}) {
    for (const std::string filter : {"", "gzip", "bzip2", "xz", "zstd"}) {
      CAPTURE(format);
      CAPTURE(filter);
      write_archive(folder.path / "a", format, filter);
      CHECK(is_archive(folder.path / "a"));
      CHECK(read_entries(folder.path / "a") == content);
    }
  }
}

TEST_CASE("zip and 7z") {
  const Folder folder;
  for (const std::string format : {"zip", "7zip"}) {
    CAPTURE(format);
    write_archive(folder.path / "a", format);
    CHECK(is_archive(folder.path / "a"));
    CHECK(read_entries(folder.path / "a") == content);
    // Cut off anywhere, it is an error and never a smaller archive.
    const auto size = fs::file_size(folder.path / "a");
    for (int tenth = 1; tenth < 10; ++tenth) {
      fs::copy_file(folder.path / "a", folder.path / "cut", fs::copy_options::overwrite_existing);
      fs::resize_file(folder.path / "cut", size * static_cast<std::uintmax_t>(tenth) / 10);
      CHECK_FALSE(refusal(folder.path / "cut").empty());
    }
  }
}

TEST_CASE("what the system's own tools write") {
  const Folder folder;
  fs::create_directories(folder.path / "in/Prüfstand");
  std::ofstream(folder.path / "in/Prüfstand/a.csv") << "a;b\n";
  const Entries expected{{"Prüfstand/a.csv", "a;b\n"}};
  for (const std::string format : {"gnu", "pax", "ustar", "v7"}) {
    CAPTURE(format);
    REQUIRE(folder.shell("tar --format=" + format + " -C in -cf a.tar ."));
    CHECK(read_entries(folder.path / "a.tar") == expected);
  }
  for (const std::string method : {"ZIP_STORED", "ZIP_DEFLATED", "ZIP_BZIP2", "ZIP_LZMA"}) {
    CAPTURE(method);
    folder.python("z = zipfile.ZipFile('a.zip', 'w', zipfile." + method + ")\nz.writestr('Pr\\u00fcfstand/a.csv', 'a;b\\n')\nz.close()\n");
    CHECK(read_entries(folder.path / "a.zip") == expected);
  }
  // A zip as Windows' older tools write it: names in code page 437, no UTF-8 flag.
  folder.python(
      "z = zipfile.ZipFile('a.zip', 'w')\nz.writestr('PrXfstand/a.csv', 'a;b\\n')\nz.close()\n"
      "b = open('a.zip', 'rb').read()\nopen('old.zip', 'wb').write(b.replace(b'PrX', b'Pr\\x81'))\n");
  CHECK(read_entries(folder.path / "old.zip") == expected);
}

TEST_CASE("zip entries that are refused") {
  const Folder folder;
  const auto zip = [&](const std::string& body) {
    folder.python(
        "z = zipfile.ZipFile('a.zip', 'w')\ndef put(name, mode=0o100644, text='1'):\n i = zipfile.ZipInfo(name)\n i.create_system = 3\n"
        " i.external_attr = mode << 16\n z.writestr(i, text)\nimport warnings; warnings.simplefilter('ignore')\n" +
        body + "\nz.close()\n");
    return refusal(folder.path / "a.zip");
  };
  CHECK(contains(zip("put('/etc/passwd')"), "absolute"));
  CHECK(contains(zip("put('a/../../b')"), "'..'"));
  CHECK(contains(zip("put('..\\\\b')"), "'..'"));
  CHECK(contains(zip("put('C:/b')"), "absolute"));
  CHECK(contains(zip("put('link', 0o120777, '/etc/passwd')"), "link"));
  CHECK(contains(zip("put('device', 0o020666)"), "device"));
  CHECK(contains(zip("put('a')\nput('a')"), "two entries of this name"));
  CHECK(contains(zip("put('Data.csv')\nput('data.CSV')"), "two entries of this name"));
  CHECK(contains(zip("put('a/' * 40 + 'b')"), "folders deep"));
  CHECK(contains(zip("put('n' * 2000)"), "name over 1024 bytes"));
  // Bit 0 of the flags says encrypted, in the local header and in the directory. @source APPNOTE.TXT, 4.4.4
  folder.python(
      "z = zipfile.ZipFile('a.zip', 'w')\nz.writestr('a.csv', '0123456789012345')\nz.close()\nb = bytearray(open('a.zip', 'rb').read())\n"
      "b[6] |= 1\nb[b.index(b'PK\\1\\2') + 8] |= 1\nopen('a.zip', 'wb').write(b)\n");
  CHECK(contains(refusal(folder.path / "a.zip"), "encrypted"));
  // One entry read over and over: 100 entries of the directory share the same compressed bytes.
  folder.python("z = zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED)\nz.writestr('a.csv', '0' * (100 << 20))\nz.close()\n");
  CHECK(contains(refusal(folder.path / "a.zip"), "times its size"));
}

TEST_CASE("tar entries that are refused") {
  const Folder folder;
  const auto tar = [&](const std::string& body) {
    folder.python(
        "t = tarfile.open('a.tar', 'w:gz', format=tarfile.PAX_FORMAT)\ndef put(name, kind=tarfile.REGTYPE, **more):\n i = tarfile.TarInfo(name)\n"
        " i.type = kind\n for k, v in more.items(): setattr(i, k, v)\n t.addfile(i, io.BytesIO(b''))\n" +
        body + "\nt.close()\n");
    return refusal(folder.path / "a.tar");
  };
  CHECK(contains(tar("put('/' + 'x' * 200)"), "absolute"));
  CHECK(contains(tar("put('../' + 'x' * 200)"), "'..'"));
  CHECK(contains(tar("put('x', tarfile.SYMTYPE, linkname='/etc/passwd')"), "link"));
  CHECK(contains(tar("put('a')\nput('x', tarfile.LNKTYPE, linkname='a')"), "link"));
  CHECK(contains(tar("put('x', tarfile.CHRTYPE)"), "device"));
  CHECK(contains(tar("put('x', tarfile.FIFOTYPE)"), "special file"));
  CHECK(contains(tar("put('\\u00c4.csv')\nput('\\u00e4.csv')"), "two entries of this name"));
  CHECK(tar("put('folder', tarfile.DIRTYPE)\nput('folder/a')").empty());
}

TEST_CASE("no other format is tried") {
  const Folder folder;
  for (const std::string format : {"cpio", "iso9660", "ar", "xar", "warc"}) {
    const std::unique_ptr<archive, decltype(&archive_write_free)> writer(archive_write_new(), &archive_write_free);
    if (archive_write_set_format_by_name(writer.get(), format.c_str()) != ARCHIVE_OK) continue;
    REQUIRE(archive_write_open_filename(writer.get(), (folder.path / "a").c_str()) == ARCHIVE_OK);
    archive_write_close(writer.get());
    CAPTURE(format);
    CHECK_FALSE(is_archive(folder.path / "a"));
  }
}
