"""The chapters of the demo's day: one point each, in plain words."""

from enum import StrEnum
from typing import Final


class Chapter(StrEnum):
    """Every chapter by its title, in the order in which the day is played."""

    A_ENROLS = "A enrols"
    A_TRAVELS = "A travels"
    B_IS_NOT_KNOWN = "B is not known"
    A_PHOTO_OF_A = "A photo of A"
    A_ALIVE = "A, alive"
    STOP = "Stop"
    B_TRAVELS = "B travels, A does not"
    NOBODY_UNLOCKED = "Nobody unlocked"
    NETWORK_DOWN = "Network down"
    DAY_CLOSE = "Day close"
    WITHDRAWAL = "Withdrawal"


EXPLANATIONS: Final = {
    Chapter.A_ENROLS: "Rider A stands at the kiosk, which checks that a person is there, makes a "
    "template, and forgets it. A agrees with a passkey.",
    Chapter.A_TRAVELS: "A taps “I'm travelling now”. The two gates that A chose unlock A's "
    "template, in memory, for two hours at most.",
    Chapter.B_IS_NOT_KNOWN: "Rider B has not enrolled, and walks up while A is unlocked. The gate "
    "asks for a card and keeps nothing.",
    Chapter.A_PHOTO_OF_A: "Somebody holds up a printed photo of A. It looks like A, but it is "
    "flat: the gate asks for a card.",
    Chapter.A_ALIVE: "The same permission that the photo could not use opens for A.",
    Chapter.STOP: "A taps Stop. Both gates wipe A's template with their next message.",
    Chapter.B_TRAVELS: "B enrols and travels. A, who has stopped, walks up and is asked for a "
    "card. B walks up, and the gate opens.",
    Chapter.NOBODY_UNLOCKED: "B has stopped too. Somebody walks up: the camera is not even "
    "switched on.",
    Chapter.NETWORK_DOWN: "A travels again, and the line to the office is cut. The gates go on by "
    "themselves; each ride is charged once, though messages get lost later.",
    Chapter.DAY_CLOSE: "The day is charged: one amount per rider. The details go to the riders, "
    "sealed, and the office forgets them. The riders read their receipts.",
    Chapter.WITHDRAWAL: "A withdraws. The gates forget A at once, the office with the next day "
    "close: what stays is the amounts, and an id that no gate opens for.",
}
