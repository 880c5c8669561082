#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "base/thread_pool.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/names.hpp"
#include "deadcone/network/network_plan.hpp"
#include "network/cpu_birth_mapper.hpp"
#include "network/network_loop.hpp"

namespace deadcone {
namespace {

using namespace network;

class CpuBirthMapper final : public BirthMapper {
 public:
  CpuBirthMapper(int threads, InstructionSet set) : pool_(threads), set_(set) {}

  void run(const NetworkKind& kind, const BirthPoint& point, const BlockRun& blocks, std::int64_t networks,
           Meter& meter, BirthCounts& total) override {
    with_precision(kind.precision, [&]<class Real>() { run_in<Real>(kind, point, blocks, networks, meter, total); });
  }

  double memory(const NetworkKind& kind, const BirthPoint& point) const override {
    double bytes = 0.0;
    with_precision(kind.precision, [&]<class Real>() {
      const double layers = static_cast<double>(point.depth());
      bytes = thread_memory<Real>(kind, point, network_loop<Real>(set_, point.points)) +
              layers * (2.0 * networks_of_block + 6.0) * sizeof(double);
    });
    return bytes * pool_.size();
  }

  std::string description() const override {
    return "cpu, " + std::to_string(pool_.size()) + (pool_.size() == 1 ? " thread, " : " threads, ") + meaning_of(set_);
  }

 private:
  /// Without making a plan, which may not fit itself.
  template <class Real>
  static double thread_memory(const NetworkKind& kind, const BirthPoint& point, const KnownLoop<Real>& loop) {
    const double widest = static_cast<double>(*std::ranges::max_element(point.widths));
    const double inputs = std::max({static_cast<double>(point.dimension), widest,
                                    static_cast<double>(inputs_of_layer(kind, point, point.depth() - 1))});
    const double rows = kind.init == Initialization::orthogonal ? 2.0 * widest : 8.0;
    const double numbers = loop.values < point.points ? 1.0 : static_cast<double>(loop.lanes);
    return sizeof(Real) *
           ((inputs + widest + 2.0) * static_cast<double>(loop.values * loop.lanes) + numbers * rows * (inputs + 2.0));
  }

  template <class Real>
  void run_in(const NetworkKind& kind, const BirthPoint& point, const BlockRun& blocks, std::int64_t networks,
              Meter& meter, BirthCounts& total) {
    const NetworkPlan<Real> plan(kind, point);
    const KnownLoop<Real> loop = network_loop<Real>(set_, point.points);
    const double work = multiply_adds(kind, point);
    std::vector<BirthCounts> of_block(static_cast<std::size_t>(blocks.count));
    pool_.for_each_block(blocks.count, [&](std::int64_t i) {
      if (meter.stop) throw Interrupted();
      const std::int64_t first = (blocks.first + i) * networks_of_block;
      const std::int64_t count = std::min(networks_of_block, networks - first);
      BlockTally tally(point.depth(), count);
      loop.run(plan.plan(), first, count, meter.stop, tally);
      of_block[static_cast<std::size_t>(i)] = tally.finish();
      meter.pixels += count;
      meter.updates += static_cast<std::int64_t>(work * static_cast<double>(count));
    });
    for (const BirthCounts& counts : of_block) total += counts;
  }

  ThreadPool pool_;
  InstructionSet set_;
};

}  // namespace

std::unique_ptr<BirthMapper> make_cpu_birth_mapper(int threads) {
  return make_cpu_birth_mapper(threads, best_instruction_set());
}

std::unique_ptr<BirthMapper> make_cpu_birth_mapper(int threads, InstructionSet set) {
  return std::make_unique<CpuBirthMapper>(threads, set);
}

}  // namespace deadcone
