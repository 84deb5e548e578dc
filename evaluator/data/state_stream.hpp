#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/archive.hpp"
#include "formats/digest.hpp"

namespace iai {

/// Writes or reads the state of profiles: one sequence of calls, transfer(), does both, so that the two cannot disagree.
/// Numbers take one byte for each 7 bits (LEB128), signed ones zigzag; whole words and doubles 8 bytes, the lowest first. All
/// that passes is digested. What is read may have been altered: every number and length is held against its limit before
/// memory is taken. Errors tell what is wrong; the caller names the file.
class StateStream {
 public:
  /// Writes, in pieces. @param sink  takes the bytes
  explicit StateStream(std::function<void(std::string_view bytes)> sink) : sink_(std::move(sink)) {}
  /// Reads. @param source  outlives this
  explicit StateStream(ByteStream& source) : source_(&source) {}

  bool is_reading() const { return source_ != nullptr; }
  /// @throws Error(input) while reading, when the bytes end or hold a number over `most`.
  void number(std::uint64_t& value, std::uint64_t most);
  void count(std::int64_t& value);  ///< 0 to 2^48
  void integer(std::int64_t& value);
  void word(std::uint64_t& value);  ///< any 64 bits
  void real(double& value);         ///< finite
  void flag(bool& value);
  void text(std::string& value, std::size_t most);  ///< UTF-8
  /// Of a list: what there is when writing, what there will be when reading.
  std::size_t length(std::size_t have, std::size_t most);
  /// The place of a file in the order of reading; mapped by files() while reading.
  void file(std::size_t& value);
  /// While reading: the places that the files of this state shall have.
  void set_files(std::vector<std::size_t> files) { files_ = std::move(files); }
  /// The digest of all before, and the end.
  void end();

 private:
  static constexpr std::size_t block = std::size_t{1} << 16;
  void put(const char* bytes, std::size_t size);
  void get(char* bytes, std::size_t size);
  void flush();

  std::function<void(std::string_view)> sink_;
  ByteStream* source_ = nullptr;
  std::string buffer_;
  std::size_t position_ = 0;
  Sha256 digest_;
  std::vector<std::size_t> files_;
};

}  // namespace iai
