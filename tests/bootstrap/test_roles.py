"""Which models see, and where they may decide about money."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from faregate.bootstrap.deployment import Deployment
from faregate.bootstrap.roles import AUTO, choose_pack, line_settings, open_faces
from faregate.config import GateSettings, ModelsSettings
from faregate.errors import ConfigurationError, InvalidInputError
from faregate.face.pipeline import FacePipeline
from faregate.gate.assessment import DeploymentLevel
from faregate.ids import DeploymentId, LineId

LINE = LineId("harbour")
DEPLOYMENT = Deployment(
    name=DeploymentId("harbour-city"),
    level=DeploymentLevel.P0,
    assessment="demo",
    rp_id="wallet.localhost",
    wallet_origin="https://wallet.localhost:8443",
    zone=ZoneInfo("Europe/Berlin"),
)


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> FacePipeline:
    """Open the pack that every machine with the `demo` extra has."""
    settings = ModelsSettings(pack="pip-offline", folder=tmp_path_factory.mktemp("models"))
    return open_faces(settings, level=DeploymentLevel.P0)


def test_auto_prefers_the_installed_pack(tmp_path: Path, test_models: Path) -> None:
    """`permissive-small` sees where it is installed, `pip-offline` elsewhere."""
    assert choose_pack(AUTO, tmp_path) == "pip-offline"
    assert choose_pack(AUTO, test_models) == "permissive-small"
    assert choose_pack("my-own", tmp_path) == "my-own"


def test_an_unknown_pack_is_refused(tmp_path: Path) -> None:
    """A misspelt pack is not replaced by another one."""
    with pytest.raises(InvalidInputError, match="no model pack 'permisive'"):
        open_faces(ModelsSettings(pack="permisive", folder=tmp_path), level=DeploymentLevel.P0)


def test_the_demo_pack_takes_no_money(tmp_path: Path) -> None:
    """A pack that is good enough to show is refused where rides are really charged."""
    with pytest.raises(ConfigurationError, match="must not decide about money"):
        open_faces(ModelsSettings(pack="pip-offline", folder=tmp_path), level=DeploymentLevel.P1)


def test_thresholds_come_from_the_card(faces: FacePipeline) -> None:
    """Without a setting the measured thresholds apply; a setting overrides one of them."""
    card = faces.manifest.card
    by_card = line_settings(LINE, deployment=DEPLOYMENT, faces=faces, settings=GateSettings())
    assert by_card.policy.similarity_min == card.similarity_min
    assert by_card.policy.margin_min == card.margin_min
    stricter = GateSettings(similarity_min=0.99)
    by_hand = line_settings(LINE, deployment=DEPLOYMENT, faces=faces, settings=stricter)
    assert by_hand.policy.similarity_min == stricter.similarity_min
    assert by_hand.policy.margin_min == card.margin_min
    assert by_hand.terms.modes == ("window",)
