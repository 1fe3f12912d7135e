"""A rider with a wallet, an enrolled template, and a line to travel to: real bytes throughout.

The log, its witness and the trust file are those of `log_world`. Only randomness is replaced, so
that the same seed gives the same bytes.
"""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from fakes.log_world import (
    DEPLOYMENT,
    KIOSK_KEY,
    LINE_KEY,
    OFFICE_BUNDLE_KEY,
    LogWorld,
    make_log_world,
    make_trust,
)
from faregate.consent.capture_reply import seal_capture_reply
from faregate.consent.certificate import template_commitment, utc_day
from faregate.consent.consent import ConsentSubmission, consent_leaf
from faregate.consent.epoch import EpochOffer
from faregate.consent.hpke import Recipient
from faregate.consent.locked import LockedBuffer, RandomFill
from faregate.consent.record import SealedRecord, verify_delete_secret, verify_write_secret
from faregate.consent.software_authenticator import (
    Flags,
    UnsafeAuthenticatorWarning,
    UnsafeSoftwareAuthenticator,
)
from faregate.consent.travel import LineLease, TravelPlan
from faregate.consent.trust import Trust
from faregate.consent.wallet import Wallet
from faregate.consent.wallet_storage import WalletPolicy
from faregate.errors import VerificationError
from faregate.ids import DeploymentId, EpochId, LineId, Locator, ModelId
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import sign
from faregate.wire.messages import (
    SUITE_X25519_AES256GCM,
    CaptureCertificate,
    EnrolmentOffer,
    GateEpoch,
    Mode,
    Release,
    SignedCaptureCertificate,
    SignedGateEpoch,
    SignedRelease,
)

RP_ID: Final = "wallet.localhost"
ORIGIN: Final = "https://wallet.localhost:8443"
MODEL: Final = ModelId("pip-offline/dlib-128")
LINE: Final = LineId("harbour-1")
EPOCH: Final = EpochId(1)
RELEASE_DIGEST: Final = bytes(range(32))
TEMPLATE: Final = bytes((37 * n + 11) % 256 for n in range(128))
"""T of the rider; a made-up face."""

MODES: Final[tuple[Mode, ...]] = ("window",)
POLICY: Final = WalletPolicy(
    deployment=DeploymentId(DEPLOYMENT),
    rp_id=RP_ID,
    origin=ORIGIN,
    controller="Harbour City Transit",
    model_id=MODEL,
    modes=MODES,
    notice_hash=bytes([7]) * 32,
    lang="en",
)
PLAN: Final = TravelPlan(duration=timedelta(hours=1), uses=2, lines=(LINE,))


def seeded_fill(seed: str) -> RandomFill:
    """Give the same bytes in the same order for the same seed."""
    state = {"count": 0}

    def fill(view: memoryview) -> None:
        state["count"] += 1
        view[:] = hashlib.shake_256(f"{seed}/{state['count']}".encode()).digest(len(view))

    return fill


def make_authenticator(
    seed: str,
    *,
    rp_id: str = RP_ID,
    origin: str = ORIGIN,
    user_verification: Flags = Flags.UV,
) -> UnsafeSoftwareAuthenticator:
    """Make a passkey without the warning that each of them gives."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsafeAuthenticatorWarning)
        return UnsafeSoftwareAuthenticator(
            rp_id, origin, user_verification=user_verification, fill=seeded_fill(seed)
        )


class MemoryRecords:
    """The office's sealed records in a dictionary, with all that ever went over the wire."""

    def __init__(self) -> None:
        """Begin empty."""
        self.kept: dict[Locator, SealedRecord] = {}
        self.traffic: list[bytes] = []

    def put(self, record: SealedRecord) -> None:
        """Keep a record."""
        self._carry(record)
        self.kept[record.locator] = record

    def get(self, locator: Locator) -> bytes:
        """Give the blob there."""
        if locator not in self.kept:
            raise VerificationError("no_record", "There is no record there.")
        return self.kept[locator].blob

    def replace(self, record: SealedRecord, write_secret: bytes) -> None:
        """Replace a record, shown its write secret."""
        verify_write_secret(self.kept[record.locator], write_secret)
        self._carry(record)
        self.traffic.append(write_secret)
        self.kept[record.locator] = record

    def delete(self, locator: Locator, delete_secret: bytes) -> None:
        """Delete a record, shown its delete secret."""
        if locator in self.kept:
            verify_delete_secret(self.kept[locator], delete_secret)
            self.traffic.append(delete_secret)
            del self.kept[locator]

    def _carry(self, record: SealedRecord) -> None:
        self.traffic += [
            record.locator.encode(),
            record.blob,
            record.write_hash,
            record.delete_hash,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiderWorld:
    """One rider of `harbour-city`, and the line `harbour-1` with one epoch."""

    log_world: LogWorld
    trust: Trust
    authenticator: UnsafeSoftwareAuthenticator
    wallet: Wallet
    records: MemoryRecords
    epoch_key: Recipient
    fill: RandomFill = field(repr=False)

    def capture(self, offer: EnrolmentOffer) -> bytes:
        """Do what a kiosk does, for the made-up face; gives the sealed reply."""
        salted = LockedBuffer.copy_of(bytes([9]) * 32, TEMPLATE)
        document = CaptureCertificate(
            deployment=DEPLOYMENT,
            kiosk="kiosk-1",
            captured_at="kiosk",
            model_id=MODEL,
            tc=b64(template_commitment(salted.view)),
            bind=offer.passkey_hash,
            liveness_level=1,
            day=utc_day(self.log_world.now),
        )
        certificate = SignedCaptureCertificate(
            document=document, signature=sign(document, KIOSK_KEY)
        )
        return seal_capture_reply(offer=offer, salted_template=salted, certificate=certificate)

    def submit(self, submission: ConsentSubmission) -> bytes:
        """Do what the office does with a consent; gives its leaf."""
        leaf = consent_leaf(
            unb64(submission.salt_c), submission.consent.document, submission.consent.assertion
        )
        self.log_world.log.submit_rider(leaf, now=self.log_world.now)
        self.log_world.clock.advance(timedelta(seconds=2))
        self.log_world.log.run_due(now=self.log_world.now)
        return leaf

    def proof(self, leaf: bytes) -> InclusionProof:
        """Fetch a proof from the log."""
        found = self.log_world.log.find(leaf)
        assert isinstance(found, InclusionProof)
        return found

    def enrol(self) -> ConsentSubmission:
        """Take the rider from nothing to a logged consent."""
        self.wallet.set_up()
        self.wallet.accept_capture(self.capture(self.wallet.offer()), trust=self.trust)
        submission = self.wallet.consent(not_after=date(2027, 3, 2), now=self.log_world.now)
        proof = self.proof(self.submit(submission))
        self.wallet.consent_logged(proof, trust=self.trust, now=self.log_world.now)
        return submission

    def epoch_offer(
        self, change: Callable[[GateEpoch], GateEpoch] = lambda epoch: epoch
    ) -> EpochOffer:
        """Log the line's epoch and its release, as a line and an office would."""
        document = change(
            GateEpoch(
                deployment=DEPLOYMENT,
                line=LINE,
                epoch=EPOCH,
                suite=SUITE_X25519_AES256GCM,
                pk=b64(self.epoch_key.public_bytes),
                not_before=int(self.log_world.now.timestamp()),
                not_after=int((self.log_world.now + timedelta(hours=24)).timestamp()),
                release_digest=b64(RELEASE_DIGEST),
            )
        )
        epoch = SignedGateEpoch(document=document, signature=sign(document, LINE_KEY))
        release_document = Release(
            deployment=DEPLOYMENT, version="0.1.0", digest=b64(RELEASE_DIGEST)
        )
        release = SignedRelease(
            document=release_document, signature=sign(release_document, OFFICE_BUNDLE_KEY)
        )
        self.log_world.logged(infrastructure_leaf(epoch))
        release_inclusion = self.log_world.logged(infrastructure_leaf(release))
        return EpochOffer(
            epoch=epoch,
            epoch_inclusion=self.proof(infrastructure_leaf(epoch)),
            release=release,
            release_inclusion=release_inclusion,
        )

    def travel(self, submission: ConsentSubmission, plan: TravelPlan = PLAN) -> LineLease:
        """Make the lease for the line, as the wallet of an enrolled rider does."""
        offer = self.epoch_offer()
        leaf = consent_leaf(
            unb64(submission.salt_c), submission.consent.document, submission.consent.assertion
        )
        (lease,) = self.wallet.travel(
            plan,
            offers=[offer],
            inclusion=self.proof(leaf),
            trust=self.trust,
            now=self.log_world.now,
        )
        return lease


def make_rider_world(folder: Path, seed: str = "rider") -> RiderWorld:
    """Make a rider who has done nothing yet; everything on disk is in `folder`."""
    log_world = make_log_world(folder)
    fill = seeded_fill(seed)
    records = MemoryRecords()
    authenticator = make_authenticator(f"{seed}/passkey")
    return RiderWorld(
        log_world=log_world,
        trust=make_trust(log_world),
        authenticator=authenticator,
        wallet=Wallet(POLICY, authenticator=authenticator, records=records, fill=fill),
        records=records,
        epoch_key=Recipient.generate(fill),
        fill=fill,
    )
