#pragma once

#include <string>
#include <string_view>

namespace iai {

enum class DigestAlgorithm { md5, sha1, sha256 };
const char* digest_name(DigestAlgorithm algorithm);  ///< "MD5" ...

/// Digests of many short texts, one after the other. MD5 and SHA-1 serve to recognise what others hashed; nothing of iai
/// relies on them. @source RFC 1321, FIPS 180-4
class TextDigest {
 public:
  /// @throws Error(environment) when the OpenSSL that is installed lacks the algorithm.
  explicit TextDigest(DigestAlgorithm algorithm);
  ~TextDigest();
  TextDigest(const TextDigest&) = delete;
  TextDigest& operator=(const TextDigest&) = delete;
  /// The digest's bytes, valid until the next call.
  std::string_view operator()(std::string_view text);

 private:
  void *context_, *algorithm_;
  unsigned char bytes_[64];
};

/// The bytes that hexadecimal digits in any case stand for.
std::string from_hexadecimal(std::string_view digits);

}  // namespace iai
