"""Where the committed bytes lie, and what they are made of."""

import json
from pathlib import Path
from typing import Final

from fakes.golden_documents import golden_messages
from fakes.golden_ride import golden_ride
from faregate.wire.canonical import JsonValue

GOLDEN: Final = Path(__file__).resolve().parents[1] / "golden"


def all_goldens(scratch: Path) -> dict[str, dict[str, JsonValue]]:
    """Make all goldens, by the name of their file; `scratch` is an empty folder to work in."""
    return {"messages": golden_messages(), "ride": golden_ride(scratch)}


def as_text(golden: dict[str, JsonValue]) -> str:
    """Spell a golden for its file: sorted, one value a line, so that a diff can be read."""
    return json.dumps(golden, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
