"""Put the roles together from their parts: `build_office`, `build_gate`, `build_kiosk`.

The only place that knows how everything fits. Each role has a folder and keys of its own; nothing
is shared between roles but public keys and what is said over the `OfficeLink`.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from faregate.bootstrap.deployment import Deployment, no_quorum
from faregate.charging.day_close import DayCloser
from faregate.charging.day_store import DayStore
from faregate.charging.intake import Intake
from faregate.charging.passage_keys import PassageKeys
from faregate.charging.policy import ChargingPolicy
from faregate.charging.schema import STORE as CHARGING_STORE
from faregate.clock import Clock
from faregate.config import GateSettings, ModelsSettings
from faregate.consent.mailbox import MAILBOX_STORE, Mailbox
from faregate.consent.record_store import RECORD_STORE, RecordPolicy, SealedRecordStore
from faregate.consent.registry import REGISTRY_STORE, ConsentRegistry, RegistryPolicy
from faregate.consent.relay import RELAY_STORE, Relay, RelayPolicy
from faregate.consent.release import declare_release, release_digest
from faregate.consent.tombstones import TOMBSTONE_STORE, Tombstones
from faregate.consent.trust import Trust
from faregate.db.engine import open_database
from faregate.db.migrate import Store, migrate
from faregate.enrolment.kiosk import Enroller, Kiosk
from faregate.errors import ConfigurationError, MachineError
from faregate.face.challenge import ChallengePolicy
from faregate.face.pipeline import FacePipeline
from faregate.gate.admission import AdmissionTerms
from faregate.gate.assessment import DeploymentLevel, window_modes
from faregate.gate.decision import GatePolicy
from faregate.gate.line import GateLine, LineSettings
from faregate.gate.office_link import OfficeLink
from faregate.gate.outbox import SqliteOutbox
from faregate.gate.rounds import Rounds
from faregate.gate.unsafe import UnsafeEvidenceObserver
from faregate.ids import KioskId, LineId
from faregate.ledger.schema import STORE as LEDGER_STORE
from faregate.models.pack import default_models_dir, locate, verify
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.log import LeafAbsence, OneFileLog
from faregate.web.office import Office, OfficeParts
from faregate.wire.messages import SignedRelease

AUTO: Final = "auto"
_PREFERRED_PACKS: Final = ("permissive-small", "pip-offline")
_OFFICE_STORES: Final = (
    REGISTRY_STORE,
    RECORD_STORE,
    RELAY_STORE,
    MAILBOX_STORE,
    LEDGER_STORE,
    CHARGING_STORE,
)


def open_faces(settings: ModelsSettings, *, level: DeploymentLevel) -> FacePipeline:
    """Verify and open the model pack. Raises what `models.pack.verify` raises.

    A pack that is good enough to show but not to take money is refused outside demos.
    """
    folder = settings.folder or default_models_dir()
    pack = verify(choose_pack(settings.pack, folder), folder)
    if not pack.manifest.real_charging and level is not DeploymentLevel.P0:
        raise ConfigurationError(
            "pack_not_for_charging",
            f"The model pack {pack.manifest.pack} must not decide about money.",
            remedy="Install permissive-small: faregate models install permissive-small --from DIR.",
        )
    return FacePipeline(pack, threads=settings.threads)


def choose_pack(wanted: str, folder: Path) -> str:
    """Resolve `auto`: the first preferred pack whose files are here. Checks no hash."""
    if wanted != AUTO:
        return wanted
    for pack in _PREFERRED_PACKS:
        try:
            located = locate(pack, folder)
        except MachineError:
            continue
        if all(located.path(file).exists() for file in located.manifest.files):
            return pack
    return _PREFERRED_PACKS[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRole:
    """The office of one deployment, with what it holds open. `build_office` makes it."""

    office: Office
    day_store: DayStore
    engine: Engine
    tombstone_engine: Engine

    def close(self) -> None:
        """Release the databases."""
        self.engine.dispose()
        self.tombstone_engine.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeKeys:
    """The office's signing keys."""

    bundle: Ed25519PrivateKey
    receipt: Ed25519PrivateKey


def build_office(
    folder: Path,
    *,
    deployment: Deployment,
    trust: Trust,
    keys: OfficeKeys,
    charging: ChargingPolicy,
    log: OneFileLog,
    clock: Clock,
) -> OfficeRole:
    """Build the office on SQLite. Raises `MachineError`.

    Three folders with three fates: `office.db` may be backed up; `tombstones.db` must not, for it
    says what a restored backup must forget; `day-keys` and `passage-keys` must not, for without
    them a backup holds ciphertext only.
    """
    engine = _open(folder / "office.db", _OFFICE_STORES)
    tombstone_engine = _open(folder / "tombstones.db", (TOMBSTONE_STORE,))
    tombstones = Tombstones(tombstone_engine)
    registry = ConsentRegistry(
        engine,
        tombstones=tombstones,
        trust=trust,
        log=log,
        policy=RegistryPolicy(deployment.rp_id, deployment.wallet_origin),
        clock=clock,
    )
    passage_keys = PassageKeys(folder / "passage-keys")
    day_store = DayStore(folder / "day-keys")
    parts = OfficeParts(
        trust=trust,
        log=log,
        release=_logged_release(deployment, keys.bundle, log),
        registry=registry,
        records=SealedRecordStore(
            engine, tombstones=tombstones, clock=clock, policy=RecordPolicy()
        ),
        relay=Relay(engine, lines=charging.places.keys(), clock=clock, policy=RelayPolicy()),
        mailbox=Mailbox(engine, clock=clock),
        intake=Intake(
            engine,
            policy=charging,
            passage_keys=passage_keys,
            day_store=day_store,
            payers=registry,
            line_key=lambda line, day: trust.key_of("line", line, day),
        ),
        closer=DayCloser(
            engine,
            policy=charging,
            day_store=day_store,
            passage_keys=passage_keys,
            history_keys=registry,
            receipt_key=keys.receipt,
            log=log,
        ),
        passage_keys=passage_keys,
        tariff_version=charging.tariff.version,
        zone=deployment.zone,
        clock=clock,
    )
    parts.closer.finish(now=clock.now())
    return OfficeRole(
        office=Office(parts, bundle_key=keys.bundle),
        day_store=day_store,
        engine=engine,
        tombstone_engine=tombstone_engine,
    )


def _open(path: Path, stores: tuple[Store, ...]) -> Engine:
    engine = open_database(path)
    migrate(engine, stores)
    return engine


def _logged_release(
    deployment: Deployment, bundle_key: Ed25519PrivateKey, log: OneFileLog
) -> SignedRelease:
    release = declare_release(deployment.name, office_bundle_key=bundle_key)
    if isinstance(log.add_infrastructure(infrastructure_leaf(release)), LeafAbsence):
        raise no_quorum()
    return release


def line_settings(
    line: LineId, *, deployment: Deployment, faces: FacePipeline, settings: GateSettings
) -> LineSettings:
    """Take the thresholds from the pack's card, unless the configuration says otherwise."""
    card = faces.manifest.card
    return LineSettings(
        terms=AdmissionTerms(
            deployment=deployment.name,
            line=line,
            rp_id=deployment.rp_id,
            wallet_origin=deployment.wallet_origin,
            model_id=faces.model_id,
            dimension=faces.dimension,
            modes=window_modes(deployment.assessment, level=deployment.level),
        ),
        policy=GatePolicy(
            similarity_min=(
                card.similarity_min if settings.similarity_min is None else settings.similarity_min
            ),
            margin_min=card.margin_min if settings.margin_min is None else settings.margin_min,
        ),
        zone=deployment.zone,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRole:
    """One gate line, with what it holds open. `build_gate` makes it."""

    line: GateLine
    rounds: Rounds
    engine: Engine

    def close(self) -> None:
        """Wipe every template and key, then release the outbox."""
        self.line.shut_down()
        self.engine.dispose()


def build_gate(
    folder: Path,
    *,
    settings: LineSettings,
    trust: Trust,
    identity: Ed25519PrivateKey,
    office: OfficeLink,
    clock: Clock,
    unsafe_observer: UnsafeEvidenceObserver | None = None,
) -> GateRole:
    """Build one gate line; its outbox lies in `folder`. Raises `MachineError`."""
    engine = open_database(folder / "outbox.db")
    line = GateLine(
        settings=settings,
        trust=trust,
        identity=identity,
        release_digest=release_digest(),
        outbox=SqliteOutbox(engine, device=settings.terms.line),
        clock=clock,
        unsafe_observer=unsafe_observer,
    )
    return GateRole(line=line, rounds=Rounds(line, office, trust=trust), engine=engine)


def build_kiosk(
    kiosk: KioskId,
    *,
    deployment: Deployment,
    key: Ed25519PrivateKey,
    faces: Enroller,
    clock: Clock,
    challenge_policy: ChallengePolicy | None = None,
) -> Kiosk:
    """Build one kiosk. It keeps nothing, so it needs no folder but its key's."""
    return Kiosk(
        deployment=deployment.name,
        kiosk=kiosk,
        key=key,
        faces=faces,
        clock=clock,
        randbelow=secrets.randbelow,
        challenge_policy=challenge_policy or ChallengePolicy(),
    )
