"""Labels are read strictly, and made from a data set's own tables with all their quirks."""

from pathlib import Path

import pytest

from faregate.bench.assist_labels import (
    Label,
    LabelledSpan,
    convert_gmdcsa24,
    read_labels,
    write_labels,
)
from faregate.errors import FaregateError, InvalidInputError

HEADER = "file,start_s,end_s,label\n"


def span(start_s: float, end_s: float, label: Label = Label.DOWN) -> LabelledSpan:
    """Name a part of one clip."""
    return LabelledSpan(file="s1/Fall/01.mp4", start_s=start_s, end_s=end_s, label=label)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """There and back."""
    spans = (span(0, 1.25, Label.OTHER), span(1.25, 6))
    write_labels(tmp_path / "labels.csv", spans)
    assert read_labels(tmp_path / "labels.csv") == spans


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,start,end,label\n", "first line"),
        (HEADER + "a.mp4,0,1\n", "3 columns"),
        (HEADER + "a.mp4,0,x,down\n", "no number"),
        (HEADER + "a.mp4,2,1,down\n", "not before"),
        (HEADER + "a.mp4,nan,1,down\n", "not before"),
        (HEADER + "a.mp4,-1,1,down\n", "not before"),
        (HEADER + "a.mp4,0,1,fall\n", "neither down nor other"),
        (HEADER + "../a.mp4,0,1,down\n", "below the folder"),
        (HEADER + "/a.mp4,0,1,down\n", "below the folder"),
        (HEADER + ",0,1,down\n", "below the folder"),
    ],
)
def test_a_spoiled_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    """One defect at a time, with its line."""
    path = tmp_path / "labels.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidInputError, match=message):
        read_labels(path)


def test_no_file_is_an_error(tmp_path: Path) -> None:
    """Neither to read nor to write."""
    for use in (lambda: read_labels(tmp_path / "no.csv"), lambda: write_labels(tmp_path, [])):
        with pytest.raises(FaregateError):
            use()


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("Falling (SW)[1.8 to 5]:; Walking[0 to 1.8]", [span(0, 1.8, Label.OTHER), span(1.8, 5)]),
        ("Falling (BW) [0.3 to 5]; Standing [0 to 0.2]", [span(0, 0.2, Label.OTHER), span(0.3, 5)]),
        ("Falling (BW[5.9 to 10]", [span(5.9, 10)]),
        ("Falling (BW)[2 to 4]; Falling (SW)[4 to 11]", [span(2, 11)]),
        ("Eating[0.9 4.6]", [span(0.9, 4.6, Label.OTHER)]),
        (
            "Sitting[9.7 to 3]; Standing[0 to 0.5; 4.2 to 6.5]",
            [span(0, 0.5, Label.OTHER), span(4.2, 6.5, Label.OTHER)],
        ),
        ("Sleeping[2 to 8]; Sitting[0 to 2]", [span(0, 8, Label.OTHER)]),
    ],
)
def test_the_quirks_of_gmdcsa24(classes: str, expected: list[LabelledSpan], tmp_path: Path) -> None:
    """Each is in the published tables: a stray colon, an open bracket, a missing `to`."""
    (tmp_path / "s1" / "Fall").mkdir(parents=True)
    (tmp_path / "s1" / "Fall" / "01.mp4").touch()
    (tmp_path / "s1" / "Fall.csv").write_text(
        "File Name,Length (seconds),Description, Classes\n"
        f"01.mp4,06, Standing, then falling, {classes}\n"
        "02.mp4,06, Not in this folder, Falling (BW)[1 to 6]",
        "utf-8",
    )
    assert convert_gmdcsa24(tmp_path) == tuple(expected)


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    """Somebody named the wrong folder."""
    with pytest.raises(InvalidInputError, match="no clips with labels"):
        convert_gmdcsa24(tmp_path)


def test_the_data_set_itself(test_data: Path) -> None:
    """Six falls and three clips of other things are there."""
    spans = convert_gmdcsa24(test_data / "falls")
    falls = {one.file for one in spans if one.label is Label.DOWN}
    assert len(falls) == 6
    assert len({one.file for one in spans} - falls) == 3
