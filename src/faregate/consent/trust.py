"""Whom to believe: the trust file, verified once, and the keys that it names.

Only version 1 exists as yet: a file with a predecessor is refused.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

from faregate.errors import VerificationError
from faregate.translog.checkpoint import NoteKey, key_name
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.verify import InclusionProof, VerifiedInclusion, verify_inclusion
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import verify_signature
from faregate.wire.messages import Role, SignedTrustFile, TrustedKey, TrustFile

OFFICE: Final = "office"
"""The name of the one back office in the roles office-bundle and office-receipt."""
_NO_PREDECESSOR: Final = b64(bytes(32))
_NOT_REVOKED: Final = -1


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """The root keys (raw, 32 bytes) that a verifier was configured with, and how many must sign.

    A trust file names its own root keys, but it cannot vouch for itself.
    """

    root_keys: frozenset[bytes]
    threshold: int


@dataclass(frozen=True, slots=True)
class Trust:
    """A verified trust file. Made by `verify_trust_file` alone."""

    file: TrustFile

    @property
    def deployment(self) -> str:
        """The deployment that the file is for."""
        return self.file.deployment

    @property
    def hash(self) -> bytes:
        """The hash of the file, as a bundle names it; 32 bytes."""
        return self.file.hashed()

    def check_in_force(self, *, now: datetime) -> None:
        """Refuse to rest anything new on a file that is over, also in a process that runs on.

        Raises `VerificationError`: `trust_file_expired`.
        """
        if now.timestamp() >= self.file.expires:
            raise VerificationError("trust_file_expired", "The trust file has expired.")

    def key_of(self, role: Role, name: str, day: str) -> bytes:
        """Give the raw public key that `name` holds in `role` on `day` (ISO 8601).

        Raises `VerificationError`: `unknown_key`, `key_expired` (not valid on that day),
        `key_revoked`, `day`.
        """
        found = self._entry(role, name, day)
        if found.distrust_from_index != _NOT_REVOKED:
            raise _revoked(role, name)
        return unb64(found.key)

    def key_of_logged(self, role: Role, name: str, day: str, *, leaf_index: int) -> bytes:
        """Give the key as `key_of` does, also a revoked one for what was logged before.

        `leaf_index` is the verified index of the leaf that commits to the signed document.
        """
        found = self._entry(role, name, day)
        if _NOT_REVOKED != found.distrust_from_index <= leaf_index:
            raise _revoked(role, name)
        return unb64(found.key)

    def verify_logged(
        self, leaf: bytes, proof: InclusionProof, *, now: datetime, cosigned_within: timedelta
    ) -> VerifiedInclusion:
        """Verify inclusion in this deployment's log, by the quorum of its witnesses.

        Raises `VerificationError` as `verify_inclusion` does, and `unknown_key` where the file
        names no usable log.
        """
        day = now.astimezone(UTC).date()
        logs = self._note_keys("log", day)
        if len(logs) != 1:
            raise VerificationError("unknown_key", f"The trust file names {len(logs)} logs, not 1.")
        return verify_inclusion(
            leaf,
            proof,
            expected_log=logs[0],
            expected_witnesses=self._note_keys("witness", day),
            quorum=self.file.witness_threshold,
            now=now,
            cosigned_within=cosigned_within,
        )

    def _note_keys(self, role: Role, day: date) -> list[NoteKey]:
        return [
            NoteKey(key_name(self.deployment, entry.name), unb64(entry.key))
            for entry in self.file.roles
            if entry.role == role
            and entry.distrust_from_index == _NOT_REVOKED
            and entry.not_before <= day.isoformat() <= entry.not_after
        ]

    def _entry(self, role: Role, name: str, day: str) -> TrustedKey:
        _parse_day(day)
        listed = [one for one in self.file.roles if (one.role, one.name) == (role, name)]
        if not listed:
            raise VerificationError("unknown_key", f"The trust file names no {role} {name!r}.")
        for entry in listed:
            if entry.not_before <= day <= entry.not_after:
                return entry
        raise VerificationError("key_expired", f"The {role} {name!r} has no key for {day}.")


def verify_trust_file(
    signed: SignedTrustFile,
    proof: InclusionProof,
    *,
    anchor: TrustAnchor,
    expected_deployment: str,
    now: datetime,
    cosigned_within: timedelta,
) -> Trust:
    """Verify the trust file (protocol.md, Keys).

    Raises `VerificationError`: `trust_material`, `deployment`, `trust_file_version`,
    `trust_file_expired`, `trust_file_roots`, `root_signatures`, `signature`, `trust_file_keys`,
    `witness_quorum`, `day`, or what `Trust.verify_logged` raises.
    """
    file = signed.document
    # 1. An anchor of nobody would trust everybody.
    if not 1 <= anchor.threshold <= len(anchor.root_keys):
        raise VerificationError("trust_material", "No root keys are configured.")
    # 2. It is this deployment's first version, and in force.
    if file.deployment != expected_deployment:
        raise VerificationError("deployment", "The trust file is of another deployment.")
    if file.version != 1 or file.prev_hash != _NO_PREDECESSOR:
        raise VerificationError("trust_file_version", "This program knows version 1 only.")
    trust = Trust(file)
    trust.check_in_force(now=now)
    # 3. It names the configured roots, and enough of them signed it.
    roots = [entry for entry in file.roles if entry.role == "root"]
    if {unb64(entry.key) for entry in roots} != anchor.root_keys:
        raise VerificationError("trust_file_roots", "The file names other roots than configured.")
    if file.root_threshold != anchor.threshold:
        raise VerificationError("trust_file_roots", "The file has another root threshold.")
    _check_root_signatures(signed, anchor.root_keys, anchor.threshold)
    # 4. Its keys are unambiguous, and any two quorums of witnesses share an honest member.
    _check_keys(file)
    # 5. Everyone can see it: it is in the log that it names.
    trust.verify_logged(
        infrastructure_leaf(signed), proof, now=now, cosigned_within=cosigned_within
    )
    return trust


def _check_root_signatures(
    signed: SignedTrustFile, root_keys: Collection[bytes], threshold: int
) -> None:
    signers = set()
    for signature in signed.signatures:
        key = unb64(signature.key)
        if key in root_keys:
            verify_signature(signed.document, signature, expected_key=key)
            signers.add(key)
    if len(signers) < threshold:
        raise VerificationError(
            "root_signatures", f"{len(signers)} roots signed the trust file; {threshold} must."
        )


def _check_keys(file: TrustFile) -> None:
    for entry in file.roles:
        if _parse_day(entry.not_before) > _parse_day(entry.not_after):
            raise VerificationError("trust_file_keys", "A key ends before it begins.")
    in_order = sorted(file.roles, key=lambda one: (one.role, one.name, one.not_before))
    for earlier, later in pairwise(in_order):
        if (earlier.role, earlier.name) == (later.role, later.name) and (
            later.not_before <= earlier.not_after
        ):
            raise VerificationError("trust_file_keys", "Two keys of one holder overlap in time.")
    holders: dict[str, tuple[str, str]] = {}
    for entry in file.roles:
        if holders.setdefault(entry.key, (entry.role, entry.name)) != (entry.role, entry.name):
            # One key in two roles would let a signature for the one pass in the other, and one
            # key behind two witnesses would count twice.
            raise VerificationError("trust_file_keys", "One key has two holders.")
    witnesses = {entry.name for entry in file.roles if entry.role == "witness"}
    if not file.witness_threshold <= len(witnesses) < 2 * file.witness_threshold:
        raise VerificationError("witness_quorum", "Two quorums of witnesses could disagree.")


def _parse_day(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise VerificationError("day", "A day is not in the calendar.") from None


def _revoked(role: Role, name: str) -> VerificationError:
    return VerificationError("key_revoked", f"The key of {role} {name!r} was revoked.")
