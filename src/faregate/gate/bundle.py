"""The office's bundle for one line (protocol.md, message 12): checked, then believed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from faregate.consent.certificate import utc_day
from faregate.consent.trust import OFFICE, Trust
from faregate.errors import VerificationError
from faregate.ids import ConsentId, LineId
from faregate.wire.canonical import b64
from faregate.wire.document import verify_signature
from faregate.wire.messages import Bundle, PassageKey, SignedBundle

SKEW_MAX: Final = timedelta(seconds=60)
"""How far the office's clock may be ahead of the line's."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class BundleDefect(StrEnum):
    """Why a bundle is refused, beside the trust file's and the signature's codes; in order."""

    ADDRESS = "bundle_address"  # another deployment or line
    TRUST_FILE = "bundle_trust_file"
    FUTURE = "bundle_future"  # a list that claims to be newer than it can be hides withdrawals
    WENT_BACK = "bundle_went_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeNews:
    """What the line believes of the office at this moment."""

    version: int
    content: bytes
    withdrawn: frozenset[ConsentId]
    withdrawals_as_of: datetime
    denied: frozenset[ConsentId]
    denied_as_of: datetime
    passage_keys: tuple[PassageKey, ...]


NO_NEWS: Final = OfficeNews(
    version=0,
    content=b"",
    withdrawn=frozenset(),
    withdrawals_as_of=_NEVER,
    denied=frozenset(),
    denied_as_of=_NEVER,
    passage_keys=(),
)
"""Before the first bundle: no window opens, nothing can be recorded."""


def verify_bundle(
    signed: SignedBundle,
    *,
    trust: Trust,
    expected_line: LineId,
    known: OfficeNews,
    now: datetime,
) -> OfficeNews:
    """Verify a bundle against what the line knows already.

    `known` is in memory: what an old bundle could do after a restart is bounded by the ages of its
    lists. Raises `VerificationError`: a `BundleDefect`, or what `Trust` and the signature raise.
    """
    bundle = signed.document
    # 1. The office signed it.
    office = trust.key_of("office-bundle", OFFICE, utc_day(now))
    verify_signature(bundle, signed.signature, expected_key=office)
    # 2. It is for this line, under the same trust file.
    if (bundle.deployment, bundle.line) != (trust.deployment, expected_line):
        raise VerificationError(BundleDefect.ADDRESS, "The bundle is for another line.")
    if bundle.trust_file_hash != b64(trust.hash):
        raise VerificationError(BundleDefect.TRUST_FILE, "The bundle names another trust file.")
    # 3. Its lists are as old as they say.
    newest = max(bundle.withdrawals.as_of, bundle.deny_list.as_of, bundle.issued)
    if newest > (now + SKEW_MAX).timestamp():
        raise VerificationError(BundleDefect.FUTURE, "The bundle is dated ahead of its time.")
    # 4. It never goes back.
    _check_order(bundle, known)
    return OfficeNews(
        version=bundle.version,
        content=bundle.hashed(),
        withdrawn=_consents(bundle.withdrawals.consent_ids),
        withdrawals_as_of=datetime.fromtimestamp(bundle.withdrawals.as_of, UTC),
        denied=_consents(bundle.deny_list.consent_ids),
        denied_as_of=datetime.fromtimestamp(bundle.deny_list.as_of, UTC),
        passage_keys=tuple(bundle.passage_keys),
    )


def _check_order(bundle: Bundle, known: OfficeNews) -> None:
    goes_back = bundle.version < known.version
    contradicts = bundle.version == known.version and bundle.hashed() != known.content
    if goes_back or contradicts:
        raise VerificationError(BundleDefect.WENT_BACK, "The bundle is older than the last one.")


def _consents(ids: list[str]) -> frozenset[ConsentId]:
    return frozenset(ConsentId(one) for one in ids)
