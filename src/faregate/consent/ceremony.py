"""Ceremonies: the passkey signs, and the rider's root key is in memory for that long."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from faregate.consent.derivation import PRF_INPUT, RootKey
from faregate.consent.locked import LockedBuffer, RandomFill
from faregate.consent.passkey import Assertion, verify_assertion
from faregate.consent.record import SealedRecord
from faregate.consent.sealed_template import EnrolledTemplate, open_sealed_template, seal_template
from faregate.consent.wallet_storage import Authenticator, RecordStore, WalletPolicy
from faregate.consent.wrap import Unlocker, UnlockerKind, locate_wrap, open_wrap
from faregate.errors import VerificationError
from faregate.wire.canonical import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremonies:
    """What a wallet does with the rider's finger on the phone."""

    policy: WalletPolicy
    authenticator: Authenticator
    records: RecordStore
    fill: RandomFill = field(repr=False)

    def sign(self, challenge: bytes, *, passkey: bytes) -> tuple[Assertion, LockedBuffer]:
        """Let the passkey sign; the PRF output is the caller's, to wipe.

        Raises `VerificationError` with an `AssertionDefect`.
        """
        assertion, prf = self.authenticator.get_assertion(challenge, prf_input=PRF_INPUT)
        try:
            # Without user verification the PRF's secret is another one: a key made from it
            # would lock the rider out.
            verify_assertion(
                assertion,
                expected_challenge=challenge,
                expected_rp_id=self.policy.rp_id,
                expected_origin=self.policy.origin,
                expected_public_key=passkey,
            )
        except VerificationError:
            prf.wipe()
            raise
        return assertion, prf

    @contextmanager
    def unlock(self, challenge: bytes, *, passkey: bytes) -> Iterator[tuple[Assertion, RootKey]]:
        """Let the passkey sign, and unwrap the root key for as long as the block runs.

        Raises `VerificationError`: an `AssertionDefect`, `wrap`, or the store's.
        """
        assertion, prf = self.sign(challenge, passkey=passkey)
        with prf:
            unlocker = Unlocker(UnlockerKind.PASSKEY, prf)
            locator = locate_wrap(unlocker, deployment=self.policy.deployment)
            root = open_wrap(
                self.records.get(locator),
                unlocker,
                rp_id=self.policy.rp_id,
                deployment=self.policy.deployment,
            )
        with root.secret:
            yield assertion, root

    def open_template(self, root: RootKey, *, leaf_index: int) -> EnrolledTemplate:
        """Fetch and open the rider's template; the caller wipes it.

        Where the record does not know the consent's place in the log yet, it is written in.
        """
        locator = root.template_locator()
        with root.template_key() as key:
            enrolled = open_sealed_template(
                self.records.get(locator),
                key=key,
                deployment=self.policy.deployment,
                locator=locator,
            )
        if enrolled.leaf_index != leaf_index:
            record = self.seal_template(replace(enrolled, leaf_index=leaf_index), root)
            self.records.replace(record, root.write_secret(locator))
        return enrolled

    def seal_template(self, enrolled: EnrolledTemplate, root: RootKey) -> SealedRecord:
        """Seal a template to the rider, for the office to keep."""
        locator = root.template_locator()
        with root.template_key() as key:
            blob = seal_template(
                enrolled,
                key=key,
                deployment=self.policy.deployment,
                locator=locator,
                fill=self.fill,
            )
        return SealedRecord(
            locator=locator,
            blob=blob,
            write_hash=sha256(root.write_secret(locator)),
            delete_hash=sha256(root.delete_secret(locator)),
        )
