#!/usr/bin/env python3
"""Pictures of a report for the docs, as a reader sees it.

    screenshots.py CONVERGE FOLDER
"""
import base64
import pathlib
import shutil
import subprocess
import sys
import tempfile

from chromium import Browser

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCENARIO = "scenarios/everything-may-fail.json"
# Name, width, colours, the sections that are in the picture, and how many pixels of height at most.
PICTURES = [
    ("report-verdict", 1060, "light", ["header", "#verdict", "#plan"], 1300),
    ("report-timeline", 1060, "light", ["#timeline"], 1000),
    ("report-distribution", 1060, "light", ["#divergence", "#distribution"], 1700),
    ("report-story", 1060, "light", ["#stories .travel"], 1300),
    ("report-dark", 1060, "dark", ["#stories .travel"], 1000),
    ("report-phone", 400, "light", ["header", "#verdict"], 900),
]
BOX = """
const boxes = arguments[0].map((s) => document.querySelector(s).getBoundingClientRect());
return [Math.min(...boxes.map((b) => b.left)), Math.min(...boxes.map((b) => b.top)) + scrollY,
        Math.max(...boxes.map((b) => b.right)), Math.max(...boxes.map((b) => b.bottom)) + scrollY];
"""


def main(program, folder):
    folder.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix="converge-screenshots-"))
    page = work / "report.html"
    subprocess.run([program, "check", SCENARIO, "-n", "300", "--no-files", "--quiet", "--report", page], cwd=ROOT,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    with Browser(shutil.which("chromium"), shutil.which("chromedriver")) as browser:
        for name, width, scheme, sections, most in PICTURES:
            browser.size(width, 1200)
            browser.scheme(scheme)
            browser.open(page)
            left, top, right, bottom = browser.run(BOX, sections)
            room = 16
            clip = {"x": max(0, left - room), "y": max(0, top - room), "width": right - left + 2 * room,
                    "height": min(bottom - top + 2 * room, most), "scale": 1}
            shot = browser.command("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
            picture = folder / f"{name}.png"
            picture.write_bytes(base64.b64decode(shot["data"]))
            print(f"{picture} ({picture.stat().st_size // 1000} kB)")
    shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]))
