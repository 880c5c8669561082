#pragma once

// Schedules and clipping from text, and back: "warmup:100+cosine:1000", "norm:1".

#include <string>

#include "deadcone/optimizer_kinds.hpp"

namespace deadcone {

/// What a text for a schedule may be: "constant|step:EVERY:FACTOR|...".
std::string schedule_forms();

/// What a text for a schedule says.
struct ParsedSchedule {
  Schedule schedule;
  std::string warmup;  ///< the updates of its warm-up, as the values of an axis; empty: there is none
};

/// A schedule from its name and its numbers, separated by colons; "warmup:T+" may stand before it, or "warmup:T" alone. Throws
/// ConfigError with one line that quotes the text where it has no such form; its numbers are checked by validate().
ParsedSchedule parse_schedule(const std::string& text);

/// The text that parse_schedule() reads as this schedule.
std::string schedule_text(const Schedule& schedule);

/// What a text for clipping says.
struct ParsedClip {
  ClipKind kind;
  std::string bound;  ///< as the values of an axis; empty for none
};

/// "none", "norm:C" or "value:C". Throws ConfigError.
ParsedClip parse_clip(const std::string& text);

}  // namespace deadcone
