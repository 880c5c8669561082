"use strict";

// The controls beside the map: a slider for every swept axis, the choice of the fate in the heat map, and the legend,
// which hides fates.

atlas.createSliders = ({ onMove }) => {
  const { axes } = atlas.sweep;
  const swept = atlas.axes().filter((axis) => axes[axis].length > 1);
  const sliders = new Map(swept.map((axis) => [axis, createSlider(axis)]));

  const fixed = atlas.axes().filter((axis) => axes[axis].length === 1);
  atlas.element("fixed").textContent = fixed
    .map((axis) => `${atlas.symbol(axis)} = ${atlas.number(axes[axis][0])}`)
    .join(", ");

  function createSlider(axis) {
    const slider = atlas.element("slider-template").content.firstElementChild.cloneNode(true);
    const input = slider.querySelector("input");
    input.id = `slider-${axis}`;
    input.max = axes[axis].length - 1;
    input.addEventListener("input", () => onMove({ [axis]: Number(input.value) }));
    const label = slider.querySelector("label");
    label.htmlFor = input.id;
    label.textContent = atlas.symbol(axis);
    label.title = atlas.sweep.meanings[axis];
    slider.querySelector("output").htmlFor = input.id;
    atlas.element("sliders").append(slider);
    return slider;
  }

  return {
    show({ indices }) {
      for (const [axis, slider] of sliders) {
        const text = atlas.number(axes[axis][indices[axis]], 6);
        const input = slider.querySelector("input");
        input.value = indices[axis];
        // Screen readers read the value, not its index.
        input.setAttribute("aria-valuetext", `${axis} ${text}`);
        slider.querySelector("output").value = text;
      }
    },
  };
};

atlas.createShareChoice = ({ onChoose }) => {
  const select = atlas.element("share");
  for (const { code, name } of occurringFates()) select.add(new Option(name, code));
  select.addEventListener("change", () => onChoose(Number(select.value)));
  return { show: ({ share }) => (select.value = share) };
};

atlas.createLegend = ({ onFilter }) => {
  const entries = new Map(occurringFates().map((fate) => [fate.code, createEntry(fate)]));

  function createEntry({ code, name, colour }) {
    const entry = atlas.element("legend-template").content.firstElementChild.cloneNode(true);
    entry.querySelector(".swatch").style.backgroundColor = colour;
    entry.querySelector(".name").textContent = name;
    const box = entry.querySelector("input");
    box.dataset.fate = name;
    box.addEventListener("change", () => onFilter(code, !box.checked));
    atlas.element("legend").append(entry);
    return entry;
  }

  return {
    show({ hidden }, shares) {
      atlas.sweep.fates.forEach(({ code }, at) => {
        const entry = entries.get(code);
        if (!entry) return;
        entry.querySelector("input").checked = !hidden.has(code);
        entry.querySelector("output").value = shares ? atlas.percent(shares[at]) : "–";
      });
    },
  };
};

/** The choice whether the map shows the kinds of dead, with their colours; hidden without proofs. */
atlas.createDeathKey = ({ onChoose }) => {
  const { deaths, bytes } = atlas.sweep;
  const occurring = "provenance" in bytes ? deaths : deaths.slice(0, 2); // without refinement, no pixel is filled
  const box = atlas.element("apart");
  atlas.element("deaths").hidden = !deaths.length;
  for (const { name, colour } of occurring) {
    const entry = atlas.element("death-template").content.firstElementChild.cloneNode(true);
    entry.querySelector(".swatch").style.backgroundColor = colour;
    entry.querySelector(".name").textContent = name;
    atlas.element("death-key").append(entry);
  }
  box.addEventListener("change", () => onChoose(box.checked));
  return {
    show({ apart }) {
      box.checked = apart;
      atlas.element("death-key").hidden = !apart;
    },
  };
};

/** The fates that occur in the sweep; converged and dead in any case. */
function occurringFates() {
  const { fates, shares } = atlas.sweep;
  const always = ["converged", "dead"];
  return fates.filter(({ name }, at) => always.includes(name) || shares.some((share) => share?.[at] > 0));
}
