#include "formats/isolated_tensor_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "formats/error.hpp"
#include "formats/interrupt.hpp"
#include "formats/json.hpp"

namespace iai {
namespace {

constexpr std::uint64_t end_of_tensor = 0, failure = std::numeric_limits<std::uint64_t>::max();
constexpr rlim_t most_memory = std::uint64_t{2} << 30;  // that can be written to

bool write_all(int to, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const auto count = ::write(to, at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

void write_text(int to, const std::string& text) {
  const std::uint64_t size = text.size();
  if (!write_all(to, &size, sizeof size) || !write_all(to, text.data(), text.size())) ::_exit(1);
}

Json faults_json(const TensorFile& file) {
  Json list = Json::array();
  for (const auto& fault : file.faults()) list.push_back({fault.kind, fault.text});
  return list;
}

std::string description(const TensorFile& file) {
  Json tensors = Json::array();
  for (const auto& tensor : file.tensors())
    tensors.push_back({{"name", tensor.name}, {"type", static_cast<int>(tensor.type)}, {"shape", tensor.shape}, {"unit", tensor.unit}, {"rate", tensor.sampling_rate_hz}, {"channels", tensor.channels}, {"properties", tensor.properties}});
  return Json{{"format", file.format()}, {"tensors", std::move(tensors)}, {"faults", faults_json(file)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The reader's process: what the file is, then every tensor in its order. Ends with the process, never returns.
[[noreturn]] void serve(int to, const std::function<std::unique_ptr<TensorFile>()>& open) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0}, memory{most_memory, most_memory};
  ::setrlimit(RLIMIT_CORE, &no_core);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their own memory is far beyond
  ::setrlimit(RLIMIT_DATA, &memory);
#else
  static_cast<void>(memory);
#endif
  try {
    const auto file = open();
    write_text(to, description(*file));
    for (std::size_t t = 0; t < file->tensors().size(); ++t) {
      file->read(t, [&](std::span<const double> values) {
        const std::uint64_t count = values.size();
        if (count > 0 && (!write_all(to, &count, sizeof count) || !write_all(to, values.data(), values.size_bytes()))) ::_exit(1);
      });
      if (!write_all(to, &end_of_tensor, sizeof end_of_tensor)) ::_exit(1);
    }
  } catch (const Error& error) {
    write_all(to, &failure, sizeof failure);
    write_text(to, error.message());
    write_text(to, error.hint());
  } catch (...) {
    ::_exit(1);  // as if it had crashed
  }
  ::_exit(0);
}

class IsolatedFile : public TensorFile {
 public:
  IsolatedFile(std::string name, const std::function<std::unique_ptr<TensorFile>()>& open) : name_(std::move(name)) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorKind::environment, std::string("no pipe can be made: ") + std::strerror(errno));
    child_ = fork_process();
    if (child_ == 0) serve(ends[1], open);
    ::close(ends[1]);
    from_ = ends[0];
    if (child_ < 0) throw Error(ErrorKind::environment, std::string("no process can be started: ") + std::strerror(errno));
    try {
      describe();
    } catch (...) {
      stop();
      throw;
    }
  }
  ~IsolatedFile() override { stop(); }
  IsolatedFile(const IsolatedFile&) = delete;
  IsolatedFile& operator=(const IsolatedFile&) = delete;

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
  void stop() {
    if (from_ >= 0) ::close(from_);
    from_ = -1;
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
  }

  void take(void* to, std::size_t size) {
    auto* at = static_cast<char*>(to);
    while (size > 0) {
      const auto count = ::read(from_, at, size);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) throw Error(ErrorKind::input, name_ + ": is damaged in a way that ended its reader", "copy or write the file again");
      at += count;
      size -= static_cast<std::size_t>(count);
    }
  }
  std::uint64_t take_number() {
    std::uint64_t number = 0;
    take(&number, sizeof number);
    if (number != failure) return number;
    const auto message = take_text(), hint = take_text();
    throw Error(ErrorKind::input, message, hint);
  }
  std::string take_text() {
    const auto size = take_number();
    if (size > (256u << 20)) throw Error(ErrorKind::input, name_ + ": is damaged in a way that ended its reader");
    std::string text(static_cast<std::size_t>(size), '\0');
    take(text.data(), text.size());
    return text;
  }

  void describe() {
    const Json json = Json::parse(take_text());
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
    while (const auto count = take_number()) {
      if (count > (64u << 20)) throw Error(ErrorKind::input, name_ + ": is damaged in a way that ended its reader");
      values.resize(static_cast<std::size_t>(count));
      take(values.data(), values.size() * sizeof(double));
      visit(values);
    }
  }

  std::string name_, format_;
  int from_ = -1;
  pid_t child_ = -1;
  std::size_t next_ = 0;
  std::vector<TensorEntry> tensors_;
  std::vector<FileFault> faults_;
};

}  // namespace

std::unique_ptr<TensorFile> isolate_tensor_file(const std::string& name, const std::function<std::unique_ptr<TensorFile>()>& open) { return std::make_unique<IsolatedFile>(name, open); }

}  // namespace iai
