#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "formats/error.hpp"
#include "formats/npy.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

struct Folder : TemporaryFolder {
  /// An archive of the files named; Python's zipfile, since that is what NumPy uses.
  fs::path zip(const std::string& names) const {
    fs::remove(path / "a.npz");
    const std::string command = "cd '" + path.string() + "' && python3 -c \"import sys, zipfile\nz = zipfile.ZipFile('a.npz', 'w', zipfile.ZIP_DEFLATED)\n" +
                                "for n in sys.argv[1:]: z.write(n)\nz.close()\" " + names;
    REQUIRE(std::system(command.c_str()) == 0);
    return path / "a.npz";
  }
};

Tensor numbers(std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count), 1.5f);
  return make_tensor<float>({count}, values);
}

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("what is written as NPY is read back, header as NumPy writes it") {
  const Folder folder;
  const std::vector<std::int64_t> values{1, 2, 3, 4, 5, 6};
  write_npy(folder.path / "a.npy", make_tensor<std::int64_t>({2, 3}, values).view());
  const Tensor back = read_npy(folder.path / "a.npy");
  CHECK(back.shape == std::vector<std::int64_t>{2, 3});
  CHECK(to_int64s(back.view()) == values);
  const std::string header = npy_header(numbers(5).view());
  CHECK(header.size() == 128);
  CHECK(header.substr(10, 58) == "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), } ");
  write_npy(folder.path / "scalar.npy", TensorView{ElementType::uint8, {}, std::as_bytes(std::span("x", 1))});
  CHECK(read_npy(folder.path / "scalar.npy").shape.empty());
  CHECK_THROWS_AS(npy_header({ElementType::bfloat16, {1}, {}}), Error);
}

TEST_CASE("an NPZ archive gives its arrays by key") {
  const Folder folder;
  write_npy(folder.path / "sensors.npy", numbers(700'000).view());
  write_npy(folder.path / "labels.npy", numbers(0).view());
  const auto tensors = read_npz(folder.zip("sensors.npy labels.npy"));
  REQUIRE(tensors.size() == 2);
  CHECK(tensors[0].name == "sensors");
  CHECK(tensors[0].tensor.bytes == numbers(700'000).bytes);
  CHECK(tensors[1].name == "labels");
  CHECK(tensors[1].tensor.bytes.empty());
}

TEST_CASE("an NPZ archive that is not what it says is refused by name") {
  const Folder folder;
  const auto read = [&](const std::string& names) { return refusal([&] { read_npz(folder.zip(names)); }); };
  const std::string liar = npy_header({ElementType::float32, {1'000'000'000}, {}});
  folder.write("liar.npy", liar + "1234");
  CHECK(read("liar.npy").find("a.npz/liar.npy: shape [1000000000] of float32 needs 4000000000 bytes of data, the file has 4") != std::string::npos);
  folder.write("giant.npy", npy_header({ElementType::float32, {std::int64_t{1} << 50}, {}}));
  CHECK(read("giant.npy").find("are allowed") != std::string::npos);
  folder.write("long.npy", npy_header({ElementType::uint8, {1}, {}}) + "12");
  CHECK(read("long.npy").find("needs 1 bytes of data, the file has 2") != std::string::npos);
  folder.write("note.txt", "hello");
  CHECK(read("note.txt").find("note.txt: is no .npy entry") != std::string::npos);
  folder.write("text.npy", "hello, I am no array");
  CHECK(read("text.npy").find("text.npy: is no NPY file") != std::string::npos);
  folder.write("short.npy", liar.substr(0, 30));
  CHECK(read("short.npy").find("ends inside the NPY header") != std::string::npos);
  CHECK(read("").find("holds no array") != std::string::npos);
  CHECK(refusal([&] { read_npz(folder.path / "note.txt"); }).find("no NPZ archive") != std::string::npos);
  write_npy(folder.path / "two.npy", numbers(1000).view());
  const fs::path whole = folder.zip("two.npy");
  fs::resize_file(whole, fs::file_size(whole) / 2);
  CHECK(refusal([&] { read_npz(whole); }) != "");
}
