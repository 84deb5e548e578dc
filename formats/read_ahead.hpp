#pragma once

#include <functional>
#include <memory>

#include "formats/archive.hpp"

namespace iai {

enum class ReadingThread { own, callers };

/// Reads a stream on a thread of its own, so that reading (unpacking, digesting) and use go side by side. Short streams
/// stay on the caller's thread. The source may not be used until finish().
class ReadAhead : public ByteStream {
 public:
  /// @param watch  told the bytes handed out so far, on the caller's thread; may be empty
  ReadAhead(ByteStream& source, ReadingThread where, std::function<void(std::uint64_t)> watch = {});
  ~ReadAhead() override;  ///< stops reading
  /// @throws what the source throws, after the bytes that came before.
  std::size_t read(char* buffer, std::size_t size) override;
  const std::filesystem::path* file() const override { return source_.file(); }
  /// Reads and drops what is left; then the source is the caller's again.
  void finish();

 private:
  struct Thread;
  ByteStream& source_;
  ReadingThread where_;
  std::function<void(std::uint64_t)> watch_;
  std::uint64_t bytes_ = 0;
  std::unique_ptr<Thread> thread_;
};

}  // namespace iai
