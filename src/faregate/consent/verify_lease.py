"""Leases on arrival at a line (message 6): every check, in order, failing closed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from faregate.consent.certificate import SALT_SIZE, template_commitment, utc_day, verify_certificate
from faregate.consent.consent import VerifiedConsent, consent_leaf, verify_consent
from faregate.consent.epoch import COSIGNED_WITHIN
from faregate.consent.lease import (
    INNER_NONCE,
    STEP,
    STEP_SIZE,
    TAG_SIZE,
    LeaseDefect,
    OpenedLease,
    check_bounds,
    inner_aad,
    lease_defect,
)
from faregate.consent.locked import LockedBuffer
from faregate.consent.passkey import verify_assertion
from faregate.consent.trust import Trust
from faregate.ids import ConsentId, LeaseId
from faregate.wire.canonical import sha256, unb64
from faregate.wire.messages import LeaseHeader, LeaseLine, Mode


@dataclass(frozen=True, slots=True)
class VerifiedLease:
    """A proven lease. Made by `verify_lease` alone; the holder wipes it.

    Whether it was seen before, used up, stopped or withdrawn is the line's to know.
    """

    opened: OpenedLease
    consent: VerifiedConsent

    @property
    def header(self) -> LeaseHeader:
        """What the rider signed."""
        return self.opened.proof.header

    @property
    def lease_id(self) -> LeaseId:
        """The lease's id, the same at all of its lines."""
        return LeaseId(self.header.lease_id)

    @property
    def consent_id(self) -> ConsentId:
        """All that a gate knows of the rider."""
        return ConsentId(self.header.consent_id)

    @property
    def not_before(self) -> datetime:
        """From when it may be opened."""
        return datetime.fromtimestamp(self.header.not_before, UTC)

    @property
    def not_after(self) -> datetime:
        """When it must be wiped: not valid at this instant."""
        return datetime.fromtimestamp(self.header.not_after, UTC)

    @property
    def stop_hash(self) -> bytes:
        """The hash by which a Stop finds it."""
        return unb64(self.header.stop_hash)

    @property
    def ack_key(self) -> bytes:
        """What the line's answer is sealed to."""
        return unb64(self.opened.proof.ack_key)

    @property
    def template_size(self) -> int:
        """How many bytes T has."""
        return len(self.opened.inner) - SALT_SIZE - TAG_SIZE

    def wipe(self) -> None:
        """Overwrite K_L: the template can't be opened again."""
        self.opened.wipe()


def verify_lease(
    opened: OpenedLease,
    *,
    trust: Trust,
    expected_rp_id: str,
    expected_wallet_origin: str,
    expected_model_id: str,
    expected_modes: Collection[Mode],
    now: datetime,
) -> VerifiedLease:
    """Verify a lease on arrival (message 6).

    `expected_modes` are those that the line's configuration switched on. Left to the line: that
    the lease id is unseen, and at each opening the times, uses, withdrawals and stops.
    Raises `VerificationError`: a `LeaseDefect`, `trust_file_expired`, or what the verifications
    of its parts raise.
    """
    proof, header = opened.proof, opened.proof.header
    # Before all else: the trust file, which a process may have read long ago, is still in force.
    trust.check_in_force(now=now)
    # 1. The header names this deployment, line, epoch and epoch key.
    if not header.deployment == opened.deployment == trust.deployment:
        raise lease_defect(LeaseDefect.DEPLOYMENT, "The lease is for another deployment.")
    here = _line_in(header, opened)
    # 2. Its mode is switched on, and its bounds are the mode's.
    if header.mode not in expected_modes or header.mode not in proof.consent.document.modes:
        raise lease_defect(LeaseDefect.MODE, f"The mode {header.mode!r} is not agreed to here.")
    check_bounds(header, now=now)
    # 3. The parts are the mode's own, and the signed ones.
    _check_parts(opened, here)
    # 4. The passkey of the consent signed this very header, just now, a person being verified.
    consent = proof.consent.document
    passkey = unb64(consent.passkey)
    verify_assertion(
        proof.lease_assertion,
        expected_challenge=header.hashed(),
        expected_rp_id=expected_rp_id,
        expected_origin=expected_wallet_origin,
        expected_public_key=passkey,
    )
    # 5. It is about that consent and its template.
    if (header.consent_id, header.tc) != (consent.consent_id, consent.tc):
        raise lease_defect(LeaseDefect.CONSENT, "The lease is about another consent or template.")
    # 6. The consent is in the log under a recent quorum. Before the certificate: the index
    #    decides whether a revoked kiosk key still counts.
    leaf = consent_leaf(unb64(proof.salt_c), consent, proof.consent.assertion)
    included = trust.verify_logged(leaf, proof.inclusion, now=now, cosigned_within=COSIGNED_WITHIN)
    # 7. A trusted kiosk captured this template with this line's model for this passkey.
    certificate = verify_certificate(
        proof.certificate,
        trust=trust,
        expected_deployment=opened.deployment,
        expected_passkey=passkey,
        expected_tc=unb64(header.tc),
        expected_model_id=expected_model_id,
        consent_index=included.index,
    )
    if certificate.document.captured_at == "home" and header.mode != "presence":
        raise lease_defect(LeaseDefect.HOME, "A template captured at home needs the presence mode.")
    # 8. The rider agreed to that, and still agrees when the lease ends.
    verified = verify_consent(
        proof.consent,
        expected_deployment=opened.deployment,
        expected_rp_id=expected_rp_id,
        expected_wallet_origin=expected_wallet_origin,
        expected_passkey=passkey,
        certificate=certificate,
        now=now,
    )
    if utc_day(datetime.fromtimestamp(header.not_after, UTC)) > consent.not_after:
        raise lease_defect(LeaseDefect.OUTLIVES_CONSENT, "The lease is longer than the consent.")
    return VerifiedLease(opened, verified)


def open_template(verified: VerifiedLease, into: LockedBuffer) -> None:
    """Decrypt T into `into`, which must have `template_size` bytes; the caller wipes it.

    Raises `VerificationError`: `LeaseDefect.KEY` (presence mode: no key yet), `INNER`, `TEMPLATE`;
    then `into` is as it was.
    """
    opened = verified.opened
    if len(into) != verified.template_size:
        raise ValueError(f"into must have {verified.template_size} bytes, got {len(into)}")
    if not any(opened.lease_key.view):
        raise lease_defect(
            LeaseDefect.KEY, "The lease holds no key: it was wiped, or needs a beacon."
        )
    with LockedBuffer(SALT_SIZE + len(into)) as salted:
        aad = inner_aad(verified.header, opened.line)
        try:
            AESGCM(opened.lease_key.view).decrypt_into(INNER_NONCE, opened.inner, aad, salted.view)
        except InvalidTag:
            raise lease_defect(LeaseDefect.INNER, "The inner part does not open.") from None
        # The template is the committed one: the kiosk saw it, and the rider signed for it.
        if template_commitment(salted.view) != unb64(verified.header.tc):
            raise lease_defect(LeaseDefect.TEMPLATE, "The template is not the one committed to.")
        into.view[:] = salted.view[SALT_SIZE:]


def _line_in(header: LeaseHeader, opened: OpenedLease) -> LeaseLine:
    named = [one for one in header.lines if one.line == opened.line]
    if len(named) != 1:
        raise lease_defect(LeaseDefect.LINE, "The lease does not name this line once.")
    (here,) = named
    if here.epoch != opened.epoch:
        raise lease_defect(LeaseDefect.EPOCH, "The lease names another epoch.")
    if unb64(here.pk_hash) != sha256(opened.epoch_pk):
        raise lease_defect(LeaseDefect.EPOCH_KEY, "The lease names another epoch key.")
    return here


def _check_parts(opened: OpenedLease, here: LeaseLine) -> None:
    header = opened.proof.header
    if unb64(here.steps_hash) != sha256(opened.steps):
        raise lease_defect(LeaseDefect.STEPS, "The steps are not the signed ones.")
    has_key = any(opened.lease_key.view)
    if header.mode == "window":
        steps, needs_key = 0, True
    else:
        steps, needs_key = (header.not_after - header.not_before) // STEP.seconds, False
    if len(opened.steps) != steps * STEP_SIZE:
        raise lease_defect(LeaseDefect.STEPS, "The lease has another number of steps.")
    if has_key != needs_key:
        raise lease_defect(LeaseDefect.KEY, "The lease has a key that its mode does not have.")
