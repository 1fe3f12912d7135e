"""Passages (protocol.md, message 8): signed by the line, and sealed before they touch a disk."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.consent.hpke import passage_info, seal
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import sign
from faregate.wire.messages import Passage, PassageKey, SealedPassage, SignedPassage


def seal_passage(
    passage: Passage, *, identity: Ed25519PrivateKey, key: PassageKey, deployment: str
) -> SealedPassage:
    """Sign a passage and seal it to the passage key of its line and travel day.

    Raises `VerificationError` `hpke_key` for a key that nothing can be sealed to.
    """
    signed = SignedPassage(document=passage, signature=sign(passage, identity))
    info = passage_info(deployment=deployment, line=passage.line, day=key.day)
    return SealedPassage(
        device=passage.device,
        boot=passage.boot,
        seq=passage.seq,
        line=passage.line,
        day=key.day,
        sealed=b64(seal(signed.jcs(), unb64(key.pk), info)),
    )
