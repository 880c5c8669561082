"use strict";

// The map of one point in Leaflet, whose plane is that of the map in pixels: the column and the row, counted from the
// lowest values of x and y. Zoom 0 shows the pixels of the file one to one.

atlas.createMap = ({ onPick, onHover, onMove, onView }) => {
  const { sweep } = atlas;
  const { x: sideX, y: sideY } = sweep.plane;
  const columns = sideX.count;
  const rows = sideY.count;
  const bounds = L.latLngBounds([0, 0], [rows, columns]);
  // A pixel may be blown up so far that maps of a few pixels fill the view.
  const LARGEST_ZOOM = 8;

  // As its pixels, unless that would make a sliver of it.
  const aspect = Math.min(2, Math.max(0.75, columns / rows));
  atlas.element("map").style.aspectRatio = String(aspect);

  const map = L.map("map", {
    crs: L.CRS.Simple,
    minZoom: -sweep.halvings - 2,
    maxZoom: LARGEST_ZOOM,
    zoomSnap: 0, // so that the map fills the view
    fadeAnimation: false,
    attributionControl: false,
    maxBounds: bounds.pad(0.5),
    renderer: L.canvas({ padding: 0.5 }),
  });

  // Leaflet's own rounds to whole pixels, which bends smooth trajectories.
  map.latLngToLayerPoint = (place) => map.project(place).subtract(map.getPixelOrigin());

  // ---- Between values and pixels

  const toPlane = ({ x, y }) => [atlas.placeOf(sideY, y) * rows, atlas.placeOf(sideX, x) * columns];
  const fromPlane = ({ lat, lng }) => ({
    x: atlas.valueAt(sideX, lng / columns),
    y: atlas.valueAt(sideY, lat / rows),
  });
  /** The pixel at a place, or null outside the map. */
  function pixelAt({ lat, lng }) {
    const pixel = { column: Math.floor(lng), row: Math.floor(lat) };
    return pixel.column >= 0 && pixel.column < columns && pixel.row >= 0 && pixel.row < rows ? pixel : null;
  }

  // ---- Tiles

  const painted = new Map(); // the canvases in the page and their coordinates
  let shown = { point: null, colours: new Map(), apart: false };

  /** Colours by outcome as canvases store them; hidden fates and pending are transparent. */
  function coloursWithout(hidden) {
    const colours = new Map();
    for (const { code, colour } of [...sweep.fates, ...sweep.deaths]) {
      const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      colours.set(code, new Uint32Array(new Uint8Array([red, green, blue, 255]).buffer)[0]);
    }
    for (const code of hidden) colours.delete(code);
    if (hidden.has(atlas.fateCode("dead"))) for (const { code } of sweep.deaths) colours.delete(code);
    return colours;
  }

  function paint(canvas, tile) {
    const context = canvas.getContext("2d");
    const image = context.createImageData(tile.width, tile.height);
    const pixels = new Uint32Array(image.data.buffer);
    const { fate: fates, proof: proofs } = tile.maps;
    const outcome = shown.apart ? (i) => atlas.outcome(fates[i], proofs[i]) : (i) => fates[i];
    for (let row = 0; row < tile.height; ++row) {
      const from = row * tile.width;
      const to = (tile.height - 1 - row) * tile.width; // canvases begin at the top
      for (let i = 0; i < tile.width; ++i) pixels[to + i] = shown.colours.get(outcome(from + i)) ?? 0;
    }
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.putImageData(image, 0, sweep.tile - tile.height);
  }

  async function fill(canvas, coordinates) {
    const { point } = shown;
    if (point === null) {
      canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
      return;
    }
    // Leaflet counts tiles downwards from Leaflet's origin, which is the map's lower corner.
    const tile = await atlas.loadTile(point, -coordinates.z, coordinates.x, -1 - coordinates.y);
    if (point === shown.point) paint(canvas, tile);
  }

  const Layer = L.GridLayer.extend({
    createTile(coordinates, done) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = sweep.tile;
      painted.set(canvas, coordinates);
      fill(canvas, coordinates).then(() => done(null, canvas), (error) => done(error, canvas));
      return canvas;
    },
  });
  new Layer({
    tileSize: sweep.tile,
    bounds,
    minNativeZoom: -sweep.halvings,
    maxNativeZoom: 0,
    minZoom: map.getMinZoom(),
    maxZoom: LARGEST_ZOOM,
    noWrap: true,
  })
    .on("tileunload", ({ tile }) => painted.delete(tile))
    .addTo(map);

  // ---- What is drawn over it

  const overlay = L.layerGroup().addTo(map);
  // White below black, so that it is visible on every fate.
  const CASING = { color: "#ffffff", weight: 5, opacity: 0.9, smoothFactor: 0.25, interactive: false };
  const LINE = { color: "#000000", weight: 1.75, smoothFactor: 0.25, interactive: false };
  const dot = (fillColor, radius) => ({
    radius,
    color: fillColor === "#ffffff" ? "#000000" : "#ffffff",
    weight: 1.5,
    fillColor,
    fillOpacity: 1,
    interactive: false,
  });

  /** Draws a pixel as a ring, a way that begins there, and targets, the first the largest: places in the plane. */
  function draw({ pixel, way = [], targets = [] }) {
    overlay.clearLayers();
    // A logarithmic side has no place for values below zero.
    const places = way.map(toPlane).filter((place) => place.every(Number.isFinite));
    if (places.length > 0) {
      overlay.addLayer(L.polyline(places, CASING)).addLayer(L.polyline(places, LINE));
      overlay.addLayer(L.circleMarker(places[places.length - 1], dot("#000000", 4)));
    }
    const ring = (style) => L.circleMarker(toPlane(pixel), { ...style, radius: 6, fill: false });
    if (pixel) for (const style of [CASING, LINE]) overlay.addLayer(ring(style));
    targets.forEach((target, i) => {
      const end = toPlane(target);
      if (end.every(Number.isFinite)) overlay.addLayer(L.circleMarker(end, dot("#ffffff", i === 0 ? 4.5 : 3)));
    });
  }

  // ---- What the user does

  map.on("click", ({ latlng }) => {
    const pixel = pixelAt(latlng);
    if (pixel) onPick(pixel);
  });
  map.on("mousemove", ({ latlng }) => onHover(pixelAt(latlng)));
  map.on("mouseout", () => onHover(null));
  map.on("move", () => onMove());
  map.on("moveend", () => onView());

  // ---- The view

  let fitted = null; // the middle and the zoom that show the whole map

  function fit() {
    map.fitBounds(bounds, { animate: false, padding: [4, 4] });
    fitted = { centre: map.getCenter(), zoom: map.getZoom() };
    onView();
  }

  function showsWhole() {
    const RESIZED = 3; // pixels by which the middle may move when the page is resized
    if (!fitted || map.getZoom() !== fitted.zoom) return false;
    return map.project(map.getCenter()).distanceTo(map.project(fitted.centre)) < RESIZED;
  }

  map.on("resize", () => {
    if (showsWhole()) fit();
  });
  // Leaflet looks at the window alone; a scroll bar that appears resizes the map, too.
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());

  return {
    /** Shows the map of a point without the hidden fates, the dead by kind if `apart`; point null shows no map. */
    show(point, hidden, apart) {
      shown = { point, colours: coloursWithout(hidden), apart };
      for (const [canvas, coordinates] of painted) fill(canvas, coordinates).catch(console.error);
    },
    draw,
    /** The values in the middle of the view, and the zoom. */
    view: () => ({ ...fromPlane(map.getCenter()), zoom: map.getZoom() }),
    showsWhole,
    /** The lower and the upper corner of what is in view. */
    corners: () => [map.getBounds().getSouthWest(), map.getBounds().getNorthEast()].map(fromPlane),
    /** Shows a view, or the whole map if the view is not near it or its zoom is none of the map. */
    setView({ x, y, zoom }) {
      const zooms = zoom >= map.getMinZoom() && zoom <= map.getMaxZoom();
      const middle = toPlane({ x, y });
      const isNear = middle.every(Number.isFinite) && bounds.pad(1).contains(middle);
      if (zooms && isNear) map.setView(middle, zoom, { animate: false });
      else fit();
    },
    /** Shows the whole map. */
    fit,
  };
};
