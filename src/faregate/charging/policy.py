"""What charging must know of the deployment."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from faregate.charging.rating import Place
from faregate.errors import InvalidInputError
from faregate.fares.tariff import Tariff
from faregate.ids import DeploymentId, LineId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingPolicy:
    """The tariff in force, and where each line stands in its words."""

    deployment: DeploymentId
    tariff: Tariff
    places: Mapping[LineId, Place]

    def __post_init__(self) -> None:
        """Raise `InvalidInputError` for caps: nothing is kept yet of what closed days paid."""
        if self.tariff.caps:
            raise InvalidInputError(
                "caps_not_booked",
                "The day close does not apply caps yet.",
                remedy="Charge with a tariff without caps.",
            )

    @property
    def zone(self) -> ZoneInfo:
        """The agency's time zone: by its wall clock the day stores begin and end."""
        return self.tariff.feed.agency_timezone
