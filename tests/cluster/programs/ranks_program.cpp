// What the tests start under mpirun: `ranks_program MODE …` does one thing on every rank; rank 0 prints.
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "terramask/communicator.hpp"

namespace terramask {
namespace {

// A rank's values of a test: of very different sizes, so that the order of a sum shows in its bits.
std::vector<float> values_of(int rank, std::size_t count) {
  std::mt19937 random(static_cast<unsigned>(rank) + 1);
  std::vector<float> values(count);
  for (float& value : values)
    value = std::ldexp(static_cast<float>(random() % 20001) - 10000.0F, static_cast<int>(random() % 24));
  return values;
}

int sum(Communicator& ranks, std::size_t count) {
  std::vector<float> values = values_of(ranks.rank(), count);
  ranks.sum(std::span(values));
  std::vector<float> expected = values_of(0, count);
  for (int r = 1; r < ranks.size(); ++r) {
    const auto other = values_of(r, count);
    for (std::size_t i = 0; i < count; ++i) expected[i] += other[i];
  }
  const bool wrong = std::memcmp(values.data(), expected.data(), count * sizeof(float)) != 0;
  std::vector<double> halves(3, 0.5);
  ranks.sum(std::span(halves));
  std::vector<std::uint64_t> counts{1, std::uint64_t{1} << 40};
  ranks.sum(std::span(counts));
  const auto n = static_cast<std::uint64_t>(ranks.size());
  const bool small_wrong = halves[2] != 0.5 * ranks.size() || counts[1] != n << 40;
  if (ranks.any(wrong || small_wrong)) return 1;
  if (ranks.any(ranks.rank() == ranks.size() - 1) && ranks.first())
    fmt::print("{} ranks, {} threads each\n", ranks.size(), ranks.fair_threads());
  return 0;
}

// What adding up so many values takes: the gradients of a network.
int measure(Communicator& ranks, std::size_t count) {
  std::vector<float> values(count, 1.0F);
  for (int run = 0; run < 5; ++run) {
    ranks.barrier();
    const auto begin = std::chrono::steady_clock::now();
    ranks.sum(std::span(values));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    if (ranks.first())
      fmt::print("{:.3f} s, {:.2f} GB/s\n", taken.count(), 4e-9 * static_cast<double>(count) / taken.count());
  }
  return 0;
}

int broadcast(Communicator& ranks) {
  const int last = ranks.size() - 1;
  std::string text = ranks.rank() == last ? std::string(3'000'000, 'x') + "end" : "other";
  ranks.broadcast(text, last);
  std::string none = ranks.first() ? "" : "something";
  ranks.broadcast(none, 0);
  return ranks.any(!text.ends_with("xend") || text.size() != 3'000'003 || !none.empty()) ? 1 : 0;
}

// Rank 0 hands out numbers, one at a time, to whoever asks; what comes back is their squares.
enum Tag { ask = 1, work, enough };

int serve(Communicator& ranks, int items) {
  std::vector<int> done(static_cast<std::size_t>(items));
  std::vector<int> shares(static_cast<std::size_t>(ranks.size()));
  int next = 0, ended = 0;
  while (ended < ranks.size() - 1) {
    const auto message = ranks.receive(std::chrono::seconds(20));
    if (!message) return 1;
    if (!message->bytes.empty()) {
      int item = 0, square = 0;
      if (std::sscanf(message->bytes.c_str(), "%d %d", &item, &square) != 2 || square != item * item)
        return 1;
      ++done.at(static_cast<std::size_t>(item));
      ++shares.at(static_cast<std::size_t>(message->from));
    }
    if (next < items)
      ranks.send(message->from, work, std::to_string(next++));
    else {
      ranks.send(message->from, enough, {});
      ++ended;
    }
  }
  for (const int times : done)
    if (times != 1) return 1;
  for (int r = 1; r < ranks.size(); ++r)
    if (shares[static_cast<std::size_t>(r)] == 0) return 1;
  fmt::print("{} items\n", items);
  return 0;
}

int labour(Communicator& ranks) {
  std::string result;
  while (true) {
    ranks.send(0, ask, result);
    const auto message = ranks.receive(std::chrono::seconds(20));
    if (!message) return 1;
    if (message->tag == enough) return 0;
    const int item = std::stoi(message->bytes);
    std::this_thread::sleep_for(std::chrono::milliseconds(ranks.rank()));
    result = fmt::format("{} {}", item, item * item);
  }
}

void print(const std::string& message) {
  std::fputs((message + "\n").c_str(), stderr);
}

int run(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const auto ranks = join_ranks();
  if (mode == "sum") return sum(*ranks, std::stoul(argv[2]));
  if (mode == "measure") return measure(*ranks, std::stoul(argv[2]));
  if (mode == "broadcast") return broadcast(*ranks);
  if (mode == "hand_out") return ranks->first() ? serve(*ranks, std::stoi(argv[2])) : labour(*ranks);
  if (mode == "abort") {
    // One rank fails, or all do; the others would wait for a minute.
    const int failing = std::stoi(argv[2]);
    if (failing < 0 || failing == ranks->rank()) ranks->abort(3, "cannot read a.tif", print);
    std::this_thread::sleep_for(std::chrono::seconds(60));
    ranks->barrier();
    return 0;
  }
  if (mode == "wait") {
    if (ranks->first()) std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const auto before = std::clock();
    ranks->barrier();
    const double busy = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    return ranks->any(busy > 0.2) ? 1 : 0;
  }
  return 2;
}

}  // namespace
}  // namespace terramask

int main(int argc, char** argv) {
  return terramask::run(argc, argv);
}
