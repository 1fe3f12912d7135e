"""Epochs as a wallet checks them: nothing is sealed to a key or software nobody can see."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fakes.log_world import KIOSK_KEY
from fakes.rider_world import EPOCH, LINE, RiderWorld, make_rider_world
from faregate.consent.epoch import EpochOffer, VerifiedEpoch, verify_epoch
from faregate.consent.trust import Trust
from faregate.errors import VerificationError
from faregate.ids import LineId
from faregate.wire.canonical import b64
from faregate.wire.document import sign
from faregate.wire.messages import SignedGateEpoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An offer and what is expected of it."""

    offer: EpochOffer
    trust: Trust
    now: datetime
    line: LineId = LINE

    def verify(self) -> VerifiedEpoch:
        """Verify as the wallet does."""
        return verify_epoch(self.offer, trust=self.trust, expected_line=self.line, now=self.now)

    def refused_for(self) -> str:
        """Give the code of the refusal."""
        with pytest.raises(VerificationError) as refused:
            self.verify()
        return refused.value.code


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RiderWorld]:
    """Give a deployment with a line."""
    made = make_rider_world(tmp_path)
    yield made
    made.log_world.log.close()


@pytest.fixture
def good(world: RiderWorld) -> Case:
    """Give the case that the others spoil."""
    offer = world.epoch_offer()
    return Case(offer=offer, trust=world.trust, now=world.log_world.now)


def test_a_good_epoch_passes(world: RiderWorld, good: Case) -> None:
    """The wallet learns what it may seal to."""
    verified = good.verify()
    assert (verified.line, verified.epoch, verified.pk) == (
        LINE,
        EPOCH,
        world.epoch_key.public_bytes,
    )
    assert verified.not_after == good.now + timedelta(hours=24)


def test_an_epoch_of_something_else_is_refused(world: RiderWorld, good: Case) -> None:
    """Another deployment, line or time; each is signed and logged as well as a good one."""
    elsewhere = world.epoch_offer(
        lambda epoch: epoch.model_copy(update={"deployment": "harbour-town"})
    )
    unknown = world.epoch_offer(lambda epoch: epoch.model_copy(update={"line": "harbour-9"}))
    cases = {
        "deployment": replace(good, offer=elsewhere),
        "line": replace(good, line=LineId("harbour-2")),
        "unknown line": replace(good, offer=unknown, line=LineId("harbour-9")),
        "early": replace(good, now=good.now - timedelta(seconds=1)),
        "late": replace(good, now=good.now + timedelta(hours=24)),
    }
    assert {name: case.refused_for() for name, case in cases.items()} == {
        "deployment": "epoch_deployment",
        "line": "epoch_line",
        "unknown line": "unknown_key",
        "early": "epoch_not_in_force",
        "late": "epoch_not_in_force",
    }


def test_nothing_is_sealed_under_a_trust_file_that_has_expired(good: Case) -> None:
    """A wallet that stays open asks again, each time it travels."""
    ends = int(good.now.timestamp())
    over = Trust(good.trust.file.model_copy(update={"expires": ends}))
    assert replace(good, trust=over).refused_for() == "trust_file_expired"


def test_an_epoch_key_that_is_not_the_lines_or_not_logged_is_refused(
    world: RiderWorld, good: Case
) -> None:
    """Signed by another identity, or under the proof of another leaf (T30)."""
    document = good.offer.epoch.document
    foreign = SignedGateEpoch(document=document, signature=sign(document, KIOSK_KEY))
    other = document.model_copy(update={"epoch": 2})
    unlogged = SignedGateEpoch(document=other, signature=good.offer.epoch.signature)
    later = world.epoch_offer(lambda epoch: epoch.model_copy(update={"epoch": 3}))
    cases = {
        "identity": good.offer.model_copy(update={"epoch": foreign}),
        "signature": good.offer.model_copy(update={"epoch": unlogged}),
        "proof": good.offer.model_copy(update={"epoch_inclusion": later.release_inclusion}),
        "index": good.offer.model_copy(
            update={"epoch_inclusion": good.offer.epoch_inclusion.model_copy(update={"index": 0})}
        ),
    }
    codes = {name: replace(good, offer=offer).refused_for() for name, offer in cases.items()}
    assert codes == {
        "identity": "signing_key",
        "signature": "signature",
        "proof": "inclusion",
        "index": "inclusion",
    }


def test_a_release_that_is_not_in_the_log_is_refused(world: RiderWorld, good: Case) -> None:
    """The line declares software; everyone must be able to see which (T07)."""
    undeclared = world.epoch_offer(
        lambda epoch: epoch.model_copy(update={"epoch": 4, "release_digest": b64(bytes(32))})
    )
    cases = {
        "digest": undeclared,
        "proof": good.offer.model_copy(update={"release_inclusion": good.offer.epoch_inclusion}),
    }
    codes = {name: replace(good, offer=offer).refused_for() for name, offer in cases.items()}
    assert codes == {"digest": "release_digest", "proof": "inclusion"}
