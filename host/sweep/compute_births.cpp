#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "deadcone/network/birth_sweep.hpp"

namespace deadcone {
namespace {

class BirthArraySink final : public BirthSink {
 public:
  explicit BirthArraySink(std::int64_t points) : results_(static_cast<std::size_t>(points)) {}
  bool is_done(std::int64_t) const override { return false; }
  BirthResult begun(std::int64_t) const override { return {}; }
  void keep(std::int64_t, const BirthResult&) override {}
  void finish(std::int64_t point, const BirthResult& result) override {
    results_[static_cast<std::size_t>(point)] = result;
  }
  void close() override {}
  std::vector<BirthResult> release() { return std::move(results_); }

 private:
  std::vector<BirthResult> results_;
};

}  // namespace

std::vector<BirthResult> compute_births(const BirthSweep& sweep, const Execution& execution) {
  validate(sweep);
  validate(execution);
  const std::unique_ptr<BirthMapper> mapper = make_birth_mapper(execution);
  BirthArraySink sink(sweep.points());
  Meter meter;
  run_births(sweep, execution.shard, *mapper, sink, meter);
  return sink.release();
}

}  // namespace deadcone
