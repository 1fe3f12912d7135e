"""Sealed records: what the office keeps for a rider without knowing for whom.

A record lies at a locator that is random to everyone but its rider. No account or name stands
beside it. It carries the SHA-256 of two secrets; whoever shows a secret may replace or delete it.
"""

import hmac
from dataclasses import dataclass

from faregate.errors import VerificationError
from faregate.ids import Locator
from faregate.wire.canonical import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRecord:
    """One sealed template or wrap, as the office stores and returns it."""

    locator: Locator
    blob: bytes
    write_hash: bytes
    delete_hash: bytes


def verify_write_secret(record: SealedRecord, secret: bytes) -> None:
    """Check who may replace the record. Raises `VerificationError`: `write_secret`."""
    if not hmac.compare_digest(sha256(secret), record.write_hash):
        raise VerificationError("write_secret", "The record can't be replaced with this secret.")


def verify_delete_secret(record: SealedRecord, secret: bytes) -> None:
    """Check who may delete the record. Raises `VerificationError`: `delete_secret`."""
    if not hmac.compare_digest(sha256(secret), record.delete_hash):
        raise VerificationError("delete_secret", "The record can't be deleted with this secret.")
