#include "config/optimizer_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <vector>

#include "config/parse.hpp"
#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {
namespace {

/// The numbers of a kind of schedule, by the names that its text has.
struct ScheduleForm {
  const char* updates;  ///< the name of Schedule::updates; null: it has none
  const char* factor;   ///< that of Schedule::factor
  bool may_lack_factor = false;
  double default_factor = 1.0;

  std::size_t numbers() const { return (updates != nullptr ? 1U : 0U) + (factor != nullptr ? 1U : 0U); }
};

ScheduleForm form_of(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::constant:
      break;
    case ScheduleKind::step:
      return {"EVERY", "FACTOR"};
    case ScheduleKind::exponential:
      return {nullptr, "RATE"};
    case ScheduleKind::cosine:
      return {"T", "FLOOR", true, 0.0};
    case ScheduleKind::linear:
      return {"T", nullptr};
  }
  return {nullptr, nullptr};
}

std::string form_text(ScheduleKind kind) {
  const ScheduleForm form = form_of(kind);
  std::string text = name_of(kind);
  if (form.updates != nullptr) text += std::string(":") + form.updates;
  if (form.factor != nullptr)
    text += form.may_lack_factor ? std::string("[:") + form.factor + "]" : std::string(":") + form.factor;
  return text;
}

[[noreturn]] void reject(const std::string& text, const std::string& why) {
  throw ConfigError("'" + text + "' is not a schedule: " + why);
}

Schedule parse_after_warmup(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const auto& kinds = NameTable<ScheduleKind>::values;
  const auto found = std::ranges::find_if(kinds, [&](const auto& each) { return parts[0] == each.name; });
  if (found == kinds.end()) reject(text, schedule_forms());
  const ScheduleForm form = form_of(found->kind);
  const std::size_t given = parts.size() - 1;
  if (given > form.numbers() || given < form.numbers() - (form.may_lack_factor ? 1 : 0))
    reject(text, "it must have the form " + form_text(found->kind));
  Schedule schedule = {.kind = found->kind, .updates = 0, .factor = form.default_factor};
  std::size_t next = 1;
  try {
    if (form.updates != nullptr) schedule.updates = parse_integer(parts[next++], 1, largest_max_updates);
    if (form.factor != nullptr && next < parts.size()) schedule.factor = parse_number(parts[next]);
  } catch (const ConfigError& error) {
    reject(text, error.what());
  }
  return schedule;
}

}  // namespace

std::string schedule_forms() {
  std::string forms;
  for (const Named<ScheduleKind>& each : NameTable<ScheduleKind>::values) forms += form_text(each.kind) + "|";
  return forms + "warmup:T[+OTHER]";
}

ParsedSchedule parse_schedule(const std::string& text) {
  const std::string prefix = "warmup:";
  if (!text.starts_with(prefix)) return {parse_after_warmup(text), ""};
  // A plus sign may be a part of a number: 1e+3.
  std::size_t end = prefix.size();
  while (end < text.size() &&
         !(text[end] == '+' && end + 1 < text.size() && std::isalpha(static_cast<unsigned char>(text[end + 1])) != 0))
    ++end;
  const std::string warmup = text.substr(prefix.size(), end - prefix.size());
  if (warmup.empty()) reject(text, "it must have the form warmup:T[+OTHER]");
  return {end < text.size() ? parse_after_warmup(text.substr(end + 1)) : Schedule(), warmup};
}

std::string schedule_text(const Schedule& schedule) {
  const ScheduleForm form = form_of(schedule.kind);
  std::string text = name_of(schedule.kind);
  if (form.updates != nullptr) text += ":" + std::to_string(schedule.updates);
  if (form.factor != nullptr) text += ":" + shortest(schedule.factor);
  return text;
}

ParsedClip parse_clip(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const ParsedClip clip = {parse_name<ClipKind>(text.substr(0, colon)),
                           colon < text.size() ? text.substr(colon + 1) : ""};
  if ((clip.kind == ClipKind::none) != (colon == text.size()))
    throw ConfigError("'" + text + "' must be none, norm:C or value:C");
  return clip;
}

}  // namespace deadcone
