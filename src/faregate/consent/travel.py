"""Making a lease (message 5), between the passkey ceremony and the relay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from faregate.consent.epoch import VerifiedEpoch
from faregate.consent.hpke import Recipient
from faregate.consent.lease import LEASE_KEY_SIZE, LeaseProof, check_bounds, lease_line, seal_lease
from faregate.consent.locked import LockedBuffer, RandomFill, random_bytes
from faregate.consent.passkey import Assertion
from faregate.consent.sealed_template import EnrolledTemplate
from faregate.consent.stop import ack_box, make_stop, open_ack, stop_hash
from faregate.ids import LeaseId, LineId
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64
from faregate.wire.messages import Consent, LeaseAck, LeaseHeader, Stop

_LEASE_ID_SIZE: Final = 16
_PREIMAGE_SIZE: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelPlan:
    """What the rider taps: from now, how long, how often, and at which lines."""

    duration: timedelta
    uses: int
    lines: tuple[LineId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLease:
    """A lease for one line, to be put into its relay; the answer will lie in `ack_box`."""

    line: LineId
    sealed: bytes = field(repr=False)
    ack_box: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLease:
    """What a wallet keeps in memory of a lease: how to stop it and how to hear about it."""

    header: LeaseHeader
    stop: Stop
    epochs: tuple[VerifiedEpoch, ...]
    acks: dict[LineId, Recipient] = field(repr=False)

    @classmethod
    def prepare(
        cls,
        plan: TravelPlan,
        *,
        consent: Consent,
        epochs: Sequence[VerifiedEpoch],
        now: datetime,
        fill: RandomFill,
    ) -> Self:
        """Write the header that the passkey is to sign.

        Raises `VerificationError` where the plan is not within the bounds of its mode.
        """
        stop = make_stop(random_bytes(_PREIMAGE_SIZE, fill))
        not_before = int(now.timestamp())
        header = LeaseHeader(
            lease_id=b64(random_bytes(_LEASE_ID_SIZE, fill)),
            deployment=consent.deployment,
            consent_id=consent.consent_id,
            tc=consent.tc,
            mode="window",
            uses=plan.uses,
            not_before=not_before,
            not_after=not_before + int(plan.duration.total_seconds()),
            stop_hash=b64(stop_hash(stop)),
            lines=[
                lease_line(line=one.line, epoch=one.epoch, epoch_pk=one.pk, steps=b"")
                for one in epochs
            ],
        )
        check_bounds(header, now=now)
        # A fresh ack key per line: the boxes of one lease can't be told from those of another.
        acks = {one.line: Recipient.generate(fill) for one in epochs}
        return cls(header=header, stop=stop, epochs=tuple(epochs), acks=acks)

    def seal(
        self,
        enrolled: EnrolledTemplate,
        *,
        assertion: Assertion,
        inclusion: InclusionProof,
        fill: RandomFill,
    ) -> tuple[LineLease, ...]:
        """Seal the signed header with the template to each line, under a fresh K_L each."""
        leases = []
        for epoch in self.epochs:
            ack_key = self.acks[epoch.line].public_bytes
            proof = LeaseProof(
                header=self.header,
                lease_assertion=assertion,
                consent=enrolled.consent,
                salt_c=b64(enrolled.salt_c),
                certificate=enrolled.certificate,
                inclusion=inclusion,
                ack_key=b64(ack_key),
            )
            with LockedBuffer.random(LEASE_KEY_SIZE, fill) as lease_key:
                sealed = seal_lease(
                    proof,
                    line=epoch.line,
                    epoch_pk=epoch.pk,
                    lease_key=lease_key,
                    salted_template=enrolled.salted_template,
                )
            leases.append(LineLease(line=epoch.line, sealed=sealed, ack_box=ack_box(ack_key)))
        return tuple(leases)

    def read_ack(self, line: LineId, sealed: bytes) -> LeaseAck:
        """Open what a line answered. Raises `VerificationError`."""
        return open_ack(
            sealed,
            self.acks[line],
            deployment=self.header.deployment,
            expected_lease_id=LeaseId(self.header.lease_id),
            expected_line=line,
        )
