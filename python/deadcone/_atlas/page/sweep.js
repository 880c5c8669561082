"use strict";

// What all scripts of the page share. data/sweep.js then adds atlas.sweep: the names, axes and fractions of the file.

const atlas = {
  SYMBOLS: {
    beta: "β", gamma: "γ", eta: "η", delta: "Δ", r: "r₀", w: "w₀", b: "b₀", beta2: "β₂", alpha: "α", decay: "λ", leak: "a",
  },

  /** The names of the axes of the sweep, in the order of the points. */
  axes: () => Object.keys(atlas.sweep.axes),

  /** An axis as it is written: a Greek letter, or else its name. */
  symbol: (axis) => atlas.SYMBOLS[axis] ?? axis,

  /** Whether the pixels of a map are starts (w, b) of one point. */
  hasStarts: () => atlas.sweep.plane.x.axis === "w" && atlas.sweep.plane.y.axis === "b",

  /** The name of a side of the map: that of its axis; starts have no index where they are what the map is of. */
  sideName: (side) => (atlas.hasStarts() ? side.axis : atlas.symbol(side.axis)),

  /** Where a value lies along a side of the map: 0 at its lower end, 1 at its upper one. */
  placeOf: ({ lo, hi, logarithmic }, value) =>
    logarithmic ? Math.log(value / lo) / Math.log(hi / lo) : (value - lo) / (hi - lo),

  /** The value at such a place. */
  valueAt: ({ lo, hi, logarithmic }, place) => (logarithmic ? lo * (hi / lo) ** place : lo + place * (hi - lo)),

  element: (id) => document.getElementById(id),

  /** Text from the file for Plotly, which reads some HTML. */
  markup: (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`),

  /** A number in at most so many digits. */
  number(value, digits = 10) {
    const rounded = Number(value.toPrecision(digits));
    const small = rounded !== 0 && Math.abs(rounded) < 1e-4;
    return (small ? rounded.toExponential() : String(rounded)).replaceAll("-", "−");
  },

  /** A share in percent; only an exact 0 or 1 is written as 0 % or 100 %. */
  percent(share) {
    if (share > 0 && share < 1e-4) return "<0.01 %";
    if (share < 1 && share > 1 - 1e-4) return ">99.99 %";
    return `${(100 * share).toFixed(2)} %`;
  },

  /** The code of a fate in the file; null if the file has no such fate. */
  fateCode: (name) =>
    name === "pending" ? atlas.sweep.pending : (atlas.sweep.fates.find((fate) => fate.name === name)?.code ?? null),

  fateName: (code) => atlas.sweep.fates.find((fate) => fate.code === code)?.name ?? "pending",

  /** The code of an outcome: a fate, or one of the kinds of dead where there are proofs. */
  outcome(fate, proof) {
    if (proof === null || fate !== (atlas.dead ??= atlas.fateCode("dead"))) return fate;
    const [forEver, withinTolerance, filled] = atlas.sweep.deaths;
    if (proof === atlas.sweep.proofOfDeath) return forEver.code;
    return proof < 0 ? filled.code : withinTolerance.code;
  },

  outcomeName: (code) => atlas.sweep.deaths.find((death) => death.code === code)?.name ?? atlas.fateName(code),

  /** The number of a point, from its index along each axis; its folder and its shares have this number. */
  pointNumber: (indices) =>
    atlas.axes().reduce((number, axis) => number * atlas.sweep.axes[axis].length + indices[axis], 0),

  /** The values of a point along each axis. */
  pointValues: (indices) =>
    Object.fromEntries(atlas.axes().map((axis) => [axis, atlas.sweep.axes[axis][indices[axis]]])),

  /** Whether the page knows how to compute the sweep's trajectories: those of the rectifier under momentum alone. */
  followsTrajectories: () => atlas.sweep.training === "",

  /** Where units converge in the map of a point: the target, or the minima of the loss, that of least loss first. */
  targets(indices) {
    const minima = atlas.sweep.minima[atlas.pointNumber(indices)];
    if (minima) return minima.map(([x, y]) => ({ x, y }));
    const { gamma, delta } = atlas.pointValues(indices);
    return [{ x: gamma, y: delta }];
  },

  /** What the pixel in a column and a row of the map of a point starts from. */
  pixelValues(indices, { column, row }) {
    const { x, y } = atlas.sweep.plane;
    return { ...atlas.pointValues(indices), [x.axis]: x.values[column], [y.axis]: y.values[row] };
  },

  /** A colour of the style sheet, for drawings that it does not style. */
  themeColour: (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(),
};
