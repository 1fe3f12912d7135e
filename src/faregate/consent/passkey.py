r"""Passkey assertions: a verified person agreed to exactly these bytes, at the wallet's own origin.

An assertion signs a challenge, and the challenge is the hash of a document, so an assertion is a
signature over the document. `H(assertion)` is `SHA-256("faregate/v1/assertion\n" || JCS)`.
Only ES256 and EdDSA keys, in the one CBOR spelling of CTAP2, are passkeys here.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Final, NamedTuple

from pydantic import StringConstraints
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import parse_authenticator_data, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    ClientDataType,
    CollectedClientData,
    RegistrationCredential,
)

from faregate.errors import ConfigurationError, InvalidInputError, VerificationError
from faregate.wire.canonical import b64, sha256, unb64
from faregate.wire.document import SignedType

_COSE_KEY: Final = re.compile(
    rb"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20.{32}\x22\x58\x20.{32}"  # EC2, ES256, P-256
    rb"|\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20.{32}",  # OKP, EdDSA, Ed25519
    re.DOTALL,
)
_LOCAL_RP_ID: Final = re.compile(r"(?:[a-z0-9-]+\.)*(?:localhost|test)")


class AssertionDefect(StrEnum):
    """Why an assertion is refused. Ordered as the checks run; the first that applies wins."""

    KEY = "passkey_key"  # not an ES256 or EdDSA key in its one spelling
    MALFORMED = "assertion_malformed"
    TYPE = "assertion_type"
    CHALLENGE = "assertion_challenge"  # another document was signed
    ORIGIN = "assertion_origin"
    CROSS_ORIGIN = "assertion_cross_origin"
    RP_ID = "assertion_rp_id"
    USER_ABSENT = "assertion_user_absent"
    USER_UNVERIFIED = "assertion_user_unverified"
    SIGNATURE = "assertion_signature"


class Assertion(SignedType):
    """What `navigator.credentials.get()` gave, without the PRF output, which never travels.

    The bounds keep two of them inside a lease; real ones are about half as long.
    """

    TYPE: ClassVar[str] = "assertion"
    credential_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=344)]
    client_data_json: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=684)]
    authenticator_data: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=344)
    ]
    signature: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=108)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What `navigator.credentials.create()` gave."""

    credential_id: bytes
    client_data_json: bytes
    attestation_object: bytes


def passkey_hash(passkey: bytes) -> bytes:
    """Hash a COSE public key, as offers and capture certificates name it; 32 bytes."""
    return sha256(passkey)


def check_rp_id(rp_id: str, *, assessment: str) -> None:
    """Refuse a relying party of the demo in a deployment that is not one.

    Names under `localhost` and `test` (RFC 6761) never resolve publicly; they are the only ones
    that the software authenticator makes assertions for. Raises `ConfigurationError`.
    """
    if assessment != "demo" and is_local_rp_id(rp_id):
        raise ConfigurationError(
            "rp_id",
            f"{rp_id!r} is a name for demos: passkeys under it may be made by software.",
            remedy="Set the wallet's own public host name as rp_id.",
        )


def is_local_rp_id(rp_id: str) -> bool:
    """Tell whether an RP ID lies under a name that is reserved for local use.

    >>> is_local_rp_id("wallet.localhost"), is_local_rp_id("wallet.example.org")
    (True, False)
    """
    return _LOCAL_RP_ID.fullmatch(rp_id) is not None


def verify_assertion(
    assertion: Assertion,
    *,
    expected_challenge: bytes,
    expected_rp_id: str,
    expected_origin: str,
    expected_public_key: bytes,
) -> None:
    """Verify a passkey assertion; `expected_public_key` is the COSE key in CBOR.

    The signature counter is not looked at: synced passkeys keep it at zero, and a replayed
    assertion is refused by what its challenge names (a lease id, a consent id).
    Raises `VerificationError` with an `AssertionDefect`.
    """
    # 1. The key is a passkey's, in the one spelling that its hash is known under.
    _check_key(expected_public_key)
    parsed = _parse(assertion)
    # 2. It is a sign-in answer to the expected challenge: these very bytes were agreed to.
    if parsed.client.type != ClientDataType.WEBAUTHN_GET:
        raise _defect(AssertionDefect.TYPE, "The client data is of another ceremony.")
    if parsed.client.challenge != expected_challenge:
        raise _defect(AssertionDefect.CHALLENGE, "The assertion answers another challenge.")
    # 3. It was made on the wallet's own pages, not inside somebody's frame.
    if parsed.client.origin != expected_origin:
        raise _defect(AssertionDefect.ORIGIN, "The assertion was made at another origin.")
    if parsed.client.cross_origin:
        raise _defect(AssertionDefect.CROSS_ORIGIN, "The assertion was made inside a frame.")
    if parsed.authenticator.rp_id_hash != sha256(expected_rp_id.encode()):
        raise _defect(AssertionDefect.RP_ID, "The assertion is for another relying party.")
    # 4. A person was there, and the authenticator verified who it is.
    if not parsed.authenticator.flags.up:
        raise _defect(AssertionDefect.USER_ABSENT, "Nobody was present.")
    if not parsed.authenticator.flags.uv:
        raise _defect(AssertionDefect.USER_UNVERIFIED, "The user was not verified.")
    # 5. The library checks all of this again, and the signature.
    try:
        verify_authentication_response(
            credential=parsed.credential,
            expected_challenge=expected_challenge,
            expected_rp_id=expected_rp_id,
            expected_origin=expected_origin,
            credential_public_key=expected_public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        # ValueError: coordinates that are not on the curve.
        raise _defect(AssertionDefect.SIGNATURE, "The assertion's signature fails.") from None


def verify_registration(
    registration: Registration,
    *,
    expected_challenge: bytes,
    expected_rp_id: str,
    expected_origin: str,
) -> bytes:
    """Verify a new passkey and give its COSE key.

    Attestation is not asked for: it would tell makes of phones apart, and prove nothing about
    the rider. Raises `VerificationError`: `registration`, or `AssertionDefect.KEY`.
    """
    credential_id = b64(registration.credential_id)
    try:
        verified = verify_registration_response(
            credential=RegistrationCredential(
                id=credential_id,
                raw_id=registration.credential_id,
                response=AuthenticatorAttestationResponse(
                    client_data_json=registration.client_data_json,
                    attestation_object=registration.attestation_object,
                ),
            ),
            expected_challenge=expected_challenge,
            expected_rp_id=expected_rp_id,
            expected_origin=expected_origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise VerificationError("registration", f"The new passkey is refused: {error}.") from None
    _check_key(verified.credential_public_key)
    return verified.credential_public_key


def _check_key(public_key: bytes) -> None:
    if _COSE_KEY.fullmatch(public_key) is None:
        raise _defect(AssertionDefect.KEY, "The key is not an ES256 or EdDSA passkey.")


class _Parsed(NamedTuple):
    credential: AuthenticationCredential
    client: CollectedClientData
    authenticator: AuthenticatorData


def _parse(assertion: Assertion) -> _Parsed:
    try:
        credential_id = unb64(assertion.credential_id)
        response = AuthenticatorAssertionResponse(
            client_data_json=unb64(assertion.client_data_json),
            authenticator_data=unb64(assertion.authenticator_data),
            signature=unb64(assertion.signature),
        )
        return _Parsed(
            AuthenticationCredential(
                id=assertion.credential_id, raw_id=credential_id, response=response
            ),
            parse_client_data_json(response.client_data_json),
            parse_authenticator_data(response.authenticator_data),
        )
    except (WebAuthnException, InvalidInputError, ValueError, TypeError, RecursionError):
        # TypeError: client data whose challenge is no text. RecursionError: nested too deep.
        raise _defect(AssertionDefect.MALFORMED, "The assertion cannot be read.") from None


def _defect(code: AssertionDefect, message: str) -> VerificationError:
    return VerificationError(code, message)
