"""Found a deployment: who it is, everybody's keys, the log, and the trust file in it.

`found` is what an operator does once, on paper and with people: name everybody's public keys in
the trust file, sign it with the root key, and log it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from faregate.clock import Clock
from faregate.consent.epoch import COSIGNED_WITHIN
from faregate.consent.passkey import check_rp_id
from faregate.consent.trust import Trust, TrustAnchor, verify_trust_file
from faregate.errors import MachineError
from faregate.gate.assessment import DeploymentLevel, window_modes
from faregate.ids import DeploymentId
from faregate.translog.checkpoint import NoteSigner, key_name
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.log import LeafAbsence, LogPolicy, OneFileLog
from faregate.translog.witness import Witness
from faregate.wire.canonical import b64
from faregate.wire.document import sign
from faregate.wire.messages import Role, SignedTrustFile, TrustedKey, TrustFile

LOG: Final = "log"
WITNESS: Final = "witness-1"
_ROOT: Final = "root-1"
_KEY_LIFE: Final = timedelta(days=365)
_LOG_KEY: Final = "log.pem"
_WITNESS_KEY: Final = "witness.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What every role of one deployment knows of it.

    Raises `ConfigurationError` for a relying party that only demos may have, and for an
    assessment that does not hold at this level.
    """

    name: DeploymentId
    level: DeploymentLevel
    assessment: str
    """The signed data-protection assessment that windows rest on; "" keeps them off."""
    rp_id: str
    wallet_origin: str
    zone: ZoneInfo

    def __post_init__(self) -> None:
        # First: a deployment that calls its assessment a demo's, and is none, gets no demo's
        # relying party by it.
        window_modes(self.assessment, level=self.level)
        check_rp_id(self.rp_id, assessment=self.assessment)


def load_or_make_key(path: Path) -> Ed25519PrivateKey:
    """Read a role's signing key (PEM, mode 0600), or make it. Raises `MachineError`."""
    try:
        return _load_key(path) if path.exists() else _make_key(path)
    except OSError as error:
        raise MachineError(
            "key_file",
            f"The key {path} cannot be read or made: {error.strerror}.",
            remedy="Choose a folder that exists and that only this user may write.",
        ) from error


def _load_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise MachineError(
            "key_file",
            f"The key {path} is no Ed25519 key in PEM.",
            remedy="Restore it; a new one would have to be named in the trust file.",
        )
    return key


def _make_key(path: Path) -> Ed25519PrivateKey:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate()
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    return made


def public_key(key: Ed25519PrivateKey) -> bytes:
    """Give the raw public half, 32 bytes."""
    return key.public_key().public_bytes_raw()


def build_log(
    folder: Path, *, deployment: Deployment, witness_folder: Path, clock: Clock, policy: LogPolicy
) -> OneFileLog:
    """Open or make the log, beside a witness with a key and memory of its own.

    One witness of the operator's own proves nothing to outsiders: that is level P0 and P1.
    """
    log_signer = NoteSigner(key_name(deployment.name, LOG), load_or_make_key(folder / _LOG_KEY))
    witness_signer = NoteSigner(
        key_name(deployment.name, WITNESS), load_or_make_key(witness_folder / _WITNESS_KEY)
    )
    memory = witness_folder / "memory"
    if not memory.exists():
        Witness.create_memory(memory, log=log_signer.key)
    witness = Witness(memory, signer=witness_signer, log=log_signer.key, clock=clock)
    path = folder / "log"
    if not path.exists():
        OneFileLog.create(path)
    return OneFileLog(path, signer=log_signer, witnesses=[witness], policy=policy)


def found(
    root: Ed25519PrivateKey,
    *,
    deployment: Deployment,
    keys: Mapping[tuple[Role, str], bytes],
    log: OneFileLog,
    now: datetime,
) -> Trust:
    """Name everybody's public keys in version 1 of the trust file, sign, log and verify it.

    `keys` are the raw public keys by role and name, the root's left out. Raises `MachineError`
    if the log has no quorum.
    """
    today = now.astimezone(UTC).date()
    everybody: dict[tuple[Role, str], bytes] = {("root", _ROOT): public_key(root), **keys}
    file = TrustFile(
        deployment=deployment.name,
        version=1,
        prev_hash=b64(bytes(32)),
        expires=int((now + _KEY_LIFE).timestamp()),
        root_threshold=1,
        witness_threshold=1,
        roles=[
            TrustedKey(
                role=role,
                name=name,
                key=b64(public),
                not_before=today.isoformat(),
                not_after=(today + _KEY_LIFE).isoformat(),
            )
            for (role, name), public in everybody.items()
        ],
    )
    signed = SignedTrustFile(document=file, signatures=[sign(file, root)])
    proof = log.add_infrastructure(infrastructure_leaf(signed))
    if isinstance(proof, LeafAbsence):
        raise no_quorum()
    anchor = TrustAnchor(frozenset({public_key(root)}), threshold=1)
    return verify_trust_file(
        signed,
        proof,
        anchor=anchor,
        expected_deployment=deployment.name,
        now=now,
        cosigned_within=COSIGNED_WITHIN,
    )


def no_quorum() -> MachineError:
    """Make the error of a log whose witnesses do not answer."""
    return MachineError(
        "log_quorum",
        "The log has no quorum of witnesses.",
        remedy="Start the witnesses, then try again.",
    )
