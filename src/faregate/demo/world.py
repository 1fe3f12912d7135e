"""Every role of a small deployment, each with its own folder and keys, around one clock."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.bootstrap.deployment import (
    LOG,
    WITNESS,
    Deployment,
    build_log,
    found,
    load_or_make_key,
    public_key,
)
from faregate.bootstrap.roles import (
    GateRole,
    OfficeKeys,
    OfficeRole,
    build_gate,
    build_kiosk,
    build_office,
    line_settings,
)
from faregate.charging.policy import ChargingPolicy
from faregate.charging.rating import Place
from faregate.clock import ManualClock
from faregate.config import Config
from faregate.consent.trust import OFFICE
from faregate.demo.network import Fault, Network
from faregate.demo.rider import Rider
from faregate.demo.tally import Tally
from faregate.demo.template_notes import UnsafeTemplateNotes
from faregate.enrolment.kiosk import Kiosk
from faregate.face.challenge import ChallengePolicy
from faregate.face.pipeline import FacePipeline
from faregate.fares.read_feed import read_feed
from faregate.fares.tables import Feed
from faregate.fares.tariff import Tariff
from faregate.gate.assessment import DEMO_ASSESSMENT, DeploymentLevel
from faregate.gate.unsafe import UnsafeEvidenceObserver
from faregate.ids import AccountId, DeploymentId, KioskId, LineId
from faregate.translog.log import LogPolicy
from faregate.wire.canonical import b64
from faregate.wire.messages import Role

HARBOUR: Final = LineId("harbour")
MUSEUM: Final = LineId("museum")
LINES: Final = (HARBOUR, MUSEUM)
KIOSK: Final = KioskId("kiosk-1")
FEED: Final = Path(__file__).parent / "feed"
FIRST_DAY: Final = date(2026, 5, 4)
OPENING: Final = datetime(2026, 5, 4, 4, 30, tzinfo=UTC)  # Monday, 06:30 at the station
_KIOSK_MOVES: Final = 3
"""Fewer than a real kiosk asks for: an audience sees how it goes after three."""

BATCH_MAX_S: Final = 1
"""Riders' leaves wait one second for company here, and ten minutes in a real log."""
_ROUND_EVERY: Final = timedelta(minutes=5)
"""While anybody is unlocked: half of the age at which a line distrusts its withdrawal list."""
_JOURNEY_MAX: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The roles, and what the script may do to them. `open_world` makes and closes it."""

    folder: Path
    clock: ManualClock
    deployment: Deployment
    charging: ChargingPolicy
    office: OfficeRole
    network: Network
    gates: Mapping[LineId, GateRole]
    kiosk: Kiosk
    faces: FacePipeline
    notes: UnsafeTemplateNotes

    def new_rider(self, shown_as: str) -> Rider:
        """Give somebody a phone and an account, and nothing else."""
        return Rider(
            shown_as,
            account=AccountId(b64(secrets.token_bytes(16))),
            office=self.office.office,
            deployment=self.deployment,
            model_id=self.faces.model_id,
            clock=self.clock,
        )

    def move_to(self, instant: datetime) -> None:
        """Let business time pass, with the rounds that the lines make meanwhile."""
        while self.clock.now() < instant:
            busy = any(gate.line.unlocked for gate in self.gates.values())
            step = self.clock.now() + _ROUND_EVERY
            self.clock.move_to(min(step, instant) if busy else instant)
            self.do_rounds()

    def pass_time(self, step: timedelta) -> None:
        """Let some business time pass."""
        self.move_to(self.clock.now() + step)

    def do_rounds(self) -> None:
        """Do what is due at the office, then let every line make its round."""
        self.office.office.run_due()
        for gate in self.gates.values():
            gate.rounds.poll()

    def cut_network(self) -> None:
        """Cut the lines off from the office."""
        self.network.fault = Fault.DOWN

    def mend_network(self) -> None:
        """Bring the network back the hard way: first requests get lost, then answers."""
        for fault in (Fault.LOSES_REQUEST, Fault.LOSES_ANSWER, Fault.NONE):
            self.network.fault = fault
            self.do_rounds()


@contextmanager
def open_world(
    folder: Path, *, faces: FacePipeline, config: Config, tally: Tally, clock: ManualClock
) -> Iterator[World]:
    """Found a deployment in `folder` and start every role. Wipes and closes all of it after.

    Raises `MachineError` for a folder that cannot be written.
    """
    feed = read_feed(FEED)
    deployment = _deployment(feed)
    with ExitStack() as stack:
        log = build_log(
            folder / "log",
            deployment=deployment,
            witness_folder=folder / "witness",
            clock=clock,
            policy=LogPolicy(quorum=1, batch_max_s=BATCH_MAX_S),
        )
        stack.callback(log.close)
        keys = _Keys(folder)
        trust = found(
            load_or_make_key(folder / "root" / "root.pem"),
            deployment=deployment,
            keys=keys.public(),
            log=log,
            now=clock.now(),
        )
        charging = _charging(deployment, feed)
        office = build_office(
            folder / "office",
            deployment=deployment,
            trust=trust,
            keys=OfficeKeys(bundle=keys.of("office-bundle"), receipt=keys.of("office-receipt")),
            charging=charging,
            log=log,
            clock=clock,
        )
        stack.callback(office.close)
        network = Network(office.office)
        gates = {}
        for line in LINES:
            settings = line_settings(line, deployment=deployment, faces=faces, settings=config.gate)
            gates[line] = build_gate(
                folder / line,
                settings=settings,
                trust=trust,
                identity=keys.of("line", line),
                office=network,
                clock=clock,
                unsafe_observer=UnsafeEvidenceObserver(tally.on_evidence, level=deployment.level),
            )
            stack.callback(gates[line].close)
        notes = UnsafeTemplateNotes(faces, level=deployment.level)
        kiosk = build_kiosk(
            KIOSK,
            deployment=deployment,
            key=keys.of("kiosk", KIOSK),
            faces=notes,
            clock=clock,
            challenge_policy=ChallengePolicy(moves=_KIOSK_MOVES),
        )
        world = World(
            folder=folder,
            clock=clock,
            deployment=deployment,
            charging=charging,
            office=office,
            network=network,
            gates=gates,
            kiosk=kiosk,
            faces=faces,
            notes=notes,
        )
        world.do_rounds()
        yield world


def _deployment(feed: Feed) -> Deployment:
    return Deployment(
        name=DeploymentId("faregate-demo"),
        level=DeploymentLevel.P0,
        assessment=DEMO_ASSESSMENT,
        rp_id="wallet.localhost",
        wallet_origin="https://wallet.localhost:8443",
        zone=feed.agency_timezone,
    )


def _charging(deployment: Deployment, feed: Feed) -> ChargingPolicy:
    return ChargingPolicy(
        deployment=deployment.name,
        tariff=Tariff(
            version="demo-1",
            feed=feed,
            fare_media_id="face",
            gated_stop_ids=frozenset(LINES),
            journey_max=_JOURNEY_MAX,
        ),
        places={line: Place(stop_id=line, network_id="metro") for line in LINES},
    )


class _Keys:
    """The signing keys of the roles, each in its role's folder."""

    _HOLDERS: Final[tuple[tuple[Role, str, str], ...]] = (
        ("office-bundle", OFFICE, "office"),
        ("office-receipt", OFFICE, "office"),
        ("kiosk", KIOSK, "kiosk"),
        ("line", HARBOUR, HARBOUR),
        ("line", MUSEUM, MUSEUM),
        ("log", LOG, "log"),
        ("witness", WITNESS, "witness"),
    )

    def __init__(self, folder: Path) -> None:
        self._keys = {
            (role, name): load_or_make_key(folder / place / f"{role}.pem")
            for role, name, place in self._HOLDERS
        }

    def of(self, role: Role, name: str = OFFICE) -> Ed25519PrivateKey:
        return self._keys[role, name]

    def public(self) -> dict[tuple[Role, str], bytes]:
        return {holder: public_key(key) for holder, key in self._keys.items()}
