"""The release digest names every shipped file, and only a logged release is believed (G8)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

import faregate
from fakes.log_world import (
    COSIGNED_WITHIN,
    DEPLOYMENT,
    OFFICE_BUNDLE_KEY,
    OFFICE_RECEIPT_KEY,
    LogWorld,
    make_log_world,
    make_trust,
)
from faregate.consent.release import (
    declare_release,
    release_digest,
    tree_digest,
    verify_release,
)
from faregate.errors import MachineError, VerificationError
from faregate.translog.leaf import infrastructure_leaf
from faregate.wire.document import sign
from faregate.wire.messages import SignedRelease

Arguments = dict[str, Any]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a small installed package."""
    root = tmp_path / "package"
    (root / "inner" / "__pycache__").mkdir(parents=True)
    (root / "inner" / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"cache")
    (root / "__init__.py").write_bytes(b"")
    (root / "inner" / "a.py").write_bytes(b"a = 1\n")
    (root / "inner" / "page.html").write_bytes(b"<p>")
    return root


def test_the_digest_can_be_computed_without_this_program(tree: Path) -> None:
    """A fixed tree has a fixed digest; this one was computed with openssl and sha256sum."""
    assert (
        tree_digest(tree).hex()
        == "3dfc80c0af173f4194b7b7018786abf292b32189ad81ff1c90d1f041530aa97a"
    )


def _change_a_byte(tree: Path) -> None:
    (tree / "inner" / "a.py").write_bytes(b"a = 2\n")


def _add_a_file(tree: Path) -> None:
    (tree / "b.py").write_bytes(b"")


def _take_a_file(tree: Path) -> None:
    (tree / "inner" / "page.html").unlink()


def _rename_a_file(tree: Path) -> None:
    (tree / "inner" / "page.html").rename(tree / "inner" / "other.html")


def _move_a_file(tree: Path) -> None:
    (tree / "inner" / "page.html").rename(tree / "page.html")


@pytest.mark.parametrize(
    "change", [_change_a_byte, _add_a_file, _take_a_file, _rename_a_file, _move_a_file]
)
def test_every_change_of_a_shipped_file_shows(tree: Path, change: Callable[[Path], None]) -> None:
    """T26: one changed file gives another digest."""
    before = tree_digest(tree)
    change(tree)
    assert tree_digest(tree) != before


def test_caches_do_not_count(tree: Path) -> None:
    """Python writes caches when it runs: they are no part of the release."""
    before = tree_digest(tree)
    (tree / "inner" / "__pycache__" / "b.cpython-311.pyc").write_bytes(b"cache")
    assert tree_digest(tree) == before


def test_the_digest_is_of_this_package() -> None:
    """What is hashed is the package that runs."""
    assert release_digest() == tree_digest(Path(faregate.__file__).parent)


def test_an_unreadable_installation_is_an_error(tree: Path) -> None:
    """No digest is declared of what cannot be read."""
    (tree / "inner" / "a.py").unlink()
    (tree / "inner" / "a.py").symlink_to("/proc/self/mem")
    with pytest.raises(MachineError) as refused:
        tree_digest(tree)
    assert refused.value.code == "release_files"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LogWorld:
    """Give a log with one witness."""
    return make_log_world(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def good(world: LogWorld) -> Arguments:
    """Give arguments that verify."""
    signed = declare_release(DEPLOYMENT, office_bundle_key=OFFICE_BUNDLE_KEY)
    return {
        "signed": signed,
        "proof": world.logged(infrastructure_leaf(signed)),
        "trust": make_trust(world),
        "expected_digest": release_digest(),
        "now": world.now,
        "cosigned_within": COSIGNED_WITHIN,
    }


def test_a_logged_release(good: Arguments) -> None:
    """The release that this package declares of itself is believed."""
    verified = verify_release(**good)
    assert verified.digest == release_digest()
    assert verified.version == "0.1.0"
    assert verified.index == 0


OTHER: Final = bytes(32)


def _elsewhere(good: Arguments) -> Arguments:
    signed = declare_release("elsewhere", office_bundle_key=OFFICE_BUNDLE_KEY)
    return good | {"signed": signed}


def _signed_by_another(good: Arguments) -> Arguments:
    document = good["signed"].document
    signature = sign(document, OFFICE_RECEIPT_KEY)
    return good | {"signed": SignedRelease(document=document, signature=signature)}


def _not_logged(good: Arguments) -> Arguments:
    document = good["signed"].document.model_copy(update={"version": "0.2.0"})
    signature = sign(document, OFFICE_BUNDLE_KEY)
    return good | {"signed": SignedRelease(document=document, signature=signature)}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_elsewhere, "deployment"),
        (lambda good: good | {"expected_digest": OTHER}, "release_digest"),
        (_signed_by_another, "signing_key"),
        (_not_logged, "inclusion"),
    ],
)
def test_refuses(good: Arguments, spoil: Callable[[Arguments], Arguments], code: str) -> None:
    """Each single defect has its own code."""
    with pytest.raises(VerificationError) as refused:
        verify_release(**spoil(good))
    assert refused.value.code == code
