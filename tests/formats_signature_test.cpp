#include "formats/signature.hpp"

#include <doctest/doctest.h>

#include "formats/text_digest.hpp"
#include "tests/error_of.hpp"
#include "tests/temporary_folder.hpp"

using namespace iai;

namespace {

constexpr const char* message = "a model of 23 bytes long";

// Made with openssl 3.0: `openssl pkey -pubout`, `openssl dgst -sha256 -sign`, in base64.
const std::string ecdsa_key =
    "-----BEGIN PUBLIC "
    "KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEM+ddY1eWFvG3oy/qUh2I3JUy0182\nZ3etaIP3hqnujCfa6CH9C5VLUy8O7tzhGn2Lf4hlTDkGn3uh2vtncNBCLw==\n-----END PUBLIC "
    "KEY-----\n";
const std::string ecdsa_signature = "MEQCIG3MuBqZAzLsL7dTEzh2v2T44TpgKqlU1ygv6pOiBF/DAiAHLreiftt09oWhK6ku5K01McSwFa5HT00avBHtgQQ3/A==";
const std::string rsa_key =
    "-----BEGIN PUBLIC "
    "KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAn4mKy7j0Gq+k3EtLxnwy\nJAodrMQ1xVS4k4rKDpKXoqbiPWDdGl/aYf/XTj/"
    "ZviV9K3y9Px5g8yR+NcvessNB\nDkY7aOxXVMiWdn4gotsCYUD5ofCs+yRc/fdys1LGM1ezPy6lNs/znoJN/YGvRbEp\nCDuR/"
    "RYpONJthQbzJ2ABIeSzEdVhl+PG8Beo5bj8EyLgibWq+tI8CBlGI0PzSCX2\no02WL9WdBIQtccgfQ3s4POrV1K3Q0l+OmdSXH6UoQLO0KgkYy6sazvoj3VdxDE3L\nwSnBTBn3Lx/"
    "JiAizRXA1mJ4Harr9uuj/N5f5ekGHGG+XoxOXEN1/TBpJ5hWX0zYO\nvwIDAQAB\n-----END PUBLIC KEY-----\n";
const std::string rsa_signature =
    "fD1qSgr3cSpXrzfLU3ffVt1oVuLWgO7wzBF2AdA8zxRzDuSNdCNKiqThujG1E0WXD5anGdp4YgKO0/rw1MZiMImI2HEilmW7oBi/Gp43ktOjaYB2NkOy3JVMRnYTmv/aVl6UXSIf3nIi4/"
    "1sagL8G5l6+b928plwHYDE5Qj+024UT4IcCa5UAi4RUf242sEU7GNe6ozM0NwSSgSmzH30NzT03TLLCPW+BDg9N+s112bY0EFvEVv7XZ8OycvmEl2RvOCrwlwT41REK0RKVPGn4w/"
    "kqt44uKxySaVnvCCzhOZ3uHbbq4iRmqVVszkCNEL61LekybotczFvxjpBxcQ3cw==";
const std::string short_rsa_key =
    "-----BEGIN PUBLIC "
    "KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDcH0kBNSrOmc9sEmafQA8UWIMr\nMHXp1OPknlwhPdEgvl2YrSqm1LziIB98TBz+X0K1hexUbJKA/"
    "0DP3rXPmueOvgBO\nszSTT6h2icPxL8kG5f/u1i4gQwKwcTbQkTwXopKaH7ki3rllWavukXEBKzNXRiyR\ncXen82ea16SKtm+KvwIDAQAB\n-----END PUBLIC KEY-----\n";
const std::string x25519_key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEA9+FNCqJ/4DHK6EYAyuGW7lWN6v1/xbKLjxhM9Ie0m1c=\n-----END PUBLIC KEY-----\n";

// RFC 8032, section 7.1, test 2.
const std::string ed25519_key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----\n";
const std::string ed25519_signature =
    from_hexadecimal("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

}  // namespace

TEST_CASE("signatures of the three kinds hold for their bytes and for no others") {
  const TemporaryFolder folder;
  const auto file = folder.write("model.onnx", message), changed = folder.write("changed.onnx", std::string(message) + " ");
  for (const auto& [key, text] : {std::pair(ecdsa_key, ecdsa_signature), std::pair(rsa_key, rsa_signature)}) {
    CAPTURE(key);
    const PublicKey verifier(folder.write("key.pem", key));
    const auto signature = folder.write("model.onnx.sig", text + "\n");
    CHECK(verifier.verifies(file, signature));
    CHECK_FALSE(verifier.verifies(changed, signature));
    std::string other = text;
    other[other.size() / 2] = other[other.size() / 2] == 'A' ? 'B' : 'A';
    CHECK_FALSE(verifier.verifies(file, folder.write("other.sig", other)));
    CHECK(verifier.signing_command("m", "m.sig") == "openssl dgst -sha256 -sign PRIVATE.pem -out m.sig m");
  }
  const PublicKey ecdsa(folder.write("key.pem", ecdsa_key));
  CHECK_FALSE(ecdsa.verifies(file, folder.write("rsa.sig", rsa_signature)));
  CHECK_FALSE(ecdsa.verifies(file, folder.write("text.sig", "no signature at all")));
}

TEST_CASE("Ed25519 signs the bytes themselves; its signature may be raw") {
  const TemporaryFolder folder;
  const PublicKey key(folder.write("key.pem", ed25519_key));
  const auto file = folder.write("m", "r"), signature = folder.write("m.sig", ed25519_signature);
  CHECK(key.verifies(file, signature));
  CHECK_FALSE(key.verifies(folder.write("n", "s"), signature));
  CHECK(key.signing_command("m", "m.sig") == "openssl pkeyutl -sign -rawin -inkey PRIVATE.pem -out m.sig -in m");
}

TEST_CASE("what is no key, or none to trust, is refused") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& text) { return error_of([&] { PublicKey key(folder.write("key.pem", text)); }); };
  CHECK(refused("-----BEGIN PUBLIC KEY-----\nMCow\n").find("key.pem: is no public key in PEM") != std::string::npos);
  CHECK(refused("-----BEGIN PRIVATE KEY-----\nMCow\n-----END PRIVATE KEY-----\n").find("is a private key") != std::string::npos);
  CHECK(refused(short_rsa_key).find("too short to trust") != std::string::npos);
  CHECK(refused(x25519_key).find("another kind") != std::string::npos);
  CHECK(refused(std::string(100000, 'x')).find("too many for a public key") != std::string::npos);
  CHECK(refused(ecdsa_key).empty());
  const PublicKey key(folder.write("key.pem", ecdsa_key));
  const auto file = folder.write("m", message);
  CHECK(error_of([&] { return key.verifies(file, folder.write("long.sig", std::string(20000, 'A'))); }).find("too many for a signature") != std::string::npos);
  CHECK(error_of([&] { return key.verifies(folder.path / "none", folder.write("m.sig", "x")); }).find("none") != std::string::npos);
}
