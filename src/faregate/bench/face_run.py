"""Look at every picture of a folder in several ways: the only place that opens pictures."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.bench.face_folder import FaceFolder
from faregate.bench.face_ways import Look, OpenWay
from faregate.bench.pictures import PictureDefect, read_picture
from faregate.bench.samples import Embedded, Metric
from faregate.errors import InvalidInputError

OnPicture = Callable[[], None]

NO_FACE: Final = "no_face"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """What one way made of all pictures. `several` had more than one face in them.

    `failures` counts why pictures gave no template: a `PictureDefect`, or `NO_FACE`.
    """

    embedded: Embedded
    failures: Mapping[str, int]
    several: int


def look_at_all(
    folder: FaceFolder, ways: Mapping[str, OpenWay], *, jobs: int, on_picture: OnPicture
) -> Mapping[str, Looked]:
    """Give, by name of the way, what it made of each picture.

    `jobs` threads, each with ways of its own. They gain where a library lets go of Python's lock:
    onnxruntime does. Vectors are held in memory, nowhere else; the caller wipes them.
    """
    number = len(folder.pictures)
    made: dict[str, list[Look | PictureDefect | None]] = {name: [None] * number for name in ways}
    metrics: dict[str, Metric] = {}
    lock, ending = threading.Lock(), threading.Event()

    def work(indices: Iterable[int]) -> None:
        opened = {name: open_way() for name, open_way in ways.items()}
        with lock:
            metrics.update({name: way.metric for name, way in opened.items()})
        for index in indices:
            if ending.is_set():
                return
            pixels = read_picture(folder.pictures[index])
            for name, way in opened.items():
                made[name][index] = (
                    pixels if isinstance(pixels, PictureDefect) else way.look(pixels)
                )
            with lock:
                on_picture()

    with ThreadPoolExecutor(jobs) as pool:
        tasks = [pool.submit(work, range(job, number, jobs)) for job in range(jobs)]
        try:
            for task in tasks:
                task.result()
        finally:
            ending.set()
    return {name: _looked(folder, looks, metrics[name], name) for name, looks in made.items()}


def _looked(
    folder: FaceFolder, looks: Sequence[Look | PictureDefect | None], metric: Metric, name: str
) -> Looked:
    found = [look for look in looks if isinstance(look, Look) and look.faces]
    if not found:
        raise InvalidInputError(
            "faces_none",
            f"No face was found in any of the {len(looks)} pictures ({name}).",
            remedy="Check that they are upright pictures of faces, at least 80 px wide.",
        )
    probes = np.zeros((len(looks), len(found[0].probe)), np.float32)
    references = np.zeros_like(probes)
    acquired = np.zeros(len(looks), np.bool_)
    for index, look in enumerate(looks):
        if isinstance(look, Look) and look.faces:
            probes[index] = look.probe
            references[index] = look.reference
            acquired[index] = True
            look.probe[:] = 0.0
            look.reference[:] = 0.0
    failures = Counter(
        str(look) if isinstance(look, PictureDefect) else NO_FACE
        for look, got in zip(looks, acquired, strict=True)
        if not got
    )
    return Looked(
        embedded=Embedded(
            person=folder.person,
            probes=probes,
            references=references,
            acquired=acquired,
            people=len(folder.names),
            metric=metric,
        ),
        failures=failures,
        several=sum(look.faces > 1 for look in found),
    )


def failures_by_person(looked: Looked) -> NDArray[np.int64]:
    """Count the pictures of each person (P,) that gave no template."""
    embedded = looked.embedded
    return np.bincount(embedded.person[~embedded.acquired], minlength=embedded.people).astype(
        np.int64
    )
