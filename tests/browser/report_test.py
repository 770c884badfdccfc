#!/usr/bin/env python3
"""Do the reports work in a browser? Opened from disk, at two widths, light and dark, by mouse and by keyboard.

    report_test.py --program CONVERGE --pages PAGES --build FOLDER [--axe]

PAGES writes results made by hand; CONVERGE reports on the gallery. With --axe the pages are audited for accessibility by
axe-core instead, which npm fetches. Exits 1 and says what is wrong, or 77 where something that this needs is missing.
"""
import argparse
import concurrent.futures
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WIDTHS = (400, 1600)
# One answer of each kind beside the run of every scenario: (command, scenario, further arguments).
ANSWERS = [
    ("check", "everything-may-fail", ["-n", "120", "--no-files"]),
    ("check", "add-column-three-phase", ["-n", "60", "--no-files"]),
    ("advise", "everything-may-fail", []),
    ("orderings", "no-order-is-safe-without-a-guard", ["--schedules", "1"]),
]


# Pages of one kind are built alike: for the audit these do.
AUDITED = ("made-", "check-", "advise-", "orderings-", "run-flink-before-spark", "run-two-changes-queued")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def converge(arguments):
    """Runs the program; a verdict of any kind will do, a misuse will not."""
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=200)
    if ended.returncode not in (0, 1, 3):
        sys.exit(f"{' '.join(map(str, arguments))} ended with {ended.returncode}: {ended.stderr[-2000:]}")


def make_pages(program, pages, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run([pages, folder], check=True)
    commands = []
    for scenario in sorted((ROOT / "scenarios").glob("*.json")):
        if scenario.suffixes == [".json"]:
            commands.append((f"run-{scenario.stem}", ["run", scenario.relative_to(ROOT)]))
    for command, scenario, more in ANSWERS:
        commands.append((f"{command}-{scenario}", [command, f"scenarios/{scenario}.json", *more]))
    if "--report" not in subprocess.run([program, "run", "--help"], capture_output=True, text=True, check=True).stdout:
        print("this program writes no reports yet: only pages made by hand are opened")
        commands = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(converge, [program, *words, "--quiet", "--report", folder / f"{name}.html"])
                for name, words in commands]
        for job in jobs:
            job.result()
    return sorted(folder.glob("*.html"))


MOVES = """
const travel = document.querySelector(".travel");
if (!travel) return [];
const wrong = [];
const state = () => Array.from(travel.querySelectorAll(".state td")).map((td) => td.textContent).join("|");
const range = travel.querySelector("input[type=range]");
const output = travel.querySelector("output");
const cursor = () => travel.querySelector(".cursor").getAttribute("x1");
if (travel.querySelector(".scrubber").hidden) wrong.push("the slider is hidden");

range.value = range.max;
range.dispatchEvent(new Event("input"));
const [last, lastAt, lastCursor] = [state(), output.textContent, cursor()];
range.value = 0;
range.dispatchEvent(new Event("input"));
if (state() === last) wrong.push("the slider does not change the state");
if (output.textContent === lastAt) wrong.push("the slider does not change the moment");
if (cursor() === lastCursor) wrong.push("the slider does not move the cursor");
if (!range.getAttribute("aria-valuetext")) wrong.push("the slider does not say where it is");

const first = output.textContent;
travel.querySelector("[data-go=next]").click();
travel.querySelector("[data-go=next]").click();
if (output.textContent === first) wrong.push("the next change is not reached");
travel.querySelector("[data-go=prev]").click();
travel.querySelector("[data-go=prev]").click();
travel.querySelector("[data-go=prev]").click();
if (output.textContent !== first) wrong.push("the previous change is not reached");
for (const jump of travel.querySelectorAll("[data-at]")) jump.click();
return wrong;
"""

ZOOMS = """
const wrong = [];
for (const figure of document.querySelectorAll(".zoomable")) {
  const places = () => Array.from(figure.querySelectorAll("rect, .box")).map(
      (r) => r.getAttribute("x") + r.getAttribute("viewBox")).join("|");
  const [within, out, , later, whole] = figure.querySelectorAll(".tools button");
  const before = places();
  within.click();
  within.click();
  later.click();
  if (places() === before) wrong.push("zooming changes nothing");
  whole.click();
  if (!out.disabled) wrong.push("the whole is not the whole");
}
return wrong.slice(0, 3);
"""


def by_keyboard(browser):
    """The slider is reached and moved by keys alone."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    ranges = browser.driver.find_elements(By.CSS_SELECTOR, ".travel input[type=range]")
    if not ranges:
        return []
    output = browser.driver.find_elements(By.CSS_SELECTOR, ".travel output")[0]
    browser.run("arguments[0].focus()", ranges[0])
    at = []
    for key in (Keys.HOME, Keys.ARROW_RIGHT, Keys.END, Keys.PAGE_DOWN * 3):
        ranges[0].send_keys(key)
        at.append(output.text)
    return [] if len(set(at)) == len(at) else [f"keys move the slider to {at} only"]


def by_mouse(browser):
    """Dragging over a chart zooms it."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    charts = browser.driver.find_elements(By.CSS_SELECTOR, ".zoomable .lane:not(.axis):not(.lane-head) .chart")
    if not charts:
        return []
    browser.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", charts[0])
    drag = ActionChains(browser.driver, duration=20)
    drag.move_to_element_with_offset(charts[0], -60, 0).click_and_hold().move_by_offset(40, 0).move_by_offset(60, 0)
    drag.release().perform()
    zoomed = browser.run("return !arguments[0].closest('figure').querySelectorAll('.tools button')[1].disabled", charts[0])
    return [] if zoomed else ["dragging over a chart does not zoom it"]


def works(browser, page, legible):
    wrong = []
    browser.scheme("light")
    browser.size(WIDTHS[0])
    requests, complaints = browser.open(page)
    browser.size(WIDTHS[1])
    wrong += browser.run(MOVES) + by_keyboard(browser) + browser.run(ZOOMS) + by_mouse(browser)
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
    for width in WIDTHS:
        browser.size(width)
        wrong += [f"at {width} px: {what}" for what in browser.run(legible)]
    later_requests, later_complaints = browser.seen(page.as_uri())
    wrong += [f"asks for {url}" for url in requests + later_requests]
    wrong += [f"the console says: {what}" for what in complaints + later_complaints]
    if browser.run("return typeof window.attacked") != "undefined":
        wrong.append("text of a scenario was run as a script")
    return wrong


def prints(browser, page):
    browser.open(page)
    document = browser.command("Page.printToPDF", printBackground=True)
    return [] if len(document["data"]) > 20_000 else ["nothing is printed"]


AUDIT = """
const done = arguments[arguments.length - 1];
const only = arguments[0];
const options = { resultTypes: ["violations"] };
if (only) options.runOnly = { type: "rule", values: only };
axe.run(document, options).then((found) => done(found.violations
    .filter((v) => ["serious", "critical"].includes(v.impact))
    .map((v) => `${v.id} (${v.impact}): ${v.help}; ${v.nodes.length} times, as in ${v.nodes[0].html.slice(0, 160)}; `
        + v.nodes[0].failureSummary.slice(0, 300))), (error) => done([`axe: ${error}`]));
"""


def axe_core(build):
    folder = build / "axe"
    script = folder / "node_modules/axe-core/axe.min.js"
    if not script.exists():
        if not shutil.which("npm"):
            skip("npm is not here to fetch axe-core")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        ended = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder,
                               capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if ended.returncode != 0:
            skip(f"npm could not fetch axe-core: {ended.stderr[-500:]}")
    return script.read_text(encoding="utf-8")


def audited(browser, page, axe):
    browser.size(1280)
    browser.scheme("light")
    browser.open(page)
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
    browser.run(axe + "; window.axe = axe;")
    found = [f"light: {what}" for what in browser.driver.execute_async_script(AUDIT, None)]
    browser.scheme("dark")
    return found + [f"dark: {what}" for what in browser.driver.execute_async_script(AUDIT, ["color-contrast"])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--pages", required=True)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    parser.add_argument("--axe", action="store_true")
    given = parser.parse_args()
    tools = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if not all(tools):
        skip("chromium or chromedriver is not here")
    try:
        from chromium import Browser
    except ModuleNotFoundError as missing:
        skip(str(missing))
    given.build = given.build.resolve()
    axe = axe_core(given.build) if given.axe else ""
    pages = make_pages(given.program, given.pages, given.build / ("pages-axe" if given.axe else "pages"))
    legible = (HERE / "legible.js").read_text(encoding="utf-8")

    failed = False
    with Browser(*tools) as browser:
        for page in pages:
            if given.only not in page.name or (given.axe and not page.name.startswith(AUDITED)):
                continue
            wrong = audited(browser, page, axe) if given.axe else works(browser, page, legible)
            if not given.axe and page.name == "made-check.html":
                wrong += prints(browser, page)
            size = page.stat().st_size
            if size > 1_000_000:
                wrong.append(f"is {size} bytes")
            print(f"{'WRONG' if wrong else 'ok   '} {page.name} ({size // 1000} kB)")
            for what in wrong:
                print(f"      {what}")
            failed = failed or bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
