"""T30 (G8): a wallet seals to no key that is not a trusted line's, or that nobody can see."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fakes.gate_world import LINE, GateWorld, Rider
from faregate.consent.epoch import EpochOffer, VerifiedEpoch
from faregate.consent.hpke import Recipient, lease_info, open_
from faregate.errors import VerificationError
from faregate.gate.epoch import EpochKeys
from faregate.ids import DeploymentId, EpochId
from faregate.wire.canonical import unb64
from faregate.wire.messages import SignedGateEpoch

EVIL = EpochId(7)


class FalseLine:
    """Somebody who would like leases to be sealed to a key of their own."""

    def __init__(self, world: GateWorld, identity: Ed25519PrivateKey) -> None:
        """Make an epoch under the line's name."""
        self._keys = EpochKeys(
            deployment=DeploymentId(world.line.terms.deployment),
            line=LINE,
            identity=identity,
            release_digest=bytes(range(32)),
        )
        self.epoch = self._keys.begin(EVIL, world.log_world.now)

    @property
    def recipient(self) -> Recipient:
        """Give the key that must not be sealed to."""
        return self._keys.live[0].recipient


@pytest.fixture
def ada(world: GateWorld) -> Rider:
    """Give a rider who enrolled."""
    return world.enrol(1)


def test_t30_g8_an_epoch_that_no_trusted_line_signed(world: GateWorld, ada: Rider) -> None:
    """The trust file names the line's identity: another signer's key gets nothing."""
    false = FalseLine(world, Ed25519PrivateKey.generate())
    world.office.publish_epoch(false.epoch)
    with pytest.raises(VerificationError) as refused:
        world.lease(ada)
    assert refused.value.code == "signing_key"


def test_t30_g8_an_epoch_that_is_not_in_the_log(world: GateWorld, ada: Rider) -> None:
    """The line's own identity is not enough: what nobody can see gets nothing."""
    false = FalseLine(world, world.line._identity)
    _offer_under_another_proof(world, false.epoch)
    with pytest.raises(VerificationError) as refused:
        world.lease(ada)
    assert refused.value.code == "inclusion"


def test_t30_twin_a_wallet_that_does_not_look(
    world: GateWorld, ada: Rider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wallet without the check seals the rider's template to whoever asks."""

    def believe(offer: EpochOffer, **_expected: object) -> VerifiedEpoch:
        document = offer.epoch.document
        return VerifiedEpoch(
            deployment=document.deployment,
            line=LINE,
            epoch=EpochId(document.epoch),
            pk=unb64(document.pk),
            not_after=world.log_world.now,
        )

    monkeypatch.setattr("faregate.consent.wallet.verify_epoch", believe)
    false = FalseLine(world, Ed25519PrivateKey.generate())
    _offer_under_another_proof(world, false.epoch)
    lease = world.lease(ada)
    info = lease_info(deployment=world.line.terms.deployment, line=LINE, epoch=EVIL)
    assert ada.consent_id.encode() in open_(lease.sealed, false.recipient, info)


def _offer_under_another_proof(world: GateWorld, epoch: SignedGateEpoch) -> None:
    """Offer an epoch with the proof of the one that is logged."""
    logged = world.office.epochs[-1]
    world.office.epochs.append(epoch)
    world.proof_of[epoch.document.epoch] = logged
