"""Pages of HTML as those see them who read them: a strict parser, and a browser."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import html5lib

from tests.support.needed import lacking

_MEASURED = """<!DOCTYPE html>
<meta charset="utf-8"><style>body {{ margin: 0 }} iframe {{ border: 0 }}</style>
<iframe src="{page}" width="{width}" height="800"></iframe>
<pre id="told"></pre>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const page = frame.contentDocument, root = page.documentElement;
  const wide = [...page.querySelectorAll("*")].filter(
    (each) => each.getBoundingClientRect().right > root.clientWidth + 1);
  document.getElementById("told").textContent = JSON.stringify({{
    shown: root.clientWidth, needed: root.scrollWidth, wide: wide.map((each) => each.tagName),
    scripts: page.scripts.length, changed: frame.contentWindow.changed === true,
    fetched: frame.contentWindow.performance.getEntriesByType("resource").map((each) => each.name),
    colour: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
    font: parseFloat(frame.contentWindow.getComputedStyle(page.body).fontSize),
  }});
}};
</script>
"""


def strictly(page: str) -> Any:
    """The tree of a page, which has no error of HTML. Raises html5lib's ParseError."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def browser() -> str:
    """Chromium; the test is left out where there is none, unless nothing may be left out."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        lacking("chromium")
    return found


def measured(page: Path, width: int, *, dark: bool = False) -> Any:
    """What a browser makes of a page that is so many pixels wide."""
    frame = page.with_name(f"{page.stem}-{width}-{dark}.html")
    frame.write_text(_MEASURED.format(page=page.name, width=width))
    folder = page.parent / f"profile-{width}-{dark}"
    done = subprocess.run(
        [
            *(browser(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync"),
            *("--allow-file-access-from-files", f"--user-data-dir={folder}"),
            *(
                "--virtual-time-budget=5000",
                f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            ),
            *("--dump-dom", frame.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    _, _, rest = done.stdout.partition('<pre id="told">')
    return json.loads(html.unescape(rest.partition("</pre>")[0]))
