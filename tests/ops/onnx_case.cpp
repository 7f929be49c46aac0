#include "onnx_case.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace terramask::tests {
namespace {

struct Field {
  std::uint64_t number = 0;
  std::uint64_t integer = 0;  ///< of varints and fixed-size fields
  std::string_view bytes;     ///< of length-delimited fields
  bool delimited = false;
};

class Wire {
 public:
  explicit Wire(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw std::runtime_error("protobuf: a varint without end");
  }

  std::uint64_t fixed(std::size_t size) {
    std::uint64_t value = 0;
    std::memcpy(&value, take(size).data(), size);
    return value;
  }

  Field next() {
    const std::uint64_t key = varint();
    Field field;
    field.number = key >> 3;
    switch (key & 7) {
      case 0:
        field.integer = varint();
        break;
      case 1:
        field.integer = fixed(8);
        break;
      case 2:
        field.bytes = take(varint());
        field.delimited = true;
        break;
      case 5:
        field.integer = fixed(4);
        break;
      default:
        throw std::runtime_error("protobuf: an unknown wire type");
    }
    return field;
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw std::runtime_error("protobuf: cut short");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

void for_each_field(std::string_view message, const std::function<void(const Field&)>& use) {
  for (Wire wire(message); !wire.at_end();) use(wire.next());
}

double to_float(std::uint64_t bits) {
  const auto low = static_cast<std::uint32_t>(bits);
  float value = 0;
  std::memcpy(&value, &low, sizeof value);
  return static_cast<double>(value);
}

// Repeated integers stand one a field or packed into one.
void append_integers(const Field& field, std::vector<std::int64_t>& integers) {
  if (!field.delimited) return integers.push_back(static_cast<std::int64_t>(field.integer));
  for (Wire wire(field.bytes); !wire.at_end();) integers.push_back(static_cast<std::int64_t>(wire.varint()));
}

template <class T>
std::vector<double> unpack(std::string_view raw) {
  std::vector<double> values(raw.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

OnnxTensor parse_tensor(std::string_view message) {
  OnnxTensor tensor;
  std::string_view raw;
  std::vector<std::int64_t> integers;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) append_integers(field, tensor.shape);
    if (field.number == 2) tensor.type = static_cast<int>(field.integer);
    if (field.number == 4) {
      if (field.delimited)
        tensor.values = unpack<float>(field.bytes);
      else
        tensor.values.push_back(to_float(field.integer));
    }
    if (field.number == 5 || field.number == 7) append_integers(field, integers);
    if (field.number == 8) tensor.name = field.bytes;
    if (field.number == 9) raw = field.bytes;
  });
  if (!integers.empty()) tensor.values.assign(integers.begin(), integers.end());
  if (tensor.values.empty()) switch (tensor.type) {
      case 1:
        tensor.values = unpack<float>(raw);
        break;
      case 2:
        tensor.values = unpack<std::uint8_t>(raw);
        break;
      case 6:
        tensor.values = unpack<std::int32_t>(raw);
        break;
      case 7:
        tensor.values = unpack<std::int64_t>(raw);
        break;
      default:
        break;
    }
  return tensor;
}

void parse_attribute(std::string_view message, OnnxCase& node) {
  std::string name;
  OnnxAttribute attribute;
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) name = field.bytes;
    if (field.number == 2) attribute.number = to_float(field.integer);
    if (field.number == 3) attribute.integer = static_cast<std::int64_t>(field.integer);
    if (field.number == 4) attribute.text = field.bytes;
    if (field.number == 8) append_integers(field, attribute.integers);
  });
  node.attributes.emplace(std::move(name), std::move(attribute));
}

void parse_node(std::string_view message, OnnxCase& node) {
  for_each_field(message, [&](const Field& field) {
    if (field.number == 1) node.inputs.emplace_back(field.bytes);
    if (field.number == 2) node.outputs.emplace_back(field.bytes);
    if (field.number == 4) node.op = field.bytes;
    if (field.number == 5) parse_attribute(field.bytes, node);
  });
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

std::int64_t OnnxCase::integer(const std::string& attribute, std::int64_t usual) const {
  return has(attribute) ? attributes.at(attribute).integer : usual;
}

double OnnxCase::number(const std::string& attribute, double usual) const {
  return has(attribute) ? attributes.at(attribute).number : usual;
}

std::string OnnxCase::text(const std::string& attribute, const std::string& usual) const {
  return has(attribute) ? attributes.at(attribute).text : usual;
}

std::vector<std::int64_t> OnnxCase::integers(const std::string& attribute,
                                             std::vector<std::int64_t> usual) const {
  return has(attribute) ? attributes.at(attribute).integers : usual;
}

const OnnxTensor* OnnxCase::operand(std::size_t index) const {
  if (index >= inputs.size() || inputs[index].empty()) return nullptr;
  return &given.at(inputs[index]);
}

OnnxCase read_onnx_case(const std::filesystem::path& folder) {
  OnnxCase result;
  result.name = folder.filename().string();
  const std::string model = read_file(folder / "model.onnx");
  for_each_field(model, [&](const Field& in_model) {
    if (in_model.number != 7) return;
    for_each_field(in_model.bytes, [&](const Field& in_graph) {
      if (in_graph.number == 1 && result.nodes++ == 0) parse_node(in_graph.bytes, result);
    });
  });
  for (const auto& entry : std::filesystem::directory_iterator(folder / "test_data_set_0")) {
    const std::string content = read_file(entry.path());
    OnnxTensor tensor = parse_tensor(content);
    const bool input = entry.path().filename().string().starts_with("input");
    const std::string name = tensor.name;
    (input ? result.given : result.expected).emplace(name, std::move(tensor));
  }
  return result;
}

}  // namespace terramask::tests
