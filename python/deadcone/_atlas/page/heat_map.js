"use strict";

// The share of a fate over beta and gamma, or the axes that take their place where the maps have one of these as a side; in
// order and not to scale. A click chooses the point.

atlas.createHeatMap = ({ onChoose }) => {
  const { sweep } = atlas;
  const [across, up] = sweep.panels;
  const [columns, rows] = [sweep.axes[across], sweep.axes[up]];
  const box = atlas.element("heat-map");
  // In CSS pixels: the narrowest heat map, a character of a label, a line of them.
  const WIDTH = 216;
  const CHARACTER = 6;
  const MOST_ROWS = 8;
  // As many lines between cells as leave cells to be seen.
  const GAPPED = 24;

  const labels = (values) => values.map((value) => atlas.number(value, 3));

  /** How many labels fit side by side. */
  function mostColumns(values) {
    const longest = Math.max(...labels(values).map((label) => label.length));
    return Math.floor(WIDTH / (CHARACTER * (longest + 1)));
  }

  /** Ticks at some of the values, evenly spread. */
  function ticks(values, most) {
    const stride = Math.ceil(values.length / most);
    const at = values.map((_, i) => i).filter((i) => i % stride === 0);
    return { tickvals: at, ticktext: at.map((i) => labels(values)[i]) };
  }

  const axis = (title, values, mostTicks) => ({
    title: { text: title, standoff: 8 },
    ...ticks(values, mostTicks),
    range: [-0.5, values.length - 0.5],
    tickangle: 0,
    tickfont: { size: 11 },
    fixedrange: true,
    showgrid: false,
    zeroline: false,
  });

  const title = (name) => `${atlas.markup(sweep.meanings[name])} ${atlas.symbol(name)}`;

  const cell = (column, row, colour, width) => ({
    type: "rect",
    x0: column - 0.5,
    x1: column + 0.5,
    y0: row - 0.5,
    y1: row + 0.5,
    line: { color: colour, width },
  });

  function sharesOf(indices, share) {
    const at = sweep.fates.findIndex((fate) => fate.code === share);
    const shareAt = (column, row) =>
      sweep.shares[atlas.pointNumber({ ...indices, [across]: column, [up]: row })]?.[at] ?? null;
    return rows.map((_, row) => columns.map((_, column) => shareAt(column, row)));
  }

  let listens = false;

  return {
    show({ indices, share }) {
      const shares = sharesOf(indices, share);
      const text = shares.map((row, j) =>
        row.map((value, i) => {
          const meaning = value === null ? "not computed yet" : `${atlas.percent(value)} ${atlas.markup(atlas.fateName(share))}`;
          const place = [across, up].map((name, side) => `${atlas.symbol(name)} ${atlas.number([columns[i], rows[j]][side])}`);
          return `${place.join(", ")}<br>${meaning}`;
        }),
      );
      const gap = Math.max(columns.length, rows.length) > GAPPED ? 0 : 1;
      const trace = {
        type: "heatmap",
        z: shares,
        text,
        hoverinfo: "text",
        colorscale: "Cividis",
        zmin: 0,
        zmax: Math.max(...shares.flat(), 0.01),
        xgap: gap,
        ygap: gap,
        colorbar: {
          orientation: "h",
          thickness: 8,
          tickformat: ".0%",
          outlinewidth: 0,
          y: 1.1,
          ypad: 0,
          yanchor: "bottom",
        },
      };
      const layout = {
        margin: { l: 66, r: 4, t: 44, b: 44 },
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        font: { color: atlas.themeColour("text"), family: "inherit", size: 12 },
        xaxis: axis(title(across), columns, mostColumns(columns)),
        yaxis: axis(title(up), rows, MOST_ROWS),
        dragmode: false,
        shapes: [cell(indices[across], indices[up], "#ffffff", 5), cell(indices[across], indices[up], "#000000", 2)],
      };
      Plotly.react(box, [trace], layout, { displayModeBar: false, responsive: true });
      if (!listens) box.on("plotly_click", ({ points: [{ x, y }] }) => onChoose({ [across]: x, [up]: y }));
      listens = true;
    },
  };
};
