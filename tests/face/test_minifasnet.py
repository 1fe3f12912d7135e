"""The passive network sees the crop it was trained with."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.drawn_pictures import Picture, doll, gradient, noise
from fakes.walkups import NOON, still
from faregate.bench.face_ways import frame_of, middle_face
from faregate.bench.people import Split, split_of
from faregate.bench.pictures import read_picture
from faregate.face.detect import DetectedFace
from faregate.face.liveness import LIVENESS_MIN
from faregate.face.minifasnet import MiniFasNets, crop_around
from faregate.face.pipeline import FacePipeline
from faregate.ids import CameraId
from faregate.models.manifest import MiniFasNet
from faregate.models.pack import VerifiedPack, verify
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.video.frame import Frame

WIDTH, HEIGHT = 640, 480


@pytest.mark.parametrize(
    ("box", "scale", "expected"),
    [
        ((300.0, 200.0, 340.0, 240.0), 2.0, (280, 180, 361, 261)),
        ((0.0, 200.0, 40.0, 240.0), 2.0, (0, 180, 81, 261)),
        ((600.0, 440.0, 640.0, 480.0), 2.0, (559, 399, 640, 480)),
        ((220.0, 140.0, 420.0, 340.0), 4.0, (80, 0, 560, 480)),
    ],
    ids=["inside", "moved right", "moved up and left", "shrunk"],
)
def test_the_crop_stays_in_the_picture(
    box: tuple[float, float, float, float], scale: float, expected: tuple[int, int, int, int]
) -> None:
    """Scaled about the middle, moved inside, and shrunk where it can't fit, by hand."""
    assert crop_around(box, scale=scale, width=WIDTH, height=HEIGHT) == expected


@given(
    x=st.floats(-50, 700),
    y=st.floats(-50, 500),
    wide=st.floats(0, 900),
    high=st.floats(0, 900),
    scale=st.sampled_from([2.7, 4.0]),
)
def test_no_box_gives_a_crop_outside(
    x: float, y: float, wide: float, high: float, scale: float
) -> None:
    """Whatever the detector says, the crop has pixels and lies in the picture."""
    left, top, right, bottom = crop_around(
        (x, y, x + wide, y + high), scale=scale, width=WIDTH, height=HEIGHT
    )
    assert 0 <= left < right <= WIDTH
    assert 0 <= top < bottom <= HEIGHT


@pytest.fixture
def pack(test_models: Path) -> VerifiedPack:
    """Give the pack with both networks."""
    return verify("permissive-small", test_models)


@pytest.fixture
def files(pack: VerifiedPack) -> list[MiniFasNet]:
    """Find their files."""
    return [file for file in pack.manifest.files if isinstance(file, MiniFasNet)]


@pytest.fixture
def networks(pack: VerifiedPack, files: list[MiniFasNet]) -> MiniFasNets:
    """Open them."""
    return MiniFasNets(pack, files, threads=1)


def face_of(portrait: Portrait) -> DetectedFace:
    """Give the face by the points read off by hand, with the box that YuNet would draw."""
    middle = portrait.points.mean(axis=0)
    eyes = float(np.linalg.norm(portrait.points[1] - portrait.points[0]))
    left, top = middle - eyes * np.array([1, 1.35])
    right, bottom = middle + eyes * np.array([1, 1.15])
    return DetectedFace(
        (float(left), float(top), float(right), float(bottom)), portrait.points, 1.0
    )


@pytest.mark.parametrize("picture", [doll((225, 180, 155)), noise(), gradient()])
@pytest.mark.parametrize("box", [(250.0, 130.0, 390.0, 330.0), (2.0, 3.0, 60.0, 90.0)], ids=str)
def test_scores_as_a_plain_session_does(
    picture: Picture,
    box: tuple[float, float, float, float],
    networks: MiniFasNets,
    pack: VerifiedPack,
    files: list[MiniFasNet],
) -> None:
    """The published recipe, written out here: crop, 80 x 80, BGR, 0 to 255, softmax, mean."""
    scores = []
    for file in files:
        left, top, right, bottom = crop_around(
            box, scale=file.crop_scale, width=WIDTH, height=HEIGHT
        )
        crop = cv2.resize(
            cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)[top:bottom, left:right], (80, 80)
        )
        blob = crop.astype(np.float32).transpose(2, 0, 1)[None]
        [classes] = ort.InferenceSession(pack.read(file)).run(None, {"bgr": blob})
        scores.append(classes[0, 1])
    face = DetectedFace(box, np.zeros((5, 2), np.float32), 1.0)
    frame = Frame(CameraId("lane-1"), NOON, 0, picture)
    assert networks.score(frame, face) == pytest.approx(float(np.mean(scores)), abs=1e-5)


@pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda rider: rider.shown_as)
def test_portraits_pass_for_live_one_picture_at_a_time(
    portrait: Portrait, networks: MiniFasNets
) -> None:
    """Photographs of people look live to it: which is why it alone never authorises."""
    assert networks.score(still(portrait), face_of(portrait)) > 0.5
    assert not any(session.input.any() for _, session in networks._networks)


@pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda rider: rider.shown_as)
def test_the_same_portraits_in_grey_are_taken_for_attacks(
    portrait: Portrait, networks: MiniFasNets
) -> None:
    """Colour alone changes its mind: why its opinion is no measure of life, and only refuses."""
    colours = still(portrait)
    grey = cv2.cvtColor(cv2.cvtColor(colours.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert networks.score(replace(colours, pixels=grey.astype(np.uint8)), face_of(portrait)) < 0.5


@pytest.mark.long
def test_most_grey_people_are_taken_for_attacks(
    pack: VerifiedPack,
    networks: MiniFasNets,
    test_data: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Of grey pictures of development people, one each, by far most: a grey camera can't use it."""
    pipeline = FacePipeline(pack)
    folders = sorted((test_data / "faces" / "lfw").iterdir())
    chosen = [folder for folder in folders if split_of(folder.name) is Split.DEVELOPMENT]
    scores = []
    for folder in chosen[:300]:
        pixels = read_picture(min(folder.iterdir()))
        assert isinstance(pixels, np.ndarray)
        height, width = pixels.shape[:2]
        frame = frame_of(pixels)
        found = pipeline.detect(frame)
        scores += [networks.score(frame, middle_face(found, width=width, height=height))]
    taken = sum(score < LIVENESS_MIN for score in scores)
    record_property("grey pictures of people, taken for attacks", f"{taken} of {len(scores)}")
    assert taken > len(scores) / 2
