"""Read what riders buy, and who and what for: products, media, rider categories."""

from collections.abc import Mapping
from typing import Final

from faregate.fares.findings import Findings, Place
from faregate.fares.reading.cells import Cells, Table
from faregate.fares.reading.files import FeedFiles
from faregate.fares.tables import FareMediaType, FareMedium, FareProduct, RiderCategory

# Fields of proposals: each would change when a product may be used, or what it costs.
_PROPOSED: Final = (
    "transfer_only",
    "bundle_amount",
    "duration_amount",
    "duration_unit",
    "duration_type",
    "cap_required",
)


def read_media(files: FeedFiles) -> dict[str, FareMedium]:
    """Read fare_media.txt."""
    cells = Cells(files.findings)
    media: dict[str, FareMedium] = {}
    fields = ("fare_media_id", "fare_media_name", "fare_media_type")
    for at, (media_id, name, kind) in files.rows("fare_media.txt", *fields):
        if not cells.require(at, fare_media_id=media_id):
            continue
        if not cells.first(at, "fare_media_id", media_id, media):
            continue
        if not kind:
            what = "is empty."
            files.findings.error(at, "fare_media_type", "feed_field_missing", what, "Fill it in.")
        media[media_id] = FareMedium(
            fare_media_id=media_id,
            fare_media_name=name,
            fare_media_type=cells.choice_or(at, "fare_media_type", kind, FareMediaType.NONE),
        )
    return media


def read_categories(files: FeedFiles) -> dict[str, RiderCategory]:
    """Read rider_categories.txt."""
    cells = Cells(files.findings)
    categories: dict[str, RiderCategory] = {}
    fields = (
        "rider_category_id",
        "rider_category_name",
        "is_default_fare_category",
        "eligibility_url",
    )
    for at, (category_id, name, default, url) in files.rows("rider_categories.txt", *fields):
        if not cells.require(at, rider_category_id=category_id):
            continue
        if not cells.first(at, "rider_category_id", category_id, categories):
            continue
        if not name:
            field = "rider_category_name"
            files.findings.error(at, field, "feed_field_missing", "is empty.", "Fill it in.")
        if default not in ("", "0", "1"):
            what = f"{default!r} is none of 0, 1."
            field = "is_default_fare_category"
            files.findings.error(at, field, "feed_enum", what, "Use one of them.")
        categories[category_id] = RiderCategory(
            rider_category_id=category_id,
            rider_category_name=name,
            is_default_fare_category=default == "1",
            eligibility_url=url,
        )
    return categories


def read_products(
    files: FeedFiles,
    media: Mapping[str, FareMedium],
    categories: Mapping[str, RiderCategory],
) -> tuple[FareProduct, ...]:
    """Read fare_products.txt."""
    cells = Cells(files.findings)
    media_table = Table(name="fare_media.txt", known=media, present=files.has("fare_media.txt"))
    category_table = Table(
        name="rider_categories.txt", known=categories, present=files.has("rider_categories.txt")
    )
    products: list[FareProduct] = []
    seen: set[tuple[str, str, str]] = set()
    proposed: set[str] = set()
    defaults = _Defaults(files.findings, categories)
    fields = (
        "fare_product_id",
        "rider_category_id",
        "fare_media_id",
        "amount",
        "currency",
        "fare_product_name",
        *_PROPOSED,
    )
    for at, row in files.rows("fare_products.txt", *fields):
        product_id, category_id, media_id, amount, currency, name, *more = row
        if any(more):
            proposed.update(field for field, cell in zip(_PROPOSED, more, strict=True) if cell)
        if not (product_id and amount and currency):
            cells.require(at, fare_product_id=product_id, amount=amount, currency=currency)
            continue
        key = (product_id, category_id, media_id)
        money = cells.amount(at, amount, currency)
        if not cells.first(at, "fare_product_id", key, seen) or money is None:
            continue
        seen.add(key)
        cells.refer(at, "rider_category_id", category_id, category_table)
        cells.refer(at, "fare_media_id", media_id, media_table)
        defaults.add(at, product_id, category_id)
        products.append(
            FareProduct(
                fare_product_id=product_id,
                rider_category_id=category_id,
                fare_media_id=media_id,
                amount=money,
                fare_product_name=name,
                line=at.line,
            )
        )
    defaults.finish()
    for field in sorted(proposed):
        note_proposed(files.findings, "fare_products.txt", field)
    return tuple(products)


def note_proposed(findings: Findings, file: str, field: str) -> None:
    """Say that a proposed field or file was read past."""
    findings.note(
        Place(file, 0),
        field,
        "feed_proposed",
        "is only proposed: nothing is priced by it.",
        "Keep it if other programs want it.",
    )


class _Defaults:
    """Tells products whose eligible rider categories have several defaults, or none."""

    def __init__(self, findings: Findings, categories: Mapping[str, RiderCategory]) -> None:
        self._findings = findings
        self._all = frozenset(categories)
        self._default = frozenset(
            category_id for category_id, row in categories.items() if row.is_default_fare_category
        )
        self._eligible: dict[str, frozenset[str]] = {}
        self._places: dict[str, Place] = {}

    def add(self, at: Place, product_id: str, category_id: str) -> None:
        """Take a row of fare_products.txt into account; report it if it adds a second default."""
        row = frozenset({category_id}) if category_id else self._all
        before = self._eligible.get(product_id)
        if before is None:  # nearly every row of most feeds
            self._places[product_id] = at
            before = frozenset()
            after = row
        else:
            after = before | row
        self._eligible[product_id] = after
        if row <= before:
            return
        defaults = after & self._default
        if len(defaults) > 1 >= len(before & self._default):
            self._findings.error(
                at,
                "rider_category_id",
                "feed_default_category",
                f"makes {', '.join(sorted(defaults))} the defaults of {product_id}.",
                "Make one of them the default in rider_categories.txt.",
            )

    def finish(self) -> None:
        """Report the products of several categories without a default."""
        for product_id, eligible in self._eligible.items():
            if len(eligible) > 1 and not eligible & self._default:
                self._findings.warning(
                    self._places[product_id],
                    "rider_category_id",
                    "feed_default_category",
                    f"leaves {product_id} without a default category.",
                    "Make one of its categories the default in rider_categories.txt.",
                )
