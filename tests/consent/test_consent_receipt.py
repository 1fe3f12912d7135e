"""The consent receipt: made by the rider, checked offline, and no more than what was signed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from fakes.rider_world import ORIGIN, RP_ID, RiderWorld, make_rider_world
from faregate.consent.consent_receipt import (
    ConsentReceipt,
    make_consent_receipt,
    verify_consent_receipt,
)
from faregate.errors import VerificationError
from faregate.wire.canonical import b64, unb64


@dataclass(frozen=True, slots=True)
class Kept:
    """A receipt in a drawer, and the world that it came from."""

    world: RiderWorld
    receipt: ConsentReceipt

    def refused_for(self, receipt: ConsentReceipt, *, origin: str = ORIGIN) -> str:
        """Give the code of the refusal."""
        with pytest.raises(VerificationError) as refused:
            verify_consent_receipt(
                receipt,
                trust=self.world.trust,
                expected_rp_id=RP_ID,
                expected_wallet_origin=origin,
                now=self.world.log_world.now,
            )
        return refused.value.code


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Give the receipt of an enrolled rider."""
    world = make_rider_world(tmp_path_factory.mktemp("rider"))
    world.enrol()
    leaf = unb64(world.wallet.storage.consents[0].leaf)
    receipt = world.wallet.consent_receipt(
        world.proof(leaf), trust=world.trust, now=world.log_world.now
    )
    yield Kept(world, receipt)
    world.log_world.log.close()


def test_it_is_checked_offline_months_later(kept: Kept) -> None:
    """The trust file and the receipt are enough, and age does not matter."""
    read = ConsentReceipt.parse(kept.receipt.jcs())
    verified = verify_consent_receipt(
        read,
        trust=kept.world.trust,
        expected_rp_id=RP_ID,
        expected_wallet_origin=ORIGIN,
        now=kept.world.log_world.now + timedelta(days=200),
    )
    assert verified.document == read.evidence.consent.document
    assert read.receipt_id == verified.consent_id
    (purpose,) = read.purposes
    assert purpose.pii_controllers == ["Harbour City Transit"]
    assert (purpose.retention_period, read.event.event_time) == ("2027-03-02", "2026-03-02")


@pytest.mark.parametrize(
    "change",
    [
        lambda _: {"receipt_id": b64(bytes(16))},
        lambda _: {"pii_principal_id": b64(bytes(32))},
        lambda _: {"privacy_notice": b64(bytes(32))},
        lambda _: {"language": "de"},
        lambda one: {
            "purposes": [one.purposes[0].model_copy(update={"retention_period": "2099-01-01"})]
        },
        lambda one: {"event": one.event.model_copy(update={"event_time": "2026-03-01"})},
    ],
    ids=["id", "rider", "notice", "language", "term", "day"],
)
def test_it_says_no_other_than_was_signed(
    kept: Kept, change: Callable[[ConsentReceipt], dict[str, object]]
) -> None:
    """A plain field that differs from the document makes it no receipt."""
    spoilt = kept.receipt.model_copy(update=change(kept.receipt))
    assert kept.refused_for(spoilt) == "consent_receipt"


def test_its_evidence_must_hold(kept: Kept) -> None:
    """Another salt, another kiosk's word, another consent or origin."""
    evidence = kept.receipt.evidence
    better = evidence.certificate.document.model_copy(update={"liveness_level": 9})
    certificate = evidence.certificate.model_copy(update={"document": better})
    other = evidence.consent.document.model_copy(update={"controller": "Somebody Else"})
    consent = evidence.consent.model_copy(update={"document": other})
    updates: dict[str, dict[str, object]] = {
        "salt": {"salt_c": b64(bytes(32))},
        "certificate": {"certificate": certificate},
        "consent": {"consent": consent},
    }
    cases = {
        name: make_consent_receipt(evidence.model_copy(update=update))
        for name, update in updates.items()
    }
    codes = {name: kept.refused_for(receipt) for name, receipt in cases.items()}
    assert codes == {"salt": "inclusion", "certificate": "signature", "consent": "inclusion"}
    elsewhere = kept.refused_for(kept.receipt, origin="https://wallet.localhost")
    assert elsewhere == "assertion_origin"
