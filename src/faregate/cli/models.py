"""`faregate models`: which model packs there are, whether they are whole, and how to get one."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from faregate.errors import MachineError
from faregate.models.install import install
from faregate.models.manifest import PackManifest
from faregate.models.pack import (
    FileState,
    default_models_dir,
    inspect,
    known_packs,
    locate,
    verify,
)

models_app = typer.Typer(
    help="List, check and install the packs of face models.", no_args_is_help=True
)

ModelsDir = Annotated[
    Path,
    typer.Option(
        "--models-dir",
        default_factory=default_models_dir,
        show_default="the user's data folder",
        help="The folder that holds the packs.",
    ),
]


@models_app.command("list")
def list_packs(models_dir: ModelsDir) -> None:
    """Show every pack: what it is, whether it is here, and what it may be used for."""
    table = Table("Pack", "What", "Size", "Here", "Real charging")
    for manifest in known_packs(models_dir):
        table.add_row(
            manifest.pack,
            manifest.title,
            f"{manifest.size / 1e6:.1f} MB",
            _presence(manifest, models_dir),
            "allowed" if manifest.real_charging else "refused",
        )
    Console().print(table)


@models_app.command("verify")
def verify_packs(
    models_dir: ModelsDir,
    pack: Annotated[
        str, typer.Argument(help="One pack; without it, every pack that is here.")
    ] = "",
) -> None:
    """Compare every file with the sha256 in its manifest; fail at the first that differs."""
    console = Console()
    names = [pack] if pack else _packs_here(models_dir)
    for name in names:
        verified = verify(name, models_dir)
        for file in verified.manifest.files:
            console.print(f"{name}: {file.name}: {file.role}, {file.licence}: whole")
    if not names:
        console.print("No pack is installed.")


@models_app.command("install")
def install_pack(
    pack: Annotated[str, typer.Argument(help="The pack, as `faregate models list` names it.")],
    source: Annotated[
        str, typer.Option("--from", help="A folder with the files, or the address they are under.")
    ],
    models_dir: ModelsDir,
) -> None:
    """Copy or download a pack; keep it only if every file is the one its manifest names."""
    verified = install(pack, source, models_dir)
    Console().print(f"{pack} is installed in {verified.located.folder}.")


def _presence(manifest: PackManifest, models_dir: Path) -> str:
    try:
        states = {state for _, state in inspect(locate(manifest.pack, models_dir))}
    except MachineError:  # its Python package is not installed
        return "no"
    if FileState.CORRUPT in states:
        return "damaged"
    match FileState.MISSING in states, FileState.VERIFIED in states:
        case False, _:
            return "yes"
        case True, False:
            return "no"
        case _:
            return "in part"


def _packs_here(models_dir: Path) -> list[str]:
    return [
        manifest.pack
        for manifest in known_packs(models_dir)
        if _presence(manifest, models_dir) != "no"
    ]
