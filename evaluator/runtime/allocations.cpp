#include "evaluator/runtime/allocations.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>

#include "evaluator/runtime/bound_run.hpp"
#include "evaluator/runtime/ort.hpp"
#include "evaluator/runtime/session_state.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

constexpr std::size_t alignment = 64;  // of the runtime's own allocator; the size of a block stands before it

/// The runtime's interface of an allocator, and what was asked of it.
struct CountingAllocator : OrtAllocator {
  Ort::MemoryInfo info{"Cpu", OrtDeviceAllocator, 0, OrtMemTypeDefault};
  std::atomic<std::int64_t> count = 0, used = 0, peak = 0;

  CountingAllocator() : OrtAllocator() {
    version = ORT_API_VERSION;
    Alloc = [](OrtAllocator* self, std::size_t size) { return static_cast<CountingAllocator*>(self)->allocate(size); };
    Reserve = Alloc;
    Free = [](OrtAllocator* self, void* block) { static_cast<CountingAllocator*>(self)->release(block); };
    Info = [](const OrtAllocator* self) -> const OrtMemoryInfo* { return static_cast<const CountingAllocator*>(self)->info; };
  }

  void* allocate(std::size_t size) {
    if (size == 0) return nullptr;
    void* start = nullptr;
    if (posix_memalign(&start, alignment, size + alignment) != 0) return nullptr;
    *static_cast<std::size_t*>(start) = size;
    ++count;
    const std::int64_t now = used += static_cast<std::int64_t>(size);
    std::int64_t before = peak;
    while (before < now && !peak.compare_exchange_weak(before, now)) {
    }
    return static_cast<std::byte*>(start) + alignment;
  }

  void release(void* block) {
    if (block == nullptr) return;
    std::byte* start = static_cast<std::byte*>(block) - alignment;
    used -= static_cast<std::int64_t>(*reinterpret_cast<std::size_t*>(start));
    std::free(start);
  }

  /// Counts from here.
  void restart() {
    count = 0;
    peak = used.load();
  }
};

CountingAllocator& registered_allocator(const std::string& model) {
  static CountingAllocator* allocator = nullptr;  // never destroyed: the environment keeps it
  if (allocator != nullptr) return *allocator;
  auto* made = new CountingAllocator();
  try {
    Ort::ThrowOnError(Ort::GetApi().RegisterAllocator(ort_environment(), made));
  } catch (const Ort::Exception& error) {
    throw Error(ErrorKind::environment, model + ": the runtime takes no allocator: " + reason_of(error), "use a newer one");
  }
  allocator = made;
  return *allocator;
}

}  // namespace

RunAllocations run_allocations(const std::filesystem::path& model, const SessionOptions& options, std::vector<Tensor> inputs) {
  Runtime::get(options.runtime);
  CountingAllocator& allocator = registered_allocator(model.string());
  SessionOptions counted = options;
  counted.shared_allocator = true;
  const Session session(model, counted);
  BoundRun run(session, std::move(inputs));
  run.run();
  const std::int64_t before = allocator.used;
  allocator.restart();
  run.run();
  return {allocator.count, static_cast<std::uint64_t>(std::max<std::int64_t>(0, allocator.peak - before))};
}

}  // namespace iai
