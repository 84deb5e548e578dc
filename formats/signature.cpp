#include "formats/signature.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "formats/error.hpp"
#include "formats/mapped_file.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_key = std::size_t{64} * 1024, longest_signature = std::size_t{16} * 1024;

std::string small_file(const fs::path& path, std::size_t longest, const char* what) {
  const MappedFile file = map_file(path);
  if (file.bytes.size() > longest) {
    throw Error(ErrorKind::input, fmt::format("{}: {} bytes are too many for {}", path.string(), file.bytes.size(), what), "name the right file");
  }
  return {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()};
}

/// What base64 with line ends stands for; the text itself where it is none.
std::string decoded(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c != '\n' && c != '\r') digits += c;
  }
  std::string bytes(digits.size() / 4 * 3 + 1, '\0');
  const auto* from = reinterpret_cast<const unsigned char*>(digits.data());
  const int length = digits.size() % 4 == 0 ? EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), from, static_cast<int>(digits.size())) : -1;
  if (length < 0) return text;
  const auto padding = static_cast<std::size_t>(std::count(digits.end() - std::min<std::ptrdiff_t>(2, std::ssize(digits)), digits.end(), '='));
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

}  // namespace

PublicKey::PublicKey(const fs::path& path) {
  const std::string text = small_file(path, longest_key, "a public key");
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
  EVP_PKEY* key = PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr);
  ERR_clear_error();
  if (key == nullptr) {
    const bool is_private = text.find("PRIVATE KEY-----") != std::string::npos;
    throw Error(ErrorKind::input, path.string() + (is_private ? ": is a private key, not a public one" : ": is no public key in PEM"),
                "openssl pkey -in PRIVATE.pem -pubout -out PUBLIC.pem makes one");
  }
  key_ = std::shared_ptr<void>(key, [](void* held) { EVP_PKEY_free(static_cast<EVP_PKEY*>(held)); });
  is_ed25519_ = EVP_PKEY_is_a(key, "ED25519") == 1;
  if (!is_ed25519_ && EVP_PKEY_is_a(key, "EC") != 1 && EVP_PKEY_is_a(key, "RSA") != 1) {
    throw Error(ErrorKind::input, path.string() + ": is a key of another kind than Ed25519, ECDSA and RSA", "sign with one of these");
  }
  constexpr int least_security = 112;  // bits, NIST SP 800-57 part 1, table 4: RSA of 2048
  if (EVP_PKEY_get_security_bits(key) < least_security) throw Error(ErrorKind::input, path.string() + ": the key is too short to trust", "use Ed25519");
}

bool PublicKey::verifies(const fs::path& file, const fs::path& signature) const {
  const std::string signed_by = decoded(small_file(signature, longest_signature, "a signature"));
  const MappedFile content = map_file(file);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const EVP_MD* digest = is_ed25519_ ? nullptr : EVP_sha256();
  bool fits = EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, static_cast<EVP_PKEY*>(key_.get())) == 1;
  fits = fits && EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signed_by.data()), signed_by.size(),
                                  reinterpret_cast<const unsigned char*>(content.bytes.data()), content.bytes.size()) == 1;
  ERR_clear_error();
  return fits;
}

std::string PublicKey::signing_command(const fs::path& file, const fs::path& signature) const {
  return fmt::format("openssl {} PRIVATE.pem -out {} {}{}", is_ed25519_ ? "pkeyutl -sign -rawin -inkey" : "dgst -sha256 -sign", signature.string(),
                     is_ed25519_ ? "-in " : "", file.string());
}

}  // namespace iai
