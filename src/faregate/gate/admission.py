"""Whom a line admits (protocol.md, message 6): every check in order, failing closed."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from faregate.consent.hpke import Recipient
from faregate.consent.lease import OpenedLease, open_lease
from faregate.consent.locked import LockedBuffer
from faregate.consent.trust import Trust
from faregate.consent.verify_lease import VerifiedLease, open_template, verify_lease
from faregate.errors import VerificationError
from faregate.gate.decision import LeaseMode
from faregate.gate.present import AdmittedLease
from faregate.ids import ConsentId, DeploymentId, EpochId, LeaseId, LineId, ModelId
from faregate.wire.canonical import unb64
from faregate.wire.messages import Mode


class AdmissionRefusal(StrEnum):
    """Why a lease was not admitted. Ordered as the checks run; the first that applies wins."""

    UNOPENED = "unopened"  # junk, or sealed to an epoch that is over: nobody can be told
    NOT_PROVEN = "not_proven"  # `code` says which of the proofs
    NOT_YET_VALID = "not_yet_valid"  # a template is not in the clear before the rider's window
    REPLAYED = "replayed"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    LIST_STALE = "list_stale"  # cut off: whether the rider withdrew is not known
    NO_USES_LEFT = "no_uses_left"
    SUPERSEDED = "superseded"  # the same rider has a newer lease here
    LINE_FULL = "line_full"


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Whom to tell what became of a lease."""

    lease_id: LeaseId
    ack_key: bytes


@dataclass(frozen=True, slots=True)
class Admitted:
    """A lease that may be used from now on; its holder wipes it."""

    lease: AdmittedLease
    reply_to: ReplyTo


@dataclass(frozen=True, slots=True)
class LeaseRefused:
    """A lease that opened and was refused. `code` is the step that failed, fit for an ack."""

    reason: AdmissionRefusal
    code: str
    reply_to: ReplyTo


@dataclass(frozen=True, slots=True)
class LeaseUnopened:
    """Bytes that no live epoch opens. Nothing is known of their sender."""

    reason: AdmissionRefusal = AdmissionRefusal.UNOPENED


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionTerms:
    """What does not change while a line runs."""

    deployment: DeploymentId
    line: LineId
    rp_id: str
    wallet_origin: str
    model_id: ModelId
    dimension: int
    modes: Collection[Mode]
    """Those that the configuration switched on: see `assessment.window_modes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMemory:
    """What the line knows at this moment."""

    keys: Mapping[EpochId, Recipient]
    seen: Collection[LeaseId]
    stopped: Collection[bytes]
    withdrawn: Collection[ConsentId]
    withdrawals_fresh: bool
    present: Mapping[ConsentId, datetime]
    """Whose lease is here, and from when it is."""
    full: bool
    uses_spent: Callable[[LeaseId], int]
    """At this line, also before a restart. Raises `MachineError` for a disk that fails."""


def admit(
    sealed: bytes, *, terms: AdmissionTerms, trust: Trust, memory: LineMemory, now: datetime
) -> Admitted | LeaseRefused | LeaseUnopened:
    """Check a sealed lease on arrival, and open its template if everything holds.

    Whoever is refused leaves nothing: K_L is wiped in any case, T unless the lease is admitted.
    Raises `MachineError` for a disk that fails; then nothing is left either.
    """
    # 1. It was sealed to a live epoch of this line.
    try:
        opened = open_lease(sealed, keys=memory.keys, deployment=terms.deployment, line=terms.line)
    except VerificationError:
        return LeaseUnopened()
    try:
        return _admit_opened(opened, terms=terms, trust=trust, memory=memory, now=now)
    finally:
        opened.wipe()


def _admit_opened(
    opened: OpenedLease,
    *,
    terms: AdmissionTerms,
    trust: Trust,
    memory: LineMemory,
    now: datetime,
) -> Admitted | LeaseRefused:
    reply_to = ReplyTo(LeaseId(opened.proof.header.lease_id), unb64(opened.proof.ack_key))
    # 2. Header, assertions, certificate, inclusion under a quorum, and model all hold.
    try:
        verified = verify_lease(
            opened,
            trust=trust,
            expected_rp_id=terms.rp_id,
            expected_wallet_origin=terms.wallet_origin,
            expected_model_id=terms.model_id,
            expected_modes=terms.modes,
            now=now,
        )
    except VerificationError as error:
        return LeaseRefused(AdmissionRefusal.NOT_PROVEN, error.code, reply_to)
    # 3. What only this line knows speaks for it. The disk is asked here and not again: if it fails
    #    there is no template in the clear yet.
    uses_spent = memory.uses_spent(verified.lease_id)
    reason = next(_refusals(verified, memory, uses_spent, now), None)
    if reason is not None:
        return LeaseRefused(reason, reason, reply_to)
    # 4. H(salt || T) = tc, and T is a template of this line's model.
    template = LockedBuffer(verified.template_size)
    try:
        open_template(verified, template)
    except VerificationError as error:
        return LeaseRefused(AdmissionRefusal.NOT_PROVEN, error.code, reply_to)
    if len(template) != terms.dimension or not any(template.view):
        template.wipe()
        return LeaseRefused(AdmissionRefusal.NOT_PROVEN, "template_form", reply_to)
    return Admitted(_admitted(verified, template, uses_spent), reply_to)


def _refusals(
    verified: VerifiedLease, memory: LineMemory, uses_spent: int, now: datetime
) -> Iterator[AdmissionRefusal]:
    # The end of the lease was checked with its other bounds. A phone whose clock is ahead must
    # date its lease back a little: the line opens nothing early.
    if now < verified.not_before:
        yield AdmissionRefusal.NOT_YET_VALID
    if verified.lease_id in memory.seen:
        yield AdmissionRefusal.REPLAYED
    if verified.stop_hash in memory.stopped:
        yield AdmissionRefusal.STOPPED
    if verified.consent_id in memory.withdrawn:
        yield AdmissionRefusal.WITHDRAWN
    if verified.header.mode == "window" and not memory.withdrawals_fresh:
        yield AdmissionRefusal.LIST_STALE
    if uses_spent >= verified.header.uses:
        yield AdmissionRefusal.NO_USES_LEFT
    # One lease a rider: with the newest alone, Stop ends all that the rider has unlocked here, and
    # nobody can take all the places of a line.
    here_since = memory.present.get(verified.consent_id)
    if here_since is not None and verified.not_before < here_since:
        yield AdmissionRefusal.SUPERSEDED
    if here_since is None and memory.full:
        yield AdmissionRefusal.LINE_FULL


def _admitted(verified: VerifiedLease, template: LockedBuffer, uses_spent: int) -> AdmittedLease:
    return AdmittedLease(
        lease_id=verified.lease_id,
        consent_id=verified.consent_id,
        epoch=verified.opened.epoch,
        mode=LeaseMode(verified.header.mode),
        not_before=verified.not_before,
        not_after=verified.not_after,
        uses=verified.header.uses,
        uses_spent=uses_spent,
        stop_hash=verified.stop_hash,
        template=template,
    )
