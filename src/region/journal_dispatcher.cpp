#include "region/journal_dispatcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "region/plan.hpp"

namespace terramask::region {
namespace {

TileKey key_of(const JournalTile& one) {
  return {one.tile.row, one.tile.column};
}

template <class Tiles>
std::vector<TileKey> keys_of(const Tiles& tiles) {
  std::vector<TileKey> keys;
  keys.reserve(tiles.size());
  for (const JournalTile& one : tiles) keys.push_back(key_of(one));
  return keys;
}

std::uint64_t pixels_of(const JournalTile& one) {
  return static_cast<std::uint64_t>(one.tile.window.width) *
         static_cast<std::uint64_t>(one.tile.window.height);
}

}  // namespace

JournalDispatcher::JournalDispatcher(Journal& journal, std::vector<JournalTile> tiles,
                                     JournalDispatcherOptions options)
    : journal_(journal), options_(std::move(options)) {
  for (JournalTile& one : tiles) {
    total_ += pixels_of(one);
    waiting_.push_back(std::move(one));
  }
}

JournalDispatcher::~JournalDispatcher() {
  if (ready_.empty()) return;
  try {
    journal_.returned(keys_of(ready_));
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the journal then says "running"
  }
}

std::optional<JournalTile> JournalDispatcher::next() {
  std::unique_lock lock(mutex_);
  while (ready_.empty() && waiting_.empty() && flying_ > 0 && !ended_ && !given_up_) {
    changed_.wait_for(lock, std::chrono::milliseconds(200));
    if (options_.stop != nullptr) options_.stop->check();
  }
  if (given_up_) return std::nullopt;
  return take();
}

std::optional<JournalTile> JournalDispatcher::next_now(bool& over) {
  const std::lock_guard lock(mutex_);
  std::optional<JournalTile> one = take();
  over = !one && flying_ == 0;
  return one;
}

void JournalDispatcher::end(const std::exception_ptr& error) {
  const std::lock_guard lock(mutex_);
  ended_ = error;
  changed_.notify_all();
}

std::optional<JournalTile> JournalDispatcher::take() {
  if (ended_) std::rethrow_exception(ended_);
  if (options_.stop != nullptr) options_.stop->check();
  if (ready_.empty()) {
    const std::vector<JournalTile> drawn = draw();
    if (drawn.empty()) return std::nullopt;
    journal_.began(keys_of(drawn));
    ready_.assign(drawn.begin(), drawn.end());
  }
  JournalTile one = std::move(ready_.front());
  ready_.pop_front();
  ++flying_;
  return one;
}

std::vector<JournalTile> JournalDispatcher::draw() {
  std::vector<JournalTile> drawn;
  while (!waiting_.empty() && ready_.size() + drawn.size() < std::max<std::size_t>(1, options_.ahead)) {
    drawn.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return drawn;
}

void JournalDispatcher::done(const JournalTile& one) {
  std::vector<JournalTile> drawn;
  {
    const std::lock_guard lock(mutex_);
    drawn = draw();
  }
  // Meanwhile this tile is in flight: whoever asks for one does not think that there are no more.
  try {
    journal_.done(one, keys_of(drawn));
  } catch (...) {
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.begin(), drawn.begin(), drawn.end());
    throw;
  }
  const std::lock_guard lock(mutex_);
  ready_.insert(ready_.end(), drawn.begin(), drawn.end());
  --flying_;
  finished_.push_back(one.tile);
  pixels_ += pixels_of(one);
  if (options_.progress)
    options_.progress({.phase = "region", .unit = "pixels", .done = pixels_, .total = total_});
  changed_.notify_all();
}

bool JournalDispatcher::failed(const JournalTile& one, const Error& error) {
  const std::string name = tile_name(one.tile);
  if (options_.disk_full && options_.disk_full(one, error)) {
    released(one);
    return false;
  }
  const std::lock_guard lock(mutex_);
  --flying_;
  changed_.notify_all();
  if (failures_[key_of(one)]++ < options_.retries) {
    log(fmt::format("tile {} failed and will be done again: {}", name, error.what()));
    journal_.released(key_of(one), error.what());
    waiting_.push_back(one);
    return true;
  }
  journal_.failed(key_of(one), error.what());
  log(fmt::format("tile {} failed: {}", name, error.what()));
  finished_.push_back(one.tile);
  finished_.back().status = TileStatus::failed;
  finished_.back().cause = error.what();
  pixels_ += pixels_of(one);
  return !options_.stop_on_error;
}

void JournalDispatcher::released(const JournalTile& one) {
  const std::lock_guard lock(mutex_);
  --flying_;
  journal_.released(key_of(one));
  waiting_.push_back(one);
  changed_.notify_all();
}

}  // namespace terramask::region
