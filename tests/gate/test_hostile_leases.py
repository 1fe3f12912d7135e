"""Leases that anybody could have sealed: epoch keys are public, and the relay asks no name."""

from collections.abc import Callable

import pytest

from fakes.gate_world import LINE, TERMS, GateWorld, Rider
from faregate.consent.hpke import lease_info, seal
from faregate.consent.lease import PLAINTEXT_SIZE, LeaseProof, open_lease, pack_lease_into
from faregate.consent.locked import LockedBuffer

ADA, EVE = 1, 2
Change = Callable[[LeaseProof], LeaseProof]


def sealed_again(world: GateWorld, rider: Rider, change: Change) -> bytes:
    """Give a lease of the rider's with other documents in it, sealed to the line's epoch key."""
    opened = open_lease(
        world.lease(rider).sealed,
        keys={one.epoch: one.recipient for one in world.line._epochs.live},
        deployment=TERMS.deployment,
        line=LINE,
    )
    info = lease_info(deployment=TERMS.deployment, line=LINE, epoch=opened.epoch)
    with opened.lease_key, LockedBuffer(PLAINTEXT_SIZE) as plaintext:
        pack_lease_into(
            plaintext,
            lease_key=opened.lease_key.view,
            steps=b"",
            inner=opened.inner,
            proof=change(opened.proof),
        )
        return seal(plaintext.view, opened.epoch_pk, info)


def _passkey(text: str) -> Change:
    def change(proof: LeaseProof) -> LeaseProof:
        document = proof.consent.document.model_copy(update={"passkey": text})
        consent = proof.consent.model_copy(update={"document": document})
        return proof.model_copy(update={"consent": consent})

    return change


def _far_future(proof: LeaseProof) -> LeaseProof:
    header = proof.header.model_copy(update={"not_before": 2**40 - 60, "not_after": 2**40})
    return proof.model_copy(update={"header": header})


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_passkey("AB"), "unopened"),
        (_passkey("AAAAA"), "unopened"),
        (_passkey("AAAA"), "passkey_key"),
        (_far_future, "unopened"),
    ],
    ids=["a bit left over", "a letter left over", "no passkey", "beyond the calendar"],
)
def test_one_hostile_lease_ends_no_round(world: GateWorld, change: Change, status: str) -> None:
    """It is refused like any other, and the leases behind it are admitted in the same round."""
    eve, ada = world.enrol(EVE), world.enrol(ADA)
    world.office.leases += [sealed_again(world, eve, change), world.lease(ada).sealed]
    report = world.poll()
    assert (report.refused, report.admitted) == ((status,), 1)
