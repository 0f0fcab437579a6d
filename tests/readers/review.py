"""The contact sheet of `sauva review` in a real browser.

    review.py PAGE

Opens the page in headless Chromium, with a script behind its own that presses keys as a person would, and
checks what is to be seen: each picture decodes and shows something, outlines lie over their pictures, marks
are listed. The browser has no network; a page that asked for anything would log it.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Runs in the page, after all pictures are there; leaves what it saw in an element of its own.
LOOK = """
<script>
addEventListener("load", () => {
  const press = key => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const images = [...document.images];
  const close = (a, b) => Math.abs(a - b) < 2;
  const over = image => {
    const [i, s] = [image, image.parentElement.querySelector("svg")].map(it => it.getBoundingClientRect());
    return close(i.x, s.x) && close(i.y, s.y) && close(i.width, s.width) && close(i.height, s.height);
  };
  press("j"); press("m"); press("j"); press("m"); press("k"); press("m");
  document.getElementById("list").click();
  const second = document.querySelectorAll("article")[1] ?? document.querySelector("article");
  const seen = {
    cards: document.querySelectorAll("article").length,
    images: images.length,
    broken: images.filter(image => !image.naturalWidth).length,
    misplaced: images.filter(image => !over(image)).length,
    distorted: images.filter(image => {
      const box = image.parentElement.querySelector("svg").viewBox.baseVal;
      return Math.abs(image.clientWidth / image.clientHeight / (box.width / box.height) - 1) > 0.05;
    }).length,
    overflow: document.documentElement.scrollWidth > innerWidth,
    marked: document.getElementById("count").textContent,
    listed: document.getElementById("marked").value,
    wanted: [...second.querySelectorAll("[data-place]")].map(it => it.dataset.place).join("\\n"),
    requests: performance.getEntriesByType("resource").map(it => it.name).filter(name => !name.startsWith("data:")),
  };
  const out = document.createElement("pre");
  out.id = "seen";
  out.textContent = JSON.stringify(seen);
  document.body.append(out);
});
</script>
"""


def look(page: str, chromium: str) -> tuple[dict, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        file, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        file.write_text(page.replace("</body>", LOOK + "</body>"))
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                   "--virtual-time-budget=20000", f"--user-data-dir={folder}/profile",
                   "--window-size=1400,1000"]
        dom = subprocess.run([*command, "--dump-dom", file.as_uri()], check=True, timeout=180,
                             capture_output=True, text=True).stdout
        subprocess.run([*command, f"--screenshot={shot}", file.as_uri()], check=True, timeout=180,
                       capture_output=True)
        found = re.search(r'<pre id="seen">(.*?)</pre>', dom, re.S)
        if not found:
            sys.exit("review: the page's scripts did not run to their end")
        text = found[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
        return json.loads(text), shot.read_bytes()


def main() -> int:
    page = Path(sys.argv[1]).read_text()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("review: there is no chromium: run scripts/setup.sh --tests")
    seen, shot = look(page, chromium)
    cards = page.count("<article")
    checks = {
        "all series are there": seen["cards"] == cards > 0,
        "every picture decodes": seen["images"] > 0 and seen["broken"] == 0,
        "outlines lie over their pictures": seen["misplaced"] == 0,
        "pictures keep their shape": seen["distorted"] == 0,
        "nothing sticks out at the side": not seen["overflow"],
        "nothing is asked for": not seen["requests"],
        # The first is marked and let go again, the second stays.
        "keys mark series": seen["marked"] == "1 marked",
        "marked instances are listed": seen["listed"] == seen["wanted"] != "",
        # An empty page of this size is a few kilobytes.
        "there is something to see": len(shot) > 50_000,
        "no address stands in it": "://" not in page,
    }
    for what, is_so in checks.items():
        if not is_so:
            print(f"FAILED {what}: {seen}")
    passed = sum(checks.values())
    print(f"review: {passed} passed, {len(checks) - passed} failed")
    return 0 if passed == len(checks) else 1


if __name__ == "__main__":
    sys.exit(main())
