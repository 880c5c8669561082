"use strict";

// Loss and distance to the target of the trajectory, over the number of updates.

atlas.createCourse = () => {
  const box = atlas.element("course");
  const line = (name, { steps }, values, colour, dash) => ({
    type: "scatter",
    mode: "lines",
    name,
    x: steps,
    y: values,
    line: { color: colour, width: 2, dash },
    hovertemplate: "update %{x}: %{y:.4g}",
  });
  /** Ticks at powers of ten only, unless there are hardly any. */
  function tickStep(values) {
    const positive = values.filter((value) => value > 0 && value < Infinity);
    const decades = Math.log10(Math.max(...positive) / Math.min(...positive));
    return decades < 1.5 ? undefined : Math.ceil(decades / 7);
  }

  const axis = (title, values) => ({
    title: { text: title, standoff: 4 },
    type: "log",
    fixedrange: true,
    automargin: true,
    dtick: tickStep(values),
    exponentformat: "power",
    gridcolor: atlas.themeColour("line"),
  });

  return {
    show({ course }) {
      const curves = [
        line("|θ − target|", course, course.distance, atlas.themeColour("curve-1"), "solid"),
        line("loss", course, course.loss, atlas.themeColour("curve-2"), "dash"),
      ];
      const layout = {
        margin: { l: 50, r: 8, t: 6, b: 36 },
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        font: { color: atlas.themeColour("text"), family: "inherit", size: 12 },
        xaxis: axis("updates", course.steps),
        yaxis: axis("", [...course.distance, ...course.loss]),
        legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" },
        dragmode: false,
      };
      Plotly.react(box, curves, layout, { displayModeBar: false, responsive: true });
    },
  };
};
