"use strict";

// The page: its one state, the views that show it and the events that change it.

(() => {
  const { sweep } = atlas;
  const { element, number } = atlas;
  let state = {
    share: atlas.fateCode("dead") ?? sweep.fates[0].code,
    hidden: new Set(),
    // In a refined map, two kinds of dead would only show which pixels were filled.
    apart: sweep.deaths.length > 0 && !("provenance" in sweep.bytes),
    start: null,
    view: null,
    indices: mostVariedPoint(),
  };
  let trajectory = null;

  const sharesHere = () => sweep.shares[atlas.pointNumber(state.indices)];

  /** The point to show first: the one where two starts are least likely to have the same fate. */
  function mostVariedPoint() {
    let best = { same: Infinity, point: 0 };
    sweep.shares.forEach((shares, point) => {
      const same = shares ? shares.reduce((sum, share) => sum + share * share, 0) : Infinity;
      if (same < best.same) best = { same, point };
    });
    const indices = {};
    let rest = best.point;
    for (const axis of atlas.axes().reverse()) {
      indices[axis] = rest % sweep.axes[axis].length;
      rest = Math.floor(rest / sweep.axes[axis].length);
    }
    return indices;
  }

  // ---- What shows the state

  const map = atlas.createMap({
    onPick: (start) => change({ start }),
    onHover: showPixel,
    onMove: showScales,
    // A link to the whole map should show it whole on any screen.
    onView: () => change({ view: map.showsWhole() ? null : map.view() }),
  });
  const scaleX = atlas.createRuler("ruler-x", sweep.plane.x, { vertical: false });
  const scaleY = atlas.createRuler("ruler-y", sweep.plane.y, { vertical: true });
  atlas.map = map;
  const heatMap = atlas.createHeatMap({ onChoose: moveTo });
  const sliders = atlas.createSliders({ onMove: moveTo });
  const shareChoice = atlas.createShareChoice({ onChoose: (share) => change({ share }) });
  const legend = atlas.createLegend({ onFilter: filter });
  const deathKey = atlas.createDeathKey({ onChoose: (apart) => change({ apart }) });
  const course = atlas.createCourse();

  function showPoint() {
    const shares = sharesHere();
    element("pending").hidden = Boolean(shares);
    map.show(shares ? atlas.pointNumber(state.indices) : null, state.hidden, state.apart);
    legend.show(state, shares);
    deathKey.show(state);
    sliders.show(state);
    shareChoice.show(state);
    heatMap.show(state);
    showPixel(hovered);
  }

  function showTrajectory() {
    const { x, y } = sweep.plane;
    const from = state.start && atlas.pixelValues(state.indices, state.start);
    // Moves below a quarter of a screen pixel when the map fills a large screen.
    const length = Math.hypot(x.hi - x.lo, y.hi - y.lo) / 8000;
    const start = from && { w: from.w, b: from.b };
    trajectory = from && atlas.followsTrajectories() ? atlas.follow(from, sweep.criteria, start, length) : null;
    const pixel = from && { x: from[x.axis], y: from[y.axis] };
    if (atlas.hasStarts()) {
      const way = trajectory?.way.map(([w, b]) => ({ x: w, y: b }));
      map.draw({ pixel, way, targets: atlas.targets(state.indices) });
    } else {
      map.draw({ pixel });
    }
    element("trajectory").hidden = !from;
    element("how-to-start").hidden = Boolean(from);
    if (!from) return;
    element("start-x").value = String(pixel.x);
    element("start-y").value = String(pixel.y);
    showFilesEnd();
    if (!trajectory) return;
    const { fate, steps, theta } = trajectory;
    element("computed").textContent =
      fate === sweep.pending ? `not at rest after ${steps} updates` : words({ fate, steps });
    element("end").textContent = `(${number(theta.w, 5)}, ${number(theta.b, 5)})`;
    course.show(trajectory);
  }

  function showScales() {
    const [low, high] = map.corners();
    scaleX(low.x, high.x);
    scaleY(low.y, high.y);
  }

  /** The name of the theorem that proves the fate of a pixel of the file; null if there is none. */
  function proofOf({ proof }) {
    const name = proof === null ? null : sweep.proofs[proof];
    return !name || name === "none" ? null : name;
  }

  /** The fate of a pixel of the file, or of a trajectory, which has no proof, in words. */
  function words({ fate, steps, proof = null, provenance = null }) {
    if (sweep.provenance[provenance] === "filled") return `${atlas.fateName(fate)} (filled, not computed)`;
    const outcome = atlas.outcomeName(atlas.outcome(fate, proof));
    const name = proofOf({ proof });
    return outcome + (name ? ` (proved: ${name})` : "") + (steps === null || steps < 0 ? "" : `, ${steps} updates`);
  }

  function tileWith({ column, row }) {
    return [atlas.pointNumber(state.indices), 0, Math.floor(column / sweep.tile), Math.floor(row / sweep.tile)];
  }

  /** Shows the fate in the file of the start of the trajectory. */
  async function showFilesEnd() {
    const { start, indices } = state;
    element("stored").textContent = sharesHere() ? "…" : "pending";
    element("differs").hidden = true;
    if (!sharesHere()) return;
    const pixel = atlas.pixelOf(await atlas.loadTile(...tileWith(start)), start.column, start.row);
    if (start !== state.start || indices !== state.indices) return; // the state has changed meanwhile
    element("stored").textContent = words(pixel);
    if (!trajectory) return;
    element("differs").hidden = pixel.fate === trajectory.fate || trajectory.fate === sweep.pending;
    element("differs").textContent = proofOf(pixel)
      ? "They differ: the fate in the file is proved by a theorem; the page follows the trajectory until it stops."
      : "They differ: at this start the rounding decides between basins.";
  }

  // ---- The pixel under the pointer

  let hovered = null;
  // A pointer that crosses a large map must not load all of it.
  const PATIENCE_MS = 60;

  function showPixel(pixel) {
    hovered = pixel;
    if (!pixel) {
      element("hover-place").textContent = element("hover-fate").textContent = "";
      return;
    }
    const { column, row } = pixel;
    const { x, y } = sweep.plane;
    const values = [x.values[column], y.values[row]].map((value) => number(value));
    element("hover-place").textContent = `${atlas.sideName(x)} ${values[0]}, ${atlas.sideName(y)} ${values[1]}`;
    if (!sharesHere()) {
      element("hover-fate").textContent = "pending";
      return;
    }
    const tile = atlas.loadedTile(...tileWith(pixel));
    element("hover-fate").textContent = tile ? words(atlas.pixelOf(tile, column, row)) : "…";
    if (!tile) setTimeout(loadHovered, PATIENCE_MS, pixel);
  }

  async function loadHovered(pixel) {
    if (pixel !== hovered) return;
    await atlas.loadTile(...tileWith(pixel));
    showPixel(hovered);
  }

  // ---- What changes it

  function change(changes) {
    state = { ...state, ...changes };
    if (["indices", "hidden", "share", "apart"].some((key) => key in changes)) showPoint();
    if ("indices" in changes || "start" in changes) showTrajectory();
    atlas.address.save(state);
  }

  function moveTo(indices) {
    change({ indices: { ...state.indices, ...indices } });
  }

  function filter(code, hide) {
    const hidden = new Set(state.hidden);
    if (hide) hidden.add(code);
    else hidden.delete(code);
    change({ hidden });
  }

  function nearestPixel(x, y) {
    const { plane } = sweep;
    const index = (side, value) => {
      const place = atlas.placeOf(side, value);
      return Math.min(side.count - 1, Math.max(0, Number.isFinite(place) ? Math.floor(place * side.count) : 0));
    };
    return { column: index(plane.x, x), row: index(plane.y, y) };
  }

  function showAddress() {
    const { view, ...rest } = atlas.address.read(state);
    if (view) map.setView(view);
    else map.fit();
    change(rest);
  }

  element("start").addEventListener("submit", (event) => {
    event.preventDefault();
    change({ start: nearestPixel(Number(element("start-x").value), Number(element("start-y").value)) });
  });
  element("forget").addEventListener("click", () => change({ start: null }));
  element("whole").addEventListener("click", map.fit);
  window.addEventListener("hashchange", () => {
    if (atlas.address.differs(state)) showAddress();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    showPoint();
    showTrajectory();
  });

  // ---- What never changes

  const { criteria, precision, version, history } = sweep;
  const unit = criteria.relative_tolerance ? " |(γ, Δ)|" : "";
  document.title = `${sweep.name} – deadcone atlas`;
  element("name").textContent = sweep.training ? `${sweep.name}: ${sweep.training}` : sweep.name;
  element("heat-map-section").hidden = sweep.panels.every((axis) => sweep.axes[axis].length === 1);
  for (const side of ["x", "y"]) element(`name-${side}`).textContent = atlas.sideName(sweep.plane[side]);
  if (!atlas.hasStarts()) {
    const [across, up] = [sweep.plane.x, sweep.plane.y].map((side) => `${side.meaning} ${atlas.symbol(side.axis)}`);
    element("window-title").textContent = `The fate over ${across} and ${up}`;
    const sides = `${across} to the right, ${up} upwards`;
    element("map").setAttribute("aria-label", `Map of fates: ${sides}. Arrow keys move it, plus and minus zoom.`);
    element("whole").textContent = "Whole map";
    element("marks").textContent = "Ring: the pixel of the trajectory.";
  }
  if (!atlas.followsTrajectories()) {
    element("way-title").textContent = "Pixel";
    element("what-follows").textContent =
      "The page follows trajectories of the rectifier under momentum alone; of others it shows what is in the file.";
    element("forget").textContent = "Remove pixel";
    document.querySelector("#start button").textContent = "Show it";
    for (const part of document.querySelectorAll(".followed")) part.hidden = true;
    if (atlas.hasStarts()) {
      element("marks").textContent =
        "White dot: the minimum of least loss; smaller ones: other minima. Ring: the pixel that is chosen.";
    } else element("marks").textContent = "Ring: the pixel that is chosen.";
  }
  element("precision").textContent = precision;
  element("made").textContent = `deadcone ${version}, ${precision} precision. ${history}`;
  element("criteria").textContent =
    `Stop rule ${criteria.stop}, tolerance ${number(criteria.tolerance)}${unit}, ` +
    `ρ = ${number(criteria.rho)}, ε = ${number(criteria.epsilon)}, at most ${criteria.max_steps} updates.` +
    (criteria.certify ? " Certified: in the file, a trajectory also ends where a theorem proves its fate." : "");
  showAddress();
})();
