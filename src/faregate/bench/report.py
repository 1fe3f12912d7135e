"""What a bench leaves behind: report.json for programs, report.html for people.

The page is one file: styles and plots are inside, there is no script, and it loads nothing.
"""

import html
import io
import json
import math
import os
import platform
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from faregate.errors import MachineError
from faregate.models.manifest import PackManifest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NEEDED: Final = ("matplotlib", "PIL", "scipy")
_LIBRARIES: Final = ("numpy", "onnxruntime", "opencv-python-headless", "dlib-bin")
_DIGITS: Final = 9  # float32 has no more: a threshold read back is the one that was used

_STYLE: Final = """
:root { color-scheme: light dark; --text: #1c1c1c; --soft: #555; --line: #d0d0d0; --page: #fff }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8e8; --soft: #b0b0b0; --line: #444; --page: #161616 } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page);
  max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.5rem; line-height: 1.25 } h2 { font-size: 1.15rem; margin-top: 2.2rem }
p, li { max-width: 42rem }
.wide { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid var(--line) }
th { font-weight: 600 }
figure { margin: 1rem 0; background: #fff; color: #1c1c1c; padding: .5rem; border-radius: 4px }
figure svg { display: block; width: 100%; max-width: 44rem; height: auto; margin: auto }
figcaption { color: #555; font-size: .9rem; max-width: 42rem; padding: .3rem .5rem }
code { overflow-wrap: anywhere }
"""


def require_bench_extra() -> None:
    """Raise `MachineError` where what the benches of faces need is not installed."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MachineError(
            "bench_extra_missing",
            f"This bench needs {', '.join(missing)}.",
            remedy="Run: pip install 'faregate[bench]'.",
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page. Blocks are HTML, as the functions below make it."""

    heading: str
    blocks: tuple[str, ...]


def paragraph(text: str) -> str:
    """Give a paragraph; `text` is plain."""
    return f"<p>{html.escape(text)}</p>"


def bullets(items: Iterable[str]) -> str:
    """Give a list of plain texts."""
    return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in items) + "</ul>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "") -> str:
    """Give a table of plain texts; the first of each row names the row. It scrolls by itself."""
    titled = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    columns = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0"><table>{titled}<thead><tr>{columns}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table for a card; cells are plain, without a bar."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plot(svg: str, *, caption: str) -> str:
    """Give a figure with words below it."""
    return f"<figure>{svg}<figcaption>{html.escape(caption)}</figcaption></figure>"


def svg_of(figure: "Figure", *, title: str) -> str:
    """Draw a figure as an SVG to put into a page. The same figure gives the same text.

    `title` says what is seen, for those who hear the page.
    """
    import matplotlib as mpl  # noqa: PLC0415 - an extra

    drawn = io.StringIO()
    # Names inside the picture come from a salt, else by chance; two plots must not share any.
    with mpl.rc_context({"svg.hashsalt": title, "svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", bbox_inches="tight", metadata={"Date": None})
    svg = drawn.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    # Matplotlib numbers groups from 1 in each picture; in one page they would clash, unused.
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    label = html.escape(title, quote=True)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def page(title: str, sections: Iterable[Section]) -> str:
    """Give the whole page."""
    parts = "".join(
        f"<section><h2>{html.escape(section.heading)}</h2>{''.join(section.blocks)}</section>\n"
        for section in sections
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{html.escape(title)}</h1>\n{parts}</main>\n</body>\n</html>\n"
    )


def machine() -> dict[str, Any]:
    """Say what the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor()
    names = re.findall(r"^model name\s*:\s*(.+)$", text, flags=re.MULTILINE)
    return names[0].strip() if names else platform.processor()


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def pack_facts(manifest: PackManifest) -> dict[str, Any]:
    """Say which models were measured, by the hash of each file; postures make no templates."""
    return {
        "pack": manifest.pack,
        "title": manifest.title,
        "model_id": manifest.template_model,
        "files": {file.name: file.sha256 for file in manifest.files},
    }


def plain_numbers(value: Any) -> Any:  # noqa: ANN401 - any document
    """Give the document with what JSON lacks as null, and no more digits than were measured."""
    match value:
        case bool() | int() | str() | None:
            return value
        case float():
            return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
        case Mapping():
            return {str(key): plain_numbers(inner) for key, inner in value.items()}
        case _:
            return [plain_numbers(inner) for inner in value]


def write_report(folder: Path, document: Mapping[str, Any], page_html: str) -> None:
    """Write report.json and report.html, each whole or not at all. Raises `MachineError`."""
    text = json.dumps(plain_numbers(document), indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(folder, "report.json", text + "\n")
    write_whole(folder, "report.html", page_html)


def require_writable(folder: Path) -> None:
    """Raise `MachineError` before the work begins, not after it, if a report can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def write_whole(folder: Path, name: str, content: str) -> None:
    """Write one file of a report, whole or not at all. Raises `MachineError`."""
    partial = folder / f".{name}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_text(content, encoding="utf-8")
        partial.replace(folder / name)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> MachineError:
    return MachineError(
        "report_unwritable",
        f"The report can't be written to {folder}: {error.strerror}.",
        remedy="Choose another folder with --report.",
    )
