"""Manifests are read strictly, and the shipped ones keep their promises."""

import tomllib
from importlib import resources
from typing import Any

import pytest

from fakes.own_pack import MANIFEST
from faregate.errors import InvalidInputError
from faregate.models.manifest import PackKind, PackManifest, parse_manifest, shipped_manifests


def test_a_good_manifest_is_read() -> None:
    """The example that the next test spoils is good."""
    manifest = parse_manifest(MANIFEST, origin="mine")
    assert (manifest.pack, manifest.files[0].name, manifest.size) == ("mine", "net.onnx", 31)


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('title = "My own"', 'title = "My own"\ncolour = "red"', "colour"),
        ("size = 20", "size = 20\nsha1 = 1", "sha1"),
        ("[card]", "[card]\nguess = 1", "guess"),
        ('sha256 = "', 'sha256 = "x', "sha256"),
        ("size = 20", "size = -20", "size"),
        ('name = "net.onnx"', 'name = "../net.onnx"', "name"),
        ('name = "net.onnx"', 'name = "manifest.toml"', "name"),
        ('role = "embedder"', 'role = "detector"', "role"),
        ('adapter = "aligned-onnx"', 'adapter = "surprise"', "adapter"),
        ('channels = "rgb"', 'channels = "grey"', "channels"),
        ("[1, 3, 112, 112]", "[2, 3, 112, 112]", "input_shape"),
        ('model_id = "mine-1"', 'model_id = "Mine 1"', "model_id"),
        ('pack = "mine"', 'pack = "../mine"', "pack"),
        ('licence = "Apache-2.0"\n', "", "licence"),
        ("measured = 2026-06-01\n", "", "measured"),
        ("title = ", "title ", "TOML"),
    ],
)
def test_a_spoiled_manifest_is_refused(before: str, after: str, place: str) -> None:
    """One defect at a time; the message names the manifest and the place."""
    assert before in MANIFEST
    with pytest.raises(InvalidInputError, match=f"mine.*{place}"):
        parse_manifest(MANIFEST.replace(before, after, 1), origin="mine")


@pytest.mark.parametrize(
    ("name", "message"), [("net.onnx", "same name"), ("other.onnx", "exactly one embedder")]
)
def test_two_embedders_are_refused(name: str, message: str) -> None:
    """A pack has one embedder, and each file once."""
    start, end = MANIFEST.index("[[files]]"), MANIFEST.rindex("[[files]]")
    second = MANIFEST[start:end].replace('name = "net.onnx"', f'name = "{name}"')
    with pytest.raises(InvalidInputError, match=message):
        parse_manifest(MANIFEST[:end] + second + MANIFEST[end:], origin="mine")


@pytest.fixture(params=shipped_manifests(), ids=lambda manifest: manifest.pack)
def shipped(request: pytest.FixtureRequest) -> PackManifest:
    """Give each pack that Faregate knows by itself."""
    manifest = request.param
    assert isinstance(manifest, PackManifest)
    return manifest


def test_the_demo_pack_never_takes_money() -> None:
    """`pip-offline` is for the demo and CI; `permissive-small` is for real use."""
    allowed = {manifest.pack: manifest.real_charging for manifest in shipped_manifests()}
    assert allowed == {"permissive-small": True, "pip-offline": False, "pose": False}


def test_no_file_with_a_doubtful_licence(shipped: PackManifest) -> None:
    """Permissive licences alone; dlib's 68 points and CNN detector are never named."""
    assert {file.licence for file in shipped.files} <= {"MIT", "Apache-2.0", "CC0-1.0"}
    assert not [file.name for file in shipped.files if "68" in file.name or "mmod" in file.name]


def assert_knows_no_faces(manifest: PackManifest) -> None:
    """Whoever asks a pack of postures for templates or thresholds is told so."""
    for ask in (lambda: manifest.card, lambda: manifest.model_id):
        with pytest.raises(InvalidInputError) as error:
            ask()
        assert error.value.code == "pack_without_faces"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('role = "posture"', 'role = "embedder"', "role"),
        ('kind = "postures"', 'kind = "faces"', "exactly one embedder"),
        ('kind = "postures"', 'kind = "postures"\nmodel_id = "x"', "no model_id"),
        ("side = 320", "side = 330", "side"),
        ("stride = 32", "stride = 16", "stride"),
    ],
)
def test_a_spoiled_pack_of_postures_is_refused(before: str, after: str, message: str) -> None:
    """It holds one network for postures, and nothing that could know a face."""
    text = (resources.files("faregate.models") / "packs" / "pose.toml").read_text("utf-8")
    assert before in text
    assert parse_manifest(text, origin="pose").kind is PackKind.POSTURES
    with pytest.raises(InvalidInputError, match=message):
        parse_manifest(text.replace(before, after, 1), origin="pose")


def test_a_pack_of_faces_needs_a_card() -> None:
    """No threshold comes from nowhere."""
    start = MANIFEST.index("[card]")
    with pytest.raises(InvalidInputError, match="model_id and a card"):
        parse_manifest(MANIFEST[:start], origin="mine")


def test_thresholds_follow_from_enough_comparisons(shipped: PackManifest) -> None:
    """A rate is a count of comparisons, lies in its interval, and the interval is not nothing."""
    if shipped.kind is PackKind.POSTURES:
        assert_knows_no_faces(shipped)
        return
    card = shipped.card
    low, high = card.false_match_rate_ci95
    assert low <= card.false_match_rate <= high
    assert high >= 3 / card.comparisons
    assert card.comparisons * card.false_match_rate == pytest.approx(
        round(card.comparisons * card.false_match_rate), abs=0.1
    )
    assert card.fused_false_matches <= card.fused_comparisons * 1e-4
    assert card.same_person_min < card.similarity_min
    assert all(fact.source for fact in card.facts)


def test_the_shipped_files_are_named_after_their_packs() -> None:
    """So that a person finds the manifest of a pack."""
    folder = resources.files("faregate.models") / "packs"
    documents: dict[str, Any] = {
        entry.name: tomllib.loads(entry.read_text(encoding="utf-8")) for entry in folder.iterdir()
    }
    assert {name: document["pack"] for name, document in documents.items()} == {
        name: name.removesuffix(".toml") for name in documents
    }
