"""Passkey assertions: one good one, spoiled one way at a time, and resigned where it must be."""

import json
from collections.abc import Mapping
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from fakes.rider_world import ORIGIN, RP_ID, make_authenticator
from faregate.consent.passkey import (
    Assertion,
    AssertionDefect,
    Registration,
    check_rp_id,
    verify_assertion,
    verify_registration,
)
from faregate.errors import ConfigurationError, VerificationError
from faregate.wire.canonical import b64, sha256, unb64

CHALLENGE: Final = bytes(range(32))
PASSKEY: Final = make_authenticator("ada")
CLIENT: Final = {
    "type": "webauthn.get",
    "challenge": b64(CHALLENGE),
    "origin": ORIGIN,
    "crossOrigin": False,
}
UP, UV = 0x01, 0x04


def forge(
    client: Mapping[str, object] | bytes = CLIENT,
    *,
    flags: int = UP | UV,
    rp_id: str = RP_ID,
    tail: bytes = bytes(4),
) -> Assertion:
    """Let the rider's own key sign whatever a broken browser or authenticator might say."""
    client_data = client if isinstance(client, bytes) else json.dumps(client).encode()
    data = sha256(rp_id.encode()) + bytes([flags]) + tail
    signature = PASSKEY._key.sign(data + sha256(client_data), ec.ECDSA(SHA256()))
    return Assertion(
        credential_id=b64(PASSKEY.credential_id),
        client_data_json=b64(client_data),
        authenticator_data=b64(data),
        signature=b64(signature),
    )


def verify(assertion: Assertion, *, public_key: bytes = PASSKEY.cose_public_key) -> None:
    """Verify with all that is expected here."""
    verify_assertion(
        assertion,
        expected_challenge=CHALLENGE,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
        expected_public_key=public_key,
    )


GOOD: Final = forge()


def test_a_good_assertion_passes() -> None:
    """The case that the others spoil."""
    verify(GOOD)
    verify(forge(tail=bytes([0, 0, 0, 9])))


@pytest.mark.parametrize(
    ("assertion", "defect"),
    [
        (forge(b"{"), AssertionDefect.MALFORMED),
        (forge(b"[" * 500), AssertionDefect.MALFORMED),
        (forge(b"\xff{}"), AssertionDefect.MALFORMED),
        (forge({**CLIENT, "challenge": 7}), AssertionDefect.MALFORMED),
        (forge({"type": "webauthn.get"}), AssertionDefect.MALFORMED),
        (forge(tail=bytes(3)), AssertionDefect.MALFORMED),
        (forge(tail=bytes(5)), AssertionDefect.MALFORMED),
        (forge(flags=UP | UV | 0x40), AssertionDefect.MALFORMED),
        (forge(flags=UP | UV | 0x80), AssertionDefect.MALFORMED),
        (GOOD.model_copy(update={"signature": "A"}), AssertionDefect.MALFORMED),
        (forge({**CLIENT, "type": "webauthn.create"}), AssertionDefect.TYPE),
        (forge({**CLIENT, "challenge": b64(bytes(32))}), AssertionDefect.CHALLENGE),
        (forge({**CLIENT, "origin": "https://wallet.localhost"}), AssertionDefect.ORIGIN),
        (forge({**CLIENT, "crossOrigin": True}), AssertionDefect.CROSS_ORIGIN),
        (forge(rp_id="localhost"), AssertionDefect.RP_ID),
        (forge(flags=UV), AssertionDefect.USER_ABSENT),
        (forge(flags=UP), AssertionDefect.USER_UNVERIFIED),
        (GOOD.model_copy(update={"signature": "AAAA"}), AssertionDefect.SIGNATURE),
        (
            GOOD.model_copy(update={"signature": b64(unb64(GOOD.signature)[:-1])}),
            AssertionDefect.SIGNATURE,
        ),
        (
            GOOD.model_copy(
                update={"client_data_json": b64(json.dumps(CLIENT, indent=1).encode())}
            ),
            AssertionDefect.SIGNATURE,
        ),
    ],
)
def test_each_defect_has_its_code(assertion: Assertion, defect: AssertionDefect) -> None:
    """A single defect is told by its own code, also where the rider's own key signed it."""
    with pytest.raises(VerificationError) as refused:
        verify(assertion)
    assert refused.value.code == defect


@pytest.mark.parametrize(
    "public_key",
    [
        b"",
        PASSKEY.cose_public_key[:-1],
        PASSKEY.cose_public_key + b"\x00",
        b"\x04" + PASSKEY.cose_public_key[10:42] + PASSKEY.cose_public_key[45:],
        PASSKEY.cose_public_key.replace(b"\x03\x26", b"\x03\x27"),
    ],
    ids=["empty", "short", "long", "U2F point", "EdDSA on P-256"],
)
def test_only_es256_and_eddsa_in_their_one_spelling(public_key: bytes) -> None:
    """A key of another form would have another hash for the same passkey."""
    with pytest.raises(VerificationError) as refused:
        verify(GOOD, public_key=public_key)
    assert refused.value.code == AssertionDefect.KEY


@pytest.mark.parametrize(
    "public_key",
    [
        make_authenticator("eve").cose_public_key,
        PASSKEY.cose_public_key[:10] + bytes(32) + PASSKEY.cose_public_key[42:],
    ],
    ids=["another passkey", "not on the curve"],
)
def test_another_key_does_not_verify(public_key: bytes) -> None:
    """Neither somebody else's key nor a point that is none."""
    with pytest.raises(VerificationError) as refused:
        verify(GOOD, public_key=public_key)
    assert refused.value.code == AssertionDefect.SIGNATURE


def test_an_eddsa_passkey_passes() -> None:
    """The other algorithm of the protocol."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32)
    cose = bytes.fromhex("a4010103272006215820") + key.public_key().public_bytes_raw()
    client_data = unb64(GOOD.client_data_json)
    data = unb64(GOOD.authenticator_data)
    verify(
        GOOD.model_copy(update={"signature": b64(key.sign(data + sha256(client_data)))}),
        public_key=cose,
    )


@given(flags=st.integers(0, 255), tail=st.binary(max_size=64))
def test_never_accepted_without_user_verification(flags: int, tail: bytes) -> None:
    """Whatever else an authenticator says, without UV there is no assertion (T36)."""
    with pytest.raises(VerificationError):
        verify(forge(flags=flags & ~UV, tail=tail))


@given(client_data=st.binary(max_size=512), data=st.binary(max_size=256))
def test_junk_is_refused_with_a_code(client_data: bytes, data: bytes) -> None:
    """Bytes from anywhere raise `VerificationError`, and nothing else."""
    junk = Assertion(
        credential_id="AAAA",
        client_data_json=b64(client_data) or "A",
        authenticator_data=b64(data) or "A",
        signature="AAAA",
    )
    with pytest.raises(VerificationError) as refused:
        verify(junk)
    assert refused.value.code in set(AssertionDefect)


def _registration(challenge: bytes = CHALLENGE) -> Registration:
    return PASSKEY.register(challenge)


def test_a_registration_gives_the_key() -> None:
    """The library reads the attested key, and it is the one that signs."""
    assert _verify_registration(_registration()) == PASSKEY.cose_public_key


@pytest.mark.parametrize(
    "registration",
    [
        _registration(bytes(32)),
        make_authenticator("eve", rp_id="localhost").register(CHALLENGE),
        make_authenticator("eve", origin="https://wallet.localhost").register(CHALLENGE),
        Registration(
            credential_id=bytes(32),
            client_data_json=_registration().client_data_json,
            attestation_object=b"\xff",
        ),
    ],
    ids=["challenge", "rp id", "origin", "junk"],
)
def test_a_registration_for_something_else_is_refused(registration: Registration) -> None:
    """A wallet does not build on a passkey that is not its own."""
    with pytest.raises(VerificationError) as refused:
        _verify_registration(registration)
    assert refused.value.code == "registration"


def _verify_registration(registration: Registration) -> bytes:
    return verify_registration(
        registration,
        expected_challenge=CHALLENGE,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
    )


@pytest.mark.parametrize("rp_id", ["localhost", "wallet.localhost", "wallet.test", "test"])
def test_a_demo_relying_party_is_refused_outside_the_demo(rp_id: str) -> None:
    """Names for local use stand for software passkeys: only the demo's assessment takes them."""
    check_rp_id(rp_id, assessment="demo")
    with pytest.raises(ConfigurationError) as refused:
        check_rp_id(rp_id, assessment="https://city.example/assessment.pdf")
    assert refused.value.code == "rp_id"


@pytest.mark.parametrize("rp_id", ["wallet.example.org", "localhost.example.org", "contest"])
def test_a_public_relying_party_is_fine_anywhere(rp_id: str) -> None:
    """A name that only ends like a local one is public."""
    check_rp_id(rp_id, assessment="https://city.example/assessment.pdf")
    with pytest.raises(ConfigurationError):
        make_authenticator("eve", rp_id=rp_id, origin=f"https://{rp_id}")
