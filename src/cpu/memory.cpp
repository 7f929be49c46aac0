// Memory and threads.
#include <fmt/format.h>
#include <omp.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>

#include "cpu/program.hpp"

namespace terramask::cpu {
namespace {

constexpr const char* kFewerThreads = "use fewer `threads`";

/// Where libgomp cannot start a thread it ends the process. So the calling thread's team is made here, where
/// that can be told; its threads then wait for the next parallel loop.
void make_team(int threads) {
  thread_local int made = 1;
  if (threads <= made) return;
  require_threads(static_cast<std::size_t>(threads - made), kFewerThreads);
  std::atomic<int> met{0};
#pragma omp parallel num_threads(threads)
  ++met;
  made = threads;
}

}  // namespace

Memory::Memory(std::uint64_t bytes) : bytes_(std::max<std::uint64_t>(bytes, 64)) {
  void* const made = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made == MAP_FAILED)
    throw Error(ErrorCode::out_of_memory,
                fmt::format("the system gives no {} MiB in one piece{}", bytes_ >> 20, memory_limit_note()),
                "use a smaller `tile`");
  data_ = static_cast<std::byte*>(made);
  if (bytes_ >= (std::uint64_t{4} << 20)) ::madvise(made, bytes_, MADV_HUGEPAGE);
}

Memory::~Memory() {
  ::munmap(data_, bytes_);
}

ThreadsScope::ThreadsScope(int threads) : before_(omp_get_max_threads()) {
  make_team(threads);
  omp_set_num_threads(threads);
}

ThreadsScope::~ThreadsScope() {
  omp_set_num_threads(before_);
}

Worker::Worker(int threads) : threads_(threads), thread_(kFewerThreads, [this] { stop(); }) {
  const auto made = std::make_shared<std::promise<void>>();
  thread_.start([this] { run(); });
  add([this, made] {
    try {
      make_team(threads_);
      made->set_value();
    } catch (...) {
      made->set_exception(std::current_exception());
    }
  });
  made->get_future().get();
}

void Worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
}

void Worker::add(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  changed_.notify_all();
}

void Worker::run() {
  omp_set_dynamic(0);
  omp_set_num_threads(threads_);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace terramask::cpu
