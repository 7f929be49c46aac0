// Stores a threshold in an existing model file: its metadata are rewritten, its data are copied.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "models/atomic_file.hpp"
#include "models/input_file.hpp"
#include "models/model_json.hpp"
#include "models/safetensors.hpp"
#include "terramask/model.hpp"

namespace terramask {
namespace {

using Json = nlohmann::ordered_json;  // preserves the order of the file's header

std::string new_header(const std::string& text, double threshold) {
  Json json = Json::parse(text);
  Json& description = json["__metadata__"]["terramask"];
  description = with_threshold(description.get<std::string>(), threshold);
  std::string header = json.dump();
  header.resize((header.size() + 7) / 8 * 8, ' ');  // the data begin at a multiple of 8
  return header;
}

}  // namespace

void store_threshold(const std::string& path, double threshold) {
  if (!(threshold > 0 && threshold < 1))
    throw Error(ErrorCode::usage, fmt::format("{}: a threshold of {}", path, threshold),
                "choose one above 0 and below 1");
  const Model model = load_model(path);  // from here on, the file is known to be valid
  if (model.info.classes.size() != 2)
    throw Error(ErrorCode::usage,
                fmt::format("{}: has {} classes, a threshold needs two", path, model.info.classes.size()),
                "store thresholds in models of two classes");
  InputFile input(path);
  std::uint64_t length = 0;
  input.read(std::as_writable_bytes(std::span(&length, 1)));  // little-endian, as are all supported hosts
  if (length > safetensors::kMaxHeaderBytes || length + sizeof length > input.bytes())
    throw Error(ErrorCode::io, path + ": changed while it was read", "leave it alone meanwhile");
  std::string text(length, '\0');
  input.read(std::as_writable_bytes(std::span(text)));
  const std::string header = new_header(text, threshold);

  AtomicFile output(path, true);
  const std::uint64_t new_length = header.size();
  output.write(std::as_bytes(std::span(&new_length, 1)));
  output.write(std::as_bytes(std::span(header)));
  std::vector<std::byte> part(std::size_t{1} << 20);
  for (std::uint64_t left = input.bytes() - sizeof length - length; left > 0;) {
    const std::span bytes = std::span(part).first(std::min<std::uint64_t>(left, part.size()));
    input.read(bytes);
    output.write(bytes);
    left -= bytes.size();
  }
  output.commit();
}

}  // namespace terramask
