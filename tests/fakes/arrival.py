"""A lease that arrived at a line, and a rider who can sign others."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fakes.rider_world import EPOCH, LINE, MODEL, MODES, ORIGIN, RP_ID, RiderWorld, make_rider_world
from faregate.consent.consent import ConsentSubmission, consent_leaf
from faregate.consent.derivation import PRF_INPUT
from faregate.consent.lease import LeaseProof, OpenedLease, open_lease
from faregate.consent.passkey import Assertion
from faregate.consent.trust import Trust
from faregate.consent.verify_lease import VerifiedLease, verify_lease
from faregate.errors import VerificationError
from faregate.ids import DeploymentId
from faregate.wire.canonical import b64
from faregate.wire.messages import LeaseHeader, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An opened lease, and the line that it arrived at."""

    opened: OpenedLease
    trust: Trust
    now: datetime
    rp_id: str = RP_ID
    origin: str = ORIGIN
    model_id: str = MODEL
    modes: Collection[Mode] = field(default=MODES)

    def verify(self) -> VerifiedLease:
        """Verify as the line does."""
        return verify_lease(
            self.opened,
            trust=self.trust,
            expected_rp_id=self.rp_id,
            expected_wallet_origin=self.origin,
            expected_model_id=self.model_id,
            expected_modes=self.modes,
            now=self.now,
        )

    def refused_for(self) -> str:
        """Give the code of the refusal."""
        with pytest.raises(VerificationError) as refused:
            self.verify()
        return refused.value.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Rider:
    """An enrolled rider with a good lease, and the means to sign others."""

    world: RiderWorld
    submission: ConsentSubmission
    good: Arrival

    def sign(self, document_hash: bytes) -> Assertion:
        """Let the rider's passkey sign."""
        assertion, _ = self.world.authenticator.get_assertion(document_hash, prf_input=PRF_INPUT)
        return assertion

    def with_proof(self, proof: LeaseProof) -> Arrival:
        """Give the arrival with other documents."""
        return replace(self.good, opened=replace(self.good.opened, proof=proof))

    def with_header(self, header: LeaseHeader) -> Arrival:
        """Give the arrival with another header, signed by the rider's passkey."""
        proof = self.good.opened.proof.model_copy(
            update={"header": header, "lease_assertion": self.sign(header.hashed())}
        )
        return self.with_proof(proof)

    def changed(self, **fields: object) -> Arrival:
        """Give the arrival with a header changed in some fields, signed again."""
        return self.with_header(self.good.opened.proof.header.model_copy(update=fields))

    def with_line(self, **fields: object) -> Arrival:
        """Give the arrival with the header's line changed, signed again."""
        (line,) = self.good.opened.proof.header.lines
        return self.changed(lines=[line.model_copy(update=fields)])

    def logged(self, proof: LeaseProof) -> LeaseProof:
        """Log the consent of a proof, as an office that does not look would."""
        leaf = consent_leaf(bytes(32), proof.consent.document, proof.consent.assertion)
        self.world.log_world.log.submit_rider(leaf, now=self.world.log_world.now)
        self.world.log_world.clock.advance(timedelta(seconds=2))
        self.world.log_world.log.run_due(now=self.world.log_world.now)
        return proof.model_copy(
            update={"salt_c": b64(bytes(32)), "inclusion": self.world.proof(leaf)}
        )


def make_rider(folder: Path) -> Rider:
    """Enrol a rider, let them travel, and give what arrives at the line."""
    world = make_rider_world(folder)
    submission = world.enrol()
    lease = world.travel(submission)
    opened = open_lease(
        lease.sealed,
        keys={EPOCH: world.epoch_key},
        deployment=DeploymentId(world.trust.deployment),
        line=LINE,
    )
    return Rider(
        world=world,
        submission=submission,
        good=Arrival(opened=opened, trust=world.trust, now=world.log_world.now),
    )
