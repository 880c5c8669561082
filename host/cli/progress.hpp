#pragma once

// The progress of a running sweep, for a user.

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

#include "deadcone/mapper.hpp"
#include "deadcone/names.hpp"

namespace deadcone {

enum class ProgressStyle { automatic, bar, plain, none };

template <>
struct NameTable<ProgressStyle> {
  static constexpr const char* what = "a style of progress";
  static constexpr std::array<Named<ProgressStyle>, 4> values = {{
      {ProgressStyle::automatic, "auto", "a bar on a terminal, else lines"},
      {ProgressStyle::bar, "bar", "one line that is redrawn"},
      {ProgressStyle::plain, "plain", "lines"},
      {ProgressStyle::none, "none", "nothing"},
  }};
};

/// `style`, but the one that suits stderr for automatic.
ProgressStyle style_for_stderr(ProgressStyle style);

/// Shows the progress of a sweep while it runs, from its own thread, which reads the meter.
class Progress {
 public:
  /// The amount of work ahead: `points` maps of `pixels_per_point`. `meter` must outlive this.
  /// `steps` names what the meter counts as updates.
  Progress(ProgressStyle style, std::ostream& out, const Meter& meter, std::int64_t points,
           std::int64_t pixels_per_point, const char* steps = "updates");
  /// Ends the display; the bar stays visible.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Counts finished points. Lines report the first and the last call by the name of its last point, and one a second
  /// between. `seconds` is the time of each of the points.
  void points_finished(std::int64_t count, const std::function<std::string()>& last_name, double seconds);

 private:
  void run();
  void show();
  void draw_bar();
  std::string summary() const;

  const ProgressStyle style_;
  std::ostream& out_;
  const Meter& meter_;
  const std::int64_t points_;
  const std::int64_t pixels_;
  const char* const steps_;
  const std::chrono::steady_clock::time_point start_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::int64_t finished_ = 0;  ///< under mutex_, like all writing to out_
  std::chrono::steady_clock::time_point next_line_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace deadcone
