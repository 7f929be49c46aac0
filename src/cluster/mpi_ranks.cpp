// The one file that knows MPI.
#ifdef TERRAMASK_MPI

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "cluster/joined.hpp"
#include "cluster/processors.hpp"

namespace terramask::cluster {

const bool built_with_mpi = true;

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

void check(int status, const char* what) {
  if (status == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(status, text.data(), &length);
  throw Error(
      ErrorCode::io,
      fmt::format("MPI: {}: {}", what, std::string_view(text.data(), static_cast<std::size_t>(length))),
      "is every machine of the job reachable, and has no rank been killed?");
}

// The types have no constant of their own in Open MPI: they are made by casts.
template <class T>
MPI_Datatype type_of();
template <>
MPI_Datatype type_of<float>() {
  return MPI_FLOAT;
}
template <>
MPI_Datatype type_of<double>() {
  return MPI_DOUBLE;
}
template <>
MPI_Datatype type_of<std::uint64_t>() {
  return MPI_UINT64_T;
}

// To ask without a pause would keep the core busy that another rank computes on; long pauses make a message
// late.
class Patience {
 public:
  explicit Patience(microseconds longest) : longest_(longest) {}
  void sleep() {
    std::this_thread::sleep_for(next_);
    next_ = std::min(2 * next_, longest_);
  }

 private:
  microseconds longest_, next_{20};
};

// A barrier is waited for by all that work. A message is seldom what somebody waits for, and asking for it a
// thousand times a second took 3% of a core.
constexpr microseconds kLongestAtBarrier{1000}, longest_for_message{5000};

class MpiRanks final : public Communicator {
 public:
  MpiRanks() {
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided), "start");
    if (provided < MPI_THREAD_SERIALIZED)
      throw Error(ErrorCode::unsupported, "MPI: this build of it cannot be used by threads",
                  "install one that gives MPI_THREAD_SERIALIZED");
    check(MPI_Comm_dup(MPI_COMM_WORLD, &all_), "ranks");
    check(MPI_Comm_set_errhandler(all_, MPI_ERRORS_RETURN), "ranks");
    check(MPI_Comm_rank(all_, &rank_), "rank");
    check(MPI_Comm_size(all_, &size_), "size");
    look_around();
  }

  ~MpiRanks() override {
    // While an error is on its way the others do not come to the end with this rank: abort() is what ends
    // them.
    if (std::uncaught_exceptions() > uncaught_) return;
    for (Sent& one : sent_) MPI_Wait(&one.request, MPI_STATUS_IGNORE);
    MPI_Comm_free(&all_);
    MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int local_rank() const override { return local_rank_; }
  int local_size() const override { return local_size_; }
  int fair_threads() const override { return threads_; }

  void sum(std::span<float> values) override { ordered_sum(values); }
  void sum(std::span<double> values) override { ordered_sum(values); }
  void sum(std::span<std::uint64_t> values) override { ordered_sum(values); }

  void broadcast(std::span<std::byte> bytes, int from) override {
    const std::lock_guard lock(mutex_);
    constexpr std::size_t most = std::size_t{1} << 30;  // MPI counts in int
    for (std::size_t at = 0; at < bytes.size(); at += most) {
      const auto some = bytes.subspan(at, std::min(most, bytes.size() - at));
      check(MPI_Bcast(some.data(), static_cast<int>(some.size()), MPI_BYTE, from, all_), "broadcast");
    }
  }

  void barrier() override {
    const std::lock_guard lock(mutex_);
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Ibarrier(all_, &request), "barrier");
    Patience patience(kLongestAtBarrier);
    for (int done = 0; true; patience.sleep()) {
      check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "barrier");
      if (done != 0) return;
    }
  }

  void send(int to, int tag, std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    forget_sent();
    sent_.push_back({std::string(bytes), MPI_REQUEST_NULL});
    Sent& one = sent_.back();
    check(MPI_Isend(one.bytes.data(), static_cast<int>(one.bytes.size()), MPI_BYTE, to, tag, all_,
                    &one.request),
          "send");
  }

  std::optional<RankMessage> receive(milliseconds timeout) override {
    const auto end = steady_clock::now() + timeout;
    for (Patience patience(longest_for_message); true; patience.sleep()) {
      if (auto message = try_receive()) return message;
      if (steady_clock::now() >= end) return std::nullopt;
    }
  }

  [[noreturn]] void abort(int status, const std::string& message,
                          void (*tell)(const std::string& message)) override {
    if (rank_ != 0) std::this_thread::sleep_for(milliseconds(3000));
    tell(rank_ == 0 ? message : fmt::format("rank {}: {}", rank_, message));
    MPI_Abort(all_, status);
    std::_Exit(status);
  }

 private:
  struct Sent {
    std::string bytes;
    MPI_Request request;
  };

  // Which ranks share this machine, and its cores.
  void look_around() {
    MPI_Comm here = MPI_COMM_NULL;
    check(MPI_Comm_split_type(all_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &here), "machine");
    check(MPI_Comm_rank(here, &local_rank_), "machine");
    check(MPI_Comm_size(here, &local_size_), "machine");
    const auto own = allowed_cores();
    auto together = own;
    check(
        MPI_Allreduce(own.data(), together.data(), static_cast<int>(own.size()), MPI_UINT64_T, MPI_SUM, here),
        "machine");
    threads_ = fair_share(own, together, local_size_);
    MPI_Comm_free(&here);
  }

  // MPI_Allreduce may add in any order, and in another one when the ranks lie elsewhere. Here rank r gets the
  // r-th part of a chunk from all, adds them up in the order of the ranks, and gives the sum to all: as few
  // bytes as any.
  template <class T>
  void ordered_sum(std::span<T> values) {
    if (values.empty()) return;
    const std::lock_guard lock(mutex_);
    const auto ranks = static_cast<std::size_t>(size_);
    const std::size_t most =
        std::max<std::size_t>(1, (std::size_t{2} << 20) / sizeof(T) / ranks);  // of a part
    const std::size_t largest = std::min(most, (values.size() + ranks - 1) / ranks);
    std::vector<T> all(largest * ranks), mine(largest * ranks);
    for (std::size_t at = 0; at < values.size(); at += most * ranks) {
      const std::size_t count = std::min(most * ranks, values.size() - at);
      const std::size_t part = (count + ranks - 1) / ranks;
      const auto some = values.subspan(at, count);
      std::fill(std::copy(some.begin(), some.end(), all.begin()), all.end(), T{});
      check(MPI_Alltoall(all.data(), static_cast<int>(part), type_of<T>(), mine.data(),
                         static_cast<int>(part), type_of<T>(), all_),
            "sum");
      for (std::size_t r = 1; r < ranks; ++r)
        for (std::size_t i = 0; i < part; ++i) mine[i] += mine[r * part + i];
      check(MPI_Allgather(mine.data(), static_cast<int>(part), type_of<T>(), all.data(),
                          static_cast<int>(part), type_of<T>(), all_),
            "sum");
      std::copy_n(all.begin(), count, some.begin());
    }
  }

  // The bytes of what has left are not needed any more.
  void forget_sent() {
    std::erase_if(sent_, [](Sent& one) {
      int done = 0;
      check(MPI_Test(&one.request, &done, MPI_STATUS_IGNORE), "send");
      return done != 0;
    });
  }

  std::optional<RankMessage> try_receive() {
    const std::lock_guard lock(mutex_);
    forget_sent();
    int there = 0, count = 0;
    MPI_Message handle = MPI_MESSAGE_NULL;
    MPI_Status status{};
    check(MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, all_, &there, &handle, &status), "receive");
    if (there == 0) return std::nullopt;
    check(MPI_Get_count(&status, MPI_BYTE, &count), "receive");
    RankMessage message{status.MPI_SOURCE, status.MPI_TAG,
                        std::string(static_cast<std::size_t>(count), '\0')};
    check(MPI_Mrecv(message.bytes.data(), count, MPI_BYTE, &handle, MPI_STATUS_IGNORE), "receive");
    return message;
  }

  int uncaught_ = std::uncaught_exceptions();
  MPI_Comm all_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 1, local_rank_ = 0, local_size_ = 1, threads_ = 1;
  std::mutex mutex_;
  std::list<Sent> sent_;
};

}  // namespace

std::unique_ptr<Communicator> join_mpi() {
  return std::make_unique<MpiRanks>();
}

}  // namespace terramask::cluster

#endif
