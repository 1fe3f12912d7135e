"""A lease on arrival: one good one, spoiled one way at a time, by whoever could have made it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from fakes.arrival import Arrival, Rider, make_rider
from fakes.log_world import KIOSK_KEY
from fakes.rider_world import EPOCH, TEMPLATE, make_authenticator
from faregate.consent.consent import SignedConsent
from faregate.consent.derivation import PRF_INPUT
from faregate.consent.lease import STEP_SIZE, LeaseDefect
from faregate.consent.locked import LockedBuffer
from faregate.consent.trust import Trust
from faregate.consent.verify_lease import open_template
from faregate.errors import VerificationError
from faregate.ids import DeploymentId
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, sha256
from faregate.wire.document import sign
from faregate.wire.messages import LeaseLine, Mode, SignedCaptureCertificate, TrustFile

PRESENCE: Final[Mode] = "presence"


@pytest.fixture(scope="module")
def rider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rider]:
    """Give an enrolled rider and what arrives at the line when they travel."""
    made = make_rider(tmp_path_factory.mktemp("rider"))
    yield made
    made.world.log_world.log.close()


def test_a_good_lease_passes(rider: Rider) -> None:
    """The case that the others spoil, and what a line reads from it."""
    verified = rider.good.verify()
    header = rider.good.opened.proof.header
    assert verified.header == header
    assert (verified.lease_id, verified.consent_id) == (header.lease_id, header.consent_id)
    assert verified.not_after - verified.not_before == timedelta(hours=1)
    assert verified.template_size == len(TEMPLATE)


def test_the_header_names_this_line_epoch_and_key(rider: Rider) -> None:
    """A header signed for one line or epoch opens nothing at another (T11)."""
    (line,) = rider.good.opened.proof.header.lines
    elsewhere = LeaseLine(
        line="harbour-2", epoch=EPOCH, pk_hash=line.pk_hash, steps_hash=line.steps_hash
    )
    cases = {
        "deployment": rider.changed(deployment="harbour-town"),
        "opened deployment": replace(
            rider.good, opened=replace(rider.good.opened, deployment=DeploymentId("harbour-town"))
        ),
        "line": rider.with_line(line="harbour-2"),
        "twice": rider.changed(lines=[line, line]),
        "only others": rider.changed(lines=[elsewhere]),
        "epoch": rider.with_line(epoch=2),
        "key": rider.with_line(pk_hash=b64(bytes(32))),
    }
    assert {name: case.refused_for() for name, case in cases.items()} == {
        "deployment": LeaseDefect.DEPLOYMENT,
        "opened deployment": LeaseDefect.DEPLOYMENT,
        "line": LeaseDefect.LINE,
        "twice": LeaseDefect.LINE,
        "only others": LeaseDefect.LINE,
        "epoch": LeaseDefect.EPOCH,
        "key": LeaseDefect.EPOCH_KEY,
    }


def test_another_trust_file_is_of_another_deployment(rider: Rider) -> None:
    """A line that was given a foreign trust file admits nobody."""
    file: TrustFile = rider.good.trust.file.model_copy(update={"deployment": "harbour-town"})
    assert replace(rider.good, trust=Trust(file)).refused_for() == LeaseDefect.DEPLOYMENT


def test_a_trust_file_that_ends_while_the_line_runs_ends_admission(rider: Rider) -> None:
    """It was in force when the line started; at its end, to the second, it proves nothing."""
    ends = int(rider.good.now.timestamp()) + 60
    trust = Trust(rider.good.trust.file.model_copy(update={"expires": ends}))
    before = replace(rider.good, trust=trust, now=rider.good.now + timedelta(seconds=59))
    before.verify()
    at_its_end = replace(before, now=rider.good.now + timedelta(seconds=60))
    assert at_its_end.refused_for() == "trust_file_expired"


def test_modes_and_bounds(rider: Rider) -> None:
    """Two hours and two lines at most, from now on, in a mode that is on and agreed to."""
    header = rider.good.opened.proof.header
    (line,) = header.lines
    more = [line, *(line.model_copy(update={"line": f"harbour-{n}"}) for n in (2, 3))]
    cases = {
        "switched off": replace(rider.good, modes=()),
        "not agreed to": replace(rider.changed(mode=PRESENCE), modes=(PRESENCE,)),
        "lines": rider.changed(lines=more),
        "another line twice": rider.changed(lines=[line, more[1], more[1]]),
        "too long": rider.changed(not_after=header.not_before + 7201),
        "no time": rider.changed(not_after=header.not_before),
        "backwards": rider.changed(not_after=header.not_before - 1),
        "expired": replace(rider.good, now=rider.good.now + timedelta(hours=1)),
    }
    assert {name: case.refused_for() for name, case in cases.items()} == {
        "switched off": LeaseDefect.MODE,
        "not agreed to": LeaseDefect.MODE,
        "lines": LeaseDefect.LINES,
        "another line twice": LeaseDefect.LINES,
        "too long": LeaseDefect.TIMES,
        "no time": LeaseDefect.TIMES,
        "backwards": LeaseDefect.TIMES,
        "expired": LeaseDefect.EXPIRED,
    }
    rider.changed(not_after=header.not_before + 7200).verify()
    rider.changed(lines=more[:2]).verify()


def test_the_parts_are_the_signed_ones_and_the_modes_own(rider: Rider) -> None:
    """No steps and a key in window mode; what was signed is what is there."""
    opened = rider.good.opened
    step = bytes(STEP_SIZE)
    signed_step = rider.with_line(steps_hash=b64(sha256(step)))
    cases = {
        "unsigned step": replace(rider.good, opened=replace(opened, steps=step)),
        "missing step": signed_step,
        "step in a window": replace(signed_step, opened=replace(signed_step.opened, steps=step)),
        "no key": replace(rider.good, opened=replace(opened, lease_key=LockedBuffer(32))),
    }
    assert {name: case.refused_for() for name, case in cases.items()} == {
        "unsigned step": LeaseDefect.STEPS,
        "missing step": LeaseDefect.STEPS,
        "step in a window": LeaseDefect.STEPS,
        "no key": LeaseDefect.KEY,
    }


def test_the_passkey_signed_this_header(rider: Rider) -> None:
    """Another header's assertion, another passkey's or another origin's opens nothing (T13)."""
    proof = rider.good.opened.proof
    header = proof.header
    eve, _ = make_authenticator("eve").get_assertion(header.hashed(), prf_input=PRF_INPUT)
    uses_more = proof.model_copy(update={"header": header.model_copy(update={"uses": 9})})
    cases = {
        "header": rider.with_proof(uses_more),
        "passkey": rider.with_proof(proof.model_copy(update={"lease_assertion": eve})),
        "consent's assertion": rider.with_proof(
            proof.model_copy(update={"lease_assertion": proof.consent.assertion})
        ),
        "rp id": replace(rider.good, rp_id="localhost"),
        "origin": replace(rider.good, origin="https://wallet.localhost"),
    }
    assert {name: case.refused_for() for name, case in cases.items()} == {
        "header": "assertion_challenge",
        "passkey": "assertion_signature",
        "consent's assertion": "assertion_challenge",
        "rp id": "assertion_rp_id",
        "origin": "assertion_origin",
    }


def test_the_header_is_about_the_consent(rider: Rider) -> None:
    """Consent and template are those that the header names."""
    cases = {
        "consent": rider.changed(consent_id=b64(bytes(16))),
        "template": rider.changed(tc=b64(bytes(32))),
    }
    assert {name: case.refused_for() for name, case in cases.items()} == {
        "consent": LeaseDefect.CONSENT,
        "template": LeaseDefect.CONSENT,
    }


def test_the_consent_is_in_the_log_under_a_recent_quorum(rider: Rider) -> None:
    """Another leaf, another salt or an old quorum opens nothing."""
    proof = rider.good.opened.proof
    day_later = rider.good.now + timedelta(hours=25)
    header = proof.header.model_copy(
        update={
            "not_before": int(day_later.timestamp()),
            "not_after": int(day_later.timestamp()) + 600,
        }
    )
    index: InclusionProof = proof.inclusion.model_copy(update={"index": 0})
    cases = {
        "salt": rider.with_proof(proof.model_copy(update={"salt_c": b64(bytes(32))})),
        "index": rider.with_proof(proof.model_copy(update={"inclusion": index})),
        "old": replace(rider.with_header(header), now=day_later),
    }
    assert {name: case.refused_for() for name, case in cases.items()} == {
        "salt": "inclusion",
        "index": "inclusion",
        "old": "quorum_age",
    }


def test_the_capture_is_the_kiosks_and_the_lines_models(rider: Rider) -> None:
    """No certificate, no ride; and templates of another model can't be compared (T01, T02)."""
    proof = rider.good.opened.proof
    forged = SignedCaptureCertificate(
        document=proof.certificate.document,
        signature=sign(
            proof.certificate.document.model_copy(update={"liveness_level": 9}), KIOSK_KEY
        ),
    )
    cases = {
        "certificate": rider.with_proof(proof.model_copy(update={"certificate": forged})),
        "model": replace(rider.good, model_id="other/model"),
    }
    assert {name: case.refused_for() for name, case in cases.items()} == {
        "certificate": "signature",
        "model": "certificate_model",
    }


def test_a_home_capture_has_no_window(rider: Rider) -> None:
    """Captured at home: presence mode only, however well it is signed (T15)."""
    proof = rider.good.opened.proof
    at_home = proof.certificate.document.model_copy(update={"captured_at": "home"})
    consent = proof.consent.document.model_copy(update={"certificate_hash": b64(at_home.hashed())})
    signed = SignedConsent(document=consent, assertion=rider.sign(consent.hashed()))
    changed = rider.logged(
        proof.model_copy(
            update={
                "certificate": SignedCaptureCertificate(
                    document=at_home, signature=sign(at_home, KIOSK_KEY)
                ),
                "consent": signed,
            }
        )
    )
    case = replace(rider.with_proof(changed), now=rider.world.log_world.now)
    assert case.refused_for() == LeaseDefect.HOME


def test_the_consent_lasts_as_long_as_the_lease(rider: Rider) -> None:
    """A lease over the consent's last midnight is refused, and so is one after it."""
    proof = rider.good.opened.proof
    consent = proof.consent.document.model_copy(update={"not_after": "2026-03-02"})
    signed = SignedConsent(document=consent, assertion=rider.sign(consent.hashed()))
    logged = rider.logged(proof.model_copy(update={"consent": signed}))
    late = rider.good.now.replace(hour=23, minute=30)
    header = proof.header.model_copy(
        update={"not_before": int(late.timestamp()), "not_after": int(late.timestamp()) + 3600}
    )
    resigned = logged.model_copy(
        update={"header": header, "lease_assertion": rider.sign(header.hashed())}
    )
    case = replace(rider.with_proof(resigned), now=late)
    assert case.refused_for() == LeaseDefect.OUTLIVES_CONSENT
    assert replace(case, now=late + timedelta(minutes=45)).refused_for() == "consent_not_in_force"


def test_presence_mode_has_its_place_in_the_bytes(rider: Rider) -> None:
    """A presence lease is verified whole, holds no key yet, and so opens no template."""
    proof = rider.good.opened.proof
    consent = proof.consent.document.model_copy(update={"modes": ["presence"]})
    signed = SignedConsent(document=consent, assertion=rider.sign(consent.hashed()))
    now = rider.good.now.replace(minute=0, second=0)
    steps = bytes(range(STEP_SIZE)) * 12
    (line,) = proof.header.lines
    header = proof.header.model_copy(
        update={
            "mode": PRESENCE,
            "not_before": int(now.timestamp()),
            "not_after": int(now.timestamp()) + 3600,
            "lines": [line.model_copy(update={"steps_hash": b64(sha256(steps))})],
        }
    )
    logged = rider.logged(
        proof.model_copy(
            update={
                "consent": signed,
                "header": header,
                "lease_assertion": rider.sign(header.hashed()),
            }
        )
    )
    case = Arrival(
        opened=replace(rider.good.opened, proof=logged, steps=steps, lease_key=LockedBuffer(32)),
        trust=rider.good.trust,
        now=rider.world.log_world.now,
        modes=(PRESENCE,),
    )
    verified = case.verify()
    with pytest.raises(VerificationError) as refused:
        open_template(verified, LockedBuffer(verified.template_size))
    assert refused.value.code == LeaseDefect.KEY
    assert replace(case, opened=rider.good.opened).refused_for() == LeaseDefect.MODE
    with_key = replace(case.opened, lease_key=LockedBuffer.random(32))
    assert replace(case, opened=with_key).refused_for() == LeaseDefect.KEY
    off_step = rider.with_header(
        header.model_copy(update={"not_after": header.not_after - 1})
    ).opened.proof.model_copy(update={"consent": signed})
    assert (
        replace(case, opened=replace(case.opened, proof=off_step)).refused_for()
        == LeaseDefect.TIMES
    )
