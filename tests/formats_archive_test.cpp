#include "formats/archive.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Folder : TemporaryFolder {
  bool shell(const std::string& command) const { return std::system(("cd '" + path.string() + "' && (" + command + ") >/dev/null 2>&1").c_str()) == 0; }
};

/// One ustar entry: header block and padded data.
std::string tar_entry(const std::string& name, const std::string& data, char type = '0') {
  std::string block(512, '\0');
  const auto put = [&](std::size_t at, const std::string& text) { block.replace(at, text.size(), text); };
  char size[12];
  std::snprintf(size, sizeof size, "%011zo", data.size());
  put(0, name);
  put(100, "0000644");
  put(124, size);
  put(136, "00000000000");
  block[156] = type;
  if (type != '0') put(157, "target");
  put(257, "ustar");
  put(263, "00");
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  char check[8];
  std::snprintf(check, sizeof check, "%06o", sum);
  put(148, std::string(check, 7) + ' ');
  return block + data + std::string((512 - data.size() % 512) % 512, '\0');
}

const std::string tar_end(1024, '\0');

std::string read_all(ByteStream& stream) {
  std::string text;
  char buffer[100];
  while (const auto count = stream.read(buffer, sizeof buffer)) text.append(buffer, count);
  return text;
}

std::map<std::string, std::string> entries(const fs::path& path, const ArchiveLimits& limits = {}) {
  std::map<std::string, std::string> found;
  for_each_entry(path, limits, [&](const std::string& name, ByteStream& stream) { found[name] = read_all(stream); });
  return found;
}

std::string refusal(const fs::path& path, const ArchiveLimits& limits = {}) {
  try {
    entries(path, limits);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::input);
    CHECK(error.message().find(path.string()) == 0);
    return error.message();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("tar archives are read, plain and compressed") {
  const Folder folder;
  const auto tar = tar_entry("./a.csv", "1,2\n") + tar_entry("sub/b.csv", std::string(5000, 'x')) + tar_end;
  const auto plain = folder.write("a.tar", tar);
  const std::map<std::string, std::string> expected{{"a.csv", "1,2\n"}, {"sub/b.csv", std::string(5000, 'x')}};
  CHECK(is_archive(plain));
  CHECK(entries(plain) == expected);
  for (const std::string program : {"gzip", "bzip2", "xz", "zstd"}) {
    if (!folder.shell(program + " -c < a.tar > packed")) continue;
    CAPTURE(program);
    CHECK(is_archive(folder.path / "packed"));
    CHECK(entries(folder.path / "packed") == expected);
  }
}

TEST_CASE("text, and text that is only compressed, is no archive") {
  const Folder folder;
  CHECK_FALSE(is_archive(folder.write("a.csv", "a,b\n1,2\n")));
  CHECK_FALSE(is_archive(folder.write("empty", "")));
  if (folder.shell("gzip -c < a.csv > a.csv.gz")) CHECK_FALSE(is_archive(folder.path / "a.csv.gz"));
}

TEST_CASE("hostile tar entries are refused by name") {
  const Folder folder;
  const auto hostile = [&](const std::string& body) { return refusal(folder.write("h.tar", body + tar_end)); };
  CHECK(contains(hostile(tar_entry("/etc/x", "a")), "absolute"));
  CHECK(contains(hostile(tar_entry("a/../../x", "a")), "'..'"));
  CHECK(contains(hostile(tar_entry("a\\..\\x", "a")), "'..'"));
  CHECK(contains(hostile(tar_entry("C:\\x", "a")), "absolute"));
  CHECK(contains(hostile(tar_entry("link", "", '2')), "link"));
  CHECK(contains(hostile(tar_entry("hard", "", '1')), "link"));
  CHECK(contains(hostile(tar_entry("device", "", '3')), "device"));
  CHECK(contains(hostile(tar_entry("a", "1") + tar_entry("a", "2")), "two entries"));
  CHECK(contains(hostile(tar_entry("Ä.csv", "1") + tar_entry("ä.csv", "2")), "two entries"));
  const auto whole = tar_entry("a", std::string(3000, 'x'));
  CHECK_FALSE(refusal(folder.write("cut.tar", whole.substr(0, 2000))).empty());
}

TEST_CASE("passed limits are refused") {
  const Folder folder;
  const auto path = folder.write("l.tar", tar_entry("a/b/c", "12345") + tar_entry("d", "12345") + tar_end);
  CHECK(contains(refusal(path, {.entries = 1}), "over 1 entries"));
  CHECK(contains(refusal(path, {.entry_bytes = 4}), "entry over 4 bytes"));
  CHECK(contains(refusal(path, {.total_bytes = 9}), "over 9 bytes"));
  CHECK(contains(refusal(path, {.depth = 1}), "folders deep"));
  CHECK(contains(refusal(path, {.path_bytes = 4}), "name over 4 bytes"));
  CHECK(entries(path, {.depth = 2}).size() == 2);
}

TEST_CASE("a bomb is refused by its ratio") {
  const Folder folder;
  folder.write("bomb.tar", tar_entry("zeros", std::string(70 << 20, '\0')) + tar_end);
  if (folder.shell("zstd -c < bomb.tar > bomb")) CHECK(contains(refusal(folder.path / "bomb"), "times its size"));
}

TEST_CASE("zip archives: umlauts, broken checksums") {
  const Folder folder;
  const std::string script =
      "import zipfile\nz=zipfile.ZipFile('a.zip','w')\nz.writestr('M\\u00fcller/a.csv','hello')\n"
      "z.writestr('../x','1')\nz.close()\n";
  folder.write("make.py", script);
  if (!folder.shell("python3 make.py")) return;
  CHECK(is_archive(folder.path / "a.zip"));
  CHECK(contains(refusal(folder.path / "a.zip"), "'..'"));
  folder.write("make.py",
               "import zipfile\nz=zipfile.ZipFile('b.zip','w')\nz.writestr('M\\u00fcller/a.csv','hello')\nz.close()\n"
               "b=open('b.zip','rb').read()\nopen('c.zip','wb').write(b.replace(b'hello',b'hellO'))\n");
  REQUIRE(folder.shell("python3 make.py"));
  CHECK(entries(folder.path / "b.zip") == std::map<std::string, std::string>{{"Müller/a.csv", "hello"}});
  CHECK_FALSE(refusal(folder.path / "c.zip").empty());
}

TEST_CASE("folders are visited in byte order, archives in them by entry, links refused") {
  const Folder folder;
  folder.write("in/b.csv", "b");
  folder.write("in/B/z.csv", "z");
  folder.write("in/a.tar", tar_entry("x.csv", "x") + tar_end);
  std::string order;
  const auto visit = [&](const std::string& name, ByteStream& stream) { order += name + "=" + read_all(stream) + " "; };
  for_each_file({folder.path / "in", folder.path / "in/b.csv"}, {}, visit);
  CHECK(order == "B/z.csv=z a.tar/x.csv=x b.csv=b b.csv=b ");
  fs::create_symlink("b.csv", folder.path / "in/link");
  CHECK_THROWS_AS(for_each_file({folder.path / "in"}, {}, visit), Error);
  CHECK_THROWS_AS(for_each_file({folder.path / "absent"}, {}, visit), Error);
}
