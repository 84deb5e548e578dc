#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace iai {

/// The public half of a key that signs files.
class PublicKey {
 public:
  /// Reads PEM as `openssl pkey -pubout` and `cosign generate-key-pair` write it: Ed25519, ECDSA, or RSA of 2048 bits and more.
  /// @throws Error(input) when the file is no such key.
  explicit PublicKey(const std::filesystem::path& path);

  /// Does `signature` (its raw bytes, or base64 of them) sign every byte of `file`? Ed25519 signs the bytes themselves; ECDSA and
  /// RSA (PKCS #1 v1.5) their SHA-256. @source RFC 8032, section 5.1.7; FIPS 186-5, section 6.4; RFC 8017, section 8.2.2
  /// @throws Error(input) when one of the two cannot be read, or what is to be a signature is longer than any.
  bool verifies(const std::filesystem::path& file, const std::filesystem::path& signature) const;

  /// The command line that signs `file` with the private half.
  std::string signing_command(const std::filesystem::path& file, const std::filesystem::path& signature) const;

 private:
  std::shared_ptr<void> key_;
  bool is_ed25519_ = false;
};

}  // namespace iai
