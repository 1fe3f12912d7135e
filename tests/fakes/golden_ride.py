"""The bytes of one rider's enrolment and lease, from fixed randomness: what a second wallet needs.

Everything is made by the real wallet. HPKE alone takes no ephemeral key, so the sealed lease here
is made by the test oracle of `rfc9180`; the real line opens it.
"""

from datetime import date
from pathlib import Path
from typing import Final

from fakes.log_world import DEPLOYMENT
from fakes.rfc9180 import seal_with
from fakes.rider_world import EPOCH, LINE, PLAN, TEMPLATE, RiderWorld, make_rider_world
from faregate.consent.consent import consent_leaf
from faregate.consent.derivation import PRF_INPUT
from faregate.consent.hpke import (
    capture_reply_info,
    lease_ack_info,
    lease_info,
    open_,
    passage_info,
    receipt_bundle_info,
)
from faregate.consent.record import SealedRecord
from faregate.consent.withdrawal import withdrawal_leaf
from faregate.wire.canonical import JsonValue, b64, unb64, unpack_frames

EPHEMERAL: Final = bytes([77]) * 32
"""The private key of the oracle's encapsulation, in the golden lease alone."""


def golden_ride(folder: Path) -> dict[str, JsonValue]:
    """Play an enrolment, a lease and a withdrawal; `folder` must be empty."""
    world = make_rider_world(folder, seed="golden")
    try:
        return {
            "infos": _infos(),
            "enrolment": _enrolment(world),
            "lease": _lease(world),
            "withdrawal": _withdrawal(world),
        }
    finally:
        world.log_world.log.close()


def _infos() -> dict[str, JsonValue]:
    box = b64(bytes([1]) * 32)
    infos = {
        "lease": lease_info(deployment=DEPLOYMENT, line=LINE, epoch=EPOCH),
        "capture-reply": capture_reply_info(deployment=DEPLOYMENT, reply_box=box),
        "lease-ack": lease_ack_info(deployment=DEPLOYMENT, ack_box=box),
        "passage": passage_info(deployment=DEPLOYMENT, line=LINE, day="2026-03-02"),
        "receipt-bundle": receipt_bundle_info(deployment=DEPLOYMENT),
    }
    return {name: info.decode() for name, info in infos.items()}


def _enrolment(world: RiderWorld) -> dict[str, JsonValue]:
    paper_code = world.wallet.set_up()
    offer = world.wallet.offer()
    code = world.wallet.code
    world.wallet.accept_capture(world.capture(offer), trust=world.trust)
    submission = world.wallet.consent(not_after=date(2027, 3, 2), now=world.log_world.now)
    leaf = world.submit(submission)
    world.wallet.consent_logged(world.proof(leaf), trust=world.trust, now=world.log_world.now)
    document, assertion = submission.consent.document, submission.consent.assertion
    assert leaf == consent_leaf(unb64(submission.salt_c), document, assertion)
    _, prf = world.authenticator.get_assertion(bytes(32), prf_input=PRF_INPUT)
    with world.wallet._unlock(bytes(32)) as (_, root):
        secrets = {
            "prf_output": prf.view.hex(),
            "root_key": root.secret.view.hex(),
            "template_key": root.template_key().view.hex(),
            "history_pk": root.history().public_bytes.hex(),
        }
    return {
        "passkey": world.authenticator.cose_public_key.hex(),
        **secrets,
        "paper_code": paper_code,
        "template": TEMPLATE.hex(),
        "offer": offer.jcs().decode(),
        "code": code,
        "consent_challenge": document.hashed().hex(),
        "submission": submission.jcs().decode(),
        "leaf": leaf.hex(),
        "records": [_record(one) for one in world.records.kept.values()],
    }


def _record(record: SealedRecord) -> dict[str, JsonValue]:
    return {
        "locator": record.locator,
        "blob": b64(record.blob),
        "write_hash": record.write_hash.hex(),
        "delete_hash": record.delete_hash.hex(),
    }


def _lease(world: RiderWorld) -> dict[str, JsonValue]:
    offer = world.epoch_offer()
    (lease,) = world.wallet.travel(
        PLAN,
        offers=[offer],
        inclusion=world.proof(unb64(world.wallet.storage.consents[0].leaf)),
        trust=world.trust,
        now=world.log_world.now,
    )
    info = lease_info(deployment=DEPLOYMENT, line=LINE, epoch=EPOCH)
    plaintext = open_(lease.sealed, world.epoch_key, info)
    key, steps, inner, proof = unpack_frames(plaintext, count=4)
    pk = world.epoch_key.public_bytes
    return {
        "epoch_private_key": world.epoch_key._private.view.hex(),
        "lease_key": key.hex(),
        "steps": steps.hex(),
        "inner": inner.hex(),
        "proof": bytes(proof).decode(),
        "stop": world.wallet.stop().jcs().decode(),
        "ack_box": lease.ack_box.hex(),
        "sealed": b64(seal_with(plaintext, pk=pk, ephemeral=EPHEMERAL, info=info)),
    }


def _withdrawal(world: RiderWorld) -> dict[str, JsonValue]:
    withdrawal = world.wallet.withdraw(now=world.log_world.now)
    signed = withdrawal.signed
    return {
        "signed": signed.jcs().decode(),
        "leaf": withdrawal_leaf(unb64(signed.salt), signed.document, signed.assertion).hex(),
        "deletions": [
            {"locator": one.locator, "delete_secret": one.delete_secret.hex()}
            for one in withdrawal.deletions
        ],
    }
