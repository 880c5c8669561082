"use strict";

// Loss and distance to the target of the trajectory against the step.

atlas.createCourse = () => {
  const box = atlas.element("course");
  const line = (name, { steps }, values, colour, dash) => ({
    type: "scatter",
    mode: "lines",
    name,
    x: steps,
    y: values,
    line: { color: colour, width: 2, dash },
    hovertemplate: "step %{x}: %{y:.4g}",
  });
  const axis = (title) => ({
    title: { text: title, standoff: 4 },
    type: "log",
    fixedrange: true,
    automargin: true,
    exponentformat: "power",
    nticks: 8,
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
        xaxis: { ...axis("step"), dtick: 1 },
        yaxis: { ...axis(""), dtick: undefined },
        legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" },
        dragmode: false,
      };
      Plotly.react(box, curves, layout, { displayModeBar: false, responsive: true });
    },
  };
};
