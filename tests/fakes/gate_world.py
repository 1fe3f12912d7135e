"""A gate line, a kiosk and riders with real wallets; only the faces are made up.

Everything between the wallet's passkey and the outbox is the real thing: certificates, consents in
a witnessed log, leases under HPKE, admission, decision, sealed passages.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from fakes.faces import DIMENSION, MODEL, FakeCamera, FakeFaces
from fakes.fake_office import FakeOffice
from fakes.log_world import (
    DEPLOYMENT,
    KIOSK_KEY,
    LINE_KEY,
    OFFICE_BUNDLE_KEY,
    LogWorld,
    make_log_world,
    make_trust,
)
from fakes.memory_outbox import Disk, MemoryOutbox
from fakes.rider_world import POLICY as RIDER_POLICY
from fakes.rider_world import MemoryRecords, make_authenticator
from faregate.consent.consent import ConsentSubmission, consent_leaf
from faregate.consent.epoch import EpochOffer
from faregate.consent.travel import LineLease, TravelPlan
from faregate.consent.trust import Trust
from faregate.consent.wallet import Wallet
from faregate.enrolment.kiosk import CodeAnswer, Kiosk, SealedReply
from faregate.face.challenge import ChallengePolicy
from faregate.gate.actuator import ActuatorEvent, Direction, SimulatedTurnstile
from faregate.gate.admission import AdmissionTerms
from faregate.gate.assessment import DeploymentLevel, window_modes
from faregate.gate.decision import GatePolicy
from faregate.gate.events import LaneEvent
from faregate.gate.lane import Ending, Lane, LaneSettings, WaitUntil
from faregate.gate.line import GateLine, LineSettings
from faregate.gate.rounds import RoundReport, Rounds
from faregate.gate.unsafe import UnsafeEvidenceObserver
from faregate.ids import ConsentId, DeploymentId, KioskId, LaneId, LineId
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import sign
from faregate.wire.messages import LeaseAck, Release, SignedGateEpoch, SignedRelease

LINE: Final = LineId("harbour-1")
RELEASE_DIGEST: Final = bytes(range(32))
GATE_POLICY: Final = GatePolicy(similarity_min=0.62, margin_min=0.1)
HOUR: Final = timedelta(hours=1)
WALLET_POLICY: Final = replace(RIDER_POLICY, model_id=MODEL)
TERMS: Final = AdmissionTerms(
    deployment=DeploymentId(DEPLOYMENT),
    line=LINE,
    rp_id=RIDER_POLICY.rp_id,
    wallet_origin=RIDER_POLICY.origin,
    model_id=MODEL,
    dimension=DIMENSION,
    modes=window_modes("demo", level=DeploymentLevel.P0),
)


@dataclass
class FakeLane:
    """One lane with its camera and turnstile, and all that it told."""

    lane: Lane
    camera: FakeCamera
    turnstile: SimulatedTurnstile
    events: list[LaneEvent]

    def walk_up(self, person: int, **show: int) -> Ending:
        """Let a person walk up."""
        self.camera.show(person, **show)
        return self.lane.walk_up()


@dataclass
class Rider:
    """A person with a wallet who enrolled and consented."""

    person: int
    wallet: Wallet
    submission: ConsentSubmission

    @property
    def consent_id(self) -> ConsentId:
        """The rider's consent."""
        return ConsentId(self.submission.consent.document.consent_id)

    @property
    def leaf(self) -> bytes:
        """What is in the log."""
        document = self.submission.consent.document
        return consent_leaf(
            unb64(self.submission.salt_c), document, self.submission.consent.assertion
        )


@dataclass
class GateWorld:
    """A deployment of one line, one kiosk and an office in memory."""

    log_world: LogWorld
    trust: Trust
    office: FakeOffice
    faces: FakeFaces
    kiosk: Kiosk
    disk: Disk
    release: SignedRelease
    unsafe_observer: UnsafeEvidenceObserver | None = None
    proof_of: dict[int, SignedGateEpoch] = field(default_factory=dict)
    """Under whose proof an epoch is offered to wallets, if not its own."""

    line: GateLine = field(init=False)
    rounds: Rounds = field(init=False)

    def __post_init__(self) -> None:
        """Start the line."""
        self.start()

    def start(self) -> None:
        """Start the line, or start it again after a power cut: only the disk is left."""
        self.line = self._make_line(LINE, self.disk)
        self.rounds = Rounds(self.line, self.office, trust=self.trust)

    def another_line(self, name: LineId) -> GateLine:
        """Start a second line, with a disk of its own."""
        return self._make_line(name, Disk())

    def _make_line(self, name: LineId, disk: Disk) -> GateLine:
        return GateLine(
            settings=LineSettings(
                terms=replace(TERMS, line=name), policy=GATE_POLICY, zone=ZoneInfo("UTC")
            ),
            trust=self.trust,
            identity=LINE_KEY,
            release_digest=RELEASE_DIGEST,
            outbox=MemoryOutbox(disk, device=name),
            clock=self.log_world.clock,
            unsafe_observer=self.unsafe_observer,
        )

    def advance(self, step: timedelta) -> None:
        """Move business time."""
        self.log_world.clock.advance(step)

    def poll(self) -> RoundReport:
        """Make one round with the office."""
        return self.rounds.poll()

    def make_lane(
        self,
        direction: Direction = Direction.ENTRY,
        *,
        script: Iterable[ActuatorEvent] = (),
        wait: WaitUntil = lambda _: None,
    ) -> FakeLane:
        """Set up a lane with a camera and a turnstile of its own; it waits for no tick."""
        camera = FakeCamera(self.log_world.clock)
        turnstile = SimulatedTurnstile(script)
        events: list[LaneEvent] = []
        lane = Lane(
            self.line,
            LaneSettings(lane=LaneId(f"{direction.value}-1"), direction=direction),
            camera=camera,
            faces=self.faces,
            actuator=turnstile,
            on_event=events.append,
            wait=wait,
        )
        return FakeLane(lane, camera, turnstile, events)

    def enrol(self, person: int) -> Rider:
        """Take a person from nothing to a logged consent."""
        wallet = Wallet(
            WALLET_POLICY,
            authenticator=make_authenticator(f"person-{person}"),
            records=MemoryRecords(),
        )
        wallet.set_up()
        camera = FakeCamera(self.log_world.clock)
        camera.show(person)
        reply = self.kiosk.enrol(
            wallet.offer(),
            camera=camera,
            confirm_code=lambda _: CodeAnswer.SAME,
            prompt=lambda _: None,
        )
        assert isinstance(reply, SealedReply)
        wallet.accept_capture(reply.sealed, trust=self.trust)
        submission = wallet.consent(not_after=date(2027, 3, 2), now=self.log_world.now)
        rider = Rider(person, wallet, submission)
        self.log_world.log.submit_rider(rider.leaf, now=self.log_world.now)
        self.advance(timedelta(seconds=2))
        self.log_world.log.run_due(now=self.log_world.now)
        return rider

    def proof(self, leaf: bytes) -> InclusionProof:
        """Fetch a proof."""
        found = self.log_world.log.find(leaf)
        assert isinstance(found, InclusionProof)
        return found

    def lease(self, rider: Rider, *, uses: int = 2, duration: timedelta = HOUR) -> LineLease:
        """Make a lease in the rider's wallet, for the newest epoch that the line published."""
        epoch = self.office.epochs[-1]
        logged = self.proof_of.get(epoch.document.epoch, epoch)
        offer = EpochOffer(
            epoch=epoch,
            epoch_inclusion=self.proof(infrastructure_leaf(logged)),
            release=self.release,
            release_inclusion=self.proof(infrastructure_leaf(self.release)),
        )
        (lease,) = rider.wallet.travel(
            TravelPlan(duration=duration, uses=uses, lines=(LINE,)),
            offers=[offer],
            inclusion=self.proof(rider.leaf),
            trust=self.trust,
            now=self.log_world.now,
        )
        return lease

    def travel(self, rider: Rider, *, uses: int = 2, duration: timedelta = HOUR) -> LeaseAck:
        """Unlock: make a lease, relay it, let the line take it, and read its answer."""
        lease = self.lease(rider, uses=uses, duration=duration)
        self.office.leases.append(lease.sealed)
        self.poll()
        return rider.wallet.read_ack(LINE, self.office.replies[lease.ack_box])


def make_gate_world(folder: Path) -> GateWorld:
    """Make a deployment; its line has started and made its first round."""
    log_world = make_log_world(folder)
    trust = make_trust(log_world)
    document = Release(deployment=DEPLOYMENT, version="0.1.0", digest=b64(RELEASE_DIGEST))
    release = SignedRelease(document=document, signature=sign(document, OFFICE_BUNDLE_KEY))
    log_world.logged(infrastructure_leaf(release))
    faces = FakeFaces()
    world = GateWorld(
        log_world=log_world,
        trust=trust,
        office=FakeOffice(log_world, trust, LINE),
        faces=faces,
        kiosk=Kiosk(
            deployment=DeploymentId(DEPLOYMENT),
            kiosk=KioskId("kiosk-1"),
            key=KIOSK_KEY,
            faces=faces,
            clock=log_world.clock,
            randbelow=secrets.randbelow,
            challenge_policy=ChallengePolicy(),
        ),
        disk=Disk(),
        release=release,
    )
    world.poll()
    return world
