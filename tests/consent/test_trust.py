"""The trust file: nobody is believed who was not configured, named, logged and in time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from fakes.log_world import (
    ANCHOR,
    COSIGNED_WITHIN,
    DEPLOYMENT,
    KIOSK_KEY,
    LINE_KEY,
    ROOT_KEYS,
    LogWorld,
    make_log_world,
    make_trust,
    private_key,
    raw_public,
    sign_trust_file,
    trust_file,
    trusted,
)
from faregate.consent.trust import Trust, TrustAnchor, verify_trust_file
from faregate.errors import VerificationError
from faregate.translog.leaf import infrastructure_leaf
from faregate.wire.canonical import b64
from faregate.wire.document import Signature, sign
from faregate.wire.messages import SignedTrustFile, TrustedKey, TrustFile

DAY: Final = "2026-03-02"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LogWorld:
    """Give a log with one witness."""
    return make_log_world(tmp_path_factory.mktemp("log"))


def _verify(
    world: LogWorld,
    signed: SignedTrustFile,
    *,
    anchor: TrustAnchor = ANCHOR,
    deployment: str = DEPLOYMENT,
    now: datetime | None = None,
) -> Trust:
    return verify_trust_file(
        signed,
        world.logged(infrastructure_leaf(signed)),
        anchor=anchor,
        expected_deployment=deployment,
        now=now or world.now,
        cosigned_within=COSIGNED_WITHIN,
    )


def test_a_good_trust_file(world: LogWorld) -> None:
    """The keys of the file are found by role, name and day."""
    signed = sign_trust_file(trust_file(world))
    trust = _verify(world, signed)
    assert trust.deployment == DEPLOYMENT
    assert trust.hash == signed.document.hashed()
    assert trust.key_of("kiosk", "kiosk-1", DAY) == raw_public(KIOSK_KEY)
    assert trust.key_of("line", "harbour-1", "2026-12-31") == raw_public(LINE_KEY)


def test_surplus_signatures_of_strangers_say_nothing(world: LogWorld) -> None:
    """Two roots are enough; a third signature by somebody else is ignored."""
    file = trust_file(world)
    stranger = sign(file, private_key(9))
    signed = sign_trust_file(file)
    signed = signed.model_copy(update={"signatures": [stranger, *signed.signatures]})
    assert _verify(world, signed).file == file


def _changed(**changes: object) -> Callable[[TrustFile], TrustFile]:
    return lambda file: file.model_copy(update=changes)


def _with_roles(
    change: Callable[[list[TrustedKey]], list[TrustedKey]],
) -> Callable[[TrustFile], TrustFile]:
    return lambda file: file.model_copy(update={"roles": change(file.roles)})


def _kiosk(**changes: object) -> TrustedKey:
    return trusted("kiosk", "kiosk-2", bytes(31) + b"\x02").model_copy(update=changes)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_changed(deployment="elsewhere"), "deployment"),
        (_changed(version=2), "trust_file_version"),
        (_changed(prev_hash=b64(bytes([1]) * 32)), "trust_file_version"),
        (_changed(expires=int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())), "trust_file_expired"),
        (_with_roles(lambda roles: roles[1:]), "trust_file_roots"),
        (_with_roles(lambda roles: [*roles, trusted("root", "x", bytes(32))]), "trust_file_roots"),
        (_changed(root_threshold=1), "trust_file_roots"),
        (
            _with_roles(
                lambda roles: [*roles, _kiosk(not_before="2026-02-02", not_after="2026-02-01")]
            ),
            "trust_file_keys",
        ),
        (
            _with_roles(lambda roles: [*roles, _kiosk(), _kiosk(key=b64(bytes(31) + b"\x03"))]),
            "trust_file_keys",
        ),
        (
            _with_roles(lambda roles: [*roles, _kiosk(key=b64(raw_public(LINE_KEY)))]),
            "trust_file_keys",
        ),
        (_with_roles(lambda roles: [*roles, _kiosk(not_after="2026-02-30")]), "day"),
        (_changed(witness_threshold=2), "witness_quorum"),
        (
            _with_roles(lambda roles: [*roles, trusted("witness", "w", bytes(31) + b"\x04")]),
            "witness_quorum",
        ),
        (
            _with_roles(lambda roles: [one for one in roles if one.role != "witness"]),
            "witness_quorum",
        ),
        (_with_roles(lambda roles: [one for one in roles if one.role != "log"]), "unknown_key"),
    ],
)
def test_refuses(world: LogWorld, change: Callable[[TrustFile], TrustFile], code: str) -> None:
    """Each single defect of a well-signed, logged file has its own code."""
    with pytest.raises(VerificationError) as refused:
        _verify(world, sign_trust_file(change(trust_file(world))))
    assert refused.value.code == code


def _signed_by(*seeds: int) -> Callable[[TrustFile], list[Signature]]:
    return lambda file: [sign(file, private_key(seed)) for seed in seeds]


def _false_signature(file: TrustFile) -> list[Signature]:
    other = file.model_copy(update={"version": 7})
    return [sign(file, ROOT_KEYS[0]), sign(other, ROOT_KEYS[1])]


@pytest.mark.parametrize(
    ("signatures", "code"),
    [
        (_signed_by(201), "root_signatures"),
        (_signed_by(201, 201), "root_signatures"),
        (_signed_by(201, 9), "root_signatures"),
        (_false_signature, "signature"),
    ],
)
def test_refuses_too_few_roots(
    world: LogWorld, signatures: Callable[[TrustFile], list[Signature]], code: str
) -> None:
    """One root, one root twice, a stranger, a false signature: none makes a second root."""
    file = trust_file(world)
    with pytest.raises(VerificationError) as refused:
        _verify(world, SignedTrustFile(document=file, signatures=signatures(file)))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "anchor",
    [
        TrustAnchor(frozenset(), 0),
        TrustAnchor(ANCHOR.root_keys, 0),
        TrustAnchor(ANCHOR.root_keys, 4),
    ],
)
def test_missing_trust_material_is_an_error(world: LogWorld, anchor: TrustAnchor) -> None:
    """Without configured roots no file is believed, however it is signed."""
    with pytest.raises(VerificationError) as refused:
        _verify(world, sign_trust_file(trust_file(world)), anchor=anchor)
    assert refused.value.code == "trust_material"


def test_a_file_that_nobody_can_see_is_refused(world: LogWorld) -> None:
    """Well signed, but another leaf is in the log."""
    signed = sign_trust_file(trust_file(world))
    with pytest.raises(VerificationError) as refused:
        verify_trust_file(
            signed,
            world.logged(b"faregate/v1/trust-file\n{another one......}"),
            anchor=ANCHOR,
            expected_deployment=DEPLOYMENT,
            now=world.now,
            cosigned_within=COSIGNED_WITHIN,
        )
    assert refused.value.code == "inclusion"


@pytest.mark.parametrize(
    ("name", "day", "code"),
    [
        ("kiosk-9", DAY, "unknown_key"),
        ("kiosk-1", "2025-12-31", "key_expired"),
        ("kiosk-1", "2027-01-01", "key_expired"),
        ("kiosk-1", "2026-02-30", "day"),
    ],
)
def test_no_key_for_another_name_or_day(world: LogWorld, name: str, day: str, code: str) -> None:
    """A key is good for its holder and its days."""
    with pytest.raises(VerificationError) as refused:
        make_trust(world).key_of("kiosk", name, day)
    assert refused.value.code == code


def test_a_revoked_key_is_good_for_what_was_logged_before(tmp_path: Path) -> None:
    """From `distrust_from_index` on nothing is believed; without an index nothing at all."""
    world = make_log_world(tmp_path)
    trust = make_trust(world, further=[_kiosk(distrust_from_index=40)])
    assert trust.key_of_logged("kiosk", "kiosk-2", DAY, leaf_index=39) == bytes(31) + b"\x02"
    with pytest.raises(VerificationError) as refused:
        trust.key_of_logged("kiosk", "kiosk-2", DAY, leaf_index=40)
    assert refused.value.code == "key_revoked"
    with pytest.raises(VerificationError) as refused:
        trust.key_of("kiosk", "kiosk-2", DAY)
    assert refused.value.code == "key_revoked"
    assert trust.key_of_logged("kiosk", "kiosk-1", DAY, leaf_index=10**9) == raw_public(KIOSK_KEY)


def test_a_key_is_followed_by_the_next(world: LogWorld) -> None:
    """Two keys of one holder, one after the other, are found each on its own days."""
    first = _kiosk(not_after="2026-03-31")
    second = _kiosk(not_before="2026-04-01", key=b64(bytes(31) + b"\x03"))
    trust = make_trust(world, further=[first, second])
    assert trust.key_of("kiosk", "kiosk-2", "2026-03-31")[-1] == 2
    assert trust.key_of("kiosk", "kiosk-2", "2026-04-01")[-1] == 3


def test_an_expired_log_key_proves_nothing(world: LogWorld) -> None:
    """Inclusion is checked with the keys of the day on which it is checked."""
    signed = sign_trust_file(trust_file(world))
    trust = _verify(world, signed)
    proof = world.logged(infrastructure_leaf(signed))
    with pytest.raises(VerificationError) as refused:
        trust.verify_logged(
            infrastructure_leaf(signed),
            proof,
            now=datetime(2027, 1, 1, tzinfo=UTC),
            cosigned_within=timedelta(days=400),
        )
    assert refused.value.code == "unknown_key"
