// The header of a safetensors file. Only the expected structure is accepted, event by event, so that no
// nested or unexpected value is ever stored in memory.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/text.hpp"
#include "models/safetensors.hpp"

namespace terramask::safetensors {
namespace {

using nlohmann::json;

struct ElementType {
  std::string_view name;
  std::uint64_t bits;
};

constexpr std::array<ElementType, 20> kElementTypes{
    {{"BOOL", 8},    {"F4", 4},   {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},   {"I8", 8},    {"F8_E5M2", 8},
     {"F8_E4M3", 8}, {"I16", 16}, {"F8_E8M0", 8}, {"U16", 16},    {"F16", 16}, {"BF16", 16}, {"I32", 32},
     {"U32", 32},    {"F32", 32}, {"C64", 64},    {"F64", 64},    {"I64", 64}, {"U64", 64}}};

// The fields read so far of a tensor's header entry.
struct Fields {
  bool dtype = false;
  bool shape = false;
  bool offsets = false;
};

class HeaderParser {
 public:
  explicit HeaderParser(const std::string& file) : file_(file) {}

  Header header;

  bool null() { return unexpected("null"); }
  bool boolean(bool) { return unexpected("a truth value"); }
  bool number_float(double, const std::string&) { return unexpected("a fraction or a number too large"); }
  bool binary(json::binary_t&) { return unexpected("binary data"); }
  bool number_integer(std::int64_t) { return unexpected("a negative number"); }

  bool number_unsigned(std::uint64_t number) {
    if (!in_array_) return unexpected("a number");
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return unexpected("a number too large");
    if (key_ == "shape") {
      if (entry_.shape.size() == kMaxRank)
        fail(fmt::format("tensor {} has more than {} axes", quotation(entry_.name), kMaxRank));
      entry_.shape.push_back(static_cast<std::int64_t>(number));
      return true;
    }
    if (offsets_ == 2) fail(fmt::format("tensor {}: data_offsets are two numbers", quotation(entry_.name)));
    (offsets_++ == 0 ? entry_.begin : entry_.end) = number;
    return true;
  }

  bool string(std::string& text) {
    if (depth_ == 2 && in_metadata_) {
      header.metadata[key_] = std::move(text);
      return true;
    }
    if (depth_ != 2 || in_array_ || key_ != "dtype") return unexpected("a text");
    if (text.size() > 16)
      fail(fmt::format("tensor {} has the unknown type {}", quotation(entry_.name), quotation(text)));
    entry_.dtype = std::move(text);
    return true;
  }

  bool start_object(std::size_t) {
    if (depth_ == 2 || in_array_) return unexpected("an object");
    if (++depth_ == 2) {
      in_metadata_ = key_ == "__metadata__";
      entry_ = {.name = key_, .dtype = {}, .shape = {}};
      fields_ = {};
      offsets_ = 0;
    }
    return true;
  }

  bool key(std::string& name) {
    key_ = std::move(name);
    if (depth_ == 1) {
      if (!names_.insert(key_).second) fail(fmt::format("the header names {} twice", quotation(key_)));
    } else if (in_metadata_) {
      if (!header.metadata.try_emplace(key_).second)
        fail(fmt::format("the metadata names {} twice", quotation(key_)));
    } else {
      bool* field = key_ == "dtype"          ? &fields_.dtype
                    : key_ == "shape"        ? &fields_.shape
                    : key_ == "data_offsets" ? &fields_.offsets
                                             : nullptr;
      if (field == nullptr)
        fail(fmt::format("tensor {} has the unknown key {}", quotation(entry_.name), quotation(key_)));
      if (*field) fail(fmt::format("tensor {} has {} twice", quotation(entry_.name), key_));
      *field = true;
    }
    return true;
  }

  bool end_object() {
    if (depth_-- == 2 && !in_metadata_) {
      if (!fields_.dtype || !fields_.shape || !fields_.offsets || offsets_ != 2)
        fail(fmt::format("tensor {} lacks its dtype, shape or two data_offsets", quotation(entry_.name)));
      header.tensors.push_back(std::move(entry_));
    }
    return true;
  }

  bool start_array(std::size_t) {
    if (depth_ != 2 || in_metadata_ || in_array_ || key_ == "dtype") return unexpected("a list");
    in_array_ = true;
    return true;
  }

  bool end_array() {
    in_array_ = false;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception&) {
    fail(fmt::format("the header is not valid JSON (near its byte {})", position));
  }

 private:
  [[noreturn]] void fail(const std::string& cause) const {
    throw Error(ErrorCode::format, file_ + ": " + cause, "the file is damaged; copy or export it again");
  }

  bool unexpected(const char* what) const {
    const bool metadata = depth_ == 2 && in_metadata_;
    if (depth_ == 0) fail(fmt::format("the header is {}, not an object", what));
    if (depth_ == 1) fail(fmt::format("the header's {} is {}, not an object", quotation(key_), what));
    fail(metadata ? fmt::format("the metadata's {} is {}, not a text", quotation(key_), what)
                  : fmt::format("tensor {}: {} in {}", quotation(entry_.name), what, quotation(key_)));
  }

  const std::string& file_;
  std::set<std::string, std::less<>> names_;
  std::string key_;
  Entry entry_;
  Fields fields_;
  int depth_ = 0;
  int offsets_ = 0;
  bool in_metadata_ = false;
  bool in_array_ = false;
};

// Bytes of a dense tensor; empty on overflow.
std::optional<std::uint64_t> bytes_of(const Entry& entry, std::uint64_t bits) {
  std::uint64_t product = bits;
  for (const std::int64_t extent : entry.shape)
    if (__builtin_mul_overflow(product, static_cast<std::uint64_t>(extent), &product)) return std::nullopt;
  if (product % 8 != 0) return std::nullopt;
  return product / 8;
}

void check_tensor(const Entry& entry, const std::string& file) {
  const auto fail = [&](const std::string& cause) {
    throw Error(ErrorCode::format, fmt::format("{}: tensor {} {}", file, quotation(entry.name), cause),
                "the file is damaged; copy or export it again");
  };
  const auto type = std::find_if(kElementTypes.begin(), kElementTypes.end(),
                                 [&](const ElementType& t) { return t.name == entry.dtype; });
  if (type == kElementTypes.end()) fail("has the unknown type " + quotation(entry.dtype));
  if (entry.begin > entry.end) fail(fmt::format("begins at byte {} and ends at {}", entry.begin, entry.end));
  const auto bytes = bytes_of(entry, type->bits);
  if (!bytes) fail("of shape " + shape_text(entry.shape) + " has no size that can be counted");
  if (*bytes != entry.end - entry.begin)
    fail(fmt::format("of type {} and shape {} takes {} bytes, its offsets say {}", entry.dtype,
                     shape_text(entry.shape), *bytes, entry.end - entry.begin));
}

void check_layout(std::vector<Entry>& tensors, std::uint64_t data_bytes, const std::string& file) {
  // Empty tensors may be between others.
  std::sort(tensors.begin(), tensors.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t end = 0;
  for (const Entry& entry : tensors) {
    if (entry.begin != end)
      throw Error(ErrorCode::format,
                  fmt::format("{}: tensor {} begins at byte {}, the one before it ends at {}", file,
                              quotation(entry.name), entry.begin, end),
                  "tensors must neither overlap nor leave holes; export the file again");
    end = entry.end;
  }
  if (end > data_bytes)
    throw Error(
        ErrorCode::format,
        fmt::format("{}: cut short: its tensors need {} bytes, the file has {}", file, end, data_bytes),
        "copy it again");
  if (end < data_bytes)
    throw Error(ErrorCode::format, fmt::format("{}: {} bytes after the last tensor", file, data_bytes - end),
                "the file is damaged; copy or export it again");
}

}  // namespace

bool is_float(std::string_view dtype) {
  return dtype == "F32" || dtype == "F16" || dtype == "BF16" || dtype == "F64";
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += fmt::format("{}{}", text.empty() ? "" : "×", extent);
  return text.empty() ? "scalar" : text;
}

Header parse_header(std::string_view text, std::uint64_t data_bytes, const std::string& file) {
  // The JSON parser interprets a zero byte as the end of its text.
  if (text.empty() || text.front() != '{' || text.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::format, file + ": not a safetensors file (its header is not a JSON object)",
                "name a model file");
  HeaderParser parser(file);
  json::sax_parse(text.begin(), text.end(), &parser);
  for (const Entry& entry : parser.header.tensors) check_tensor(entry, file);
  check_layout(parser.header.tensors, data_bytes, file);
  return std::move(parser.header);
}

}  // namespace terramask::safetensors
