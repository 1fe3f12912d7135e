"""Report folders: one file for programs, one self-contained page for people."""

import json
import math
import re
from pathlib import Path

import pytest

from faregate.bench.report import (
    Section,
    bullets,
    machine,
    pack_facts,
    page,
    paragraph,
    plain_numbers,
    plot,
    require_writable,
    svg_of,
    table,
    write_report,
)
from faregate.errors import MachineError
from faregate.models.manifest import shipped_manifests


def a_plot(title: str) -> str:
    """Draw a line."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    figure = Figure(figsize=(3, 2))
    figure.add_subplot().plot([0, 1], [0, 1])
    return svg_of(figure, title=title)


def test_plain_numbers() -> None:
    """What is no number is null, digits end where float32 does, the rest stays."""
    document = {"a": math.nan, "b": (1, 0.1 + 0.2), 3: {"c": None, "d": True, "e": "x"}}
    assert plain_numbers(document) == {
        "a": None,
        "b": [1, 0.3],
        "3": {"c": None, "d": True, "e": "x"},
    }


def test_a_report_is_two_files(tmp_path: Path) -> None:
    """Written whole, over what was there; nothing else is left in the folder."""
    folder = tmp_path / "new" / "report"
    for value in (1, 2):
        write_report(folder, {"value": value, "none": math.inf}, "<p>ä</p>")
    assert json.loads((folder / "report.json").read_text("utf-8")) == {"value": 2, "none": None}
    assert (folder / "report.html").read_text("utf-8") == "<p>ä</p>"
    assert len(list(folder.iterdir())) == 2


def test_a_folder_that_can_not_be_written_is_told_first(tmp_path: Path) -> None:
    """Before an hour of work as after it: one error, with what to do."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(MachineError, match="can't be written") as before:
        require_writable(tmp_path / "file")
    with pytest.raises(MachineError, match="can't be written") as after:
        write_report(tmp_path / "file", {}, "")
    assert before.value.remedy == after.value.remedy
    require_writable(tmp_path / "fine")
    assert list((tmp_path / "fine").iterdir()) == []


def test_a_page_loads_nothing_and_escapes_all(tmp_path: Path) -> None:
    """No script, no address but XML's own names, no text taken for markup."""
    evil = "<script>alert(1)</script>"
    text = page(
        evil,
        [
            Section(evil, (paragraph(evil), bullets([evil]))),
            Section("B", (table([evil], [[evil, evil]], caption=evil), plot("", caption=evil))),
        ],
    )
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 10
    drawn = page("A", [Section("B", (plot(a_plot("One"), caption="c"),))])
    (tmp_path / "page.html").write_text(drawn, "utf-8")
    for word in ("<script", "@import", "<link", "url(http", "src="):
        assert word not in drawn


def test_plots_are_the_same_each_time_and_do_not_clash() -> None:
    """No date and no chance inside; two plots in one page share no id."""
    assert a_plot("One") == a_plot("One")
    one, other = (set(re.findall(r'\bid="([^"]*)"', a_plot(title))) for title in ("One", "Other"))
    assert one
    assert not one & other
    assert 'aria-label="One"' in a_plot("One")


def test_what_was_measured_on_what() -> None:
    """The machine, and every model file by its hash."""
    assert machine()["libraries"]["numpy"]
    for manifest in shipped_manifests():
        facts = pack_facts(manifest)
        assert len(facts["files"]) == len(manifest.files)
        assert all(len(digest) == 64 for digest in facts["files"].values())
