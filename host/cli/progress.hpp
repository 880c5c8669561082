#pragma once

// What a user sees of a running sweep, on stderr.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

#include "deadcone/mapper.hpp"

namespace deadcone {

/// A bar that is redrawn, lines now and then, or nothing.
enum class ProgressStyle { bar, plain, none };

/// The style for `auto`, `bar`, `plain`, `none`; auto is a bar where stderr is a terminal. Throws ConfigError.
ProgressStyle parse_progress_style(const std::string& text);

/// Shows how far a sweep has come while it runs, from a thread of its own that reads the meter.
class Progress {
 public:
  /// The amount of work ahead: `points` maps of `pixels_per_point`. `meter` must outlive this.
  Progress(ProgressStyle style, std::ostream& out, const Meter& meter, std::int64_t points,
           std::int64_t pixels_per_point);
  /// Ends the display; a bar stays as it was last drawn.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Tells that one more point is finished; `name` says which. Lines tell of the first and the last point, and of one a
  /// second between.
  void point_finished(const std::string& name, double seconds);

 private:
  void run();
  void draw_bar();
  std::string summary() const;

  const ProgressStyle style_;
  std::ostream& out_;
  const Meter& meter_;
  const std::int64_t points_;
  const std::int64_t pixels_;
  const std::chrono::steady_clock::time_point start_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::int64_t finished_ = 0;  ///< under mutex_, like all writing to out_
  std::chrono::steady_clock::time_point next_line_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace deadcone
