#!/usr/bin/env python3
"""Opens the pages that the tools make in a browser, and looks whether people can use them.

    check_report.py TOOLS OUTPUT

TOOLS is the folder of the tools. OUTPUT gets the pages and their screenshots: each at 1280 and 390 pixels, light and dark. For each of
these axe-core must find nothing, the console stay empty, nothing be asked of a network, and nothing be wider than the window. Each page
must be below 1 MB, have all of its content without scripts, and print. Event files must have what the history has.

Chromium is installed where it is missing, with Debian's package; no browser is downloaded.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import events
import made
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

SIZES = [(1280, 900), (390, 844)]
LARGEST = 1 << 20
failures: list[str] = []


def expect(condition: object, what: str) -> None:
    if not condition:
        failures.append(what)
        print(f"FAILED: {what}")


def chromium() -> str:
    """Debian's browser, installed where it is missing."""
    if not shutil.which("chromium"):
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*as_root, "apt-get", "update", "--quiet=2"], check=True)
        subprocess.run([*as_root, "apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", "chromium",
                        "fonts-dejavu-core"], check=True)
    path = shutil.which("chromium")
    if not path:
        raise made.Failure("there is no chromium")
    return path


def opened(browser: Browser, file: pathlib.Path, name: str, width: int, height: int, **options: object) -> Page:
    """A page that reports what it must not do."""
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    page.on("console", lambda message: expect(False, f"{name}: the console says {message.text}"))
    page.on("pageerror", lambda error: expect(False, f"{name}: {error}"))
    page.on("request", lambda request: expect(
        request.url == file.as_uri() or request.url.startswith("data:"), f"{name}: asks for {request.url[:200]}"))
    page.goto(file.as_uri())
    return page


def look(browser: Browser, name: str, file: pathlib.Path, output: pathlib.Path) -> None:
    """A page at all sizes, light and dark."""
    expect(file.stat().st_size < LARGEST, f"{name}: {file.stat().st_size} bytes")
    for width, height in SIZES:
        for scheme in ("light", "dark"):
            title = f"{name}, {width} pixels, {scheme}"
            page = opened(browser, file, title, width, height, color_scheme=scheme)
            page.screenshot(path=output / f"{name}-{width}-{scheme}.png", full_page=True)
            reach = page.evaluate("document.scrollingElement.scrollWidth")
            expect(reach <= width, f"{title}: is {reach} pixels wide")
            look_at_charts(page, title, width)
            # What is folded away is read too.
            page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
            found = Axe().run(page)
            for violation in found.response["violations"]:
                places = "; ".join(f"{node['html'][:160]}: {node['failureSummary'][:300]}" for node in violation["nodes"][:3])
                expect(False, f"{title}: {violation['id']}: {places}")
            expect(page.evaluate("window.taken") is None, f"{title}: a script that was in a name has run")
            page.context.close()


def look_at_charts(page: Page, title: str, width: int) -> None:
    """They fill their rows, of one on a narrow page, and none's text reaches into the next one."""
    for charts in page.locator(".charts").all():
        places = charts.evaluate("""charts => [...charts.children].map(chart => {
            const box = chart.getBoundingClientRect();
            const texts = [...chart.querySelectorAll(".plot text")].map(text => text.getBoundingClientRect());
            return {top: Math.round(box.top), left: Math.min(...texts.map(text => text.left)),
                    right: Math.max(...texts.map(text => text.right)), letters: Math.min(...texts.map(text => text.height))};
        })""")
        rows: dict[int, list[dict]] = {}
        for place in places:
            rows.setdefault(place["top"], []).append(place)
        sizes = [len(row) for row in rows.values()]
        expect(len(set(sizes)) == 1, f"{title}: there is a hole among charts in rows of {sizes}")
        expect(sizes[0] == 1 if width < 640 else sizes[0] > 1, f"{title}: charts are in rows of {sizes}")
        for row in rows.values():
            for one, next in zip(row, row[1:]):
                expect(one["right"] < next["left"], f"{title}: the text of a chart ends at {one['right']}, and that of the next "
                       f"begins at {next['left']}")
            for place in row:
                expect(0 <= place["left"] and place["right"] <= width, f"{title}: a chart's text lies outside of the page")
                expect(place["letters"] >= 10, f"{title}: a chart's lines of text are {place['letters']} pixels high")


def read_without_scripts(browser: Browser, name: str, file: pathlib.Path) -> None:
    """All of the content is there without scripts, and may be printed."""
    contents = []
    for scripts in (True, False):
        page = opened(browser, file, f"{name} with{'' if scripts else 'out'} scripts", *SIZES[0], java_script_enabled=scripts)
        contents.append([page.locator(what).count() for what in ("section", "h2", "tr", "svg", "details", "a")])
        if not scripts:
            expect(all(text.strip() for text in page.locator("h2").all_inner_texts()), f"{name}: a heading is empty")
            expect(page.locator("main").inner_text().strip(), f"{name}: there is no text without scripts")
            expect(len(page.pdf()) > 1000, f"{name}: can't be printed")
        page.context.close()
    expect(contents[0] == contents[1], f"{name}: has {contents[1]} without scripts, and {contents[0]} with them")


def use_run(browser: Browser, file: pathlib.Path) -> None:
    """By keyboard: values of a chart, the order of a table, and from a cell of the matrix to its pictures."""
    page = opened(browser, file, "run, by keyboard", *SIZES[0])
    for title in ("Accuracy", "Loss", "Learning rate"):
        expect(page.get_by_text(title, exact=True).count(), f"run: there is no chart of {title}")
    plot = page.locator(".plot").first
    plot.focus()
    page.keyboard.press("ArrowLeft")
    readout = plot.locator(".readout").inner_text()
    expect("validation" in readout and "%" in readout, f"run: a chart reads {readout!r}")
    page.keyboard.press("Escape")
    expect(not plot.locator(".readout").is_visible(), "run: the values of a chart stay")
    plot.hover(position={"x": 200, "y": 60})
    expect("epoch" in plot.locator(".readout").inner_text(), "run: a chart has no values under the pointer")
    # Evaluations within epochs are among the points.
    places = plot.locator("xpath=..").locator("tbody th").all_text_contents()
    expect(any("." in place for place in places) and len(places) > 6, f"run: the places of a chart are {places}")
    head = page.locator("#classes th button").filter(has_text="recall")
    head.focus()
    page.keyboard.press("Enter")
    recalls = [float(text.rstrip(" %")) for text in page.locator("#classes tbody td:last-child").all_inner_texts()]
    expect(recalls == sorted(recalls) and len(recalls) == 10, f"run: recalls are sorted as {recalls}")
    link = page.locator(".matrix a").first
    link.focus()
    page.keyboard.press("Enter")
    target = page.locator(".pairs li:target")
    expect(target.count() == 1 and target.locator("svg.picture").count(), "run: a cell leads to no pictures")
    expect(0 < page.locator(".gallery li").count() <= 20, "run: the gallery is empty")
    expect(page.locator(".gallery svg.picture").first.get_attribute("aria-label"), "run: a picture has no text")
    expect(page.locator("#graph .cost").count() >= 4, "run: layers have no times")
    expect(page.locator("#memory .block").count() > 2, "run: the arena is empty")
    expect("--evaluate-steps 10" in page.locator("#repeat pre").inner_text(), "run: the command is another")
    page.context.close()


def use_graph(browser: Browser, file: pathlib.Path) -> None:
    """Search and opening of all layers."""
    page = opened(browser, file, "graph, searched", *SIZES[0])
    layers = page.locator("details.layer")
    everything = layers.count()
    page.get_by_label("Search layers").fill("conv2d 64")
    shown = sum(layer.is_visible() for layer in layers.all())
    expect(0 < shown < everything, f"graph: a search shows {shown} of {everything} layers")
    page.get_by_label("Search layers").fill("")
    page.get_by_role("button", name="Open all").click()
    expect(page.locator("details.layer[open]").count() == everything, "graph: not all layers open")
    expect(page.locator("abbr[title*='floor(']").count() > 10, "graph: sizes have no derivations")
    page.context.close()


def check_names(file: pathlib.Path) -> None:
    """Names that are HTML are text."""
    text = file.read_text()
    expect("<img src=x" not in text and "<script>window" not in text, "hostile: a name is HTML")
    expect("&lt;script&gt;window.taken=1&lt;" in text, "hostile: a name is missing")
    expect("\u202e" not in text, "hostile: a name changes the direction of writing")


def main() -> int:
    tools, output = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    output.mkdir(parents=True, exist_ok=True)
    path = chromium()
    with tempfile.TemporaryDirectory() as place:
        pages = made.pages(tools, pathlib.Path(place))
        for name, file in pages.items():
            shutil.copy(file, output / f"{name}.html")
        for problem in events.problems(pathlib.Path(place) / "events", pathlib.Path(place) / "digits/history.jsonl"):
            expect(False, problem)
        pages = {name: output / f"{name}.html" for name in pages}
        with sync_playwright() as playwright:
            # Debian's sandbox wants rights that containers don't have; the pages are our own.
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            for name, file in pages.items():
                look(browser, name, file, output)
                read_without_scripts(browser, name, file)
            use_run(browser, pages["run"])
            use_graph(browser, pages["graph"])
            browser.close()
        check_names(pages["hostile"])
    sizes = ", ".join(f"{name} {file.stat().st_size:,} B" for name, file in pages.items())
    print(f"{len(failures)} failures; pages and screenshots are in {output}: {sizes}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
