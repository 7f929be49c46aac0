#include "region/ranks.hpp"

#include <time.h>

#include <chrono>

namespace terramask::region {
namespace {

constexpr std::chrono::milliseconds patience{20};

int tag(TileTag of) {
  return static_cast<int>(of);
}

/// Seconds of a core that this thread has had.
double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

RankServer::RankServer(Communicator& ranks, JournalDispatcher& dispatcher)
    : ranks_(ranks),
      dispatcher_(dispatcher),
      times_(static_cast<std::size_t>(ranks.size() - 1)),
      thread_("use fewer `workers` or `threads`", [this] { stop_ = true; }) {
  thread_.start([this] {
    try {
      serve();
    } catch (...) {
      dispatcher_.end(std::current_exception());  // this rank's own work is to end too
      throw;
    }
  });
}

void RankServer::finish() {
  thread_.join();
}

void RankServer::serve() {
  while (!stop_ && ended_ + 1 < ranks_.size()) {
    auto message = ranks_.receive(told_.empty() ? patience : std::chrono::milliseconds(0));
    const auto start = std::chrono::steady_clock::now();
    // Whoever wants a tile has it before the journal is told of others, for that takes as long as the disk.
    if (message && message->tag == tag(TileTag::want)) {
      wanting_.push_back(message->from);
    } else if (message) {
      told_.push_back(std::move(*message));
    } else if (!told_.empty()) {
      take(told_.front());
      told_.pop_front();
    }
    answer();
    effort_.busy += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  effort_.processor = processor_seconds();
}

void RankServer::take(const RankMessage& message) {
  switch (static_cast<TileTag>(message.tag)) {
    case TileTag::done:
      dispatcher_.done(tile_from(message.bytes));
      return;
    case TileTag::failed: {
      const FailedTileMessage told = failed_from(message.bytes);
      const Error error(told.code, told.cause);
      if (!dispatcher_.failed(told.tile, error)) throw error;
      return;
    }
    case TileTag::released:
      dispatcher_.released(tile_from(message.bytes));
      return;
    case TileTag::ended:
      times_.at(static_cast<std::size_t>(message.from - 1)) = times_from(message.bytes);
      ++ended_;
      return;
    case TileTag::want:
    case TileTag::tile:
      break;
  }
  throw Error(ErrorCode::internal, "rank 0 was told something that it did not ask for");
}

void RankServer::answer() {
  while (!wanting_.empty()) {
    bool over = false;
    const std::optional<JournalTile> tile = dispatcher_.next_now(over);
    if (!tile && !over) return;  // one in flight may have to be done again
    ranks_.send(wanting_.front(), tag(TileTag::tile), tile ? to_bytes(*tile) : std::string());
    wanting_.pop_front();
  }
}

RankDispatcher::RankDispatcher(Communicator& ranks, std::size_t ahead, const StopFlag* stop)
    : ranks_(ranks), stop_(stop) {
  for (std::size_t i = 0; i < ahead; ++i) send(TileTag::want, {});
}

void RankDispatcher::send(TileTag of, const std::string& bytes) {
  ranks_.send(0, tag(of), bytes);
}

std::optional<JournalTile> RankDispatcher::next() {
  // The answers to what was asked ahead are all empty once one is.
  while (!over_ && !given_up_) {
    if (stop_ != nullptr) stop_->check();
    const auto message = ranks_.receive(patience);
    if (!message) continue;
    if (message->bytes.empty()) {
      over_ = true;
      break;
    }
    send(TileTag::want, {});
    return tile_from(message->bytes);
  }
  return std::nullopt;
}

void RankDispatcher::done(const JournalTile& tile) {
  send(TileTag::done, to_bytes(tile));
}

bool RankDispatcher::failed(const JournalTile& tile, const Error& error) {
  send(TileTag::failed, to_bytes(FailedTileMessage{tile, error.code(), error.what()}));
  return true;  // where the work is to end, rank 0 ends all ranks
}

void RankDispatcher::released(const JournalTile& tile) {
  send(TileTag::released, to_bytes(tile));
}

void RankDispatcher::finish(const WorkTimes& times) {
  send(TileTag::ended, to_bytes(times));
}

}  // namespace terramask::region
