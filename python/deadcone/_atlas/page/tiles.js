"use strict";

// Tiles of maps, loaded when they are asked for. A page from disk can read no files, but it can add a script whose one
// line hands over a tile: so that is what a tile is.

(() => {
  // Up to some 90 MB.
  const MOST_KEPT = 48;
  const cache = new Map(); // by name, the one that was used last at the end; { promise, tile once it is there }
  const receivers = new Map();

  async function inflate(text) {
    const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  /** Numbers from their bytes: first the lowest of all, then the next. */
  function assemble(bytes, size) {
    if (size === 1) return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    const numbers = new Int32Array(bytes.length / size);
    for (let plane = 0; plane < size; ++plane) {
      const begin = plane * numbers.length;
      for (let i = 0; i < numbers.length; ++i) numbers[i] |= bytes[begin + i] << (8 * plane);
    }
    return numbers;
  }

  function size(halvings, column, row) {
    const { tile, plane } = atlas.sweep;
    const edge = (count, index) => Math.min(tile, Math.ceil(count / 2 ** halvings) - index * tile);
    return { width: edge(plane.x.count, column), height: edge(plane.y.count, row) };
  }

  async function unpack(text, halvings, column, row) {
    const bytes = await inflate(text);
    const { width, height } = size(halvings, column, row);
    const maps = {};
    let begin = 0;
    for (const [name, bytesOfPixel] of Object.entries(atlas.sweep.bytes)) {
      const end = begin + width * height * bytesOfPixel;
      maps[name] = assemble(bytes.subarray(begin, end), bytesOfPixel);
      begin = end;
    }
    return { width, height, maps };
  }

  function addScript(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      receivers.set(name, resolve);
      script.src = `data/${name}.js`;
      script.onload = () => script.remove();
      script.onerror = () => reject(new Error(`data/${name}.js is missing`));
      document.head.append(script);
    });
  }

  /** Called by the scripts of the tiles. */
  atlas.receiveTile = (name, text) => {
    receivers.get(name)?.(text);
    receivers.delete(name);
  };

  /** The tile of a point's map, halved so often, in a column and a row from the lowest y upwards. */
  atlas.loadTile = (point, halvings, column, row) => {
    const name = `${point}/${halvings}_${column}_${row}`;
    const entry = cache.get(name) ?? {};
    cache.delete(name);
    cache.set(name, entry);
    entry.promise ??= addScript(name)
      .then((text) => unpack(text, halvings, column, row))
      .then((tile) => (entry.tile = tile));
    entry.promise.catch(() => cache.delete(name));
    if (cache.size > MOST_KEPT) cache.delete(cache.keys().next().value);
    return entry.promise;
  };

  /** The tile if it has been loaded already. */
  atlas.loadedTile = (point, halvings, column, row) => cache.get(`${point}/${halvings}_${column}_${row}`)?.tile;

  /** Fate, steps, proof and provenance of one pixel of a tile of the full map; null is what the file does not have. */
  atlas.pixelOf = (tile, column, row) => {
    const at = (row % atlas.sweep.tile) * tile.width + (column % atlas.sweep.tile);
    const value = (name) => tile.maps[name]?.[at] ?? null;
    return { fate: value("fate"), steps: value("steps"), proof: value("proof"), provenance: value("provenance") };
  };
})();
