"""UNSAFE: a passkey in software, for the demo and the tests.

Its bytes are real WebAuthn (client data, authenticator data, ES256 over both, attestation "none",
PRF as in WebAuthn Level 3, section 10.1.4 over CTAP2's hmac-secret), and a library can't tell them
from a phone's: nobody's can without attestation. What is missing is what makes a passkey worth
something: no hardware holds the key, and no finger or PIN stands between a program and the rider's
consent. So it works only for relying parties under `localhost` and `test`, names that no public
origin can have; deployments that are not demos refuse such a relying party
(`passkey.check_rp_id`), and the RP ID is hashed into all that it signs.
"""

import hmac
import json
import struct
import warnings
from collections.abc import Mapping
from enum import IntFlag
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

from faregate.consent.locked import LockedBuffer, RandomFill, move_into, random_bytes
from faregate.consent.passkey import Assertion, Registration, is_local_rp_id
from faregate.errors import ConfigurationError
from faregate.wire.canonical import b64, sha256

_AAGUID: Final = b"faregate-unsafe!"
"""16 bytes that name the make of an authenticator; these say what it is worth."""

_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_COORDINATE_SIZE: Final = 32
_PRF_SIZE: Final = 32


class UnsafeAuthenticatorWarning(UserWarning):
    """A passkey is kept by software: anyone who reads the process owns it."""


class Flags(IntFlag):
    """Flags of authenticator data (WebAuthn, section 6.1)."""

    UP = 0x01
    UV = 0x04
    AT = 0x40


class UnsafeSoftwareAuthenticator:
    """One passkey of one rider at one relying party; warns when it is made.

    `user_verification` is what a finger or PIN would do: `Flags.UV`, or `Flags(0)` for a device
    that skips it. As in CTAP2 each has a PRF secret of its own.
    Raises `ConfigurationError` for a relying party that could be a public one.
    """

    def __init__(
        self,
        rp_id: str,
        origin: str,
        *,
        user_verification: Flags = Flags.UV,
        fill: RandomFill | None = None,
    ) -> None:
        host = urlsplit(origin).hostname or ""
        if not is_local_rp_id(rp_id) or not (host == rp_id or host.endswith(f".{rp_id}")):
            raise ConfigurationError(
                "unsafe_authenticator",
                f"The software authenticator refuses {rp_id!r} at {origin!r}.",
                remedy="Use a real passkey; only demos under localhost or test may do without.",
            )
        warnings.warn(
            f"A software passkey stands in for a rider's at {rp_id}.",
            UnsafeAuthenticatorWarning,
            stacklevel=2,
        )
        self._rp_id_hash = sha256(rp_id.encode())
        self._origin = origin
        self._verification = user_verification & Flags.UV
        seed = int.from_bytes(random_bytes(_COORDINATE_SIZE + 16, fill), "big")
        self._key = ec.derive_private_key(seed % (_P256_ORDER - 1) + 1, ec.SECP256R1())
        self._prf_secrets = {
            Flags.UV: LockedBuffer.random(32, fill),
            Flags(0): LockedBuffer.random(32, fill),
        }
        self.credential_id: Final = random_bytes(32, fill)
        self.user_handle: Final = random_bytes(32, fill)

    @property
    def cose_public_key(self) -> bytes:
        """The public key as COSE_Key in CTAP2 canonical CBOR, 77 bytes."""
        point = self._key.public_key().public_numbers()
        x, y = (value.to_bytes(_COORDINATE_SIZE, "big") for value in (point.x, point.y))
        return _cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def register(self, challenge: bytes) -> Registration:
        """Answer a registration: attestation format "none", user present."""
        attested = b"".join(
            (
                _AAGUID,
                struct.pack(">H", len(self.credential_id)),
                self.credential_id,
                self.cose_public_key,
            )
        )
        data = self._authenticator_data(Flags.AT) + attested
        return Registration(
            credential_id=self.credential_id,
            client_data_json=self._client_data("webauthn.create", challenge),
            attestation_object=_cbor({"fmt": "none", "attStmt": {}, "authData": data}),
        )

    def get_assertion(
        self, challenge: bytes, *, prf_input: bytes
    ) -> tuple[Assertion, LockedBuffer]:
        """Sign a challenge and evaluate the PRF in one ceremony.

        The PRF output (32 bytes) is the caller's, to wipe.
        """
        client_data = self._client_data("webauthn.get", challenge)
        data = self._authenticator_data(Flags(0))
        # Deterministic (RFC 6979), so that goldens can hold assertions.
        signature = self._key.sign(
            data + sha256(client_data), ec.ECDSA(SHA256(), deterministic_signing=True)
        )
        assertion = Assertion(
            credential_id=b64(self.credential_id),
            client_data_json=b64(client_data),
            authenticator_data=b64(data),
            signature=b64(signature),
        )
        return assertion, self._prf(prf_input)

    def _prf(self, prf_input: bytes) -> LockedBuffer:
        salt = sha256(b"WebAuthn PRF\x00", prf_input)
        secret = self._prf_secrets[self._verification]
        output = LockedBuffer(_PRF_SIZE)
        move_into(output.view, lambda: hmac.digest(secret.view, salt, "sha256"))
        return output

    def _authenticator_data(self, further: Flags) -> bytes:
        flags = Flags.UP | self._verification | further
        # The counter stays at zero, as that of a synced passkey does.
        return self._rp_id_hash + struct.pack(">BI", flags, 0)

    def _client_data(self, ceremony: str, challenge: bytes) -> bytes:
        data = {
            "type": ceremony,
            "challenge": b64(challenge),
            "origin": self._origin,
            "crossOrigin": False,
        }
        return json.dumps(data, separators=(",", ":")).encode()

    def __repr__(self) -> str:
        return f"UnsafeSoftwareAuthenticator({self._origin!r})"


def _cbor(value: Mapping[int, object] | Mapping[str, object]) -> bytes:
    encoded: bytes = encode_cbor(value)
    return encoded
