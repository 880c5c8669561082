"use strict";

// The state in the address, after #, so that a link shows the same:
//
//   #beta=0.9&gamma=0.1&share=dead&hide=stalled&colour=proof&start=-0.5,1&view=0,0.25,1.5
//
// Axes that are not swept are left out; so is the colour (by fate or by proof) if there are no proofs. start is (w, b), or
// the pixel's values of other axes of the plane, x and y; view is those of its middle and the zoom; without it, or far from
// the map, the page shows the whole map.

atlas.address = (() => {
  const DIGITS = 8;
  const short = (values) => values.map((value) => String(Number(value.toPrecision(DIGITS)))).join(",");

  function nearest(values, wanted) {
    const distance = (i) => Math.abs(values[i] - wanted);
    return values.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
  }

  /** Exactly `count` finite numbers, or null. */
  function numbers(text, count) {
    const values = (text ?? "").split(",").map((part) => (part.trim() ? Number(part) : NaN));
    return values.length === count && values.every(Number.isFinite) ? values : null;
  }

  /** The code of a fate that is not pending, or null. */
  const codeOf = (name) => (name === "pending" ? null : atlas.fateCode(name));

  function write({ indices, share, hidden, apart, start, view }) {
    const { axes, plane, deaths } = atlas.sweep;
    const parts = [];
    for (const axis of atlas.axes()) {
      if (axes[axis].length > 1) parts.push(`${axis}=${axes[axis][indices[axis]]}`);
    }
    parts.push(`share=${atlas.fateName(share)}`);
    if (hidden.size) parts.push(`hide=${[...hidden].map(atlas.fateName).join(",")}`);
    if (deaths.length) parts.push(`colour=${apart ? "proof" : "fate"}`);
    if (start) parts.push(`start=${short([plane.x.values[start.column], plane.y.values[start.row]])}`);
    if (view) parts.push(`view=${short([view.x, view.y, view.zoom])}`);
    return parts.join("&");
  }

  /** The state in an address; missing and invalid parts are those of `otherwise`. */
  function read(text, otherwise) {
    const { axes, plane } = atlas.sweep;
    const given = new URLSearchParams(text);
    const indices = { ...otherwise.indices };
    for (const axis of atlas.axes()) {
      const value = numbers(given.get(axis), 1);
      if (value) indices[axis] = nearest(axes[axis], value[0]);
    }
    const colour = given.get("colour");
    const hide = (given.get("hide") ?? "").split(",").map(codeOf);
    const start = numbers(given.get("start"), 2);
    const view = numbers(given.get("view"), 3);
    return {
      indices,
      share: codeOf(given.get("share")) ?? otherwise.share,
      hidden: new Set(hide.filter((code) => code !== null)),
      apart: atlas.sweep.deaths.length > 0 && ["proof", "fate"].includes(colour) ? colour === "proof" : otherwise.apart,
      start: start && { column: nearest(plane.x.values, start[0]), row: nearest(plane.y.values, start[1]) },
      view: view && { x: view[0], y: view[1], zoom: view[2] },
    };
  }

  return {
    read: (otherwise) => read(location.hash.slice(1), otherwise),
    /** Whether the address differs from that of the state. */
    differs: (state) => location.hash.slice(1) !== write(state),
    /** Writes the state into the address, without an entry in the history for each move of a slider. */
    save: (state) => history.replaceState(null, "", `#${write(state)}`),
  };
})();
