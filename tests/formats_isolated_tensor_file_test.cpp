#include <doctest/doctest.h>

#include <csignal>
#include <vector>

#include "formats/error.hpp"
#include "formats/isolated_tensor_file.hpp"

using namespace iai;

namespace {

enum class End { well, error, crash };

class Numbers : public TensorFile {
 public:
  explicit Numbers(End end) : end_(end) {
    tensors_.push_back({"a", ElementType::float64, {3}, "kN", 51200, {}, {{"key", "value"}}});
    tensors_.push_back({"b", ElementType::int16, {0}, "", 0, {"x", "y"}, {}});
    tensors_.push_back({"c", ElementType::float64, {2}, "", 0, {}, {}});
  }
  std::string format() const override { return "test"; }
  const std::vector<TensorEntry>& tensors() const override { return tensors_; }
  const std::vector<FileFault>& faults() const override { return faults_; }
  void read(std::size_t tensor, const std::function<void(std::span<const double>)>& visit) override {
    if (tensor == 2 && end_ == End::crash) std::raise(SIGKILL);
    if (tensor == 2 && end_ == End::error) throw Error(ErrorKind::input, "x: broken", "mend it");
    if (tensor == 0) visit(std::vector<double>{1, 2, 3});
    if (tensor == 2) visit(std::vector<double>{4, 5});
  }

 private:
  End end_;
  std::vector<TensorEntry> tensors_;
  std::vector<FileFault> faults_{{"kind", "text"}};
};

std::unique_ptr<TensorFile> isolated(End end) {
  return isolate_tensor_file("x", [end] { return std::make_unique<Numbers>(end); });
}

std::vector<double> values(TensorFile& file, std::size_t tensor) {
  std::vector<double> all;
  file.read(tensor, [&](std::span<const double> block) { all.insert(all.end(), block.begin(), block.end()); });
  return all;
}

}  // namespace

TEST_CASE("what comes out of the other process is what goes in") {
  const auto file = isolated(End::well);
  CHECK(file->format() == "test");
  CHECK(file->tensors()[0].unit == "kN");
  CHECK(file->tensors()[0].properties[0].second == "value");
  CHECK(file->tensors()[1].channels.size() == 2);
  CHECK(file->faults()[0].text == "text");
  CHECK(values(*file, 0) == std::vector<double>{1, 2, 3});
  CHECK(values(*file, 2) == std::vector<double>{4, 5});
}

TEST_CASE("an error comes over, a crash becomes one") {
  const auto broken = isolated(End::error);
  CHECK(values(*broken, 0).size() == 3);
  CHECK_THROWS_WITH_AS(values(*broken, 2), "x: broken", Error);
  const auto crashed = isolated(End::crash);
  CHECK_THROWS_WITH_AS(values(*crashed, 2), doctest::Contains("x: is damaged in a way that ended its reader"), Error);
  CHECK_THROWS_WITH_AS(isolate_tensor_file("x", []() -> std::unique_ptr<TensorFile> { throw Error(ErrorKind::input, "x: no", ""); }), "x: no", Error);
}
