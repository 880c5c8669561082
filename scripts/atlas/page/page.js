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
    // A link to the whole window should show it whole on any screen.
    onView: () => change({ view: map.showsWhole() ? null : map.view() }),
  });
  const scaleW = atlas.createRuler("ruler-w", { vertical: false });
  const scaleB = atlas.createRuler("ruler-b", { vertical: true });
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
    const point = atlas.pointValues(state.indices);
    const { w, b } = sweep.window;
    const startAt = state.start && { w: sweep.w[state.start.column], b: sweep.b[state.start.row] };
    // Moves below a quarter of a screen pixel when the window fills a large screen.
    const length = Math.hypot(w.hi - w.lo, b.hi - b.lo) / 8000;
    trajectory = startAt && atlas.follow(point, sweep.criteria, startAt, length);
    map.draw({ w: point.gamma, b: point.delta }, trajectory);
    element("trajectory").hidden = !trajectory;
    element("how-to-start").hidden = Boolean(trajectory);
    if (!trajectory) return;
    element("start-w").value = String(startAt.w);
    element("start-b").value = String(startAt.b);
    const { fate, steps, theta } = trajectory;
    element("computed").textContent =
      fate === sweep.pending ? `not at rest after ${steps} updates` : words({ fate, steps });
    element("end").textContent = `(${number(theta.w, 5)}, ${number(theta.b, 5)})`;
    course.show(trajectory);
    showFilesEnd();
  }

  function showScales() {
    const [low, high] = map.corners();
    scaleW(low.w, high.w);
    scaleB(low.b, high.b);
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
    element("hover-place").textContent = `w ${number(sweep.w[column])}, b ${number(sweep.b[row])}`;
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

  function nearestPixel(w, b) {
    const clamp = (value, count) => Math.min(count - 1, Math.max(0, Math.floor(value * count)));
    const { window } = sweep;
    return {
      column: clamp((w - window.w.lo) / (window.w.hi - window.w.lo), sweep.w.length),
      row: clamp((b - window.b.lo) / (window.b.hi - window.b.lo), sweep.b.length),
    };
  }

  function showAddress() {
    const { view, ...rest } = atlas.address.read(state);
    if (view) map.setView(view);
    else map.fit();
    change(rest);
  }

  element("start").addEventListener("submit", (event) => {
    event.preventDefault();
    change({ start: nearestPixel(Number(element("start-w").value), Number(element("start-b").value)) });
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
  element("name").textContent = sweep.name;
  element("heat-map-section").hidden = sweep.axes.beta.length * sweep.axes.gamma.length === 1;
  element("precision").textContent = precision;
  element("made").textContent = `deadcone ${version}, ${precision} precision. ${history}`;
  element("criteria").textContent =
    `Stop rule ${criteria.stop}, tolerance ${number(criteria.tolerance)}${unit}, ` +
    `ρ = ${number(criteria.rho)}, ε = ${number(criteria.epsilon)}, at most ${criteria.max_steps} updates.` +
    (criteria.certify ? " Certified: in the file, a trajectory also ends where a theorem proves its fate." : "");
  showAddress();
})();
