"""The demo's authenticator: real WebAuthn bytes, and no use for anything but a demo."""

import hashlib
import hmac
import json

import pytest
import webauthn

from fakes.rider_world import ORIGIN, RP_ID, make_authenticator
from faregate.consent.derivation import PRF_INPUT
from faregate.consent.passkey import verify_assertion
from faregate.consent.software_authenticator import (
    Flags,
    UnsafeAuthenticatorWarning,
    UnsafeSoftwareAuthenticator,
)
from faregate.errors import ConfigurationError, VerificationError
from faregate.wire.canonical import b64

CHALLENGE = bytes(range(32))


def test_the_library_verifies_its_bytes_unchanged() -> None:
    """As a server would: both responses as JSON, to the library's own entry points."""
    authenticator = make_authenticator("ada")
    registration = authenticator.register(CHALLENGE)
    names = {"id": b64(registration.credential_id), "rawId": b64(registration.credential_id)}
    registered = webauthn.verify_registration_response(
        credential={
            **names,
            "type": "public-key",
            "response": {
                "clientDataJSON": b64(registration.client_data_json),
                "attestationObject": b64(registration.attestation_object),
            },
        },
        expected_challenge=CHALLENGE,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
        require_user_verification=True,
    )
    assertion, _ = authenticator.get_assertion(CHALLENGE, prf_input=PRF_INPUT)
    verified = webauthn.verify_authentication_response(
        credential={
            **names,
            "type": "public-key",
            "response": {
                "clientDataJSON": assertion.client_data_json,
                "authenticatorData": assertion.authenticator_data,
                "signature": assertion.signature,
                "userHandle": b64(authenticator.user_handle),
            },
        },
        expected_challenge=CHALLENGE,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
        credential_public_key=registered.credential_public_key,
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    assert registered.fmt == "none"
    assert registered.user_verified
    assert verified.user_verified
    assert registered.credential_public_key == authenticator.cose_public_key


def test_the_prf_is_that_of_the_specification() -> None:
    """HMAC over SHA-256("WebAuthn PRF" || 0x00 || input), the same each time, per credential."""
    authenticator = make_authenticator("ada")
    _, first = authenticator.get_assertion(CHALLENGE, prf_input=PRF_INPUT)
    _, again = authenticator.get_assertion(bytes(32), prf_input=PRF_INPUT)
    _, other_input = authenticator.get_assertion(CHALLENGE, prf_input=bytes(32))
    _, other_rider = make_authenticator("eve").get_assertion(CHALLENGE, prf_input=PRF_INPUT)
    secret = bytes(authenticator._prf_secrets[Flags.UV].view)
    salt = hashlib.sha256(b"WebAuthn PRF\x00" + PRF_INPUT).digest()
    assert bytes(first.view) == hmac.digest(secret, salt, "sha256") == bytes(again.view)
    assert len({bytes(one.view) for one in (first, other_input, other_rider)}) == 3


def test_without_user_verification_the_prf_has_another_secret() -> None:
    """As CTAP2 has it; and the assertion is refused, so no key is made from it (T36)."""
    verifying = make_authenticator("ada")
    skipping = make_authenticator("ada", user_verification=Flags(0))
    assert verifying.cose_public_key == skipping.cose_public_key
    _, with_uv = verifying.get_assertion(CHALLENGE, prf_input=PRF_INPUT)
    assertion, without_uv = skipping.get_assertion(CHALLENGE, prf_input=PRF_INPUT)
    assert bytes(with_uv.view) != bytes(without_uv.view)
    with pytest.raises(VerificationError) as refused:
        verify_assertion(
            assertion,
            expected_challenge=CHALLENGE,
            expected_rp_id=RP_ID,
            expected_origin=ORIGIN,
            expected_public_key=skipping.cose_public_key,
        )
    assert refused.value.code == "assertion_user_unverified"


def test_it_warns() -> None:
    """Whoever makes one hears what it is."""
    with pytest.warns(UnsafeAuthenticatorWarning, match="stands in"):
        UnsafeSoftwareAuthenticator(RP_ID, ORIGIN)


@pytest.mark.parametrize(
    ("rp_id", "origin"),
    [
        ("wallet.example.org", "https://wallet.example.org"),
        ("localhost.example.org", "https://localhost.example.org"),
        ("localhost", "https://wallet.example.org"),
        ("wallet.localhost", "https://evil-wallet.localhost"),
        ("wallet.localhost", "not a url"),
    ],
)
def test_it_refuses_a_relying_party_that_could_be_public(rp_id: str, origin: str) -> None:
    """Outside the reserved names it makes nothing, so nothing of it verifies there."""
    with pytest.raises(ConfigurationError) as refused:
        UnsafeSoftwareAuthenticator(rp_id, origin)
    assert refused.value.code == "unsafe_authenticator"


def test_its_assertions_name_the_relying_party() -> None:
    """The hash of the RP ID and the origin are under the signature."""
    authenticator = make_authenticator("ada")
    assertion, _ = authenticator.get_assertion(CHALLENGE, prf_input=PRF_INPUT)
    for rp_id, origin in (("wallet.example.org", ORIGIN), (RP_ID, "https://wallet.example.org")):
        with pytest.raises(VerificationError):
            verify_assertion(
                assertion,
                expected_challenge=CHALLENGE,
                expected_rp_id=rp_id,
                expected_origin=origin,
                expected_public_key=authenticator.cose_public_key,
            )


def test_it_prints_no_secret() -> None:
    """Its repr names the origin alone."""
    assert repr(make_authenticator("ada")) == f"UnsafeSoftwareAuthenticator({ORIGIN!r})"
    assert json.loads(make_authenticator("ada").register(CHALLENGE).client_data_json)["type"] == (
        "webauthn.create"
    )
