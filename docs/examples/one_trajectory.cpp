// Runs one trajectory and prints its loss after 1, 2, 4, 8, ... updates.
// Needs deadcone::core.

#include <deadcone/deadcone.hpp>
#include <iostream>

int main() try {
  const deadcone::Point point = {.beta = 0.9, .gamma = 0.5};
  const deadcone::Criteria criteria;  // the defaults of `deadcone trace`

  std::int32_t next = 1;
  const auto print = [&next](const deadcone::TrajectoryState& state) {
    if (state.updates != next) return;
    std::cout << state.updates << " updates: w " << state.theta.w << ", b " << state.theta.b << ", loss " << state.loss
              << '\n';
    next *= 2;
  };
  const deadcone::TrajectoryOutcome outcome = deadcone::run_trajectory(point, criteria, -1.0, 1.0, print);

  std::cout << deadcone::name_of(outcome.fate) << " after " << outcome.updates << " updates\n";
} catch (const deadcone::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
