"""The office's bundle: what is believed, and what never goes back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.gate_world import LINE, GateWorld
from fakes.log_world import START, private_key
from faregate.errors import VerificationError
from faregate.gate.bundle import NO_NEWS, SKEW_MAX, BundleDefect, OfficeNews, verify_bundle
from faregate.ids import ConsentId, LineId
from faregate.wire.canonical import b64
from faregate.wire.document import sign
from faregate.wire.messages import Bundle, DenyList, SignedBundle, WithdrawalList

ZOE = b64(bytes(16))


def check(world: GateWorld, signed: SignedBundle, *, known: OfficeNews = NO_NEWS) -> OfficeNews:
    """Verify a bundle as the line does."""
    return verify_bundle(
        signed, trust=world.trust, expected_line=LINE, known=known, now=world.log_world.now
    )


def test_believes_what_the_office_signed(world: GateWorld) -> None:
    """Lists, their ages and the passage keys come out of a good bundle."""
    world.office.withdrawn = [ZOE]
    news = check(world, world.office.make_bundle(LINE))
    assert news.withdrawn == {ConsentId(ZOE)}
    assert news.withdrawals_as_of == news.denied_as_of == START
    assert news.denied == frozenset()
    assert {key.day for key in news.passage_keys} == set(world.office.passage_keys)


def _changed(**changes: object) -> Callable[[Bundle], Bundle]:
    return lambda bundle: bundle.model_copy(update=changes)


AHEAD = int((START + SKEW_MAX).timestamp()) + 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_changed(line="harbour-2"), BundleDefect.ADDRESS),
        (_changed(deployment="other-city"), BundleDefect.ADDRESS),
        (_changed(trust_file_hash=b64(bytes(32))), BundleDefect.TRUST_FILE),
        (_changed(issued=AHEAD), BundleDefect.FUTURE),
        (
            _changed(withdrawals=WithdrawalList(as_of=AHEAD, consent_ids=[])),
            BundleDefect.FUTURE,
        ),
        (_changed(deny_list=DenyList(as_of=AHEAD, consent_ids=[])), BundleDefect.FUTURE),
    ],
)
def test_refuses_a_bundle_that_is_not_meant(
    world: GateWorld, change: Callable[[Bundle], Bundle], code: BundleDefect
) -> None:
    """Each defect has its own code."""
    world.office.spoil = change
    with pytest.raises(VerificationError) as refused:
        check(world, world.office.make_bundle(LINE))
    assert refused.value.code == code


def test_refuses_other_signers(world: GateWorld) -> None:
    """Only the office's bundle key counts, and only for what it signed."""
    good = world.office.make_bundle(LINE)
    forged = SignedBundle(document=good.document, signature=sign(good.document, private_key(99)))
    changed = good.model_copy(update={"document": good.document.model_copy(update={"version": 9})})
    for signed, code in ((forged, "signing_key"), (changed, "signature")):
        with pytest.raises(VerificationError) as refused:
            check(world, signed)
        assert refused.value.code == code


def test_never_goes_back(world: GateWorld) -> None:
    """An older bundle, or another one of the same version, could hide a withdrawal."""
    first, second = world.office.make_bundle(LINE), world.office.make_bundle(LINE)
    news = check(world, second)
    assert check(world, second, known=news) == news
    same_version = replace(news, content=b"another")
    for signed, known in ((first, news), (second, same_version)):
        with pytest.raises(VerificationError) as refused:
            check(world, signed, known=known)
        assert refused.value.code == BundleDefect.WENT_BACK


def test_a_little_skew_is_no_defect(world: GateWorld) -> None:
    """The office's clock may be a minute ahead."""
    bundle = world.office.make_bundle(LINE)
    behind = world.log_world.now - SKEW_MAX
    news = verify_bundle(
        bundle, trust=world.trust, expected_line=LineId(LINE), known=NO_NEWS, now=behind
    )
    assert news.withdrawals_as_of - behind == timedelta(seconds=60)
