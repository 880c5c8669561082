// Computes a sweep into a file, which may be larger than memory, and shows the progress. Then recomputes a sample.
// Needs deadcone::deadcone.

#include <deadcone/deadcone.hpp>
#include <deadcone/sweep_file.hpp>
#include <deadcone/verify.hpp>
#include <iostream>

int main(int argc, char** argv) try {
  const std::string path = argc > 1 ? argv[1] : "map.h5";
  deadcone::Sweep sweep;
  sweep.values(deadcone::Axis::beta) = {0.0, 0.7, 0.9};
  sweep.plane = {.x = {-2.0, 2.0, 64}, .y = {-2.0, 2.0, 64}};
  const deadcone::Execution execution;

  const std::string device = deadcone::make_mapper(execution)->description();
  deadcone::SweepWriter file(path, sweep, {"stream_to_file", device}, deadcone::ExistingFile::overwrite);
  deadcone::ComputeProgress progress;  // progress.meter.stop ends the work; any thread may set it
  progress.points_finished = [&](const deadcone::FinishedPoints& finished) {  // many at once where maps are small
    for (const deadcone::Point& point : sweep.points(finished.points))
      std::cout << "beta " << point.beta << " took " << finished.seconds << " s\n";
  };
  deadcone::compute(sweep, execution, file, progress);

  const deadcone::VerifyReport report = deadcone::verify_file(path);
  std::cout << report.pixels << " pixels recomputed, " << report.wrong_pixels << " differ\n";
  return report.passes() ? 0 : 1;
} catch (const deadcone::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
