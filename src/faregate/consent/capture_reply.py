r"""Message 2 between the wallet and the kiosk: the code both show, and the sealed reply.

code  = first 4 bytes (big-endian) of
        SHA-256("faregate/v1/code\n" || session pk || H(passkey key) || reply box) mod 10^6
reply = HPKE(session pk, "capture-reply" info,
             u32 length || salt (32) | u32 length || T | u32 length || JCS(certificate),
             padded with zeros to 4 KiB)
"""

from dataclasses import dataclass, field
from typing import Final

from faregate.consent.certificate import SALT_SIZE
from faregate.consent.hpke import OVERHEAD, Recipient, capture_reply_info, open_into, seal
from faregate.consent.locked import LockedBuffer
from faregate.errors import InvalidInputError, VerificationError
from faregate.wire.canonical import pack_frames_into, sha256, typed, unb64, unpack_frames
from faregate.wire.messages import EnrolmentOffer, SignedCaptureCertificate

REPLY_SIZE: Final = 4 * 1024 + OVERHEAD
"""Every reply has this size: the box learns nothing from it."""

TEMPLATE_SIZE_MAX: Final = 512
_CODE_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class CaptureReply:
    """A kiosk's reply, opened and unproven."""

    certificate: SignedCaptureCertificate
    salted_template: LockedBuffer = field(repr=False)
    """The salt (32 bytes) and T; the holder wipes it."""


def confirmation_code(offer: EnrolmentOffer) -> str:
    """Give the six digits that the rider compares: another phone's offer shows others."""
    digest = sha256(
        typed("code", unb64(offer.session_pk), unb64(offer.passkey_hash), unb64(offer.reply_box))
    )
    number = int.from_bytes(digest[:4], "big") % 10**_CODE_DIGITS
    return f"{number:0{_CODE_DIGITS}}"


def seal_capture_reply(
    *,
    offer: EnrolmentOffer,
    salted_template: LockedBuffer,
    certificate: SignedCaptureCertificate,
) -> bytes:
    """Seal salt, T and certificate to the wallet's session key (the kiosk's last step).

    `salted_template` stays the caller's, to wipe.
    """
    info = capture_reply_info(deployment=certificate.document.deployment, reply_box=offer.reply_box)
    with LockedBuffer(REPLY_SIZE - OVERHEAD) as plaintext:
        view = salted_template.view
        pack_frames_into(plaintext.view, view[:SALT_SIZE], view[SALT_SIZE:], certificate.jcs())
        return seal(plaintext.view, unb64(offer.session_pk), info)


def open_capture_reply(
    sealed: bytes, *, session: Recipient, deployment: str, reply_box: str
) -> CaptureReply:
    """Open a kiosk's reply. Raises `VerificationError`: `hpke`, `capture_reply`.

    Nothing in it is proven: `verify_certificate` is next.
    """
    with LockedBuffer(REPLY_SIZE - OVERHEAD) as plaintext:
        info = capture_reply_info(deployment=deployment, reply_box=reply_box)
        open_into(sealed, session, info, into=plaintext)
        try:
            salt, template, document = unpack_frames(plaintext.view, count=3)
            certificate = SignedCaptureCertificate.parse(document)
        except InvalidInputError as error:
            raise VerificationError("capture_reply", error.message) from None
        if len(salt) != SALT_SIZE or not 1 <= len(template) <= TEMPLATE_SIZE_MAX:
            raise VerificationError("capture_reply", "The reply holds no salted template.")
        return CaptureReply(certificate, LockedBuffer.copy_of(salt, template))
