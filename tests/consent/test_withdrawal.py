"""Withdrawals: the consent's own passkey, and nobody else, ends it."""

from dataclasses import dataclass, replace
from typing import Final

import pytest

from fakes.rider_world import ORIGIN, RP_ID, make_authenticator
from faregate.consent.derivation import PRF_INPUT
from faregate.consent.withdrawal import (
    SignedWithdrawal,
    Tombstone,
    VerifiedWithdrawal,
    verify_withdrawal,
    withdrawal_leaf,
)
from faregate.errors import VerificationError
from faregate.wire.canonical import b64, sha256
from faregate.wire.messages import Consent, WithdrawalRequest

DEPLOYMENT: Final = "harbour-city"
PASSKEY: Final = make_authenticator("ada")
CONSENT: Final = Consent(
    consent_id=b64(bytes([1]) * 16),
    deployment=DEPLOYMENT,
    controller="Harbour City Transit",
    purpose="fare",
    modes=["window"],
    model_id="pip-offline/dlib-128",
    tc=b64(bytes([4]) * 32),
    certificate_hash=b64(bytes([3]) * 32),
    notice_hash=b64(bytes([7]) * 32),
    lang="en",
    day="2026-03-02",
    not_after="2027-03-02",
    passkey=b64(PASSKEY.cose_public_key),
)
REQUEST: Final = WithdrawalRequest(
    consent_id=CONSENT.consent_id, deployment=DEPLOYMENT, day="2026-05-04"
)
SALT: Final = bytes([2]) * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A withdrawal, signed by the rider's passkey, and what is expected of it."""

    request: WithdrawalRequest = REQUEST
    consent: Consent = CONSENT
    deployment: str = DEPLOYMENT
    rp_id: str = RP_ID
    origin: str = ORIGIN

    def signed(self) -> SignedWithdrawal:
        """Let the passkey sign."""
        assertion, _ = PASSKEY.get_assertion(self.request.hashed(), prf_input=PRF_INPUT)
        return SignedWithdrawal(document=self.request, assertion=assertion, salt=b64(SALT))

    def verify(self, signed: SignedWithdrawal | None = None) -> VerifiedWithdrawal:
        """Verify, by default what the passkey signed."""
        return verify_withdrawal(
            signed or self.signed(),
            consent=self.consent,
            expected_deployment=self.deployment,
            expected_rp_id=self.rp_id,
            expected_wallet_origin=self.origin,
        )


GOOD: Final = Case()


def changed(**fields: str) -> Case:
    """Give the good case with another request, signed by the passkey."""
    return replace(GOOD, request=REQUEST.model_copy(update=fields))


def test_a_good_withdrawal_passes() -> None:
    """It gives the tombstone and a leaf that commits to every part."""
    signed = GOOD.signed()
    assert GOOD.verify() == VerifiedWithdrawal(
        consent_id=GOOD.verify().consent_id,
        leaf=sha256(SALT, REQUEST.hashed(), signed.assertion.hashed()),
        tombstone=Tombstone(consent_id=CONSENT.consent_id, not_after="2027-03-02"),
    )
    assert GOOD.verify().consent_id == CONSENT.consent_id
    assert withdrawal_leaf(bytes(32), REQUEST, signed.assertion) != GOOD.verify().leaf


@pytest.mark.parametrize("day", ["2020-01-01", "2099-12-31"])
def test_it_is_never_too_early_or_too_late(day: str) -> None:
    """No clock keeps a rider in."""
    assert changed(day=day).verify().tombstone.consent_id == CONSENT.consent_id


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (changed(deployment="harbour-town"), "withdrawal_deployment"),
        (replace(GOOD, deployment="harbour-town"), "withdrawal_deployment"),
        (changed(consent_id=b64(bytes(16))), "withdrawal_consent"),
        (replace(GOOD, rp_id="localhost"), "assertion_rp_id"),
        (replace(GOOD, origin="https://wallet.localhost"), "assertion_origin"),
        (
            replace(
                GOOD,
                consent=CONSENT.model_copy(
                    update={"passkey": b64(make_authenticator("eve").cose_public_key)}
                ),
            ),
            "assertion_signature",
        ),
    ],
)
def test_each_defect_has_its_code(case: Case, code: str) -> None:
    """A single defect leads to its own reason."""
    with pytest.raises(VerificationError) as refused:
        case.verify()
    assert refused.value.code == code


def test_another_documents_assertion_withdraws_nothing() -> None:
    """An assertion over a lease or another request can't be pasted in."""
    other = changed(day="2026-05-05").signed().assertion
    pasted = GOOD.signed().model_copy(update={"assertion": other})
    with pytest.raises(VerificationError) as refused:
        GOOD.verify(pasted)
    assert refused.value.code == "assertion_challenge"
