// An executor compiles a plan into a program that is run again and again.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terramask/plan.hpp"

namespace terramask {

struct KernelTime {
  std::string node;    ///< the value the node makes
  std::string kernel;  ///< the shader or primitive
  double seconds = 0;
  double flops = 0;
};

/// A compiled plan with two staging slots, so that one patch is filled or read while another is computed:
/// fill input(s), submit(s), and later wait(s), read output(s). A slot is used by one thread at a time;
/// submissions run in the order in which they were made. Arena and staging belong to the executor and are
/// shared by its programs: slot 0 of one program is slot 0 of all, free again once its output was read.
class Program {
 public:
  virtual ~Program() = default;
  virtual std::size_t slots() const = 0;
  virtual std::span<std::byte> input(std::size_t slot, std::string_view name) = 0;
  virtual void submit(std::size_t slot) = 0;
  /// Blocks until the slot's submission is done. Throws ErrorCode::device_lost, out_of_memory.
  virtual void wait(std::size_t slot) = 0;
  virtual std::span<const std::byte> output(std::size_t slot, std::string_view name) const = 0;
  /// Times of the last finished run, a kernel at a time; empty unless compiled for profiling.
  virtual std::vector<KernelTime> profile() const = 0;
  virtual const Plan& plan() const = 0;
  /// Device bytes held: arena, parameters, staging.
  virtual std::uint64_t memory_bytes() const = 0;

  template <class T>
  std::span<T> input_as(std::size_t slot, std::string_view name) {
    auto raw = input(slot, name);
    return {reinterpret_cast<T*>(raw.data()), raw.size() / sizeof(T)};
  }
  template <class T>
  std::span<const T> output_as(std::size_t slot, std::string_view name) const {
    auto raw = output(slot, name);
    return {reinterpret_cast<const T*>(raw.data()), raw.size() / sizeof(T)};
  }
};

/// The variant of a kernel to use. `automatic` chooses it by the device's traits.
enum class KernelVariant : std::uint8_t { automatic, direct, tiled };
/// `fast` may use Winograd, `exact` may not.
enum class Precision : std::uint8_t { fast, exact };

struct ExecutorOptions {
  std::string device = "auto";  ///< auto | cpu | vulkan | vulkan:N | a part of a device's name
  int threads = 0;              ///< of the CPU; 0: all available
  KernelVariant variant = KernelVariant::automatic;
  Precision precision = Precision::fast;
  std::uint64_t memory_limit = 0;  ///< bytes; 0: what the device has
  bool profile = false;
  bool validation = false;  ///< the Khronos validation layer; a message is an Error
  /// For tests: buffers are never shared, are filled with NaNs before each run and stand apart by guard
  /// words; a guard that was overwritten is an Error.
  bool poison = false;
  /// For tests: so many submissions, of whichever executor made with these options, report a lost device.
  std::shared_ptr<std::atomic<int>> device_losses{};
};

/// Persistent tensors on a device, shared by the programs that were compiled with them: what is trained, and
/// what training remembers. Not to be touched while a program runs.
class Variables {
 public:
  virtual ~Variables() = default;
  /// Makes room for the graph's variables; new ones are zero. ErrorCode::mismatch where one that is there has
  /// another type.
  virtual void declare(const Graph& graph) = 0;
  /// ErrorCode::not_found, mismatch.
  virtual void write(std::string_view name, const Tensor& tensor) = 0;
  virtual Tensor read(std::string_view name) const = 0;
  virtual std::vector<std::string> names() const = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;
  virtual std::string device_name() const = 0;
  /// Makes the plan for this device (its limits, scratch and layouts) and compiles it. Parameters are
  /// uploaded once and shared by the programs compiled from the same `parameters` object contents (by name).
  /// A graph with variables needs `variables` of this executor, which it declares. `grid` says which pieces
  /// of the outputs are to be the same bits in every patch that holds them with their halo.
  virtual std::unique_ptr<Program> compile(const Graph& graph, const Parameters& parameters,
                                           const std::shared_ptr<Variables>& variables = {},
                                           const TileGrid& grid = {}) = 0;
  virtual std::shared_ptr<Variables> make_variables() = 0;
  /// The plan that compile would use, without touching device memory.
  virtual Plan plan(const Graph& graph, const TileGrid& grid = {}) const = 0;
  /// How many result pixels a node's kernel computes together along an axis; see footprint().
  virtual std::int64_t layer_tile(const Graph& graph, NodeId node) const = 0;
};

/// A device as `terramask devices` lists it.
struct DeviceInfo {
  std::string id;    ///< "vulkan:0"
  std::string name;  ///< "llvmpipe (LLVM 15.0.6, 256 bits)"
  std::string kind;  ///< discrete GPU, integrated GPU, virtual GPU, CPU, other
  std::string driver;
  std::string api;  ///< "1.3.230"
  std::uint64_t memory_bytes = 0;
  std::string traits;  ///< what it can do: subgroup size, fp16, ...
  bool usable = true;
  std::string why_not;
};
std::vector<DeviceInfo> list_devices();
/// What "auto" takes of these: the best GPU, else the CPU; empty where nothing can be used.
std::string automatic_device(const std::vector<DeviceInfo>& devices);

/// Opens a device. Throws ErrorCode::not_found naming the devices there are.
std::unique_ptr<Executor> make_executor(const ExecutorOptions& options);

}  // namespace terramask
