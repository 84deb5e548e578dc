#include "formats/text_digest.hpp"

#include <openssl/evp.h>

#include "formats/error.hpp"

namespace iai {

const char* digest_name(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::md5 ? "MD5" : algorithm == DigestAlgorithm::sha1 ? "SHA-1" : "SHA-256";
}

TextDigest::TextDigest(DigestAlgorithm algorithm)
    : context_(EVP_MD_CTX_new()),
      algorithm_(EVP_MD_fetch(nullptr,
                              algorithm == DigestAlgorithm::md5    ? "MD5"
                              : algorithm == DigestAlgorithm::sha1 ? "SHA1"
                                                                   : "SHA256",
                              nullptr)) {
  if (context_ != nullptr && algorithm_ != nullptr) return;
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_));
  EVP_MD_free(static_cast<EVP_MD*>(algorithm_));
  throw Error(ErrorKind::environment, std::string("OpenSSL cannot compute ") + digest_name(algorithm),
              "leave hash out of the contract's identifiers, or check the OpenSSL installation");
}

TextDigest::~TextDigest() {
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_));
  EVP_MD_free(static_cast<EVP_MD*>(algorithm_));
}

std::string_view TextDigest::operator()(std::string_view text) {
  auto* context = static_cast<EVP_MD_CTX*>(context_);
  unsigned size = 0;
  if (EVP_DigestInit_ex2(context, static_cast<EVP_MD*>(algorithm_), nullptr) != 1 || EVP_DigestUpdate(context, text.data(), text.size()) != 1 ||
      EVP_DigestFinal_ex(context, bytes_, &size) != 1)
    throw Error(ErrorKind::environment, "OpenSSL cannot compute a digest", "check the OpenSSL installation");
  return {reinterpret_cast<const char*>(bytes_), size};
}

std::string from_hexadecimal(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) bytes += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  return bytes;
}

}  // namespace iai
