#include "cpu/cpu_mapper.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/processors.hpp"
#include "deadcone/detail/tile_arrays.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/trajectory/pixels.hpp"

namespace deadcone {
namespace {

/// Tiles that may be begun and not finished: enough that threads go on while the last trajectories of a tile end.
constexpr int most_begun = 4;

/// A tile that was begun, with all that it needs.
struct BegunTile {
  MapBatch maps;
  Tile tile;
  Fields fields;
  PixelList listed;
  RealBuffer w, b;
  TileResult result;
  std::variant<std::shared_ptr<TileWork<float>>, std::shared_ptr<TileWork<double>>> work;

  BegunTile(const MapBatch& of_maps, const Tile& of_tile, const Fields& of_fields, const PixelList& of_list)
      : maps(of_maps), tile(of_tile), fields(of_fields), listed(of_list) {}

  bool is_general() const { return maps->is_general(); }
  bool is_several() const { return maps.count() > 1; }
  std::int64_t pixels() const {
    return listed.empty() ? maps.count() * tile.pixels() : static_cast<std::int64_t>(listed.size());
  }
};

template <class Real>
std::shared_ptr<TileWork<Real>> make_work(BegunTile& begun, Meter& meter, Completion& completion) {
  const MapBatch& maps = begun.maps;
  const Tile& tile = begun.tile;
  const auto keep = [](RealBuffer& place, std::vector<Real> values) -> const Real* {
    return place.emplace<std::vector<Real>>(std::move(values)).data();
  };
  const Real* w = keep(begun.w, centres<Real>(maps->window.w, tile.first_column, tile.columns));
  const Real* b = keep(begun.b, centres<Real>(maps->window.b, tile.first_row, tile.rows));
  const std::int32_t* listed = begun.listed.empty() ? nullptr : begun.listed.data();
  WantedFields computed = wanted_fields(maps.first().map(), begun.fields);
  computed.updates = true;  // for the counts

  auto work = std::make_shared<TileWork<Real>>(meter, completion);
  work->pixels = work->unfinished = begun.pixels();
  work->results = allot<Real>(begun.result, computed, work->pixels);
  const auto batch_from = [&](const Real* r) -> BatchStarts<Real> {
    return {w, b, r, static_cast<std::int32_t>(tile.columns), static_cast<std::int32_t>(tile.pixels()), listed};
  };
  if (begun.is_general()) {
    const GeneralArrays<Real>& arrays = maps.general_arrays<Real>();
    work->rules = arrays.rules;
    work->general = arrays.constants.data();
    work->batch = batch_from(arrays.r.data());
  } else if (begun.is_several()) {
    const PointArrays<Real>& arrays = maps.arrays<Real>();
    work->dynamics = make_dynamics<Real>(maps->point, maps->criteria);
    work->constants = arrays.constants.data();
    work->proof = arrays.proof.data();
    work->batch = batch_from(arrays.r.data());
  } else {
    work->dynamics = maps.first().dynamics<Real>();
    work->starts = {w, b, static_cast<Real>(maps->point.r), tile.columns, listed};
  }
  return work;
}

/// Whether the loop that runs one tile can go on with another.
bool share_loop(const BegunTile& one, const BegunTile& other) {
  if (one.is_general() || other.is_general()) return one.maps.is_copy_of(other.maps);
  if (!one.is_several() || !other.is_several()) return one.maps.first().is_copy_of(other.maps.first());
  const Variant of_one = one.maps.variant();
  const Variant of_other = other.maps.variant();
  return one.maps->precision == other.maps->precision && one.maps->criteria == other.maps->criteria &&
         of_one.geometry == of_other.geometry && of_one.certify == of_other.certify;
}

/// The counts of each map.
std::vector<Counts> count_maps(const BegunTile& begun) {
  const TileResult& result = begun.result;
  const std::int64_t map_pixels = begun.tile.pixels();
  std::vector<Counts> counts(static_cast<std::size_t>(begun.maps.count()));
  if (begun.is_several() && !begun.listed.empty()) {
    for (std::size_t i = 0; i < begun.listed.size(); ++i)
      counts[static_cast<std::size_t>(begun.listed[i] / map_pixels)].add(result.fate[i], result.updates[i]);
    return counts;
  }
  const std::size_t each = result.fate.size() / counts.size();
  for (std::size_t map = 0; map < counts.size(); ++map) {
    for (std::size_t i = map * each; i < (map + 1) * each; ++i) counts[map].add(result.fate[i], result.updates[i]);
  }
  return counts;
}

/// Threads that work on the tiles that were begun, the oldest first.
class CpuMapper final : public Mapper {
 public:
  CpuMapper(int threads, InstructionSet set) : set_(set) {
    if (threads <= 0) threads = default_threads();
    threads_.reserve(static_cast<std::size_t>(threads));
    try {
      for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::exception&) {
      // The system has no more threads, or no memory for one; the existing ones do the work, or the caller does.
    }
  }

  ~CpuMapper() override {
    abandon();
    {
      const std::lock_guard lock(completion_.mutex);
      closing_ = true;
    }
    begun_more_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  int tiles_in_flight() const override { return most_begun; }

  void begin(const MapBatch& maps, const Tile& tile, const Fields& fields, const PixelList& listed,
             Meter& meter) override {
    try {
      auto begun = std::make_unique<BegunTile>(maps, tile, fields, listed);
      begun->result = std::exchange(spare_, {});
      with_precision(maps->precision, [&]<class Real>() { begun->work = make_work<Real>(*begun, meter, completion_); });
      const std::lock_guard lock(completion_.mutex);
      begun_.push_back(std::move(begun));
      if (begun_.size() > 1 && share_loop(*begun_[begun_.size() - 2], *begun_.back()))
        link(*begun_[begun_.size() - 2], *begun_.back());
    } catch (const std::exception&) {
      abandon();
      throw;
    }
    begun_more_.notify_all();
  }

  void abandon() noexcept override {
    std::unique_lock lock(completion_.mutex);
    completion_.abandoned = true;
    completion_.changed.wait(lock, [this] { return running_ == 0; });
    begun_.clear();
    completion_.abandoned = false;
  }

  void finish(TileResult& result) override {
    std::unique_lock lock(completion_.mutex);
    BegunTile& front = *begun_.front();
    const bool is_whole = std::visit([&](const auto& work) { return wait_for(*work, lock); }, front.work);
    if (!is_whole) {
      lock.unlock();
      abandon();
      throw Interrupted();
    }
    const std::unique_ptr<BegunTile> done = std::move(begun_.front());
    begun_.pop_front();
    // The last one out may still be looking at the meter.
    if (begun_.empty()) completion_.changed.wait(lock, [this] { return running_ == 0; });
    lock.unlock();
    done->result.counts = count_maps(*done);
    if (!done->fields.updates) done->result.updates.clear();
    std::swap(result, done->result);
    spare_ = std::move(done->result);
  }

  std::string description() const override {
    const std::size_t threads = std::max<std::size_t>(threads_.size(), 1);
    return "cpu, " + std::to_string(threads) + (threads == 1 ? " thread, " : " threads, ") + meaning_of(set_);
  }

 private:
  static void link(BegunTile& before, BegunTile& after) {
    std::visit(
        [&]<class Work>(std::shared_ptr<Work>& work) {
          work->following = std::get<std::shared_ptr<Work>>(after.work);
          work->has_following.store(true, std::memory_order_release);
        },
        before.work);
  }

  /// The first tile with pixels that no thread has taken; none where there is none, or the work is to stop.
  BegunTile* next_open() {
    for (const auto& begun : begun_) {
      const bool is_open =
          std::visit([](const auto& work) { return work->next < work->pixels && !work->is_stopped(); }, begun->work);
      if (is_open) return begun.get();
    }
    return nullptr;
  }

  /// A thread. Holds the mutex but while it computes.
  void work() {
    std::unique_lock lock(completion_.mutex);
    while (true) {
      const BegunTile* open = nullptr;  // looked for once: others take pixels meanwhile, without the mutex
      begun_more_.wait(lock, [&] {
        open = next_open();
        if (closing_ || open != nullptr) return true;
        completion_.changed.notify_all();  // somebody may wait for a tile that was stopped before anybody took it
        return false;
      });
      if (closing_) return;
      run(*open, lock);
    }
  }

  void run(const BegunTile& begun, std::unique_lock<std::mutex>& lock) {
    const Variant variant = begun.maps.variant();
    const bool several = begun.is_several();
    std::visit(
        [&]<class Real>(std::shared_ptr<TileWork<Real>> work) {
          ++running_;
          lock.unlock();
          {
            WorkCursor<Real> cursor(std::move(work));
            tile_loop<Real>(set_, variant, several)(cursor);
          }
          lock.lock();
          --running_;
          completion_.changed.notify_all();
        },
        begun.work);
  }

  /// Returns whether all of a tile is finished: not where it was stopped. Then nobody works any more.
  template <class Real>
  bool wait_for(const TileWork<Real>& work, std::unique_lock<std::mutex>& lock) {
    if (threads_.empty()) {
      while (const BegunTile* open = next_open()) run(*open, lock);
    }
    completion_.changed.wait(lock, [&] {
      const bool stopped = work.meter.stop.load(std::memory_order_relaxed);
      return stopped ? running_ == 0 : work.unfinished.load(std::memory_order_acquire) == 0;
    });
    return !work.meter.stop.load(std::memory_order_relaxed);
  }

  const InstructionSet set_;
  TileResult spare_;  ///< room that was in use before

  Completion completion_;
  std::condition_variable begun_more_;
  // The mutex of completion_ protects all below.
  std::deque<std::unique_ptr<BegunTile>> begun_;
  int running_ = 0;  ///< threads that compute
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<Mapper> make_cpu_mapper(int threads) {
  return make_cpu_mapper(threads, best_instruction_set());
}

std::unique_ptr<Mapper> make_cpu_mapper(int threads, InstructionSet set) {
  return std::make_unique<CpuMapper>(threads, set);
}

}  // namespace deadcone
