"""Founding a deployment: keys are kept, the trust file is in the log, demos stay demos."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fakes.small_deployment import LINE, open_small_deployment
from faregate.bootstrap.deployment import Deployment, load_or_make_key, public_key
from faregate.errors import ConfigurationError, MachineError
from faregate.gate.assessment import DeploymentLevel
from faregate.ids import DeploymentId


def test_a_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    """The second start finds the first start's key, readable by this user alone."""
    path = tmp_path / "role" / "key.pem"
    made = load_or_make_key(path)
    assert public_key(load_or_make_key(path)) == public_key(made)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    """Another key would not be the one in the trust file: the operator must restore it."""
    path = tmp_path / "key.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n")
    before = path.read_bytes()
    with pytest.raises(MachineError, match="is no Ed25519 key"):
        load_or_make_key(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    """A place where no key can be made is one clear error."""
    (tmp_path / "role").write_text("")
    with pytest.raises(MachineError, match="cannot be read or made"):
        load_or_make_key(tmp_path / "role" / "key.pem")


def test_the_trust_file_names_every_role(tmp_path: Path) -> None:
    """What was founded is verified, logged, and names the line's own key."""
    with open_small_deployment(tmp_path) as small:
        assert small.trust.key_of("line", LINE, "2026-05-04") == public_key(small.line_key)
        assert small.log.size == 2  # the trust file and the release
        assert small.log.witness_problems == {}


@pytest.mark.parametrize(
    ("assessment", "why"),
    [("", "name for demos"), ("demo", "does not hold")],
    ids=["unassessed", "assessed as a demo"],
)
def test_the_demos_relying_party_is_refused_elsewhere(assessment: str, why: str) -> None:
    """Software passkeys can't get into a deployment that is not a demo, whatever it says it is."""
    with pytest.raises(ConfigurationError, match=why):
        Deployment(
            name=DeploymentId("city"),
            level=DeploymentLevel.P1,
            assessment=assessment,
            rp_id="wallet.localhost",
            wallet_origin="https://wallet.localhost",
            zone=ZoneInfo("Europe/Berlin"),
        )
