"""What a pack of models is made of: files, their origin, how to feed them, what was measured."""

import tomllib
from datetime import date
from enum import StrEnum
from importlib import resources
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from faregate.errors import InvalidInputError
from faregate.ids import ModelId, check_name

MANIFEST_NAME: Final = "manifest.toml"
_FILE_BYTES_MAX: Final = 2**30
_FILES_MAX: Final = 16
_TEXT_MAX: Final = 16 * 1024
"""Characters; a pack of four files needs 4,000. The standard library's reader takes time by the
square of a key's dots: a second for so many, half a minute for four times as many."""

_EYES_APART_MIN: Final = 0.05
"""Of the width. Every aligned embedder has 0.3 or more; nearer they are on one spot, or swapped."""

Line = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""Text that is shown in one line of a terminal, and can't steer it."""

Side = Annotated[int, Field(ge=16, le=4096)]
"""Pixels along one side of a model's input."""

Place = Annotated[float, Field(ge=-1, le=2)]
"""A fraction of a side; a point may lie a little outside."""


class ModelRole(StrEnum):
    """What a model file is for."""

    DETECTOR = "detector"
    POINTS = "points"
    EMBEDDER = "embedder"
    LIVENESS = "liveness"
    POSTURE = "posture"


class PackKind(StrEnum):
    """What a pack's models tell of people."""

    FACES = "faces"
    POSTURES = "postures"  # how people hold themselves, and nothing of who they are


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _ModelFile(_Strict):
    """What is known of every file. `source` is where its publisher offers it."""

    name: str = Field(max_length=120, pattern=r"^[A-Za-z0-9_][A-Za-z0-9._+-]*$")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(gt=0, le=_FILE_BYTES_MAX, description="bytes")
    licence: Line
    source: Line

    @field_validator("name")
    @classmethod
    def _name_is_not_the_manifests(cls, name: str) -> str:
        if name == MANIFEST_NAME:
            raise ValueError("must not be that of the manifest")
        return name


class DlibPoints(_ModelFile):
    """dlib's shape predictor with five points; finds them in the box of dlib's own HOG detector.

    The detector is part of the dlib library, not a file.
    """

    adapter: Literal["dlib-points5"]
    role: Literal[ModelRole.POINTS]


class DlibResNet(_ModelFile):
    """dlib's face recognition ResNet v1: a square RGB chip to `dimension` numbers."""

    adapter: Literal["dlib-resnet-v1"]
    role: Literal[ModelRole.EMBEDDER]
    input_shape: tuple[Side, Side, Literal[3]] = Field(description="height, width, channels")
    padding: float = Field(ge=0, le=1, description="around the face, in chip widths")
    dimension: int = Field(gt=0, le=4096)


class YuNet(_ModelFile):
    """YuNet: a BGR picture, values 0 to 255, to boxes and five points at strides 8, 16, 32."""

    adapter: Literal["yunet"]
    role: Literal[ModelRole.DETECTOR]
    input_shape: tuple[Literal[1], Literal[3], Side, Side] = Field(description="N, C, H, W")
    score_min: float = Field(gt=0, lt=1)
    overlap_max: float = Field(gt=0, lt=1, description="intersection over union")

    @field_validator("input_shape")
    @classmethod
    def _sides_fill_the_coarsest_grid(cls, shape: tuple[int, int, int, int]) -> object:
        if shape[2] % 32 or shape[3] % 32:
            raise ValueError("height and width must be multiples of 32")
        return shape


class AlignedEmbedder(_ModelFile):
    """Any ONNX embedder that takes a face moved onto five reference points.

    `points` are (x, y) as fractions of width and height: left eye, right eye, nose, left and
    right mouth corner, left in the image. The input is (pixel - mean) / deviation.
    """

    adapter: Literal["aligned-onnx"]
    role: Literal[ModelRole.EMBEDDER]
    input_shape: tuple[Literal[1], Literal[3], Side, Side] = Field(description="N, C, H, W")
    channels: Literal["bgr", "rgb"]
    mean: float = Field(ge=-1e3, le=1e3)
    deviation: float = Field(ge=1e-3, le=1e3)
    points: tuple[
        tuple[Place, Place],
        tuple[Place, Place],
        tuple[Place, Place],
        tuple[Place, Place],
        tuple[Place, Place],
    ]
    dimension: int = Field(gt=0, le=4096)

    @model_validator(mode="after")
    def _the_left_eye_is_left(self) -> "AlignedEmbedder":
        (left, _), (right, _), *_ = self.points
        if right - left < _EYES_APART_MIN:
            raise ValueError("the right eye must lie right of the left eye, in the image")
        return self


class MiniFasNet(_ModelFile):
    """A passive liveness network: the face box scaled by `crop_scale`, BGR, 0 to 255."""

    adapter: Literal["minifasnet"]
    role: Literal[ModelRole.LIVENESS]
    input_shape: tuple[Literal[1], Literal[3], Side, Side] = Field(description="N, C, H, W")
    crop_scale: float = Field(gt=1, le=16)
    live_class: Literal[0, 1, 2]


class MoveNetMultiPose(_ModelFile):
    """MoveNet MultiPose: an RGB picture of any size to six people of 17 points each.

    It takes int32 (1, H, W, 3), 0 to 255, H and W multiples of `stride`; it gives (1, 6, 56).
    """

    adapter: Literal["movenet-multipose"]
    role: Literal[ModelRole.POSTURE]
    stride: Literal[32]
    side: int = Field(ge=128, le=1024, multiple_of=32, description="longer side of the input, px")
    score_min: float = Field(gt=0, lt=1, description="of a person, inclusive")


ModelFile = Annotated[
    DlibPoints | DlibResNet | YuNet | AlignedEmbedder | MiniFasNet | MoveNetMultiPose,
    Field(discriminator="adapter"),
]


class Fact(_Strict):
    """One measured fact and who measured it, when, on what."""

    what: Line
    value: Line
    source: Line


class Card(_Strict):
    """The thresholds that follow from a measurement, and the measurement.

    `false_match_rate` is that of single pictures at `similarity_min`, in `comparisons` of different
    people of `data_set`, with its 95 % interval; the `fused_` numbers count the same for templates
    fused from three, which is what a gate compares. `faregate bench faces` measures all of them.
    """

    similarity_min: float = Field(gt=-1, lt=1, description="cosine, inclusive")
    margin_min: float = Field(ge=0, lt=2, description="best minus second best, inclusive")
    false_match_rate: float = Field(ge=0, lt=1)
    false_match_rate_ci95: tuple[float, float]
    comparisons: int = Field(gt=0)
    fused_comparisons: int = Field(gt=0)
    fused_false_matches: int = Field(ge=0)
    same_person_min: float = Field(gt=-1, lt=1, description="between frames of one approach")
    data_set: Line
    measured: date
    facts: tuple[Fact, ...] = ()


class NpmSource(_Strict):
    """An npm package whose weights a recipe makes into the pack's one file.

    `member` is the file with the weights, under any folder of the package; `recipe` is one of
    `models/recipes`.
    """

    package: str = Field(pattern=r"^(@[a-z0-9._-]+/)?[a-z0-9][a-z0-9._-]*$")
    version: str = Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")
    size_max: int = Field(gt=0, le=_FILE_BYTES_MAX, description="bytes of the .tgz")
    member: str = Field(min_length=1)
    member_size: int = Field(gt=0, le=_FILE_BYTES_MAX)
    recipe: str = Field(pattern=r"^[a-z0-9-]+\.json$")


class PackManifest(_Strict):
    """One pack. `package` names the installed Python package that holds the files, if one does.

    Only a pack of faces has `model_id` and `card`. Asking one of postures for them raises
    `InvalidInputError`: no face was ever compared with it.
    """

    pack: str
    title: Line
    kind: PackKind = PackKind.FACES
    template_model: ModelId | None = Field(
        default=None, alias="model_id", description="of the templates that it makes"
    )
    real_charging: bool = Field(description="false: good enough to show, not to take money")
    package: str | None = Field(default=None, pattern=r"^[a-z_][a-z0-9_]*$")
    package_folder: str = Field(default="", pattern=r"^[a-z0-9_]*$")
    files: tuple[ModelFile, ...] = Field(min_length=1, max_length=_FILES_MAX)
    npm: NpmSource | None = None
    face_card: Card | None = Field(default=None, alias="card")
    facts: tuple[Fact, ...] = Field(default=(), description="of a pack without a card")

    @field_validator("pack", "template_model")
    @classmethod
    def _is_a_name(cls, name: str | None) -> str | None:
        if name is None:
            return None
        try:
            return check_name(name, what="pack or model")
        except InvalidInputError as error:
            raise ValueError(error.message) from error

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> "PackManifest":
        if len({file.name for file in self.files}) != len(self.files):
            raise ValueError("two files have the same name")
        roles = [file.role for file in self.files]
        match self.kind:
            case PackKind.FACES:
                if roles.count(ModelRole.EMBEDDER) != 1 or ModelRole.POSTURE in roles:
                    raise ValueError("a pack has exactly one embedder")
                if self.template_model is None or self.face_card is None:
                    raise ValueError("a pack of faces has a model_id and a card")
            case PackKind.POSTURES:
                if roles != [ModelRole.POSTURE]:
                    raise ValueError("a pack of postures has one file, of that role")
                if self.template_model is not None or self.face_card is not None:
                    raise ValueError("a pack of postures has no model_id and no card")
        return self

    @property
    def model_id(self) -> ModelId:
        """The model of the templates that it makes. Raises `InvalidInputError` if it makes none."""
        if self.template_model is None:
            raise self._knows_no_faces()
        return self.template_model

    @property
    def card(self) -> Card:
        """What was measured with it. Raises `InvalidInputError` for a pack without faces."""
        if self.face_card is None:
            raise self._knows_no_faces()
        return self.face_card

    def _knows_no_faces(self) -> InvalidInputError:
        return InvalidInputError(
            "pack_without_faces",
            f"The pack {self.pack} knows no faces.",
            remedy="Name a pack of faces; `faregate models list` shows them.",
        )

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


def parse_manifest(text: str, *, origin: str) -> PackManifest:
    """Read a manifest. Unknown keys are refused; raises `InvalidInputError` naming the place."""
    if len(text) > _TEXT_MAX:
        raise InvalidInputError(
            "manifest",
            f"{origin} is too long: {len(text)} characters.",
            remedy=f"Shorten it to {_TEXT_MAX}, or remove it.",
        )
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # the second for arrays in arrays in arrays
        raise InvalidInputError(
            "manifest_syntax", f"{origin} is not TOML: {error}.", remedy="Correct that line."
        ) from error
    try:
        return PackManifest.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the manifest"
        raise InvalidInputError(
            "manifest", f"{origin}: {place}: {first['msg']}.", remedy="Correct that key."
        ) from error


def shipped_manifests() -> tuple[PackManifest, ...]:
    """Give the packs that Faregate knows by itself, by name."""
    folder = resources.files("faregate.models") / "packs"
    return tuple(
        parse_manifest(entry.read_text(encoding="utf-8"), origin=entry.name)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    )
