// A plan as a list of primitives and loops, run by a thread of the executor.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <exception>

#include "core/team.hpp"
#include "cpu/builder.hpp"
#include "graph/staging.hpp"
#include "graph/variable_table.hpp"

namespace terramask::cpu {

/// Bytes from the system, aligned and in large pages where there are any; zero at first.
class Memory {
 public:
  explicit Memory(std::uint64_t bytes);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  std::byte* data() const { return data_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::byte* data_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// Variables in the machine's memory.
class CpuVariables final : public VariableTable<Memory> {
 private:
  std::shared_ptr<Memory> make(const ValueType& type) override;
  void upload(Memory& memory, std::span<const std::byte> bytes) const override;
  void download(const Memory& memory, std::span<std::byte> bytes) const override;
};

/// Sets how many threads the calling thread's parallel loops and primitives take, until it is gone.
class ThreadsScope {
 public:
  /// Throws NoThread where they cannot all be started.
  explicit ThreadsScope(int threads);
  ~ThreadsScope();
  ThreadsScope(const ThreadsScope&) = delete;
  ThreadsScope& operator=(const ThreadsScope&) = delete;

 private:
  int before_;
};

/// Runs submissions in their order. Its team of threads ends with it.
class Worker {
 public:
  /// Throws NoThread where they cannot all be started.
  explicit Worker(int threads);
  ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  void add(std::function<void()> work);

 private:
  void stop();
  void run();

  int threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stop_ = false;
  Team thread_;
};

/// What the programs of one executor share: they never run at the same time.
struct Shared {
  static constexpr std::size_t slots = 2;

  explicit Shared(int threads_wanted) : threads(threads_wanted), worker(threads_wanted) {}
  int threads;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  PackedParameters packed;
  std::vector<std::shared_ptr<Memory>> arena;  ///< by chunk
  std::array<std::shared_ptr<Memory>, slots> inputs, outputs;
  Worker worker;  ///< last, so that it stops first
};

class CpuProgram final : public Program {
 public:
  /// `variables` may be null where the plan has none.
  CpuProgram(std::shared_ptr<Shared> shared, Plan plan, const Parameters& parameters,
             const CpuVariables* variables, KernelTable table, const Traits& traits,
             const ExecutorOptions& options, const TileGrid& grid);
  ~CpuProgram() override;

  std::size_t slots() const override { return Shared::slots; }
  std::span<std::byte> input(std::size_t slot, std::string_view name) override;
  void submit(std::size_t slot) override;
  void wait(std::size_t slot) override;
  std::span<const std::byte> output(std::size_t slot, std::string_view name) const override;
  std::vector<KernelTime> profile() const override;
  const Plan& plan() const override { return plan_; }
  std::uint64_t memory_bytes() const override;

 private:
  struct Slot {
    bool in_flight = false;  ///< submitted and not yet waited for
    bool done = false;       ///< guarded by mutex_
    std::exception_ptr failure;
  };

  void stage();
  void prepare(const Parameters& parameters, KernelTable table);
  void run(std::size_t slot);
  void poison() const;
  void check_guards() const;
  std::byte* address(ValueId id) const;

  std::shared_ptr<Shared> shared_;
  Plan plan_;
  Traits traits_;
  std::vector<int> blocks_;
  std::vector<ImageSeams> seams_;
  bool poison_, profiling_;
  std::shared_ptr<std::atomic<int>> losses_;
  std::vector<std::shared_ptr<Memory>> arena_;
  std::vector<std::shared_ptr<Memory>> variables_;  ///< by ValueId of the variable
  std::array<std::shared_ptr<Memory>, Shared::slots> input_memory_, output_memory_;
  Staging staging_;
  std::vector<Step> steps_;
  std::array<Slot, Shared::slots> slots_;
  mutable std::mutex mutex_;
  std::condition_variable done_;
  std::vector<KernelTime> profile_;
};

}  // namespace terramask::cpu
