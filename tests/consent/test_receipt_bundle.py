"""Receipt bundles: readable by their rider alone, and the office's own."""

from typing import Final

import pytest

from fakes.log_world import (
    DEPLOYMENT,
    FIRST_DAY,
    LAST_DAY,
    OFFICE_BUNDLE_KEY,
    OFFICE_RECEIPT_KEY,
    raw_public,
)
from faregate.consent.hpke import OVERHEAD, Recipient, receipt_bundle_info, seal
from faregate.consent.receipt_bundle import PAD_TO, open_receipt_bundle, seal_receipt_bundle
from faregate.consent.trust import OFFICE, Trust
from faregate.errors import VerificationError
from faregate.wire.canonical import b64
from faregate.wire.document import sign
from faregate.wire.messages import (
    Receipt,
    ReceiptBundle,
    SignedReceiptBundle,
    TrustedKey,
    TrustFile,
)

TRUST: Final = Trust(
    TrustFile(
        deployment=DEPLOYMENT,
        version=1,
        prev_hash=b64(bytes(32)),
        expires=2**33,
        root_threshold=1,
        witness_threshold=1,
        roles=[
            TrustedKey(
                role="office-receipt",
                name=OFFICE,
                key=b64(raw_public(OFFICE_RECEIPT_KEY)),
                not_before=FIRST_DAY,
                not_after=LAST_DAY,
            )
        ],
    )
)
HISTORY: Final = Recipient.generate()


def bundle(rides: int, *, day: str = "2026-03-02", deployment: str = DEPLOYMENT) -> ReceiptBundle:
    """Make a day of some rides."""
    return ReceiptBundle(
        deployment=deployment,
        day=day,
        currency="EUR",
        rides=[
            Receipt(
                receipt_id=b64(number.to_bytes(16, "big")),
                place="Harbour",
                minute=1772438400,
                fare=275,
                cap=0,
            )
            for number in range(rides)
        ],
        tariff_version="2026-1",
    )


def signed(document: ReceiptBundle) -> SignedReceiptBundle:
    """Let the office sign."""
    return SignedReceiptBundle(document=document, signature=sign(document, OFFICE_RECEIPT_KEY))


@pytest.mark.parametrize("rides", [0, 1, 20, 256])
def test_reads_back_what_the_office_signed(rides: int) -> None:
    """Whatever the number of rides, and padded to whole blocks."""
    sealed = seal_receipt_bundle(signed(bundle(rides)), history_pk=HISTORY.public_bytes)
    assert (len(sealed) - OVERHEAD) % PAD_TO == 0
    assert open_receipt_bundle(sealed, history=HISTORY, trust=TRUST) == bundle(rides)


def test_one_ride_or_ten_look_alike() -> None:
    """Most days have one size."""
    one, ten = (
        seal_receipt_bundle(signed(bundle(rides)), history_pk=HISTORY.public_bytes)
        for rides in (1, 10)
    )
    assert len(one) == len(ten)


def test_receipts_of_something_else_are_refused() -> None:
    """Another rider's, another deployment's, another signer's, or no receipts at all."""
    mine = HISTORY.public_bytes
    info = receipt_bundle_info(deployment=DEPLOYMENT)
    elsewhere = signed(bundle(1, deployment="harbour-town"))
    forged = SignedReceiptBundle(document=bundle(1), signature=sign(bundle(1), OFFICE_BUNDLE_KEY))
    framed_elsewhere = len(elsewhere.jcs()).to_bytes(4, "big") + elsewhere.jcs()
    cases = {
        "rider": seal_receipt_bundle(
            signed(bundle(1)), history_pk=Recipient.generate().public_bytes
        ),
        "context": seal_receipt_bundle(elsewhere, history_pk=mine),
        "deployment": seal(framed_elsewhere, mine, info),
        "signer": seal_receipt_bundle(forged, history_pk=mine),
        "day": seal_receipt_bundle(signed(bundle(1, day="2027-01-01")), history_pk=mine),
        "form": seal(b"\xff" * PAD_TO, mine, info),
    }
    codes = {}
    for name, sealed in cases.items():
        with pytest.raises(VerificationError) as refused:
            open_receipt_bundle(sealed, history=HISTORY, trust=TRUST)
        codes[name] = refused.value.code
    assert codes == {
        "rider": "hpke",
        "context": "hpke",
        "deployment": "receipt_deployment",
        "signer": "signing_key",
        "day": "key_expired",
        "form": "receipt_malformed",
    }
