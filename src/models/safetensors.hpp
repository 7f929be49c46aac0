// Reads and writes safetensors: eight bytes of header length, a JSON header, then the tensors. Files are
// untrusted: reading returns valid contents or ErrorCode::format.
// Format: https://github.com/huggingface/safetensors
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/input_file.hpp"
#include "terramask/graph.hpp"

namespace terramask::safetensors {

/// Limits of the reference implementation, and of headers that Terramask could use.
inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr std::size_t kMaxRank = 64;

/// A tensor as the header describes it.
struct Entry {
  std::string name;
  std::string dtype;                ///< "F32", "BF16", ...
  std::vector<std::int64_t> shape;  ///< of any rank
  std::uint64_t begin = 0;          ///< bytes from the first byte after the header
  std::uint64_t end = 0;
};

struct Header {
  std::map<std::string, std::string, std::less<>> metadata;
  std::vector<Entry>
      tensors;  ///< in the order of their bytes; together they cover all of the data without gaps
};

/// Parses and checks the header's text.
/// @param data_bytes number of bytes after the header
/// @throws Error ErrorCode::format, "FILE: cause"
Header parse_header(std::string_view text, std::uint64_t data_bytes, const std::string& file);

/// True for element types that are converted to F32 on reading: F32, F16, BF16, F64.
bool is_float(std::string_view dtype);

/// "16×3×3×3"; "scalar" for rank 0.
std::string shape_text(const std::vector<std::int64_t>& shape);

/// One pass over one file: the header in the constructor, the data in read().
class Reader {
 public:
  /// Opens the file, parses and checks the header.
  explicit Reader(const std::string& path);

  const Header& header() const { return header_; }

  /// Reads the data to the end of the file; call it once.
  /// @param wanted selects the tensors to return; those must be is_float() and have at most four axes
  /// @return the selected tensors, as F32
  Parameters read(const std::function<bool(const Entry&)>& wanted);

  /// Of the whole file, in hexadecimal; only after read().
  std::string sha256();

 private:
  InputFile file_;
  Header header_;
};

/// Atomically writes a file with `metadata` and `tensors`, sorted by decreasing element size, then by name.
/// The same contents give the same bytes.
void write(const std::string& path, const std::map<std::string, std::string>& metadata,
           const Parameters& tensors, bool overwrite);

}  // namespace terramask::safetensors
