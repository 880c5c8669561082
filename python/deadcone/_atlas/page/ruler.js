"use strict";

// The scales of x and y beside the map, which follow its view.

atlas.createRuler = (id, side, { vertical }) => {
  const box = atlas.element(id);
  box.querySelector("b").textContent = atlas.sideName(side);
  // So far apart are ticks at least; so much is left free for the name at the upper end. In CSS pixels.
  const SPACING = vertical ? 48 : 72;
  const NAME = 22;

  /** The least of 1, 2, 5, 10, ... times a power of ten that is no less than `least`. */
  function roundStep(least) {
    const power = 10 ** Math.floor(Math.log10(least));
    return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9));
  }

  /** Round values from `low` to `high`, of which `most` have room. */
  function roundValues(low, high, most) {
    const step = roundStep((high - low) / most);
    const values = [];
    for (let i = Math.ceil(low / step); i * step <= high; ++i) values.push(i * step);
    return values;
  }

  /** The same on a logarithmic scale: powers of ten, or where there are few, what is round between them. */
  function roundPowers(low, high, most) {
    const [from, to] = [Math.log10(low), Math.log10(high)];
    if (to - from < 2) return roundValues(low, high, most).filter((value) => value > 0);
    const step = Math.max(1, Math.ceil((to - from) / most));
    return roundValues(from, to, (to - from) / step).map((power) => 10 ** power);
  }

  /** Shows the scale from `low` to `high`. */
  return (low, high) => {
    const length = vertical ? box.clientHeight : box.clientWidth;
    const shown = { ...side, lo: low, hi: high };
    const ticks = [];
    let last = -SPACING;
    for (const value of (side.logarithmic ? roundPowers : roundValues)(low, high, length / SPACING)) {
      const place = atlas.placeOf(shown, value) * length;
      if (place > length - NAME || (side.logarithmic && place < last + SPACING / 2)) continue;
      last = place;
      const tick = document.createElement("span");
      tick.textContent = atlas.number(value, 6);
      tick.style[vertical ? "bottom" : "left"] = `${place}px`;
      ticks.push(tick);
    }
    box.querySelector(".ticks").replaceChildren(...ticks);
  };
};
