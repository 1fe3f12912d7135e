"""What a wallet stores, whom it talks to, and what it is built for."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import Field

from faregate.consent.locked import LockedBuffer
from faregate.consent.passkey import Assertion, Registration
from faregate.consent.record import SealedRecord
from faregate.ids import DeploymentId, Locator, ModelId
from faregate.wire.document import B64Hash, Count, Document
from faregate.wire.messages import Consent, CosePublicKey, Mode


class Authenticator(Protocol):
    """The rider's passkey: `navigator.credentials`, as far as a wallet uses it."""

    def register(self, challenge: bytes) -> Registration:
        """Make the passkey."""

    def get_assertion(
        self, challenge: bytes, *, prf_input: bytes
    ) -> tuple[Assertion, LockedBuffer]:
        """Sign a challenge and evaluate the PRF; the output is the caller's, to wipe."""


class RecordStore(Protocol):
    """The office's sealed records, as a wallet without a login sees them."""

    def put(self, record: SealedRecord) -> None:
        """Keep a new record. The same one again changes nothing."""

    def get(self, locator: Locator) -> bytes:
        """Give the blob there. Raises `VerificationError` (`no_record`)."""

    def replace(self, record: SealedRecord, write_secret: bytes) -> None:
        """Put another record at the same locator."""

    def delete(self, locator: Locator, delete_secret: bytes) -> None:
        """Delete the record. Again changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletPolicy:
    """What the wallet app is built for: one deployment, its origin, its terms."""

    deployment: DeploymentId
    rp_id: str
    origin: str
    controller: str
    model_id: ModelId
    modes: tuple[Mode, ...]
    notice_hash: bytes
    lang: str


class StoredRecord(Document):
    """Where a sealed record lies, and what deletes it."""

    locator: B64Hash
    delete_secret: B64Hash


class StoredConsent(Document):
    """What a lease is prepared from before the ceremony."""

    consent: Consent
    leaf: B64Hash
    leaf_index: Count
    """Where the consent is in the log; `NOT_YET_LOGGED` until it is there."""

    template: StoredRecord


class WalletStorage(Document):
    """All that the browser stores. It opens nothing."""

    passkey: CosePublicKey
    wraps: Annotated[list[StoredRecord], Field(min_length=2, max_length=8)]
    consents: Annotated[list[StoredConsent], Field(max_length=1)]
    """One, from the consent ceremony to the withdrawal."""
