"""The committed bytes of protocol v1: a diff here is a change of the wire format."""

import inspect
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.golden_documents import MESSAGES
from fakes.goldens import GOLDEN, all_goldens, as_text
from fakes.rider_world import EPOCH, LINE, MODEL, MODES, ORIGIN, RP_ID, make_rider_world
from faregate.consent.hpke import Recipient
from faregate.consent.lease import open_lease
from faregate.consent.locked import LockedBuffer
from faregate.consent.verify_lease import open_template, verify_lease
from faregate.ids import DeploymentId
from faregate.wire import messages
from faregate.wire.canonical import unb64
from faregate.wire.document import Document


@pytest.mark.parametrize("name", ["messages", "ride"])
def test_the_committed_bytes_are_what_the_code_makes(name: str, tmp_path: Path) -> None:
    """Regenerate with scripts/regenerate-goldens, and only on purpose."""
    committed = (GOLDEN / f"{name}.json").read_text("utf-8")
    assert as_text(all_goldens(tmp_path)[name]) == committed


def test_every_message_has_a_golden() -> None:
    """A document that was added to the wire is in the examples."""
    defined = {
        one
        for _, one in inspect.getmembers(messages, inspect.isclass)
        if issubclass(one, Document) and one.__module__ == messages.__name__
    }
    assert {type(one) for one in MESSAGES} == defined


@pytest.mark.parametrize("document", MESSAGES, ids=lambda one: type(one).__name__)
def test_every_golden_message_reads_back(document: Document) -> None:
    """The canonical bytes give the same document."""
    assert type(document).parse(document.jcs()) == document


def test_the_golden_lease_opens_at_the_line(tmp_path: Path) -> None:
    """The committed sealed bytes, verified and opened: what any second wallet must also make."""
    ride = json.loads((GOLDEN / "ride.json").read_text("utf-8"))
    key = Recipient(LockedBuffer.copy_of(bytes.fromhex(ride["lease"]["epoch_private_key"])))
    world = make_rider_world(tmp_path, seed="golden")
    opened = open_lease(
        unb64(ride["lease"]["sealed"]),
        keys={EPOCH: key},
        deployment=DeploymentId(world.trust.deployment),
        line=LINE,
    )
    verified = verify_lease(
        opened,
        trust=world.trust,
        expected_rp_id=RP_ID,
        expected_wallet_origin=ORIGIN,
        expected_model_id=MODEL,
        expected_modes=MODES,
        now=datetime.fromtimestamp(opened.proof.header.not_before, UTC),
    )
    template = LockedBuffer(verified.template_size)
    open_template(verified, template)
    assert template.view.hex() == ride["enrolment"]["template"]
    world.log_world.log.close()
