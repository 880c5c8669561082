"use strict";

// The scales of w and b beside the map, which follow its view.

atlas.createRuler = (id, { vertical }) => {
  const box = atlas.element(id);
  // So far apart are ticks at least; so much is left free for the name at the upper end. In CSS pixels.
  const SPACING = vertical ? 48 : 72;
  const NAME = 22;

  /** The least of 1, 2, 5, 10, ... times a power of ten that is no less than `least`. */
  function roundStep(least) {
    const power = 10 ** Math.floor(Math.log10(least));
    return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9));
  }

  /** Shows the scale from `low` to `high`. */
  return (low, high) => {
    const length = vertical ? box.clientHeight : box.clientWidth;
    const step = roundStep(((high - low) * SPACING) / length);
    const ticks = [];
    for (let i = Math.ceil(low / step); i * step <= high; ++i) {
      const place = ((i * step - low) / (high - low)) * length;
      if (place > length - NAME) continue;
      const tick = document.createElement("span");
      tick.textContent = atlas.number(i * step, 6);
      tick.style[vertical ? "bottom" : "left"] = `${place}px`;
      ticks.push(tick);
    }
    box.querySelector(".ticks").replaceChildren(...ticks);
  };
};
