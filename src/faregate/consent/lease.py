r"""Leases (message 5): one journey's worth of template, for the lines that the rider chose.

A sealed lease is `HPKE(E.pk, "lease" info, plaintext)`. The plaintext is framed (each part behind
its length as a big-endian u32) and padded with zeros to 20 KiB:

    K_L     32 bytes; zeros in presence mode
    steps   presence: up to 144 of id_t (8) || AES-256-GCM(step key, K_L) (32 + 16); window: none
    inner   AES-256-GCM(K_L, salt (32) || T, nonce 0, aad = lease_id (16) || line (ASCII))
    proof   JCS of `LeaseProof`

    challenge  = SHA-256("faregate/v1/lease\n" || JCS(header))
    steps_hash = SHA-256(steps)         pk_hash = SHA-256(E.pk)

Window mode is whole. Presence mode has its place in the bytes and its bounds here; the beacon
that unwraps K_L comes with the wallet app.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from faregate.consent.certificate import SALT_SIZE
from faregate.consent.consent import SignedConsent
from faregate.consent.hpke import OVERHEAD, Recipient, lease_info, open_into, seal
from faregate.consent.locked import LockedBuffer
from faregate.consent.passkey import Assertion
from faregate.errors import InvalidInputError, VerificationError
from faregate.ids import DeploymentId, EpochId, LineId
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, pack_frames_into, sha256, unb64, unpack_frames
from faregate.wire.document import B64Hash, Document
from faregate.wire.messages import LeaseHeader, LeaseLine, Mode, SignedCaptureCertificate

PLAINTEXT_SIZE: Final = 20 * 1024
SEALED_SIZE: Final = PLAINTEXT_SIZE + OVERHEAD
LEASE_KEY_SIZE: Final = 32
STEP_SIZE: Final = 8 + LEASE_KEY_SIZE + 16
STEP: Final = timedelta(minutes=5)
EPOCHS_MAX: Final = 2
TAG_SIZE: Final = 16
INNER_NONCE: Final = bytes(12)  # K_L encrypts nothing else


@dataclass(frozen=True, slots=True)
class ModeLimits:
    """How long and at how many lines a mode may be used."""

    duration_max: timedelta
    lines_max: int


MODE_LIMITS: Final[Mapping[Mode, ModeLimits]] = {
    "presence": ModeLimits(timedelta(hours=12), 8),
    "window": ModeLimits(timedelta(hours=2), 2),
}


class LeaseDefect(StrEnum):
    """Why a lease is refused, beside what its parts are refused for. Ordered as checks run."""

    UNOPENED = "lease_unopened"  # no live epoch of this line opens it
    MALFORMED = "lease_malformed"
    DEPLOYMENT = "lease_deployment"
    LINE = "lease_line"  # the header does not name this line exactly once
    EPOCH = "lease_epoch"
    EPOCH_KEY = "lease_epoch_key"
    MODE = "lease_mode"  # switched off here, or not agreed to
    LINES = "lease_lines"
    TIMES = "lease_times"
    EXPIRED = "lease_expired"
    STEPS = "lease_steps"
    KEY = "lease_key"
    CONSENT = "lease_consent"  # the header is about another consent or template
    HOME = "lease_home"  # captured at home: presence mode only
    OUTLIVES_CONSENT = "lease_outlives_consent"
    INNER = "lease_inner"
    TEMPLATE = "lease_template"  # not the one that was committed to


class LeaseProof(Document):
    """All that shows a line that it may open this lease. Bound to fit beside 144 steps."""

    BYTES_MAX: ClassVar[int] = PLAINTEXT_SIZE
    header: LeaseHeader
    lease_assertion: Assertion
    consent: SignedConsent
    salt_c: B64Hash
    certificate: SignedCaptureCertificate
    inclusion: InclusionProof
    """The consent's, under a cosigned checkpoint that is at most 24 h old."""

    ack_key: B64Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLease:
    """A lease that opened; every part is still unproven, but what it was sealed to is a fact.

    The holder wipes it.
    """

    deployment: DeploymentId
    line: LineId
    epoch: EpochId
    epoch_pk: bytes
    proof: LeaseProof
    steps: bytes
    lease_key: LockedBuffer = field(repr=False)
    inner: bytes = field(repr=False)

    def wipe(self) -> None:
        """Overwrite K_L: what is left is ciphertext."""
        self.lease_key.wipe()


def lease_line(*, line: LineId, epoch: EpochId, epoch_pk: bytes, steps: bytes) -> LeaseLine:
    """Name a line in a header."""
    return LeaseLine(
        line=line, epoch=epoch, pk_hash=b64(sha256(epoch_pk)), steps_hash=b64(sha256(steps))
    )


def seal_lease(
    proof: LeaseProof,
    *,
    line: LineId,
    epoch_pk: bytes,
    lease_key: LockedBuffer,
    salted_template: LockedBuffer,
) -> bytes:
    """Seal a window lease to one line that its header names; always `SEALED_SIZE` bytes.

    `lease_key` (K_L) must be fresh for this line and is, like the template, the caller's to wipe.
    Raises `ValueError` for a line that the header does not name or documents that don't fit.
    """
    named = [one for one in proof.header.lines if one.line == line]
    if len(named) != 1 or unb64(named[0].pk_hash) != sha256(epoch_pk):
        raise ValueError(f"the header does not name this key of line {line!r} once")
    aad = inner_aad(proof.header, line)
    inner = AESGCM(lease_key.view).encrypt(INNER_NONCE, salted_template.view, aad)
    info = lease_info(deployment=proof.header.deployment, line=line, epoch=named[0].epoch)
    with LockedBuffer(PLAINTEXT_SIZE) as plaintext:
        pack_lease_into(plaintext, lease_key=lease_key.view, steps=b"", inner=inner, proof=proof)
        return seal(plaintext.view, epoch_pk, info)


def pack_lease_into(
    plaintext: LockedBuffer,
    *,
    lease_key: memoryview,
    steps: bytes,
    inner: bytes,
    proof: LeaseProof,
) -> None:
    """Lay out what HPKE seals. Raises `ValueError` if it does not fit."""
    pack_frames_into(plaintext.view, lease_key, steps, inner, proof.jcs())


def open_lease(
    sealed: bytes,
    *,
    keys: Mapping[EpochId, Recipient],
    deployment: DeploymentId,
    line: LineId,
) -> OpenedLease:
    """Open a sealed lease with the line's live epoch keys, at most two.

    Raises `VerificationError`: `LeaseDefect.UNOPENED` or `MALFORMED`.
    """
    if len(keys) > EPOCHS_MAX:
        raise ValueError(f"a line has at most {EPOCHS_MAX} live epochs, got {len(keys)}")
    with LockedBuffer(PLAINTEXT_SIZE) as plaintext:
        for epoch, key in keys.items():
            info = lease_info(deployment=deployment, line=line, epoch=epoch)
            try:
                open_into(sealed, key, info, into=plaintext)
            except VerificationError:
                continue
            proof, steps, lease_key, inner = _unpack(plaintext.view)
            return OpenedLease(
                deployment=deployment,
                line=line,
                epoch=epoch,
                epoch_pk=key.public_bytes,
                proof=proof,
                steps=steps,
                lease_key=lease_key,
                inner=inner,
            )
    raise lease_defect(LeaseDefect.UNOPENED, "No live epoch of this line opens the lease.")


def _unpack(plaintext: memoryview) -> tuple[LeaseProof, bytes, LockedBuffer, bytes]:
    try:
        key, steps, inner, document = unpack_frames(plaintext, count=4)
        proof = LeaseProof.parse(document)
    except InvalidInputError as error:
        raise lease_defect(LeaseDefect.MALFORMED, error.message) from None
    if len(key) != LEASE_KEY_SIZE or len(inner) <= SALT_SIZE + TAG_SIZE:
        raise lease_defect(LeaseDefect.MALFORMED, "A part of the lease has another length.")
    return proof, bytes(steps), LockedBuffer.copy_of(key), bytes(inner)


def check_bounds(header: LeaseHeader, *, now: datetime) -> None:
    """Check that a header keeps within its mode and is not over.

    Raises `VerificationError`: `LeaseDefect.LINES`, `TIMES` or `EXPIRED`.
    """
    limits = MODE_LIMITS[header.mode]
    named = {one.line for one in header.lines}
    if not len(named) == len(header.lines) <= limits.lines_max:
        raise lease_defect(LeaseDefect.LINES, "The lease names a line twice, or too many lines.")
    seconds = header.not_after - header.not_before
    on_steps = header.not_before % STEP.seconds == header.not_after % STEP.seconds == 0
    if not 0 < seconds <= limits.duration_max.total_seconds() or (
        header.mode == "presence" and not on_steps
    ):
        raise lease_defect(LeaseDefect.TIMES, "The lease's times are not possible in its mode.")
    if now.timestamp() >= header.not_after:
        raise lease_defect(LeaseDefect.EXPIRED, "The lease has expired.")


def inner_aad(header: LeaseHeader, line: LineId) -> bytes:
    """Give what binds the inner ciphertext to its lease and line."""
    return unb64(header.lease_id) + line.encode("ascii")


def lease_defect(code: LeaseDefect, message: str) -> VerificationError:
    """Make the error of a refused lease."""
    return VerificationError(code, message)
