"""Receipt bundles (message 9): a closed day's rides, sealed to the rider, signed by the office.

sealed = HPKE(history pk, "receipt-bundle" info,
              u32 length || JCS(SignedReceiptBundle), padded with zeros to a multiple of 4 KiB)
"""

from typing import Final

from faregate.consent.hpke import Recipient, open_, receipt_bundle_info, seal
from faregate.consent.trust import OFFICE, Trust
from faregate.errors import InvalidInputError, VerificationError
from faregate.wire.canonical import pack_frames, pad, unpack_frames
from faregate.wire.document import verify_signature
from faregate.wire.messages import ReceiptBundle, SignedReceiptBundle

PAD_TO: Final = 4 * 1024
"""The size tells how many rides there were, roughly: most days fit one block."""


def seal_receipt_bundle(signed: SignedReceiptBundle, *, history_pk: bytes) -> bytes:
    """Seal a bundle to the rider's history key."""
    framed = pack_frames(signed.jcs())
    padded = pad(framed, size=-(-len(framed) // PAD_TO) * PAD_TO)
    return seal(padded, history_pk, receipt_bundle_info(deployment=signed.document.deployment))


def open_receipt_bundle(sealed: bytes, *, history: Recipient, trust: Trust) -> ReceiptBundle:
    """Open a bundle with the rider's history key and verify it.

    Raises `VerificationError`: `hpke`, `receipt_malformed`, `receipt_deployment`, what
    `Trust.key_of` raises, `signing_key`, `signature`.
    """
    # 1. It opens, in this deployment's context.
    plaintext = open_(sealed, history, receipt_bundle_info(deployment=trust.deployment))
    try:
        (document,) = unpack_frames(plaintext, count=1)
        signed = SignedReceiptBundle.parse(document)
    except InvalidInputError as error:
        raise VerificationError("receipt_malformed", error.message) from None
    if signed.document.deployment != trust.deployment:
        raise VerificationError("receipt_deployment", "The receipts are of another deployment.")
    # 2. The office's receipt key of that day signed it: a refund will rest on this.
    key = trust.key_of("office-receipt", OFFICE, signed.document.day)
    verify_signature(signed.document, signed.signature, expected_key=key)
    return signed.document
