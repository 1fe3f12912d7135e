"""An office of one line, put together by `bootstrap` on files: nothing in it is faked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.bootstrap.deployment import (
    LOG,
    WITNESS,
    Deployment,
    build_log,
    found,
    load_or_make_key,
    public_key,
)
from faregate.bootstrap.roles import OfficeKeys, OfficeRole, build_office
from faregate.charging.policy import ChargingPolicy
from faregate.charging.rating import Place
from faregate.clock import ManualClock
from faregate.consent.trust import OFFICE, Trust
from faregate.demo.world import FEED
from faregate.fares.read_feed import read_feed
from faregate.fares.tables import Feed
from faregate.fares.tariff import Tariff
from faregate.gate.assessment import DeploymentLevel
from faregate.ids import DeploymentId, LineId
from faregate.translog.log import LogPolicy, OneFileLog

LINE: Final = LineId("harbour")
MORNING: Final = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallDeployment:
    """The office and what stands around it."""

    folder: Path
    clock: ManualClock
    deployment: Deployment
    trust: Trust
    log: OneFileLog
    role: OfficeRole
    line_key: Ed25519PrivateKey


@contextmanager
def open_small_deployment(folder: Path) -> Iterator[SmallDeployment]:
    """Found a deployment in `folder` and open its office."""
    clock = ManualClock(MORNING)
    feed = read_feed(FEED)
    deployment = _deployment(feed)
    (folder / "office").mkdir()
    line_key = load_or_make_key(folder / "line.pem")
    bundle, receipt = (load_or_make_key(folder / f"{name}.pem") for name in ("bundle", "receipt"))
    log_key, witness_key = (
        load_or_make_key(folder / role / f"{role}.pem") for role in ("log", "witness")
    )
    log = build_log(
        folder / "log",
        deployment=deployment,
        witness_folder=folder / "witness",
        clock=clock,
        policy=LogPolicy(quorum=1, batch_max_s=1),
    )
    trust = found(
        load_or_make_key(folder / "root.pem"),
        deployment=deployment,
        keys={
            ("line", LINE): public_key(line_key),
            ("office-bundle", OFFICE): public_key(bundle),
            ("office-receipt", OFFICE): public_key(receipt),
            ("log", LOG): public_key(log_key),
            ("witness", WITNESS): public_key(witness_key),
        },
        log=log,
        now=clock.now(),
    )
    role = build_office(
        folder / "office",
        deployment=deployment,
        trust=trust,
        keys=OfficeKeys(bundle=bundle, receipt=receipt),
        charging=_charging(deployment, feed),
        log=log,
        clock=clock,
    )
    try:
        yield SmallDeployment(
            folder=folder,
            clock=clock,
            deployment=deployment,
            trust=trust,
            log=log,
            role=role,
            line_key=line_key,
        )
    finally:
        role.close()
        log.close()


def _deployment(feed: Feed) -> Deployment:
    return Deployment(
        name=DeploymentId("harbour-city"),
        level=DeploymentLevel.P0,
        assessment="demo",
        rp_id="wallet.localhost",
        wallet_origin="https://wallet.localhost:8443",
        zone=feed.agency_timezone,
    )


def _charging(deployment: Deployment, feed: Feed) -> ChargingPolicy:
    return ChargingPolicy(
        deployment=deployment.name,
        tariff=Tariff(
            version="test-1",
            feed=feed,
            fare_media_id="face",
            gated_stop_ids=frozenset({"harbour", "museum"}),
            journey_max=timedelta(hours=2),
        ),
        places={LINE: Place(stop_id="harbour", network_id="metro")},
    )
