#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadcone/network/birth.hpp"
#include "deadcone/network/forward.hpp"

namespace deadcone::network {

/// A Plan and what it points to.
template <class Real>
class NetworkPlan {
 public:
  NetworkPlan(const NetworkKind& kind, const BirthPoint& point);
  NetworkPlan(const NetworkPlan&) = delete;
  NetworkPlan& operator=(const NetworkPlan&) = delete;

  const Plan<Real>& plan() const { return plan_; }

 private:
  std::vector<std::int64_t> widths_;
  std::vector<Real> scales_;
  std::vector<Real> bias_scales_;
  std::vector<Real> inputs_;
  Plan<Real> plan_;
};

/// The numbers that a Workspace of a plan has: of Values for so many Values of points, and of Numbers.
struct WorkspaceSize {
  std::int64_t vectors;
  std::int64_t outputs;
  std::int64_t by_point;
  std::int64_t weights;
  std::int64_t scratch;
};
template <class Real>
WorkspaceSize workspace_size(const Plan<Real>& plan, std::int64_t values, std::int64_t rows_at_once,
                             std::int64_t calls_wanted);

/// The multiply-adds of a network of a point that lives to its end.
double multiply_adds(const NetworkKind& kind, const BirthPoint& point);

/// The random numbers that it draws.
double random_numbers(const NetworkKind& kind, const BirthPoint& point);

/// The inputs of layer number `layer`.
std::int64_t inputs_of_layer(const NetworkKind& kind, const BirthPoint& point, std::int64_t layer);

}  // namespace deadcone::network
