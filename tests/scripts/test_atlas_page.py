"""The page of the atlas in headless Chromium, opened from disk: what it shows is what is in the file.

Needs chromium and chromedriver; is skipped without them, unless DEADCONE_REQUIRE_BROWSER=1.
"""

import os
import re
import shutil
from urllib.parse import parse_qs

import h5py
import numpy as np
import pytest
from scipy.special import ndtr

from conftest import CONVERGED, DEAD, FATES, fill_pixels

from in_process import run  # makes the scripts modules
from deadcone.plot._palettes import DEATHS, PALETTES

COLOURS = PALETTES["default"].fates
AXES = ("beta", "gamma", "eta", "delta", "r")
PATIENCE = 20
DESKTOP, PHONE = (1400, 950), (390, 844)


class Page:
    """The page of an atlas in a browser. Places on the screen are in CSS pixels of the viewport."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, site, state="", size=DESKTOP):
        """Loads the page anew, with a state in its address, and waits until its map is drawn."""
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", **metrics)
        self.driver.get("about:blank")
        self.driver.get(f"{(site / 'index.html').as_uri()}#{state}")
        self.wait("return location.hash.includes('share=')")
        self.wait_for_map()
        return self

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, script, *arguments):
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, PATIENCE, 0.02).until(lambda _: self.run(script, *arguments), script)

    def wait_for_map(self):
        self.wait(
            "const tiles = [...document.querySelectorAll('#map canvas.leaflet-tile')];"
            "return tiles.length > 0 && tiles.every((tile) => tile.classList.contains('leaflet-tile-loaded'))"
        )

    def text(self, id):
        return self.run("return document.getElementById(arguments[0]).textContent", id)

    def wait_for_text(self, id, text):
        self.wait("return document.getElementById(arguments[0]).textContent === arguments[1]", id, text)

    def state(self):
        return {key: values[0] for key, values in parse_qs(self.run("return location.hash.slice(1)")).items()}

    def view(self):
        """(w, b) in the middle of the map, and the zoom."""
        return self.run("const {x, y, zoom} = atlas.map.view(); return [x, y, zoom]")

    def errors(self):
        """What the console says since the last call, but for advice on how this test reads canvases."""
        log = self.driver.get_log("browser")
        return [entry for entry in log if entry["level"] in ("SEVERE", "WARNING") and entry["source"] != "rendering"]

    def mouse(self, kind, x, y):
        self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def click(self, x, y):
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y)
        self.mouse("mouseReleased", x, y)

    def place_of(self, file, column, row):
        """Where a pixel's centre is on the screen, from the view in the address and the file's coordinates."""
        self.run("document.getElementById('map').scrollIntoView({block: 'center'})")
        left, top, width, height = self.run(
            "const box = document.getElementById('map').getBoundingClientRect();"
            "return [box.left, box.top, box.width, box.height]"
        )
        w, b, zoom = self.view()
        scale = 2**zoom
        pixel_w, pixel_b = (file[name][1] - file[name][0] for name in ("w", "b"))
        x = left + width / 2 + scale * (file["w"][column] - w) / pixel_w
        y = top + height / 2 - scale * (file["b"][row] - b) / pixel_b
        return x, y

    def colour_at(self, x, y):
        """The colour of the tile that is at a place, as '#RRGGBB'."""
        red, green, blue = self.run(
            "const [x, y] = arguments;"
            "for (const tile of document.querySelectorAll('#map canvas.leaflet-tile')) {"
            "  const box = tile.getBoundingClientRect();"
            "  if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;"
            "  const scale = tile.width / box.width;"
            "  const pixel = [Math.floor((x - box.left) * scale), Math.floor((y - box.top) * scale), 1, 1];"
            "  return [...tile.getContext('2d').getImageData(...pixel).data].slice(0, 3);"
            "}",
            x,
            y,
        )
        return f"#{red:02X}{green:02X}{blue:02X}"

    def colours(self):
        """The colours of the only tile of a small map, the row of the lowest b first, as '#RRGGBB' or ''."""
        width, height, data = self.run(
            "const tile = document.querySelector('#map canvas.leaflet-tile');"
            "const {x, y} = atlas.sweep.plane;"
            "const image = tile.getContext('2d').getImageData(0, tile.height - y.count, x.count, y.count);"
            "return [x.count, y.count, [...image.data]]"
        )
        rgba = np.array(data).reshape(height, width, 4)[::-1]
        return [["#{:02X}{:02X}{:02X}".format(*pixel[:3]) if pixel[3] else "" for pixel in row] for row in rgba]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if not all(programs):
        if os.environ.get("DEADCONE_REQUIRE_BROWSER") == "1":
            pytest.fail("DEADCONE_REQUIRE_BROWSER=1, but chromium or chromedriver is missing", pytrace=False)
        pytest.skip("chromium or chromedriver is missing: no browser to test the atlas in")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    profile = tmp_path_factory.mktemp("profile")
    # Of these the sandbox needs more rights, and shared memory more room, than containers have.
    for option in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", f"user-data-dir={profile}"):
        options.add_argument(f"--{option}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(programs[1]))
    yield Page(driver)
    driver.quit()


class Atlas:
    """A sweep and its atlas."""

    def __init__(self, deadcone, folder, options, change=lambda path: None):
        self.path, self.site = folder / "sweep.h5", folder / "atlas"
        deadcone.done(f"sweep {options} --out", self.path)
        change(self.path)
        assert run("atlas", self.path, "-o", self.site).returncode == 0


@pytest.fixture(scope="module")
def small(deadcone, tmp_path_factory):
    """Maps of one tile, in double, so that the page can be compared with them to the step."""
    axes = "--beta 0,0.9,0.99 --gamma 1,0.1 --eta 0.1,0.5"
    options = f"{axes} --w -2:2:64 --b -2:2:48 --precision double"
    return Atlas(deadcone, tmp_path_factory.mktemp("small"), options)


@pytest.fixture(scope="module")
def large(deadcone, tmp_path_factory):
    """A map of 3 x 2 tiles; fates and steps differ from pixel to pixel."""
    options = "--beta 0.95 --gamma 0.3 --eta 2 --w -2:2:1301 --b -2:1:700 --max-steps 150"
    return Atlas(deadcone, tmp_path_factory.mktemp("large"), options)


@pytest.fixture(scope="module")
def other(deadcone, tmp_path_factory):
    """With r not zero and a mean, to be computed by the general formulas; with the larger eta most diverge."""
    axes = "--beta 0.9 --gamma 0.5 --delta 0.2 --eta 0.1,10000 --r 0,0.7"
    return Atlas(deadcone, tmp_path_factory.mktemp("other"), f"{axes} --w -1:1:16 --b -1:1:16 --precision double")


# Where the sweeps of `certified` and `refined` were filled and not computed.
FILLED = np.s_[4:20, 6:40]


@pytest.fixture(scope="module")
def certified(deadcone, tmp_path_factory):
    """Maps with proofs, of one tile; a part of each was filled."""
    options = "--certify --beta 0.9,0.99 --gamma 1,0.1 --w -2:2:64 --b -2:2:48"
    return Atlas(
        deadcone, tmp_path_factory.mktemp("certified"), options, change=lambda path: fill_pixels(path, *FILLED)
    )


@pytest.fixture(scope="module")
def refined(deadcone, tmp_path_factory):
    """The same of one map without proofs."""
    options = "--beta 0.9 --gamma 0.1 --w -2:2:64 --b -2:2:48"
    return Atlas(deadcone, tmp_path_factory.mktemp("refined"), options, change=lambda path: fill_pixels(path, *FILLED))


@pytest.fixture(scope="module")
def large_certified(deadcone, tmp_path_factory):
    """A map with proofs of 3 x 2 tiles, a part of which was filled."""
    options = "--certify --beta 0.9 --gamma 0.1 --w -2:2:1301 --b -2:1:700"
    return Atlas(
        deadcone,
        tmp_path_factory.mktemp("large_certified"),
        options,
        change=lambda path: fill_pixels(path, slice(500, 530), slice(100, 600)),
    )


def names_of(file, name):
    """The names of the values of a variable, by value."""
    attributes = file[name].attrs
    return dict(zip(attributes["flag_values"].tolist(), attributes["flag_meanings"].decode().split()))


def words(file, point, column, row):
    """Fate, proof and steps of a pixel, as the page says it."""
    index = (*point, row, column)
    fate, steps = FATES[file["fate"][index]], f"{file['steps'][index]} updates"
    if "provenance" in file and file["provenance"][index]:
        return f"{fate} (filled, not computed)"
    if "proof" not in file:
        return f"{fate}, {steps}"
    proof = names_of(file, "proof")[file["proof"][index]]
    if fate == "dead":
        fate = "dead for ever" if proof == "trap" else "dead within the tolerance"
    return f"{fate}, {steps}" if proof == "none" else f"{fate} (proved: {proof}), {steps}"


def outcomes_as_colours(file, point):
    """The colours of a map whose dead are told apart."""
    trap = next(value for value, name in names_of(file, "proof").items() if name == "trap")
    fates, proofs = file["fate"][point], file["proof"][point]
    dead = np.select([proofs == trap, proofs >= 0], ["dead for ever", "dead within the tolerance"], "dead (filled)")
    outcomes = np.where(fates == DEAD, dead, np.array(FATES)[fates])
    return [[COLOURS[outcome] for outcome in row] for row in outcomes.tolist()]


def fates_as_colours(fates, hidden=()):
    return [["" if fate in hidden else COLOURS[FATES[fate]] for fate in row] for row in fates.tolist()]


def test_it_loads_from_disk_without_a_word_on_the_console(page, small, large):
    for atlas in (small, large):
        page.open(atlas.site)
        assert page.run("return location.protocol") == "file:"
        assert page.errors() == []


def test_the_footer_tells_command_version_and_precision(page, small):
    made = page.open(small.site).text("made")
    assert "--beta 0,0.9,0.99 --gamma 1,0.1" in made and "double precision" in made and "deadcone 0." in made


@pytest.mark.parametrize("beta, gamma", [(0, 1), (2, 0)])
def test_a_click_on_a_point_shows_its_map(page, small, beta, gamma):
    page.open(small.site, "beta=0.9&gamma=1&eta=0.1")
    before = page.colours()
    x, y = page.run(
        "const map = document.getElementById('heat-map'); map.scrollIntoView();"
        "const {left, top} = map.getBoundingClientRect();"
        "const {xaxis, yaxis} = map._fullLayout;"
        "return [left + xaxis._offset + xaxis.d2p(arguments[0]), top + yaxis._offset + yaxis.d2p(arguments[1])]",
        beta,
        gamma,
    )
    page.click(x, y)
    state = page.state()
    assert (state["beta"], state["gamma"]) == (["0", "0.9", "0.99"][beta], ["0.1", "1"][gamma])
    with h5py.File(small.path) as file:
        expected = fates_as_colours(file["fate"][beta, 1 - gamma, 0])
    page.wait("return document.querySelector('#slider-beta').value === String(arguments[0])", beta)
    assert before != expected and page.colours() == expected


def test_sliders_move_by_arrow_keys_through_all_axes(page, small):
    from selenium.webdriver.common.keys import Keys

    page.open(small.site, "beta=0&gamma=1&eta=0.1")
    for axis, key in (("beta", Keys.ARROW_RIGHT), ("gamma", Keys.ARROW_LEFT), ("eta", Keys.ARROW_UP)):
        slider = page.driver.find_element("id", f"slider-{axis}")
        slider.send_keys(key)
        assert page.run("return document.activeElement.id") == f"slider-{axis}"
    state = page.state()
    assert [state[axis] for axis in ("beta", "gamma", "eta")] == ["0.9", "0.1", "0.5"]
    assert page.driver.find_element("id", "slider-eta").get_attribute("aria-valuetext") == "eta 0.5"
    assert page.run("return document.querySelector('.slider output').value") == "0.9"
    with h5py.File(small.path) as file:
        assert page.colours() == fates_as_colours(file["fate"][1, 1, 1])


def test_a_hover_tells_what_is_in_the_file(page, small):
    page.open(small.site, "beta=0.99&gamma=0.1&eta=0.1")
    with h5py.File(small.path) as file:
        for column, row in ((0, 0), (63, 47), (0, 47), (20, 30), (41, 5)):
            page.mouse("mouseMoved", *page.place_of(file, column, row))
            page.wait_for_text("hover-fate", words(file, (2, 1, 0), column, row))
            place = f"w {file['w'][column]:.10g}, b {file['b'][row]:.10g}".replace("-", "−")
            assert page.text("hover-place") == place


@pytest.mark.parametrize("view", ["", "view=1.148,0.194,3", "view=-1,-1,-1.25", "view=1.8,0.8,0"])
def test_a_hover_over_a_large_map_tells_the_exact_pixel_at_any_zoom(page, large, view):
    page.open(large.site, view)
    rng = np.random.default_rng(7)
    with h5py.File(large.path) as file:
        size = [float(page.run(f"return document.getElementById('map').client{edge}")) for edge in ("Width", "Height")]
        w, b, zoom = page.view()
        middle = [np.argmin(abs(file["w"][...] - w)), np.argmin(abs(file["b"][...] - b))]
        for _ in range(6):
            column, row = (
                int(np.clip(m + rng.uniform(-0.45, 0.45) * s / 2**zoom, 9, n - 10))
                for m, s, n in zip(middle, size, (1301, 700))
            )
            place = page.place_of(file, column, row)
            page.mouse("mouseMoved", *place)
            if zoom > 1:  # in view are corners of four tiles
                assert page.text("hover-place").startswith(f"w {file['w'][column]:.10g},".replace("-", "−"))
                assert page.colour_at(*place) == COLOURS[FATES[file["fate"][0, 0, row, column]]]
            # Else the pointer, on whole pixels of the screen, is on that one or a neighbour: it is said which.
            place = page.text("hover-place").replace("−", "-").replace(",", "").split()
            column, row = (int(np.argmin(abs(file[n][...] - float(v)))) for n, v in (("w", place[1]), ("b", place[3])))
            page.wait_for_text("hover-fate", words(file, (0, 0), column, row))


def test_clicked_starts_have_the_fate_and_steps_of_the_file(page, small):
    page.open(small.site, "beta=0.9&gamma=0.1&eta=0.1")
    with h5py.File(small.path) as file:
        for column, row in ((3, 40), (60, 10), (10, 5), (32, 47)):
            page.click(*page.place_of(file, column, row))
            stored = words(file, (1, 1, 0), column, row)
            page.wait_for_text("stored", stored)
            fate, steps, _ = page.text("computed").replace(",", "").split()
            expected_fate, expected_steps, _ = stored.replace(",", "").split()
            assert fate == expected_fate and abs(int(steps) - int(expected_steps)) <= 2
            assert page.state()["start"] == f"{file['w'][column]:.8g},{file['b'][row]:.8g}"
    assert page.run("return document.getElementById('course').data[0].x.length") > 50


def follow(page, points):
    """Fates and steps of starts (point, w, b), as the page computes them."""
    return np.array(
        page.run(
            "return arguments[0].map(([point, w, b]) => {"
            "  const {fate, steps} = atlas.follow(point, atlas.sweep.criteria, {w, b}, 1e-3);"
            "  return [fate, steps];"
            "})",
            points,
        )
    )


@pytest.mark.parametrize("which", ["small", "other"])
def test_many_trajectories_end_as_in_the_file(page, which, request):
    atlas = request.getfixturevalue(which)
    page.open(atlas.site)
    rng = np.random.default_rng(3)
    points, expected = [], []
    with h5py.File(atlas.path) as file:
        axes = {name: np.atleast_1d(file[name][...]) for name in AXES}
        for _ in range(300):
            index = tuple(int(rng.integers(n)) for n in file["fate"].shape)
            swept = dict(zip([name for name in axes if file[name].ndim], index))
            point = {name: float(values[swept.get(name, 0)]) for name, values in axes.items()}
            points.append([point, file["w"][index[-1]], file["b"][index[-2]]])
            expected.append([file["fate"][index], file["steps"][index]])
    found, expected = follow(page, points), np.array(expected)
    same = (found[:, 0] == expected[:, 0]) & (abs(found[:, 1] - expected[:, 1]) <= 2)
    # Where basins are interwoven, the last bits decide.
    assert same.mean() >= 0.99, (found[~same], expected[~same])


def test_the_distribution_in_the_page_is_accurate_down_to_the_lower_tail(page, small):
    page.open(small.site)
    t = np.concatenate([np.linspace(-37.4, 8, 500), [0.0]])
    script = "return arguments[0].map((t) => { const n = {}; atlas.normal(t, n); return [n.density, n.distribution] })"
    density, distribution = np.array(page.run(script, t.tolist())).T
    assert np.all(abs(distribution / ndtr(t) - 1) <= 1e-12)
    assert np.all(abs(density * np.sqrt(2 * np.pi) / np.exp(-(t**2) / 2) - 1) <= 1e-12)


def test_the_legend_filters_and_tells_shares(page, small):
    page.open(small.site, "beta=0.99&gamma=0.1&eta=0.1")
    with h5py.File(small.path) as file:
        fates, fraction = file["fate"][2, 1, 0], file["fate_fraction"][2, 1, 0]
    assert page.colours() == fates_as_colours(fates)
    page.driver.find_element("css selector", "#legend input[data-fate=dead]").send_keys(" ")
    page.wait("return location.hash.includes('hide=dead')")
    assert page.colours() == fates_as_colours(fates, hidden=[DEAD])
    legend = page.text("legend")
    for fate in (CONVERGED, DEAD):
        share = page.run(
            "return document.querySelector(`#legend input[data-fate=${arguments[0]}]`).closest('label')"
            ".querySelector('output').value",
            FATES[fate],
        )
        assert share == f"{100 * fraction[fate]:.2f} %" and FATES[fate] in legend


def test_a_link_shows_the_same_again(page, small):
    link = "beta=0.99&gamma=0.1&eta=0.5&share=converged&hide=dead&start=0.53125,-0.875&view=0.25,-0.5,4.25"
    page.open(small.site, link)
    share = page.run("return document.getElementById('share').value")
    first = page.state(), page.colours(), page.text("computed")
    assert first[0] == {key: values[0] for key, values in parse_qs(link).items()}
    assert share == str(CONVERGED) and first[2]
    with h5py.File(small.path) as file:
        page.wait_for_text("stored", words(file, (2, 1, 1), 40, 13))
        assert first[1] == fates_as_colours(file["fate"][2, 1, 1], hidden=[DEAD])
    # A link followed in the page itself, too.
    page.open(small.site)
    page.run("location.hash = arguments[0]", link)
    page.wait("return document.getElementById('computed').textContent === arguments[0]", first[2])
    assert (page.state(), page.colours()) == first[:2]


def test_a_hover_tells_the_proof_or_that_it_was_filled(page, certified):
    page.open(certified.site, "beta=0.9&gamma=0.1")
    said = set()
    with h5py.File(certified.path) as file:
        for column, row in ((2, 2), (55, 45), (35, 2), (33, 30), (60, 5), (10, 10), (39, 19), (38, 8)):
            page.mouse("mouseMoved", *page.place_of(file, column, row))
            expected = words(file, (0, 1), column, row)
            page.wait_for_text("hover-fate", expected)
            said.add(expected.split(",")[0].split("(")[-1])
    assert {"proved: trap)", "dead within the tolerance", "filled"} <= said
    assert page.errors() == []


def test_the_dead_can_be_told_apart(page, certified):
    page.open(certified.site, "beta=0.9&gamma=0.1&colour=proof")
    with h5py.File(certified.path) as file:
        apart, alike = outcomes_as_colours(file, (0, 1)), fates_as_colours(file["fate"][0, 1])
    assert page.colours() == apart != alike
    assert len({colour for row in apart for colour in row}) == 4
    key = page.driver.find_element("id", "death-key")
    assert key.is_displayed() and "dead for ever" in key.text and "dead within the tolerance" in key.text
    page.driver.find_element("id", "apart").send_keys(" ")
    page.wait("return location.hash.includes('colour=fate')")
    assert page.colours() == alike and not key.is_displayed()
    page.open(certified.site, "beta=0.9&gamma=0.1")  # of a refined sweep, what is filled is not to be seen at first
    assert page.colours() == alike and page.state()["colour"] == "fate"
    page.driver.find_element("id", "apart").send_keys(" ")
    page.driver.find_element("css selector", "#legend input[data-fate=dead]").send_keys(" ")
    page.wait("return location.hash.includes('hide=dead') && location.hash.includes('colour=proof')")
    assert {colour for row in page.colours() for colour in row} == {"", COLOURS["converged"]}


@pytest.mark.parametrize("which", ["small", "refined"])
def test_without_proofs_the_dead_are_alike(page, which, request):
    atlas = request.getfixturevalue(which)
    page.open(atlas.site, "beta=0.9&gamma=0.1&eta=0.1&colour=proof")
    assert not page.driver.find_element("id", "deaths").is_displayed() and "colour" not in page.state()
    with h5py.File(atlas.path) as file:
        point = (1, 1, 0) if which == "small" else (0, 0)
        assert page.colours() == fates_as_colours(file["fate"][point])
        page.mouse("mouseMoved", *page.place_of(file, 10, 10))
        page.wait_for_text("hover-fate", words(file, point, 10, 10))
    assert page.errors() == []


def test_a_large_map_tells_proofs_in_all_its_tiles(page, large_certified):
    seen = set()
    for state in ("view=-1.95,-0.005,5", "view=0.2,0.9,4", "view=-0.425,0.194,4", "view=1.148,0.194,4"):
        page.open(large_certified.site, f"colour=proof&{state}")
        with h5py.File(large_certified.path) as file:
            w, b, _ = page.view()
            column, row = (int(np.argmin(abs(file[name][...] - value))) for name, value in (("w", w), ("b", b)))
            for column, row in ((column - 9, row - 4), (column + 8, row + 4)):
                column, row = min(max(column, 0), 1300), min(max(row, 0), 699)
                place = page.place_of(file, column, row)
                page.mouse("mouseMoved", *place)
                expected = words(file, (0, 0), column, row)
                page.wait_for_text("hover-fate", expected)
                part = (0, 0, slice(row, row + 1), slice(column, column + 1))
                assert page.colour_at(*place) == outcomes_as_colours(file, part)[0][0]
                seen.add(expected.split(",")[0])
    assert len(seen) >= 3, seen
    # The levels above have the proofs of the pixels that they show.
    page.open(large_certified.site, "colour=proof")
    found = page.run(
        "const colours = new Set();"
        "for (const tile of document.querySelectorAll('#map canvas.leaflet-tile')) {"
        "  const {data} = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height);"
        "  for (let i = 0; i < data.length; i += 4) if (data[i + 3]) colours.add(data.slice(i, i + 3).join());"
        "}"
        "return [...colours].map((colour) => colour.split(',').map(Number))"
    )
    deaths = {COLOURS[name] for name in DEATHS}
    assert deaths <= {"#{:02X}{:02X}{:02X}".format(*colour) for colour in found}


def test_a_proof_outweighs_a_trajectory_that_is_cut_short(page, deadcone, tmp_path):
    atlas = Atlas(deadcone, tmp_path, "--certify --beta 0.9 --w 0.5:1.5:8 --b -0.5:0.5:8 --max-steps 20")
    page.open(atlas.site, "start=0.9,0.1")
    assert page.state()["colour"] == "proof"
    page.wait("return document.getElementById('stored').textContent.startsWith('converged (proved: ')")
    assert page.text("computed") == "unfinished, 20 updates"
    assert page.driver.find_element("id", "differs").is_displayed() and "proved" in page.text("differs")
    assert "Certified" in page.text("criteria")


def add_fate(path):
    """Gives a sweep one more fate, which the page does not know, in the rows of the highest b."""
    with h5py.File(path, "r+") as file:
        for name in ("fate", "fate_code"):
            attributes = file[name].attrs
            attributes["flag_values"] = np.append(attributes["flag_values"], len(FATES)).astype("i1")
            attributes["flag_meanings"] = np.bytes_(attributes["flag_meanings"].decode() + " wandering")
        codes = file["fate_code"].attrs["flag_values"]
        file["fate"][..., 40:, :] = codes[-1]
        attributes = dict(file["fate_code"].attrs)
        fractions = [np.mean(file["fate"][...] == code, axis=(-2, -1)) for code in codes]
        for name in ("fate_code", "fate_fraction"):
            del file[name]
        file["fate_code"], file["fate_fraction"] = codes, np.stack(fractions, axis=-1)
        for name in ("flag_values", "flag_meanings"):
            file["fate_code"].attrs[name] = attributes[name]


def test_a_fate_that_the_page_does_not_know_is_shown_and_filtered(page, deadcone, tmp_path):
    options = "--certify --beta 0.9 --gamma 1,0.1 --w -2:2:64 --b -2:2:48"
    atlas = Atlas(deadcone, tmp_path, options, change=add_fate)
    page.open(atlas.site, "beta=0.9&gamma=0.1&share=wandering")
    colours = page.colours()
    assert {colour for row in colours[40:] for colour in row} == {PALETTES["default"].spare_fates[0]}
    with h5py.File(atlas.path) as file:
        assert colours[:40] == outcomes_as_colours(file, (0, 1, slice(0, 40)))
        page.mouse("mouseMoved", *page.place_of(file, 10, 44))
        page.wait("return document.getElementById('hover-fate').textContent.startsWith('wandering')")
    assert page.state()["share"] == "wandering"
    assert page.text("legend").split()[::3] == ["converged", "dead", "wandering"]  # then share and %
    page.driver.find_element("css selector", "#legend input[data-fate=wandering]").send_keys(" ")
    page.wait("return location.hash.includes('hide=wandering')")
    assert not any(colour for row in page.colours()[40:] for colour in row) and page.errors() == []


def test_axes_are_named_as_in_the_file(page, deadcone, tmp_path):
    def rename(path):
        with h5py.File(path, "r+") as file:
            file["eta"].attrs["long_name"] = np.bytes_("speed")
            file["gamma"].attrs["long_name"] = np.bytes_("<b>width</b> & </script>")

    atlas = Atlas(deadcone, tmp_path, "--beta 0,0.9 --eta 0.1,0.2 --w -1:1:8 --b -1:1:8", change=rename)
    page.open(atlas.site)
    assert page.run("return document.querySelector('label[for=slider-eta]').title") == "speed"
    titles = page.run(
        "const {xaxis, yaxis} = document.getElementById('heat-map').layout; return [xaxis.title.text, yaxis.title.text]"
    )
    assert titles == ["momentum β", "&#60;b&#62;width&#60;/b&#62; &#38; &#60;/script&#62; γ"]
    shown = page.run("return document.querySelector('#heat-map .ytitle').textContent")
    assert shown == "<b>width</b> & </script> γ" and page.errors() == []


BROKEN_VIEWS = ["1e308,0,1", "-1e308,1e308,1e308", "0,0,1e308", "0,0,-1e308", "0,0,-40", "NaN,0,1", "0,Infinity,1"]
BROKEN_VIEWS += ["50,0,1", "a,b,c", "", ",,", "0,0", "0,0,1,2", "0,0,0x", "%00,0,1", "5e-324,1e-320,1e17"]


def test_a_broken_link_shows_the_whole_window(page, small):
    page.open(small.site)
    for view in BROKEN_VIEWS:
        page.run("atlas.map.setView({x: 0.25, y: -0.5, zoom: 4.25})")
        assert "view" in page.state()
        page.run("location.hash = arguments[0]", f"beta=x&gamma=&eta=1e999&share=none&hide=all&start=1&view={view}")
        page.wait("return location.hash.includes('share=dead')")
        assert "view" not in page.state() and page.run("return atlas.map.showsWhole()"), view
        assert page.errors() == [], view


def test_a_broken_link_can_be_opened(page, small):
    page.open(small.site, "beta=1e308&gamma=-1e308&start=1e308,-1e308&view=1e308,1e308,1e308")
    assert page.run("return atlas.map.showsWhole()") and page.errors() == []


@pytest.mark.parametrize("site", ["small", "large", "certified"])
def test_a_phone_shows_it_without_scrolling_sideways(page, site, request):
    page.open(request.getfixturevalue(site).site, "start=0.3,0.4", size=PHONE)
    assert page.run("return document.documentElement.clientWidth") <= PHONE[0]
    assert page.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.run("return document.getElementById('map').clientWidth") > 300
    assert page.run("return atlas.map.showsWhole()")


def test_it_is_dark_where_the_user_wants_it_dark(page, small):
    def brightness(id, what):
        script = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
        return sum(map(int, re.findall(r"\d+", page.run(script, id, what))[:3]))

    page.open(small.site, "start=0.3,0.4")
    try:
        for scheme in ("dark", "light"):
            page.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            page.wait("return matchMedia(`(prefers-color-scheme: ${arguments[0]})`).matches", scheme)
            text, ground = brightness("body", "color"), brightness("body", "backgroundColor")
            assert (text - ground if scheme == "dark" else ground - text) > 500
            # The charts follow.
            page.wait("return document.querySelector('#course').layout.font.color === atlas.themeColour('text')")
    finally:
        page.command("Emulation.setEmulatedMedia", features=[])


def test_a_start_can_be_entered_by_keyboard_and_removed(page, small):
    page.open(small.site, "beta=0.9&gamma=1&eta=0.1")
    page.driver.find_element("id", "start-x").send_keys("-1.03")
    page.driver.find_element("id", "start-y").send_keys("0.49\n")
    with h5py.File(small.path) as file:
        column, row = (int(np.argmin(abs(file[name][...] - value))) for name, value in (("w", -1.03), ("b", 0.49)))
        page.wait_for_text("stored", words(file, (1, 0, 0), column, row))
    page.driver.find_element("id", "forget").send_keys(" ")
    page.wait("return document.getElementById('trajectory').hidden && !location.hash.includes('start')")


def test_pending_points_are_said_to_be(page, other, tmp_path):
    path, site = tmp_path / "part.h5", tmp_path / "atlas"
    path.write_bytes(other.path.read_bytes())
    with h5py.File(path, "a") as file:
        file["point_done"][..., 1] = 0
    assert run("atlas", path, "-o", site).returncode == 0
    page.open(site, "eta=0.1&r=0.7&start=0.4,0.4")
    assert page.driver.find_element("id", "pending").is_displayed() and page.text("stored") == "pending"
    assert not any(colour for row in page.colours() for colour in row)
    page.driver.find_element("id", "slider-r").send_keys("\ue012")  # arrow left
    assert not page.driver.find_element("id", "pending").is_displayed()
    page.wait("return document.getElementById('stored').textContent !== 'pending'")
    assert page.errors() == []


def test_a_window_of_one_pixel(page, deadcone, tmp_path):
    atlas = Atlas(deadcone, tmp_path, "--beta 0.9 --w -1:0:1 --b 0:1:1 --fields fate")
    page.open(atlas.site, "start=-0.5,0.5")
    with h5py.File(atlas.path) as file:
        expected = FATES[file["fate"][0, 0, 0, 0]]
    page.wait_for_text("stored", expected)
    assert page.text("computed").startswith(expected) and page.errors() == []


@pytest.fixture(scope="module")
def rates(deadcone, tmp_path_factory):
    """Some starts over momentum and learning rate, which is logarithmic."""
    options = (
        "--plane beta,eta --beta 0:1:40 --eta log:0.01:10:30 --w=-0.5,0.75 --b 0.5 --gamma 0.5,1 --max-steps 2000 "
        "--precision double"
    )
    return Atlas(deadcone, tmp_path_factory.mktemp("rates"), options)


def test_another_plane_is_shown_with_its_own_sides(page, rates):
    page.open(rates.site, "gamma=0.5&w=0.75")
    assert page.text("window-title") == "The fate over momentum β and learning rate η"
    assert page.text("name-x") == "β" and page.text("name-y") == "η"
    with h5py.File(rates.path) as file:
        fate = file["fate"][0, 0, 1]
        colours = page.colours()
        assert colours == [[COLOURS[FATES[value]] for value in row] for row in fate]
        # A decade is as long as another.
        places = page.run(
            "return [0.01, 0.1, 1, 10].map((value) => atlas.placeOf(atlas.sweep.plane.y, value))"
        )
        assert np.allclose(places, [0, 1 / 3, 2 / 3, 1])
        ticks = page.run("return [...document.querySelectorAll('#ruler-y .ticks span')].map((tick) => tick.textContent)")
        assert {"0.1", "1"} <= set(ticks)
        heat = page.run("return document.getElementById('heat-map').data[0].z.map((row) => row.length)")
        assert heat == [2, 2]
    assert page.errors() == []


def test_a_pixel_of_another_plane_has_its_own_trajectory(page, rates):
    with h5py.File(rates.path) as file:
        column, row = 25, 12
        beta, eta = file["beta"][column], file["eta"][row]
        expected = words(file, (1, 0, 0), column, row)
    page.open(rates.site, f"gamma=1&w=-0.5&start={beta},{eta}")
    page.wait_for_text("stored", expected)
    assert page.text("computed") == expected
    assert float(page.run("return document.getElementById('start-x').value")) == beta
    assert page.errors() == []
    page.run("location.hash = 'gamma=1&w=0.75&view=0.5,0.1,4'")
    page.wait("return location.hash.includes('share=')")
    assert np.allclose(page.run("const {x, y} = atlas.map.view(); return [x, y]"), [0.5, 0.1], rtol=1e-3)


@pytest.fixture(scope="module")
def gelu(deadcone, tmp_path_factory):
    """Maps of a unit whose trajectories the page cannot compute."""
    options = "--unit gelu --optimizer adam --gamma 0.1,1 --w -2:2:32 --b -2:2:24 --max-updates 4000"
    return Atlas(deadcone, tmp_path_factory.mktemp("gelu"), options)


def test_another_unit_shows_what_is_in_the_file(page, gelu):
    page.open(gelu.site, "gamma=1")
    assert page.text("name") == "sweep.h5: gelu under adam" and page.text("way-title") == "Pixel"
    with h5py.File(gelu.path) as file:
        names = names_of(file, "fate")
        fate = file["fate"][0, 1]
        assert page.colours() == [[COLOURS[names[value]] for value in row] for row in fate.tolist()]
        column, row = 3, 20
        expected = f"{names[fate[row, column]]}, {file['steps'][0, 1, row, column]} updates"
        w, b = file["w"][column], file["b"][row]
        targets = page.run("return atlas.targets({...Object.fromEntries(atlas.axes().map((a) => [a, 0])), gamma: 1})")
        assert [target["x"] for target in targets] == file["minimum_w"][0, 1, :2].tolist()
    page.open(gelu.site, f"gamma=1&start={w},{b}")
    page.wait_for_text("stored", expected)
    assert page.run("return [...document.querySelectorAll('.followed')].every((part) => part.hidden)")
    assert float(page.run("return document.getElementById('start-x').value")) == w
    assert page.errors() == []
