"""The rider's side from nothing to a lease and a withdrawal; and what never leaves it."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from fakes.log_world import DEPLOYMENT, OFFICE_RECEIPT_KEY
from fakes.rider_world import (
    EPOCH,
    LINE,
    MODEL,
    MODES,
    ORIGIN,
    PLAN,
    POLICY,
    RP_ID,
    TEMPLATE,
    RiderWorld,
    make_authenticator,
    make_rider_world,
)
from faregate.consent.certificate import NOT_YET_LOGGED
from faregate.consent.derivation import PRF_INPUT
from faregate.consent.lease import SEALED_SIZE, open_lease
from faregate.consent.locked import LockedBuffer
from faregate.consent.receipt_bundle import seal_receipt_bundle
from faregate.consent.sealed_template import open_sealed_template
from faregate.consent.software_authenticator import Flags
from faregate.consent.stop import seal_ack, stop_hash
from faregate.consent.travel import TravelPlan
from faregate.consent.trust import Trust
from faregate.consent.verify_lease import open_template, verify_lease
from faregate.consent.wallet import Wallet
from faregate.consent.wallet_storage import Authenticator, WalletStorage
from faregate.consent.withdrawal import verify_withdrawal
from faregate.consent.wrap import Unlocker, UnlockerKind, locate_wrap, open_wrap, read_paper_code
from faregate.errors import VerificationError
from faregate.ids import DeploymentId, LineId
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import sign
from faregate.wire.messages import LeaseAck, ReceiptBundle, SignedReceiptBundle


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RiderWorld]:
    """Give a rider who has done nothing yet."""
    made = make_rider_world(tmp_path)
    yield made
    made.log_world.log.close()


def wallet_of(
    world: RiderWorld,
    *,
    authenticator: Authenticator | None = None,
    storage: WalletStorage | None = None,
) -> Wallet:
    """Give another wallet of the same rider: another browser, or the same one reopened."""
    return Wallet(
        POLICY,
        authenticator=authenticator or world.authenticator,
        records=world.records,
        storage=storage,
    )


def test_a_rider_enrols_and_travels(world: RiderWorld) -> None:
    """The line gets exactly the template that the kiosk saw, proven in every part."""
    lease = world.travel(world.enrol())
    assert len(lease.sealed) == SEALED_SIZE
    opened = open_lease(
        lease.sealed,
        keys={EPOCH: world.epoch_key},
        deployment=DeploymentId(DEPLOYMENT),
        line=LINE,
    )
    verified = verify_lease(
        opened,
        trust=world.trust,
        expected_rp_id=RP_ID,
        expected_wallet_origin=ORIGIN,
        expected_model_id=MODEL,
        expected_modes=MODES,
        now=world.log_world.now,
    )
    with LockedBuffer(verified.template_size) as template:
        open_template(verified, template)
        assert bytes(template.view) == TEMPLATE
    assert verified.stop_hash == stop_hash(world.wallet.stop())
    ack = LeaseAck(lease_id=verified.lease_id, line=LINE, status="admitted")
    sealed_ack = seal_ack(ack, ack_key=verified.ack_key, deployment=DEPLOYMENT)
    assert world.wallet.read_ack(LINE, sealed_ack) == ack


def test_both_screens_show_one_code(world: RiderWorld) -> None:
    """The wallet's code is that of its own offer, and of no other."""
    world.wallet.set_up()
    world.wallet.offer()
    first = world.wallet.code
    world.wallet.offer()
    assert world.wallet.code != first


def test_each_lease_is_new_to_whoever_carries_it(world: RiderWorld) -> None:
    """Two leases of one rider share no box, id, stop hash or sealed bytes (T42)."""
    submission = world.enrol()
    one, other = world.travel(submission), world.travel(submission)
    assert one.ack_box != other.ack_box
    shared = {one.sealed[start : start + 16] for start in range(0, SEALED_SIZE, 16)}
    assert not any(other.sealed[start : start + 16] in shared for start in range(SEALED_SIZE - 15))


def test_the_wallet_forgets_the_root_key_and_comes_back_to_it(world: RiderWorld) -> None:
    """A browser that was closed travels with its storage and the passkey alone."""
    submission = world.enrol()
    stored = WalletStorage.parse(world.wallet.storage.jcs())
    reopened = replace(world, wallet=wallet_of(world, storage=stored))
    assert len(reopened.travel(submission).sealed) == SEALED_SIZE


def test_the_first_lease_writes_the_index_into_the_sealed_template(world: RiderWorld) -> None:
    """The record is replaced once, by its write secret, and knows its place from then on."""
    submission = world.enrol()
    storage = world.wallet.storage.consents[0]
    assert storage.leaf_index == world.wallet.leaf_index != NOT_YET_LOGGED
    locator = next(one for one in world.records.kept if one == storage.template.locator)
    before = world.records.kept[locator].blob
    world.travel(submission)
    after = world.records.kept[locator].blob
    world.travel(submission)
    assert before != after == world.records.kept[locator].blob
    with wallet_of(world, storage=world.wallet.storage)._unlock(bytes(32)) as (_, root):
        enrolled = open_sealed_template(
            after, key=root.template_key(), deployment=DEPLOYMENT, locator=locator
        )
    assert enrolled.leaf_index == storage.leaf_index


def test_the_paper_code_gives_back_the_root_key(world: RiderWorld) -> None:
    """It opens the second wrap, and with it the history (T40)."""
    code = world.wallet.set_up()
    unlocker = Unlocker(UnlockerKind.PAPER, read_paper_code(code))
    locator = locate_wrap(unlocker, deployment=DEPLOYMENT)
    by_paper = open_wrap(world.records.get(locator), unlocker, rp_id=RP_ID, deployment=DEPLOYMENT)
    with world.wallet._unlock(bytes(32)) as (_, by_passkey):
        assert bytes(by_paper.secret.view) == bytes(by_passkey.secret.view)


def _leaf(world: RiderWorld) -> bytes:
    return unb64(world.wallet.storage.consents[0].leaf)


def test_seals_to_no_epoch_or_release_that_is_not_in_the_log(world: RiderWorld) -> None:
    """No proof, no lease, and the rider is not even asked for the passkey (T07, T30, G8)."""
    world.enrol()
    good = world.epoch_offer()
    undeclared = world.epoch_offer(
        lambda epoch: epoch.model_copy(update={"epoch": 2, "release_digest": b64(bytes(32))})
    )
    unlogged = good.model_copy(update={"epoch_inclusion": undeclared.epoch_inclusion})
    unlogged_release = good.model_copy(update={"release_inclusion": good.epoch_inclusion})
    silent = wallet_of(world, authenticator=_NeverAsked(), storage=world.wallet.storage)
    codes = []
    for offer in (undeclared, unlogged, unlogged_release):
        with pytest.raises(VerificationError) as refused:
            silent.travel(
                PLAN,
                offers=[offer],
                inclusion=world.proof(_leaf(world)),
                trust=world.trust,
                now=world.log_world.now,
            )
        codes.append(refused.value.code)
    assert codes == ["release_digest", "inclusion", "inclusion"]


class _NeverAsked:
    """An authenticator that no one may call."""

    def register(self, challenge: bytes) -> NoReturn:
        """Fail."""
        pytest.fail(f"registered with {len(challenge)} bytes")

    def get_assertion(self, challenge: bytes, *, prf_input: bytes) -> NoReturn:
        """Fail."""
        pytest.fail(f"asked over {len(challenge)} and {len(prf_input)} bytes")


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (replace(PLAN, duration=timedelta(hours=2, seconds=1)), "lease_times"),
        (replace(PLAN, duration=timedelta(0)), "lease_times"),
        (replace(PLAN, lines=(LINE, LINE, LINE)), "lease_lines"),
        (replace(PLAN, lines=(LINE, LINE)), "lease_lines"),
        (replace(PLAN, lines=(LineId("harbour-2"),)), "epoch_line"),
    ],
    ids=["too long", "no time", "too many lines", "one line twice", "another line"],
)
def test_a_plan_out_of_bounds_is_refused_before_the_ceremony(
    world: RiderWorld, plan: TravelPlan, code: str
) -> None:
    """A lease that every line would refuse is not made."""
    world.enrol()
    offer = world.epoch_offer()
    silent = wallet_of(world, authenticator=_NeverAsked(), storage=world.wallet.storage)
    with pytest.raises(VerificationError) as refused:
        silent.travel(
            plan,
            offers=[offer] * len(plan.lines),
            inclusion=world.proof(_leaf(world)),
            trust=world.trust,
            now=world.log_world.now,
        )
    assert refused.value.code == code


def test_a_capture_of_another_rider_or_kiosk_is_refused(world: RiderWorld) -> None:
    """The reply is checked for tc, bind and signature; what fails leaves no template behind."""
    world.wallet.set_up()
    offer = world.wallet.offer()
    theirs = offer.model_copy(update={"passkey_hash": b64(bytes(32))})
    reply = world.capture(theirs)
    with pytest.raises(VerificationError) as refused:
        world.wallet.accept_capture(reply, trust=world.trust)
    assert refused.value.code == "certificate_passkey"
    with pytest.raises(LookupError):
        world.wallet.consent(not_after=date(2027, 3, 2), now=world.log_world.now)
    nobody = world.trust.file.model_copy(update={"roles": []})
    reply = world.capture(world.wallet.offer())
    with pytest.raises(VerificationError) as unknown:
        world.wallet.accept_capture(reply, trust=Trust(nobody))
    assert unknown.value.code == "unknown_key"


def test_a_reply_for_another_session_leaves_the_session_open(world: RiderWorld) -> None:
    """Junk in the box does not end an enrolment."""
    world.wallet.set_up()
    offer = world.wallet.offer()
    with pytest.raises(VerificationError):
        world.wallet.accept_capture(bytes(4096), trust=world.trust)
    certificate = world.wallet.accept_capture(world.capture(offer), trust=world.trust)
    assert certificate.document.bind == offer.passkey_hash


def test_a_consent_with_impossible_terms_is_not_handed_in(world: RiderWorld) -> None:
    """The wallet checks its own consent; nothing is uploaded, and the template is wiped."""
    world.wallet.set_up()
    world.wallet.accept_capture(world.capture(world.wallet.offer()), trust=world.trust)
    captured = world.wallet._captured
    assert captured is not None
    with pytest.raises(VerificationError) as refused:
        world.wallet.consent(not_after=date(2027, 3, 3), now=world.log_world.now)
    assert refused.value.code == "consent_term"
    assert not any(captured.reply.salted_template.view)
    assert len(world.records.kept) == 2


def test_without_user_verification_there_is_no_wallet(world: RiderWorld) -> None:
    """The assertion is refused before its PRF output becomes a key (T36)."""
    skipping = make_authenticator("rider/passkey", user_verification=Flags(0))
    with pytest.raises(VerificationError) as registering:
        wallet_of(world, authenticator=skipping).set_up()
    submission = world.enrol()
    asked = len(world.records.traffic)
    careless = wallet_of(world, authenticator=skipping, storage=world.wallet.storage)
    with pytest.raises(VerificationError) as travelling:
        replace(world, wallet=careless).travel(submission)
    assert registering.value.code == "registration"
    assert travelling.value.code == "assertion_user_unverified"
    assert len(world.records.traffic) == asked


def test_reads_its_own_receipts(world: RiderWorld) -> None:
    """What the office sealed to the history key of the submission, the rider opens."""
    submission = world.enrol()
    bundle = ReceiptBundle(
        deployment=DEPLOYMENT,
        day="2026-03-02",
        currency="EUR",
        rides=[],
        tariff_version="2026-1",
    )
    signed = SignedReceiptBundle(document=bundle, signature=sign(bundle, OFFICE_RECEIPT_KEY))
    sealed = seal_receipt_bundle(signed, history_pk=unb64(submission.history_pk))
    assert world.wallet.read_receipts(sealed, trust=world.trust) == bundle


def test_a_withdrawal_ends_all_of_it(world: RiderWorld) -> None:
    """The request verifies, and the deletions leave nothing in the store."""
    submission = world.enrol()
    world.travel(submission)
    withdrawal = world.wallet.withdraw(now=world.log_world.now)
    verified = verify_withdrawal(
        withdrawal.signed,
        consent=submission.consent.document,
        expected_deployment=DEPLOYMENT,
        expected_rp_id=RP_ID,
        expected_wallet_origin=ORIGIN,
    )
    assert verified.consent_id == submission.consent.document.consent_id
    for deletion in withdrawal.deletions:
        world.records.delete(deletion.locator, deletion.delete_secret)
    assert world.records.kept == {}
    assert "secret" not in repr(withdrawal.deletions)


def test_methods_in_the_wrong_order_are_mistakes_of_the_caller(world: RiderWorld) -> None:
    """Each step says what is missing."""
    wallet = world.wallet
    with pytest.raises(LookupError, match="set up"):
        wallet.offer()
    wallet.set_up()
    with pytest.raises(LookupError, match="session"):
        _ = wallet.code
    with pytest.raises(LookupError, match="capture"):
        wallet.consent(not_after=date(2027, 3, 2), now=world.log_world.now)
    with pytest.raises(LookupError, match="consented"):
        _ = wallet.leaf_index
    with pytest.raises(LookupError, match="travelling"):
        wallet.stop()


def _spellings(secret: bytes) -> Iterator[bytes]:
    """Give a secret and every piece of 16 bytes of it, raw, hex, and base64 at each alignment."""
    for start in range(0, len(secret) - 15, 16):
        piece = secret[start : start + 16]
        yield piece
        yield piece.hex().encode()
        yield piece.hex().upper().encode()
        for shift in range(3):
            aligned = piece[shift : shift + (16 - shift) // 3 * 3]
            yield base64.b64encode(aligned)
            yield base64.urlsafe_b64encode(aligned)


def test_nothing_that_is_stored_or_carried_holds_the_template_or_the_root_key(
    world: RiderWorld,
) -> None:
    """Uploads, leases, documents and the browser's storage hold neither in the clear (T14)."""
    submission = world.enrol()
    lease = world.travel(submission)
    withdrawal = world.wallet.withdraw(now=world.log_world.now)
    with world.wallet._unlock(bytes(32)) as (_, root):
        keys = [bytes(root.secret.view), bytes(root.template_key().view)]
    _, prf = world.authenticator.get_assertion(bytes(32), prf_input=PRF_INPUT)
    vector = np.frombuffer(TEMPLATE, dtype=np.int8).astype(np.float32)
    vector /= np.linalg.norm(vector)
    secrets = [*keys, bytes(prf.view), TEMPLATE, vector.tobytes(), vector.astype("<f8").tobytes()]
    visible = [
        world.wallet.storage.jcs(),
        submission.jcs(),
        lease.sealed,
        withdrawal.signed.jcs(),
        world.wallet.stop().jcs(),
        *world.records.traffic,
        *(one.read_bytes() for one in world.log_world.folder.rglob("*") if one.is_file()),
    ]
    found = [
        (number, spelling)
        for number, secret in enumerate(secrets)
        for spelling in _spellings(secret)
        if any(spelling in one for one in visible)
    ]
    assert found == []
    # The search itself works: what is there in the clear is found.
    everything = [*visible, b"..." + base64.b64encode(b"x" + TEMPLATE)]
    assert any(spelling in one for spelling in _spellings(TEMPLATE) for one in everything)


def test_two_riders_share_nothing(tmp_path: Path) -> None:
    """No locator, key or id of one is that of the other."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = (make_rider_world(tmp_path / name, seed=name) for name in ("one", "two"))
    first, second = one.enrol(), two.enrol()
    assert not set(one.records.kept) & set(two.records.kept)
    assert first.history_pk != second.history_pk
    assert first.consent.document.consent_id != second.consent.document.consent_id
    for world in (one, two):
        world.log_world.log.close()
