#include "cli/progress.hpp"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <exception>
#include <iomanip>
#include <sstream>
#include <system_error>

namespace deadcone {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds bar_interval(100);
constexpr std::chrono::seconds shortest_line_interval(1);
constexpr std::chrono::seconds line_interval(30);
constexpr int bar_width = 24;

/// A rate or amount with a prefix, three digits: 41.3 M.
std::string with_prefix(double value) {
  const char* prefixes[] = {"", "k", "M", "G", "T"};
  int prefix = 0;
  while (value >= 999.5 && prefix < 4) {
    value /= 1000.0;
    ++prefix;
  }
  std::ostringstream text;
  text << std::setprecision(3) << value << ' ' << prefixes[prefix];
  return text.str();
}

/// Hours, minutes and seconds: 1:02:03.
std::string as_clock(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::lround(seconds));
  std::ostringstream text;
  if (whole >= 3600) text << whole / 3600 << ':' << std::setw(2) << std::setfill('0');
  text << whole / 60 % 60 << ':' << std::setw(2) << std::setfill('0') << whole % 60;
  return text.str();
}

}  // namespace

ProgressStyle style_for_stderr(ProgressStyle style) {
  if (style != ProgressStyle::automatic) return style;
  return isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::plain;
}

Progress::Progress(ProgressStyle style, std::ostream& out, const Meter& meter, std::int64_t points,
                   std::int64_t pixels_per_point, const char* steps)
    : style_(style),
      out_(out),
      meter_(meter),
      points_(points),
      pixels_(points * pixels_per_point),
      steps_(steps),
      start_(Clock::now()),
      next_line_(start_) {
  if (style_ == ProgressStyle::none) return;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // The system has no more threads: the sweep goes on, with the lines of points_finished() alone.
  }
}

Progress::~Progress() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Progress::points_finished(std::int64_t count, const std::function<std::string()>& last_name, double seconds) {
  const std::lock_guard lock(mutex_);
  finished_ += count;
  const Clock::time_point now = Clock::now();
  if (style_ != ProgressStyle::plain || (now < next_line_ && finished_ < points_)) return;
  next_line_ = now + shortest_line_interval;
  std::ostringstream took;
  took << std::fixed << std::setprecision(2) << seconds * static_cast<double>(count);
  out_ << summary() << "; finished ";
  if (count > 1) out_ << count << " points up to ";
  out_ << last_name() << " in " << took.str() << " s\n" << std::flush;
}

void Progress::run() {
  try {
    show();
  } catch (const std::exception&) {
    // No memory for a line: the sweep goes on without.
  }
}

void Progress::show() {
  std::unique_lock lock(mutex_);
  const bool bar = style_ == ProgressStyle::bar;
  while (!closing_) {
    if (bar) draw_bar();
    const auto interval = bar ? bar_interval : std::chrono::duration_cast<std::chrono::milliseconds>(line_interval);
    const bool waited = !wake_.wait_for(lock, interval, [this] { return closing_; });
    if (waited && !bar) out_ << summary() << '\n' << std::flush;
  }
  if (bar) {
    draw_bar();
    out_ << '\n' << std::flush;
  }
}

void Progress::draw_bar() {
  const double part = pixels_ == 0 ? 1.0 : static_cast<double>(meter_.pixels.load()) / static_cast<double>(pixels_);
  const auto full = static_cast<std::size_t>(part * bar_width);
  const std::string bar = std::string(full, '#') + std::string(bar_width - full, '-');
  // Carriage return, and an escape that clears the rest of the line.
  out_ << "\r[" << bar << "] " << summary() << "\x1b[K" << std::flush;
}

std::string Progress::summary() const {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const auto pixels = static_cast<double>(meter_.pixels.load());
  const auto updates = static_cast<double>(meter_.updates.load());
  const double part = pixels_ == 0 ? 1.0 : pixels / static_cast<double>(pixels_);
  std::ostringstream text;
  text << finished_ << '/' << points_ << " points, " << static_cast<int>(100.0 * part) << "%, "
       << with_prefix(elapsed > 0.0 ? updates / elapsed : 0.0) << steps_ << "/s";
  if (part >= 1.0) {
    text << ", " << as_clock(elapsed) << " total";
  } else if (part > 0.0) {
    text << ", " << as_clock(elapsed * (1.0 - part) / part) << " left";
  }
  return text.str();
}

}  // namespace deadcone
