"""Both packs still make of drawn pictures what they made when they were committed."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from fakes.golden_packs import (
    PACKS,
    Golden,
    as_lines,
    differences,
    golden_of,
    golden_path,
    write_golden,
)


def committed(pack: str) -> Golden:
    """Read the committed golden of a pack."""
    golden: Golden = json.loads(golden_path(pack).read_text("utf-8"))
    return golden


def folder_of(pack: str, request: pytest.FixtureRequest) -> Path:
    """Give the models folder of a pack; the one from PyPI needs none."""
    if pack == "pip-offline":
        return Path("nowhere")
    folder: Path = request.getfixturevalue("test_models")
    return folder


@pytest.mark.parametrize("pack", PACKS)
def test_a_packs_outputs_are_the_goldens(pack: str, request: pytest.FixtureRequest) -> None:
    """Boxes, points, scores, embeddings and liveness; see `TOLERANCES`."""
    assert differences(golden_of(pack, folder_of(pack, request)), committed(pack)) == []


def test_regenerating_changes_nothing(request: pytest.FixtureRequest) -> None:
    """scripts/regenerate-goldens leaves an empty diff."""
    assert not write_golden("pip-offline", folder_of("pip-offline", request))


@pytest.mark.parametrize("pack", PACKS)
def test_goldens_are_of_drawings_that_pass_for_faces(pack: str) -> None:
    """Three dolls are found and embedded, a slope of colours and noise are not."""
    golden = committed(pack)
    assert {name: values["faces"] for name, values in golden.items()} == {
        "gradient": [0.0],
        "noise": [0.0],
        "pale doll": [1.0],
        "dark doll, small": [1.0],
        "dark doll, near": [1.0],
    }
    assert golden_path(pack).read_text("utf-8") == as_lines(golden)


@pytest.mark.parametrize(
    ("key", "change"), [("points", 0.1), ("score", 0.01), ("embedding of 1", 0.002), ("faces", 1.0)]
)
def test_a_change_is_told(key: str, change: float) -> None:
    """A difference beyond the tolerance is named with its picture, one below is none."""
    golden = committed("pip-offline")
    changed = deepcopy(golden)
    changed["pale doll"][key][0] += change
    assert differences(golden, changed) == [f"pale doll: {key}"]
    changed["pale doll"][key][0] += 1e-9 - change if key != "faces" else -change
    assert differences(golden, changed) == []
    del changed["noise"]
    assert differences(golden, changed) == ["noise: faces"]
