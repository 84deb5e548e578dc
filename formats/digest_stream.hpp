#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "formats/archive.hpp"
#include "formats/digest.hpp"

namespace iai {

enum class Digesting { yes, no };

/// Passes a stream on and digests what passes, so that a file is read once for both.
class DigestStream : public ByteStream {
 public:
  /// @param watch  told the bytes read so far after each reading; may be empty
  /// @param digesting  no: only bytes() and failed() are asked for
  explicit DigestStream(ByteStream& source, std::function<void(std::uint64_t)> watch = {}, Digesting digesting = Digesting::yes)
      : source_(source), watch_(std::move(watch)), digesting_(digesting) {}
  std::size_t read(char* buffer, std::size_t size) override;
  const std::filesystem::path* file() const override { return source_.file(); }
  /// Reads what is left; then bytes() and sha256() are those of the whole file.
  void drain();
  std::uint64_t bytes() const { return bytes_; }
  std::string sha256() { return digest_.hex(); }  ///< once, after drain()
  /// Did the source throw? Tells "cannot be read" from "is no table".
  bool failed() const { return failed_; }

 private:
  ByteStream& source_;
  std::function<void(std::uint64_t)> watch_;
  Digesting digesting_;
  Sha256 digest_;
  std::uint64_t bytes_ = 0;
  bool failed_ = false;
};

}  // namespace iai
