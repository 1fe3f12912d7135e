"""Which software runs here: a digest of every shipped file, and its release in the log (G8)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import faregate
from faregate.consent.trust import OFFICE, Trust
from faregate.errors import MachineError, VerificationError
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, jcs, sha256, typed, unb64
from faregate.wire.document import sign, verify_signature
from faregate.wire.messages import Release, SignedRelease

_CACHES: Final = ("__pycache__",)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRelease:
    """Proven: the office declared this software, in the log, for everyone to see."""

    version: str
    digest: bytes
    index: int


def release_digest() -> bytes:
    """Hash the installed package: every file but Python's caches; 32 bytes.

    It tells what is installed, not what runs: see PRIVACY.md on what a declared digest is worth.
    Reading takes some 10 ms: ask once, when a process starts. Raises `MachineError`.
    """
    return tree_digest(Path(faregate.__file__).parent)


def tree_digest(root: Path) -> bytes:
    r"""Hash the sorted [relative path, SHA-256 of the content] of all files below `root`.

    SHA-256 over `faregate/v1/release-files\n` and the JCS of the list. Raises `MachineError`.
    """
    try:
        files = {
            path.relative_to(root).as_posix(): b64(sha256(path.read_bytes()))
            for path in root.rglob("*")
            if path.is_file() and path.parent.name not in _CACHES
        }
    except OSError as error:
        raise MachineError(
            "release_files",
            f"The installed files below {root} cannot be read: {error.strerror}.",
            remedy="Install Faregate again.",
        ) from error
    return sha256(typed("release-files", jcs([list(item) for item in sorted(files.items())])))


def declare_release(deployment: str, *, office_bundle_key: Ed25519PrivateKey) -> SignedRelease:
    """Sign the installed package as a release of `deployment`, to be logged."""
    document = Release(
        deployment=deployment, version=version("faregate"), digest=b64(release_digest())
    )
    return SignedRelease(document=document, signature=sign(document, office_bundle_key))


def verify_release(
    signed: SignedRelease,
    proof: InclusionProof,
    *,
    trust: Trust,
    expected_digest: bytes,
    now: datetime,
    cosigned_within: timedelta,
) -> VerifiedRelease:
    """Verify that the digest that a gate declares is in the log (protocol.md, message 1).

    Raises `VerificationError`: `deployment`, `release_digest`, `unknown_key` and its like,
    `signing_key`, `signature`, or what `Trust.verify_logged` raises.
    """
    release = signed.document
    # 1. It is this deployment's, and of this very software.
    if release.deployment != trust.deployment:
        raise VerificationError("deployment", "The release is of another deployment.")
    if unb64(release.digest) != expected_digest:
        raise VerificationError("release_digest", "The release is of other software.")
    # 2. The office signed it.
    key = trust.key_of("office-bundle", OFFICE, now.astimezone(UTC).date().isoformat())
    verify_signature(release, signed.signature, expected_key=key)
    # 3. Everyone can see it.
    included = trust.verify_logged(
        infrastructure_leaf(signed), proof, now=now, cosigned_within=cosigned_within
    )
    return VerifiedRelease(version=release.version, digest=expected_digest, index=included.index)
