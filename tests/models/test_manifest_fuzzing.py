"""Whatever is called a manifest: it is read, or refused with one error that names it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.own_pack import MANIFEST
from faregate.errors import InvalidInputError
from faregate.models.manifest import PackManifest, parse_manifest, shipped_manifests

VALUES = re.findall(r"(?<== ).+", MANIFEST)
ODD_VALUES = [
    *("nan", "inf", "-inf", "0", "-1", "1e-320", "1e308", "9223372036854775808", "true", "''"),
    *("[]", "{}", "[[]]", "1979-05-27", "07:32:00", '"\\u0000"', '"\\ud7ff"', '"../x"', "0x1F"),
    *("[1, 3, 0, 0]", "[1, 3, 100000, 100000]", "[1, 3, -32, 32]", '["a"]', "[nan, nan]"),
]


def outcome(text: str) -> PackManifest | InvalidInputError:
    """Read a text; anything but the one error is raised."""
    try:
        return parse_manifest(text, origin="mine")
    except InvalidInputError as error:
        return error


def assert_harmless(text: str) -> None:
    """See that a manifest that is read can be worked with, and that an error names its file."""
    match outcome(text):
        case PackManifest() as manifest:
            assert all("/" not in file.name and file.size > 0 for file in manifest.files)
            assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*", manifest.pack)
        case InvalidInputError() as error:
            assert error.message.startswith("mine")


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    """Text of any kind."""
    assert_harmless(text)


@given(data=st.data())
def test_a_good_manifest_with_another_value(data: st.DataObject) -> None:
    """Up to three values exchanged for odd ones, or for each other."""
    text = MANIFEST
    for _ in range(data.draw(st.integers(1, 3))):
        value = data.draw(st.sampled_from(VALUES))
        odd = data.draw(st.sampled_from(ODD_VALUES + VALUES))
        text = text.replace(f"= {value}", f"= {odd}", 1)
    assert_harmless(text)


@given(data=st.data())
def test_a_good_manifest_with_lines_moved(data: st.DataObject) -> None:
    """Lines left out, doubled, or moved elsewhere."""
    lines = MANIFEST.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        taken = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        for _ in range(data.draw(st.integers(0, 2))):
            lines.insert(data.draw(st.integers(0, len(lines))), taken)
    assert_harmless("\n".join(lines))


@given(at=st.integers(0, len(MANIFEST)), wrong=st.text(max_size=8))
def test_a_good_manifest_with_something_inside(at: int, wrong: str) -> None:
    """A few characters in any place."""
    assert_harmless(MANIFEST[:at] + wrong + MANIFEST[at:])


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 16_000,
        "a = " + "{a = " * 3_000,
        "a = " + "9" * 16_000,
        ".".join(["a"] * 4_000) + " = 1",
        "\n".join(f"[[a.b{count}]]" for count in range(1_500)),
        MANIFEST + "#" * 20_000,
    ],
    ids=["arrays", "tables", "digits", "dots", "headers", "too long"],
)
def test_what_is_hard_to_read_is_refused(text: str) -> None:
    """Nested, repeated and endless: an error, before memory or patience ends."""
    assert isinstance(outcome(text), InvalidInputError)


@pytest.mark.parametrize(
    "name",
    [
        *("../net.onnx", "/etc/passwd", "a/b", "a\\\\b", ".", "..", "", "manifest.toml", "x" * 121),
        *("net.onnx/", "./net.onnx", "..\\\\net.onnx", "net\\u0000.onnx", "net\\n.onnx", ".hidden"),
    ],
)
def test_a_name_that_is_no_plain_file_is_refused(name: str) -> None:
    """No file's name leads out of the pack's folder, hides, or breaks a line of output."""
    error = outcome(MANIFEST.replace('name = "net.onnx"', f'name = "{name}"', 1))
    assert isinstance(error, InvalidInputError)
    assert "name" in error.message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('title = "My own"', 'title = "\\u001b[2J"'),
        ("[1, 3, 112, 112]", "[1, 3, 100000, 100000]"),
        ("[1, 3, 112, 112]", "[1, 3, 0, 112]"),
        ("mean = 127.5", "mean = nan"),
        ("deviation = 127.5", "deviation = 1e-300"),
        ("deviation = 127.5", "deviation = inf"),
        ("crop_scale = 2.7", "crop_scale = 1e9"),
        ("[0.3, 0.4], [0.7, 0.4]", "[0.7, 0.4], [0.3, 0.4]"),
        ("[0.3, 0.4], [0.7, 0.4]", "[0.5, 0.4], [0.5, 0.4]"),
        ("[0.3, 0.4]", "[nan, 0.4]"),
    ],
)
def test_numbers_that_no_model_has_are_refused(before: str, after: str) -> None:
    """Sizes without end, no numbers, eyes that are swapped or on one spot."""
    assert before in MANIFEST
    assert isinstance(outcome(MANIFEST.replace(before, after, 1)), InvalidInputError)


def test_the_shipped_manifests_are_not_near_the_limit() -> None:
    """Room for a few more files and facts is left."""
    assert all(len(manifest.model_dump_json()) < 12_000 for manifest in shipped_manifests())
