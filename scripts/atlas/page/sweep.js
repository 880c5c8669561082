"use strict";

// What all scripts of the page share; data/sweep.js then adds atlas.sweep.

const atlas = {
  /** As in include/deadcone/fate.hpp. */
  FATE: { PENDING: -1, CONVERGED: 0, DEAD: 1, STALLED: 2, UNFINISHED: 3, DIVERGED: 4 },
  AXES: ["beta", "gamma", "eta", "delta", "r"],
  SYMBOLS: { beta: "β", gamma: "γ", eta: "η", delta: "Δ", r: "r₀" },

  element: (id) => document.getElementById(id),

  /** A number as it is read: no more digits than distinguish. */
  number(value, digits = 10) {
    const rounded = Number(value.toPrecision(digits));
    const small = rounded !== 0 && Math.abs(rounded) < 1e-4;
    return (small ? rounded.toExponential() : String(rounded)).replaceAll("-", "−");
  },

  /** A share in percent; a few are not rounded to none, nor all but a few to all. */
  percent(share) {
    if (share > 0 && share < 1e-4) return "<0.01 %";
    if (share < 1 && share > 1 - 1e-4) return ">99.99 %";
    return `${(100 * share).toFixed(2)} %`;
  },

  fateName: (code) => atlas.sweep.fates.find((fate) => fate.code === code)?.name ?? "pending",

  /** The code of an outcome: a fate, the dead told apart where there are proofs. */
  outcome(fate, proof) {
    if (fate !== atlas.FATE.DEAD || proof === null) return fate;
    const [forEver, withinTolerance, filled] = atlas.sweep.deaths;
    if (proof === atlas.sweep.proofOfDeath) return forEver.code;
    return proof < 0 ? filled.code : withinTolerance.code;
  },

  outcomeName: (code) => atlas.sweep.deaths.find((death) => death.code === code)?.name ?? atlas.fateName(code),

  /** The number of a point, from its index along each axis: that of its folder and of its shares. */
  pointNumber: (indices) =>
    atlas.AXES.reduce((number, axis) => number * atlas.sweep.axes[axis].length + indices[axis], 0),

  /** The values of a point along each axis. */
  pointValues: (indices) => Object.fromEntries(atlas.AXES.map((axis) => [axis, atlas.sweep.axes[axis][indices[axis]]])),

  /** A colour of the style sheet, for what is not drawn by it. */
  themeColour: (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(),
};
