"""A capture session (message 2) on the wallet's side: the offer, the code, the kiosk's reply."""

from dataclasses import dataclass
from typing import Final, Self

from faregate.consent.capture_reply import CaptureReply, confirmation_code, open_capture_reply
from faregate.consent.certificate import (
    NOT_YET_LOGGED,
    VerifiedCertificate,
    template_commitment,
    verify_certificate,
)
from faregate.consent.hpke import Recipient
from faregate.consent.locked import RandomFill, random_bytes
from faregate.consent.passkey import passkey_hash
from faregate.consent.trust import Trust
from faregate.consent.wallet_storage import WalletPolicy
from faregate.errors import VerificationError
from faregate.wire.canonical import b64
from faregate.wire.messages import EnrolmentOffer

_BOX_SIZE: Final = 16


@dataclass(frozen=True, slots=True)
class Captured:
    """A reply whose certificate is proven; the template in it is its holder's to wipe."""

    reply: CaptureReply
    certificate: VerifiedCertificate


@dataclass(frozen=True, slots=True)
class CaptureSession:
    """One session at a kiosk (in a browser its key is a non-extractable CryptoKey)."""

    passkey: bytes
    offer: EnrolmentOffer
    _key: Recipient

    @classmethod
    def begin(cls, passkey: bytes, *, fill: RandomFill) -> Self:
        """Make the session's key pair and reply box."""
        key = Recipient.generate(fill)
        offer = EnrolmentOffer(
            session_pk=b64(key.public_bytes),
            passkey_hash=b64(passkey_hash(passkey)),
            reply_box=b64(random_bytes(_BOX_SIZE, fill)),
        )
        return cls(passkey, offer, key)

    @property
    def code(self) -> str:
        """The six digits that the rider compares with the kiosk's."""
        return confirmation_code(self.offer)

    def accept(self, sealed: bytes, *, policy: WalletPolicy, trust: Trust) -> Captured:
        """Open the kiosk's reply and check its certificate; then the session key is wiped.

        Raises `VerificationError`; then nothing of the reply is kept, and a reply that is not for
        this session leaves the session as it was.
        """
        reply = open_capture_reply(
            sealed,
            session=self._key,
            deployment=policy.deployment,
            reply_box=self.offer.reply_box,
        )
        self._key.wipe()
        try:
            certificate = verify_certificate(
                reply.certificate,
                trust=trust,
                expected_deployment=policy.deployment,
                expected_passkey=self.passkey,
                expected_tc=template_commitment(reply.salted_template.view),
                expected_model_id=policy.model_id,
                consent_index=NOT_YET_LOGGED,
            )
        except VerificationError:
            reply.salted_template.wipe()
            raise
        return Captured(reply, certificate)
