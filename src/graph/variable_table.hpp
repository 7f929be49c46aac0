// What both executors' variables share: names, types and checks; the memory is the device's.
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "terramask/executor.hpp"

namespace terramask {

/// `Memory` is what one variable lies in.
template <class Memory>
class VariableTable : public Variables {
 public:
  struct Entry {
    ValueType type;
    std::shared_ptr<Memory> memory;
  };

  void declare(const Graph& graph) override {
    for (const Value& value : graph.values()) {
      if (value.role != Role::variable) continue;
      const auto found = entries_.find(value.name);
      if (found == entries_.end())
        entries_[value.name] = {value.type, make(value.type)};
      else if (!(found->second.type == value.type))
        mismatch(value.name, found->second.type, value.type);
    }
  }

  void write(std::string_view name, const Tensor& tensor) override {
    const Entry& found = entry(name);
    if (const ValueType type{tensor.dtype(), tensor.shape()}; !(type == found.type))
      mismatch(name, found.type, type);
    upload(*found.memory, tensor.bytes());
  }

  Tensor read(std::string_view name) const override {
    const Entry& found = entry(name);
    Tensor tensor(found.type.shape, found.type.dtype);
    download(*found.memory, tensor.bytes());
    return tensor;
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) all.push_back(name);
    return all;
  }

  const Entry& entry(std::string_view name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end())
      throw Error(ErrorCode::not_found, fmt::format("there is no variable {}", name));
    return found->second;
  }

 private:
  /// Zeroed.
  virtual std::shared_ptr<Memory> make(const ValueType& type) = 0;
  virtual void upload(Memory& memory, std::span<const std::byte> bytes) const = 0;
  virtual void download(const Memory& memory, std::span<std::byte> bytes) const = 0;

  [[noreturn]] static void mismatch(std::string_view name, const ValueType& expected,
                                    const ValueType& found) {
    throw Error(ErrorCode::mismatch,
                fmt::format("variable {}: expected {} {}, found {} {}", name, to_string(expected.dtype),
                            to_string(expected.shape), to_string(found.dtype), to_string(found.shape)));
  }

  std::map<std::string, Entry, std::less<>> entries_;
};

/// What each variable of a graph lies in, by ValueId; null for other values.
template <class Memory>
std::vector<std::shared_ptr<Memory>> memory_of_variables(const Graph& graph,
                                                         const VariableTable<Memory>* variables) {
  std::vector<std::shared_ptr<Memory>> memory(graph.values().size());
  for (ValueId id = 0; id < memory.size(); ++id)
    if (const Value& value = graph.values()[id]; value.role == Role::variable) {
      if (variables == nullptr)
        throw Error(ErrorCode::internal, "the program has variables, but was given none");
      memory[id] = variables->entry(value.name).memory;
    }
  return memory;
}

}  // namespace terramask
