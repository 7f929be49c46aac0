#include "region/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include "geo/files/raster_files.hpp"
#include "terramask/error.hpp"
#include "terramask/source_list.hpp"

namespace terramask::region {
namespace {

constexpr std::size_t kHeaderBytes = 64 * 1024;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw Error(ErrorCode::internal, "OpenSSL has no SHA-256");
  }
  void add(const void* bytes, std::size_t size) { EVP_DigestUpdate(context_.get(), bytes, size); }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// False where the file cannot be read to its end (or to `most` bytes).
bool add_file(Sha256& sha, const std::string& path, std::uint64_t most) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(1 << 20);
  while (file && most > 0) {
    file.read(buffer.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(buffer.size(), most)));
    const auto count = static_cast<std::size_t>(file.gcount());
    sha.add(buffer.data(), count);
    most -= count;
  }
  return file.eof() || (file && most == 0);
}

std::string fingerprint_file(const std::string& path, bool content) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return "no file";
  Sha256 sha;
  const bool read = add_file(sha, path, content ? UINT64_MAX : kHeaderBytes);
  std::string bytes = read ? sha.hex() : "unreadable";
  if (content) return bytes;
  return fmt::format("{} {}.{:09} {}", facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, bytes);
}

}  // namespace

std::string digest_of(const std::string& text) {
  Sha256 sha;
  sha.add(text.data(), text.size());
  return sha.hex();
}

std::string fingerprint_raster(const std::string& path, bool content) {
  std::string all;
  for (const std::string& file : geo::files_of_raster(path))
    all += file + '\n' + fingerprint_file(file, content) + '\n';
  return digest_of(all);
}

std::string digest_of_file(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0)
    throw Error(ErrorCode::not_found, path + ": no such file", "check the path");
  Sha256 sha;
  if (!add_file(sha, path, UINT64_MAX)) throw Error(ErrorCode::io, path + ": cannot be read");
  return sha.hex();
}

}  // namespace terramask::region
