#include "formats/isolated_tensor_file.hpp"

#include "formats/error.hpp"
#include "formats/json.hpp"
#include "formats/reader_process.hpp"

namespace iai {
namespace {

constexpr std::uint64_t end_of_tensor = 0, most_elements = 64u << 20;  // of a block
constexpr std::uint64_t most_memory = std::uint64_t{2} << 30;

Json faults_json(const TensorFile& file) {
  Json list = Json::array();
  for (const auto& fault : file.faults()) list.push_back({fault.kind, fault.text});
  return list;
}

std::string description(const TensorFile& file) {
  Json tensors = Json::array();
  for (const auto& tensor : file.tensors())
    tensors.push_back({{"name", tensor.name},
                       {"type", static_cast<int>(tensor.type)},
                       {"shape", tensor.shape},
                       {"unit", tensor.unit},
                       {"rate", tensor.sampling_rate_hz},
                       {"channels", tensor.channels},
                       {"properties", tensor.properties}});
  return Json{{"format", file.format()}, {"tensors", std::move(tensors)}, {"faults", faults_json(file)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What the file is, then every tensor in its order.
void serve(ReaderPipe& to, TensorFile& file) {
  to.put_text(description(file));
  for (std::size_t t = 0; t < file.tensors().size(); ++t) {
    file.read(t, [&](std::span<const double> values) {
      if (values.empty()) return;
      to.put_number(values.size());
      to.put(values.data(), values.size_bytes());
    });
    to.put_number(end_of_tensor);
  }
}

class IsolatedFile : public TensorFile {
 public:
  IsolatedFile(const std::string& name, const std::function<std::unique_ptr<TensorFile>()>& open)
      : name_(name), process_(name, most_memory, [&](ReaderPipe& to) { serve(to, *open()); }) {
    describe();
  }

  std::string format() const override { return format_; }
  const std::vector<TensorEntry>& tensors() const override { return tensors_; }
  const std::vector<FileFault>& faults() const override { return faults_; }

  void read(std::size_t tensor, const std::function<void(std::span<const double>)>& visit) override {
    if (tensor < next_) throw Error(ErrorKind::internal, name_ + ": tensors are read in their order, each once");
    for (; next_ < tensor; ++next_) blocks([](std::span<const double>) {});
    ++next_;
    blocks(visit);
  }

 private:
  void describe() {
    const Json json = Json::parse(process_.take_text());
    format_ = json.at("format").get<std::string>();
    for (const auto& item : json.at("tensors")) {
      TensorEntry entry;
      entry.name = item.at("name").get<std::string>();
      entry.type = static_cast<ElementType>(item.at("type").get<int>());
      entry.shape = item.at("shape").get<std::vector<std::int64_t>>();
      entry.unit = item.at("unit").get<std::string>();
      entry.sampling_rate_hz = item.at("rate").get<double>();
      entry.channels = item.at("channels").get<std::vector<std::string>>();
      entry.properties = item.at("properties").get<std::vector<std::pair<std::string, std::string>>>();
      tensors_.push_back(std::move(entry));
    }
    for (const auto& fault : json.at("faults")) faults_.push_back({fault.at(0).get<std::string>(), fault.at(1).get<std::string>()});
  }

  void blocks(const std::function<void(std::span<const double>)>& visit) {
    std::vector<double> values;
    while (const auto count = process_.take_number(most_elements)) {
      values.resize(static_cast<std::size_t>(count));
      process_.take(values.data(), values.size() * sizeof(double));
      visit(values);
    }
  }

  std::string name_, format_;
  ReaderProcess process_;
  std::size_t next_ = 0;
  std::vector<TensorEntry> tensors_;
  std::vector<FileFault> faults_;
};

}  // namespace

std::unique_ptr<TensorFile> isolate_tensor_file(const std::string& name, const std::function<std::unique_ptr<TensorFile>()>& open) {
  return std::make_unique<IsolatedFile>(name, open);
}

}  // namespace iai
