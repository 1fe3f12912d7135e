"""Play the day: prepare, open the page if it is wanted, play, count, report."""

import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from faregate.bootstrap.roles import open_faces
from faregate.clock import ManualClock
from faregate.config import Config
from faregate.demo.cameras import Cameras, LiveInput
from faregate.demo.clips import Recordings
from faregate.demo.day import Day
from faregate.demo.page import PageServer
from faregate.demo.report import DayReport
from faregate.demo.stage import Stage, StoryLine
from faregate.demo.stored import booked_rows, ride_details, traces_of, withdrawn_ids
from faregate.demo.tally import Staged, Tally
from faregate.demo.template_notes import UnsafeTemplateNotesWarning
from faregate.demo.walk_ups import WalkUps
from faregate.demo.world import FEED, LINES, OPENING, World, open_world
from faregate.errors import MachineError
from faregate.fares.read_feed import read_feed
from faregate.gate.assessment import DeploymentLevel
from faregate.gate.unsafe import UnsafeEvidenceWarning
from faregate.video.source import Pace
from faregate.wire.messages import Receipt

NO_PAGE: Final = -1
_STEP_S: Final = 1.2  # long enough to read what has just happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who watches, and how: called as the day goes on."""

    on_preparing: Callable[[int, int], None]
    """A recording was made: how many so far, of how many."""
    on_page: Callable[[str], None]
    """The page is up at this address."""
    on_chapter: Callable[[int, str, str], None]
    """A chapter begins: number, title, explanation."""
    on_story: Callable[[StoryLine], None]
    invite: Callable[[str], None]
    """Ask the person in front of a live camera to do something; returns when they are ready."""
    on_finished: Callable[[DayReport], None]
    """The day is over; the page stays up until this returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """How to play the day."""

    config: Config = field(default_factory=Config)
    seed: int = 1
    pace: Pace = Pace.AS_FAST_AS_POSSIBLE
    port: int = NO_PAGE
    """The page's port on localhost; 0 for any free one, `NO_PAGE` for no page."""
    camera: LiveInput | None = None
    """Sees rider A in person; everybody else stays a recording."""
    folder: Path | None = None
    """Where the roles keep their files; without it, a temporary folder that is deleted."""


def play_day(settings: DemoSettings, audience: Audience) -> DayReport:
    """Play the day and count what came of it.

    Raises `FaregateError` for a model pack, portrait, camera, folder or port that can't be used.
    """
    began = time.monotonic()
    faces = open_faces(settings.config.models, level=DeploymentLevel.P0)
    tally = Tally()
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(settings.folder))
        stage = Stage(zone=read_feed(FEED).agency_timezone)
        stage.on_story(audience.on_story)
        stage.on_chapter(audience.on_chapter)
        if settings.port != NO_PAGE:
            audience.on_page(stack.enter_context(PageServer(stage, port=settings.port)).address)
        clock = ManualClock(OPENING)
        cameras = Cameras(
            recordings=Recordings(_made_folder(folder / "inputs"), settings.seed),
            pace=settings.pace,
            clock=clock,
            live=settings.camera,
            invite=audience.invite,
        )
        cameras.try_out()
        needed = cameras.needed()
        for number, _ in enumerate(cameras.recordings.render(needed), 1):
            audience.on_preparing(number, len(needed))
        stack.enter_context(_unsafe_on_purpose())
        roles = _make_roles(folder)
        world = stack.enter_context(
            open_world(roles, faces=faces, config=settings.config, tally=tally, clock=clock)
        )
        walk_ups = WalkUps(world, stage=stage, tally=tally, cameras=cameras, config=settings.config)
        day = Day(world, stage=stage, walk_ups=walk_ups, pause=_pause(settings.pace))
        day.play()
        report = count(world, day, tally, seconds=time.monotonic() - began)
        stage.finish(report.figures())
        audience.on_finished(report)
    return report


def count(world: World, day: Day, tally: Tally, *, seconds: float) -> DayReport:
    """Count what came of a day that was played, from stores, events and devices."""
    rides = [ride for rides in day.receipts.values() for ride in rides]
    tariff = world.charging.tariff
    (flat_fare,) = {product.amount.minor for product in tariff.products()}
    latencies = np.array(tally.latencies_ms() or [0.0])
    p50, p95 = (round(float(np.percentile(latencies, share)), 1) for share in (50, 95))
    return DayReport(
        riders=day.riders,
        enrolled=day.enrolled,
        rides_staged=tally.rides_staged(),
        opened=tally.opened(),
        exits_opened=tally.exits_opened(),
        controls_opened=tally.opened(Staged.CONTROL),
        charged_minor=day.charged_minor(),
        charged_expected_minor=tally.rides_begun() * flat_fare,
        receipts_minor=sum(ride.fare for ride in rides),
        currency=tariff.currency,
        charges=len(rides),
        duplicate_charges=_duplicates(day.receipts, rides_begun=tally.rides_begun()),
        strangers_seen=tally.compared(Staged.STRANGER),
        strangers_opened=tally.opened(Staged.STRANGER),
        prints_seen=tally.looked_at(Staged.PRINT),
        prints_matched_but_refused=tally.matched_but_refused(),
        prints_opened=tally.opened(Staged.PRINT),
        stopped_seen=tally.compared(Staged.STOPPED),
        stopped_opened=tally.opened(Staged.STOPPED),
        idle_walk_ups=tally.turned_away_unseen(),
        camera_opens_idle=tally.camera_opened_for_nobody(),
        files_changed_by_refused=tally.files_changed_by_refused(),
        offline_rides=tally.offline_rides(),
        requests_lost=world.network.requests_lost,
        answers_lost=world.network.answers_lost,
        templates_looked_for=world.notes.templates,
        templates_at_rest_clear=day.templates_found,
        ride_details_before_close=day.ride_details_before_close,
        ride_details_after_close=ride_details(world),
        unlocked_after_withdrawal=day.unlocked_after_withdrawal,
        rows_before_withdrawal=day.traces_before_withdrawal,
        rows_after_withdrawal=traces_of(world, day.rider_a, world.notes.needles),
        withdrawn_ids_kept=withdrawn_ids(world, day.rider_a),
        ledger_rows_kept=booked_rows(world, day.rider_a),
        second_tries=tally.second_tries(),
        reasons=tally.reasons(),
        frame_to_open_ms_p50=p50,
        frame_to_open_ms_p95=p95,
        pack=world.faces.manifest.pack,
        seconds=round(seconds, 1),
    )


def _duplicates(receipts: Mapping[str, Sequence[Receipt]], *, rides_begun: int) -> int:
    """Count rides that are on a rider's receipts twice, or on nobody's account of the day."""
    rides = [(who, one.place, one.minute) for who, rides in receipts.items() for one in rides]
    return max(len(rides) - len(set(rides)), len(rides) - rides_begun, 0)


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        yield _made_folder(wanted)
        return
    try:
        with tempfile.TemporaryDirectory(prefix="faregate-demo-") as made:
            yield Path(made)
    except FileNotFoundError as error:
        raise MachineError(
            "folder_unwritable",
            f"No temporary folder can be made: {error}.",
            remedy="Name a folder that you may write with --folder, or set TMPDIR.",
        ) from error


def _make_roles(folder: Path) -> Path:
    roles = folder / "roles"
    for name in ("log", "witness", "office", "kiosk", "root", *LINES):
        _made_folder(roles / name)
    return roles


def _made_folder(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise MachineError(
                "folder_in_use",
                f"The folder {path} is not empty.",
                remedy="Name a new or empty folder: the demo founds a new deployment each time.",
            )
    except OSError as error:
        raise MachineError(
            "folder_unwritable",
            f"The folder {path} cannot be used: {error.strerror}.",
            remedy="Name a folder that you may write with --folder.",
        ) from error
    return path


@contextmanager
def _unsafe_on_purpose() -> Iterator[None]:
    """Let the demo's unsafe helpers be: the page and the terminal say what they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsafeEvidenceWarning)
        warnings.simplefilter("ignore", UnsafeTemplateNotesWarning)
        yield


def _pause(pace: Pace) -> Callable[[], None]:
    seconds = _STEP_S if pace is Pace.REAL_TIME else 0.0
    return lambda: time.sleep(seconds)
