"""Opening: what a line can read of a sealed lease, and when T comes out of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fakes.arrival import Rider, make_rider
from fakes.rider_world import EPOCH, LINE, TEMPLATE
from faregate.consent.certificate import SALT_SIZE
from faregate.consent.hpke import Recipient, lease_info, seal
from faregate.consent.lease import LeaseDefect, OpenedLease, open_lease, pack_lease_into, seal_lease
from faregate.consent.locked import LockedBuffer
from faregate.consent.verify_lease import open_template
from faregate.errors import VerificationError
from faregate.ids import EpochId


@pytest.fixture(scope="module")
def rider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rider]:
    """Give an enrolled rider and what arrives at the line when they travel."""
    made = make_rider(tmp_path_factory.mktemp("rider"))
    yield made
    made.world.log_world.log.close()


def test_the_template_opens_into_locked_memory(rider: Rider) -> None:
    """T and nothing else, and never again once the lease is wiped."""
    opened = replace(
        rider.good.opened, lease_key=LockedBuffer.copy_of(rider.good.opened.lease_key.view)
    )
    verified = replace(rider.good, opened=opened).verify()
    template = LockedBuffer(verified.template_size)
    open_template(verified, template)
    assert bytes(template.view) == TEMPLATE
    verified.wipe()
    template.wipe()
    with pytest.raises(VerificationError) as refused:
        open_template(verified, template)
    assert refused.value.code == LeaseDefect.KEY
    assert not any(template.view)


def test_another_inner_part_is_refused(rider: Rider) -> None:
    """Changed, moved from another lease, or another template under the same key."""
    opened = rider.good.opened
    verified = rider.good.verify()
    template = LockedBuffer(verified.template_size)
    flipped = replace(opened, inner=bytes([opened.inner[0] ^ 1]) + opened.inner[1:])
    with pytest.raises(VerificationError) as changed:
        open_template(replace(verified, opened=flipped), template)
    other = _sealed_again(rider, bytes(SALT_SIZE) + TEMPLATE)
    with pytest.raises(VerificationError) as swapped:
        open_template(replace(verified, opened=other), template)
    assert (changed.value.code, swapped.value.code) == (LeaseDefect.INNER, LeaseDefect.TEMPLATE)
    assert not any(template.view)
    with pytest.raises(ValueError, match="into must have"):
        open_template(verified, LockedBuffer(verified.template_size + 1))


def _sealed_again(rider: Rider, salted_template: bytes) -> OpenedLease:
    opened = rider.good.opened
    sealed = seal_lease(
        opened.proof,
        line=LINE,
        epoch_pk=rider.world.epoch_key.public_bytes,
        lease_key=opened.lease_key,
        salted_template=LockedBuffer.copy_of(salted_template),
    )
    return open_lease(
        sealed,
        keys={EPOCH: rider.world.epoch_key},
        deployment=opened.deployment,
        line=LINE,
    )


def test_only_a_live_epoch_of_this_line_opens(rider: Rider) -> None:
    """Junk, another line, another epoch and broken parts: refused before anything is read."""
    world, opened = rider.world, rider.good.opened
    plaintext = LockedBuffer(20 * 1024)
    info = lease_info(deployment=opened.deployment, line=LINE, epoch=EPOCH)

    def sealed(*, key: bytes, inner: bytes) -> bytes:
        pack_lease_into(
            plaintext,
            lease_key=memoryview(key),
            steps=b"",
            inner=inner,
            proof=opened.proof,
        )
        return seal(plaintext.view, world.epoch_key.public_bytes, info)

    good = sealed(key=bytes([1]) * 32, inner=opened.inner)
    torn = seal(b"\xff" * len(plaintext), world.epoch_key.public_bytes, info)
    here = {EPOCH: world.epoch_key}
    cases = {
        "junk": (bytes(len(good)), here),
        "short": (good[:-1], here),
        "no epoch": (good, {}),
        "another epoch": (good, {EpochId(2): world.epoch_key}),
        "torn": (torn, here),
        "short key": (sealed(key=bytes(31), inner=opened.inner), here),
        "short inner": (sealed(key=bytes(32), inner=bytes(SALT_SIZE + 16)), here),
    }
    codes = {}
    for name, (data, keys) in cases.items():
        with pytest.raises(VerificationError) as refused:
            open_lease(data, keys=keys, deployment=opened.deployment, line=LINE)
        codes[name] = refused.value.code
    assert codes == {
        "junk": LeaseDefect.UNOPENED,
        "short": LeaseDefect.UNOPENED,
        "no epoch": LeaseDefect.UNOPENED,
        "another epoch": LeaseDefect.UNOPENED,
        "torn": LeaseDefect.MALFORMED,
        "short key": LeaseDefect.MALFORMED,
        "short inner": LeaseDefect.MALFORMED,
    }


def test_the_older_of_two_live_epochs_opens_too(rider: Rider) -> None:
    """A lease that was sealed before the epoch changed is not lost; three epochs are never live."""
    opened = rider.good.opened
    lease = rider.world.travel(rider.submission)
    keys = {EpochId(2): Recipient.generate(), EPOCH: rider.world.epoch_key}
    found = open_lease(lease.sealed, keys=keys, deployment=opened.deployment, line=LINE)
    assert (found.epoch, found.epoch_pk) == (EPOCH, rider.world.epoch_key.public_bytes)
    with pytest.raises(ValueError, match="at most 2"):
        open_lease(
            lease.sealed,
            keys={**keys, EpochId(3): Recipient.generate()},
            deployment=opened.deployment,
            line=LINE,
        )
