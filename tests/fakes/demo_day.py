"""The demo's day with all its real parts but the faces: those are made up, and so it is fast."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from fakes.faces import LIVE, PRINT, FakeCamera, FakeFaces
from faregate.clock import Clock, ManualClock
from faregate.config import Config
from faregate.demo.cameras import Cameras
from faregate.demo.clips import Clip
from faregate.demo.day import Day
from faregate.demo.kiosk_camera import Unprompted
from faregate.demo.play import count
from faregate.demo.report import DayReport
from faregate.demo.stage import LaneView, Stage
from faregate.demo.tally import Tally
from faregate.demo.walk_ups import WalkUps
from faregate.demo.world import LINES, OPENING, World, open_world
from faregate.face.pipeline import FacePipeline
from faregate.ids import CameraId
from faregate.models.manifest import PackManifest, shipped_manifests
from faregate.video.source import FrameSource, OnOpen, unobserved

PERSON_A, PERSON_B = 1, 2
ROLES: Final = ("log", "witness", "office", "kiosk", "root", *LINES)


class DemoFaces(FakeFaces):
    """The made-up faces, with the thresholds of a real pack."""

    @property
    def manifest(self) -> PackManifest:
        """The pack whose thresholds are used."""
        return next(one for one in shipped_manifests() if one.pack == "pip-offline")


class ObservedCamera(FakeCamera):
    """A camera that tells of its openings."""

    on_open: OnOpen = staticmethod(unobserved)

    def open(self) -> None:
        """Open, and tell."""
        super().open()
        self.on_open(self.camera)


@dataclass
class DemoCameras:
    """Gives each camera the person who is in the scene."""

    clock: Clock

    def source(
        self, _camera: CameraId, clip: Clip, _attempt: int, on_open: OnOpen = unobserved
    ) -> FrameSource:
        """Give a camera in front of which the scene's person stands."""
        camera = ObservedCamera(self.clock)
        camera.on_open = on_open
        person = PERSON_A if clip.shows_a else PERSON_B
        camera.show(person, live=PRINT if clip is Clip.A_PHOTO else LIVE)
        return camera

    def at_kiosk(self, camera: CameraId, clip: Clip, attempt: int) -> Unprompted:
        """Give the kiosk's camera; made-up faces need no prompts."""
        return Unprompted(self.source(camera, clip, attempt))


@dataclass(frozen=True, slots=True)
class DemoDay:
    """A world in which nothing has happened yet, and a day to play in it."""

    world: World
    day: Day
    walk_ups: WalkUps
    stage: Stage
    tally: Tally
    faces: DemoFaces

    def set_stage(self) -> None:
        """Put the lanes on the stage, for whoever plays single walk-ups."""
        self.stage.set_programme(
            [], [LaneView(line=line, place=line.title(), way="") for line in LINES]
        )

    def report(self) -> DayReport:
        """Play the day, and count it."""
        self.day.play()
        return count(self.world, self.day, self.tally, seconds=1.0)


@contextmanager
def open_demo_day(folder: Path) -> Iterator[DemoDay]:
    """Found the demo's deployment in `folder`."""
    for role in ROLES:
        (folder / role).mkdir()
    clock, tally, faces = ManualClock(OPENING), Tally(), DemoFaces()
    with open_world(
        folder, faces=cast("FacePipeline", faces), config=Config(), tally=tally, clock=clock
    ) as world:
        stage = Stage(zone=world.deployment.zone)
        walk_ups = WalkUps(
            world,
            stage=stage,
            tally=tally,
            cameras=cast("Cameras", DemoCameras(clock)),
            config=Config(),
        )
        day = Day(world, stage=stage, walk_ups=walk_ups, pause=lambda: None)
        yield DemoDay(world, day, walk_ups, stage, tally, faces)
