"""A log with its witnesses and the trust file that names them, on files of their own.

Nothing here is faked: it is the smallest deployment that tests of other parts stand on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.clock import ManualClock
from faregate.consent.trust import OFFICE, Trust, TrustAnchor, verify_trust_file
from faregate.translog.checkpoint import NoteSigner, key_name
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.log import LogPolicy, OneFileLog
from faregate.translog.verify import InclusionProof
from faregate.translog.witness import Witness
from faregate.wire.canonical import b64
from faregate.wire.document import sign
from faregate.wire.messages import Role, SignedTrustFile, TrustedKey, TrustFile

DEPLOYMENT: Final = "harbour-city"
START: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
COSIGNED_WITHIN: Final = timedelta(hours=24)
FIRST_DAY: Final = "2026-01-01"
LAST_DAY: Final = "2026-12-31"


def private_key(seed: int) -> Ed25519PrivateKey:
    """Make the same key for the same seed (0 to 255)."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def raw_public(key: Ed25519PrivateKey) -> bytes:
    """Give the raw public key."""
    return key.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWorld:
    """A log, its witnesses and the clock that all of them read."""

    folder: Path
    clock: ManualClock
    signer: NoteSigner
    witnesses: tuple[Witness, ...]
    policy: LogPolicy
    log: OneFileLog

    @property
    def now(self) -> datetime:
        """The time that the test set."""
        return self.clock.now()

    def logged(self, leaf: bytes) -> InclusionProof:
        """Add an infrastructure leaf and give its proof."""
        proof = self.log.add_infrastructure(leaf)
        assert isinstance(proof, InclusionProof)
        return proof

    def reopened(self) -> OneFileLog:
        """Open the log's file again, as after a restart; the old one must be closed."""
        return open_log(self.folder, self)


def open_log(folder: Path, world: LogWorld) -> OneFileLog:
    """Open a log file in `folder` with the keys, witnesses and policy of `world`."""
    return OneFileLog(
        folder / "log", signer=world.signer, witnesses=world.witnesses, policy=world.policy
    )


def make_log_world(
    folder: Path, *, witness_count: int = 1, policy: LogPolicy | None = None
) -> LogWorld:
    """Make a log of deployment `harbour-city` with its witnesses, all in `folder`."""
    clock = ManualClock(START)
    signer = NoteSigner(key_name(DEPLOYMENT, "log"), private_key(1))
    witnesses = []
    for number in range(1, witness_count + 1):
        path = folder / f"witness-{number}"
        Witness.create_memory(path, log=signer.key)
        witness_signer = NoteSigner(
            key_name(DEPLOYMENT, f"witness-{number}"), private_key(100 + number)
        )
        witnesses.append(Witness(path, signer=witness_signer, log=signer.key, clock=clock))
    policy = policy or LogPolicy(quorum=witness_count, batch_max_s=1)
    OneFileLog.create(folder / "log")
    log = OneFileLog(folder / "log", signer=signer, witnesses=witnesses, policy=policy)
    return LogWorld(
        folder=folder,
        clock=clock,
        signer=signer,
        witnesses=tuple(witnesses),
        policy=policy,
        log=log,
    )


def trusted(role: Role, name: str, public: bytes) -> TrustedKey:
    """List a key for the whole of 2026."""
    return TrustedKey(
        role=role, name=name, key=b64(public), not_before=FIRST_DAY, not_after=LAST_DAY
    )


ROOT_KEYS: Final = (private_key(201), private_key(202), private_key(203))
OFFICE_BUNDLE_KEY: Final = private_key(210)
OFFICE_RECEIPT_KEY: Final = private_key(211)
KIOSK_KEY: Final = private_key(212)
LINE_KEY: Final = private_key(213)
ANCHOR: Final = TrustAnchor(frozenset(map(raw_public, ROOT_KEYS)), threshold=2)


def trust_file(world: LogWorld, *, further: Sequence[TrustedKey] = ()) -> TrustFile:
    """Name the keys of `world`, kiosk `kiosk-1`, line `harbour-1` and the office."""
    return TrustFile(
        deployment=DEPLOYMENT,
        version=1,
        prev_hash=b64(bytes(32)),
        expires=int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()),
        root_threshold=2,
        witness_threshold=len(world.witnesses),
        roles=[
            *(trusted("root", f"root-{n}", raw_public(key)) for n, key in enumerate(ROOT_KEYS)),
            trusted("log", "log", world.signer.key.public),
            *(
                trusted("witness", f"witness-{n}", witness.key.public)
                for n, witness in enumerate(world.witnesses, 1)
            ),
            trusted("office-bundle", OFFICE, raw_public(OFFICE_BUNDLE_KEY)),
            trusted("office-receipt", OFFICE, raw_public(OFFICE_RECEIPT_KEY)),
            trusted("kiosk", "kiosk-1", raw_public(KIOSK_KEY)),
            trusted("line", "harbour-1", raw_public(LINE_KEY)),
            *further,
        ],
    )


def sign_trust_file(file: TrustFile) -> SignedTrustFile:
    """Sign with two of the three roots."""
    return SignedTrustFile(document=file, signatures=[sign(file, key) for key in ROOT_KEYS[:2]])


def make_trust(world: LogWorld, *, further: Sequence[TrustedKey] = ()) -> Trust:
    """Log and verify the trust file of `world`."""
    signed = sign_trust_file(trust_file(world, further=further))
    return verify_trust_file(
        signed,
        world.logged(infrastructure_leaf(signed)),
        anchor=ANCHOR,
        expected_deployment=DEPLOYMENT,
        now=world.now,
        cosigned_within=COSIGNED_WITHIN,
    )
