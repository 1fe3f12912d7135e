"""Consents: one good one, spoiled one way at a time."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.log_world import DEPLOYMENT
from fakes.rider_world import MODEL, ORIGIN, RP_ID, make_authenticator
from faregate.consent.certificate import VerifiedCertificate
from faregate.consent.consent import (
    SignedConsent,
    VerifiedConsent,
    consent_leaf,
    twelve_months_after,
    verify_consent,
)
from faregate.consent.derivation import PRF_INPUT
from faregate.consent.passkey import passkey_hash
from faregate.errors import VerificationError
from faregate.wire.canonical import b64, sha256
from faregate.wire.messages import CaptureCertificate, Consent

PASSKEY: Final = make_authenticator("ada")
COSE: Final = PASSKEY.cose_public_key
CERTIFICATE: Final = CaptureCertificate(
    deployment=DEPLOYMENT,
    kiosk="kiosk-1",
    captured_at="kiosk",
    model_id=MODEL,
    tc=b64(bytes([4]) * 32),
    bind=b64(passkey_hash(COSE)),
    liveness_level=1,
    day="2026-03-02",
)
CONSENT: Final = Consent(
    consent_id=b64(bytes([1]) * 16),
    deployment=DEPLOYMENT,
    controller="Harbour City Transit",
    purpose="fare",
    modes=["presence", "window"],
    model_id=MODEL,
    tc=CERTIFICATE.tc,
    certificate_hash=b64(CERTIFICATE.hashed()),
    notice_hash=b64(bytes([7]) * 32),
    lang="en",
    day="2026-03-02",
    not_after="2027-03-02",
    passkey=b64(COSE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A consent, signed by the rider's passkey, and what is expected of it."""

    consent: Consent = CONSENT
    certificate: CaptureCertificate = CERTIFICATE
    deployment: str = DEPLOYMENT
    rp_id: str = RP_ID
    origin: str = ORIGIN
    passkey: bytes = COSE
    now: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def signed(self) -> SignedConsent:
        """Let the passkey sign."""
        assertion, _ = PASSKEY.get_assertion(self.consent.hashed(), prf_input=PRF_INPUT)
        return SignedConsent(document=self.consent, assertion=assertion)

    def verify(self, signed: SignedConsent | None = None) -> VerifiedConsent:
        """Verify, by default what the passkey signed."""
        return verify_consent(
            signed or self.signed(),
            expected_deployment=self.deployment,
            expected_rp_id=self.rp_id,
            expected_wallet_origin=self.origin,
            expected_passkey=self.passkey,
            certificate=VerifiedCertificate(self.certificate),
            now=self.now,
        )


GOOD: Final = Case()


def changed(**fields: str | list[str]) -> Case:
    """Give the good case with another consent, signed by the passkey."""
    return replace(GOOD, consent=CONSENT.model_copy(update=fields))


def at(text: str) -> Case:
    """Give the good case at another time."""
    return replace(GOOD, now=datetime.fromisoformat(text))


@pytest.mark.parametrize(
    "case",
    [
        GOOD,
        changed(day="2026-03-03", not_after="2027-03-03"),
        changed(not_after="2026-03-03"),
        at("2026-03-02T00:00:00+00:00"),
        at("2027-03-02T23:59:59+00:00"),
    ],
    ids=["same day", "day after", "short term", "first instant", "last instant"],
)
def test_a_good_consent_passes(case: Case) -> None:
    """The cases that are just good enough; in force from its first day to its last."""
    if case.consent.day == "2026-03-03":
        case = replace(case, now=datetime(2026, 3, 3, 12, tzinfo=UTC))
    verified = case.verify()
    assert verified.document == case.consent
    assert verified.consent_id == CONSENT.consent_id


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (changed(deployment="harbour-town"), "consent_deployment"),
        (replace(GOOD, deployment="harbour-town"), "consent_deployment"),
        (replace(GOOD, passkey=make_authenticator("eve").cose_public_key), "consent_passkey"),
        (changed(passkey=b64(make_authenticator("eve").cose_public_key)), "consent_passkey"),
        (replace(GOOD, rp_id="localhost"), "assertion_rp_id"),
        (replace(GOOD, origin="https://wallet.localhost"), "assertion_origin"),
        (changed(certificate_hash=b64(bytes(32))), "consent_certificate"),
        (changed(tc=b64(bytes(32))), "consent_certificate"),
        (changed(model_id="other/model"), "consent_certificate"),
        (changed(modes=["window", "window"]), "consent_modes"),
        (changed(day="2026-03-01"), "consent_day"),
        (changed(day="2026-03-04"), "consent_day"),
        (changed(not_after="2027-03-03"), "consent_term"),
        (changed(not_after="2026-03-01"), "consent_term"),
        (at("2026-03-01T23:59:59+00:00"), "consent_not_in_force"),
        (at("2027-03-03T00:00:00+00:00"), "consent_not_in_force"),
    ],
)
def test_each_defect_has_its_code(case: Case, code: str) -> None:
    """A single defect leads to its own reason."""
    with pytest.raises(VerificationError) as refused:
        case.verify()
    assert refused.value.code == code


def test_the_passkey_must_have_signed_this_document() -> None:
    """Another consent's assertion, or one by another key, is none."""
    other = changed(lang="de").signed().assertion
    eve, _ = make_authenticator("eve").get_assertion(CONSENT.hashed(), prf_input=PRF_INPUT)
    codes = []
    for assertion in (other, eve):
        with pytest.raises(VerificationError) as refused:
            GOOD.verify(SignedConsent(document=CONSENT, assertion=assertion))
        codes.append(refused.value.code)
    assert codes == ["assertion_challenge", "assertion_signature"]


def test_the_leaf_commits_to_salt_document_and_assertion() -> None:
    """It is the hash that the protocol writes down, and any part changes it."""
    signed, salt = GOOD.signed(), bytes([8]) * 32
    leaf = consent_leaf(salt, signed.document, signed.assertion)
    assert leaf == sha256(salt, signed.document.hashed(), signed.assertion.hashed())
    others = {
        consent_leaf(bytes(32), signed.document, signed.assertion),
        consent_leaf(salt, changed(lang="de").consent, signed.assertion),
        consent_leaf(salt, signed.document, changed(lang="de").signed().assertion),
    }
    assert leaf not in others
    assert len(others) == 3


@given(day=st.dates(min_value=date(2020, 1, 1), max_value=date(2100, 1, 1)))
def test_twelve_months_are_a_year(day: date) -> None:
    """365 or 366 days, and on the same day of the year wherever there is one."""
    last = twelve_months_after(day)
    assert timedelta(days=365) <= last - day <= timedelta(days=366)
    assert (last.month, last.day) == (day.month, day.day) or (day.month, day.day) == (2, 29)
