"""The fleet of the sample: ordinary vehicles, emergency vehicles, and the look-alikes on both sides."""

from random import Random

from drawings import fittings
from drawings.fittings import AMBER, BLUE, CLEAR, RED, Item
from drawings.solid import jitter, one_of
from drawings.vehicles import Vehicle, finish, paint

WHITE, BLACK, YELLOW, FIRE = (234, 236, 238), (30, 31, 35), (226, 220, 30), (188, 24, 26)
NAVY, SKY, GREEN, ORANGE, SILVER = (22, 40, 112), (32, 104, 196), (20, 120, 66), (232, 100, 24), (186, 190, 196)
CRIMSON, CAR_RED, BUS_RED, GOLD = (214, 34, 30), (196, 18, 22), (186, 26, 28), (196, 160, 40)
TAXI_YELLOW, SITE_YELLOW, LIME = (230, 180, 30), (238, 178, 30), (206, 214, 40)
SIGNS = [(250, 220, 90), WHITE]  # on the roofs of taxis
AMBULANCES = [WHITE, WHITE, WHITE, (232, 218, 60), (238, 228, 190)]
UNMARKED = [BLACK, (70, 74, 80), NAVY, SILVER, (120, 20, 26)]
TAXIS = [TAXI_YELLOW, TAXI_YELLOW, BLACK, (226, 214, 176), WHITE]
VANS = [WHITE, WHITE, WHITE, (236, 200, 40), SILVER]
LOGOS = [(206, 34, 36), SKY, GREEN, ORANGE, NAVY, (110, 40, 130)]
CARGOS = [WHITE, (186, 30, 30), SILVER, (60, 70, 90)]
PATROLS = {"sedan": 10, "suv": 8, "estate": 5, "hatchback": 3, "van": 3}  # how often
POLICE_BARS = [(BLUE, BLUE, BLUE, BLUE), (RED, CLEAR, BLUE), (RED, RED, BLUE, BLUE), (BLUE, CLEAR, BLUE)]
AMBULANCE_BARS = [(BLUE, BLUE, BLUE), (RED, CLEAR, RED), (RED, RED), (BLUE, CLEAR, BLUE)]
ROOFS = {"van": 0.36, "minibus": 0.36, "box": 0.36, "engine": 0.12, "lorry": 0.15, "pickup": 0.42}  # see _roof_share
DOORS = (0.1, 0.64)  # lower and upper edge of painted doors, shares of the height
LIT = 0.6  # how often the lamps of an emergency vehicle flash
FAINTLY_MARKED = 0.06  # share of emergency vehicles that are hard to tell from ordinary ones
ORDINARY = {
    "sedan": 30, "hatchback": 17, "estate": 9, "suv": 18, "sports": 12, "pickup": 9, "van": 3, "minibus": 3, "box": 1,
    "lorry": 2, "bus": 2,
}  # fmt: skip
FIRMS = ("FRESH", "EXPRESS", "BAKERY", "FLOWERS", "MOVERS", "PLUMBER", "PARCEL", "ELECTRO", "RENTAL", "MARKET")


def _police_bar(rng: Random, share: float) -> Item:
    lenses, wide, tall = rng.choice(POLICE_BARS), rng.uniform(0.5, 0.72), rng.uniform(0.09, 0.15)
    return fittings.light_bar(share, lenses, wide, tall, rng.random() < LIT)


def _roof_share(body: str) -> float:
    """Tell where a light bar stands on a roof, as a share of the length from the nose."""
    return ROOFS.get(body, 0.5)


def _police_body(rng: Random) -> str:
    return rng.choices(list(PATROLS), list(PATROLS.values()))[0]


def _patrol_striped(rng: Random) -> Vehicle:
    """Make a patrol car, white or silver, with a stripe and a word."""
    body = _police_body(rng)
    vehicle = Vehicle(body, one_of(rng, [WHITE, WHITE, SILVER], 8))
    stripe = one_of(rng, [NAVY, SKY, SKY, GREEN, GOLD], 14)
    low = rng.uniform(0.3, 0.42)
    vehicle.on_side += [fittings.band(low, low + rng.uniform(0.1, 0.2), stripe)]
    if rng.random() < 0.5:
        vehicle.on_side += [fittings.slash(0.5, 0.07, 0.2, 0.62, stripe)]
    vehicle.on_side += [fittings.word("POLICE", stripe, 0.5, 0.54, 0.1)]
    vehicle.on_end += [fittings.hood_word("POLICE", stripe)]
    vehicle.on_roof.append(_police_bar(rng, _roof_share(body)))
    return vehicle


def _patrol_black_and_white(rng: Random) -> Vehicle:
    """Make a patrol car, black with white doors and roof."""
    body = rng.choice(["sedan", "sedan", "suv", "estate"])
    vehicle = Vehicle(body, jitter(rng, BLACK, 6), roof=WHITE if rng.random() < 0.6 else None)
    vehicle.on_side += [fittings.area(0.31, 0.74, *DOORS, WHITE), fittings.word("POLICE", BLACK, 0.52, 0.47, 0.12)]
    vehicle.on_roof.append(_police_bar(rng, 0.5))
    return vehicle


def _patrol_chequered(rng: Random) -> Vehicle:
    """Make a patrol car, white or silver, with a Battenburg pattern in blue and yellow."""
    body = _police_body(rng)
    vehicle = Vehicle(body, one_of(rng, [WHITE, SILVER], 8))
    low = rng.uniform(0.28, 0.34)
    rows, cells = rng.choice([(2, 7), (2, 9), (1, 8), (2, 12)])
    vehicle.on_side += [fittings.checks(low, low + rng.uniform(0.2, 0.3), cells, rows, jitter(rng, YELLOW, 14), SKY)]
    vehicle.on_end += [fittings.chevrons(0.3, 0.58, RED, YELLOW), fittings.hood_word("POLICE", NAVY)]
    vehicle.on_roof.append(_police_bar(rng, _roof_share(body)))
    return vehicle


def _patrol_two_tone(rng: Random) -> Vehicle:
    """Make a patrol car, silver or white, with hood and doors in blue or green."""
    body = _police_body(rng)
    second = one_of(rng, [NAVY, SKY, GREEN], 14)
    vehicle = Vehicle(body, one_of(rng, [SILVER, WHITE], 8), hood=second if rng.random() < 0.5 else None)
    vehicle.on_side += [fittings.area(0.3, 0.76, *DOORS, second), fittings.word("POLICE", WHITE, 0.52, 0.45, 0.1)]
    vehicle.on_roof.append(_police_bar(rng, _roof_share(body)))
    return vehicle


def _ambulance(rng: Random) -> Vehicle:
    """Make an ambulance: a white, yellow or cream van or box with stripes, chequers or a cross."""
    body = rng.choice(["van", "van", "minibus", "box", "box", "box"])
    base = one_of(rng, AMBULANCES, 8)
    vehicle = Vehicle(body, base)
    accent = one_of(rng, [CRIMSON, CRIMSON, ORANGE, SKY, GREEN], 12)
    style = rng.random()
    if style < 0.35:
        low = rng.uniform(0.26, 0.36)
        other = YELLOW if accent != GREEN else None
        vehicle.on_side += [fittings.checks(low, low + rng.uniform(0.2, 0.3), rng.randint(8, 12), 2, accent, other)]
    else:
        low = rng.uniform(0.26, 0.44)
        vehicle.on_side += [fittings.band(low, low + rng.uniform(0.08, 0.16), accent)]
        vehicle.on_end += [fittings.end_band(low, low + 0.08, accent)]
    if rng.random() < 0.6:
        vehicle.on_side += [fittings.cross(accent, rng.uniform(0.5, 0.75), 0.68, rng.uniform(0.16, 0.26))]
    vehicle.on_side += [fittings.word("AMBULANCE", accent, 0.6, 0.9 if style < 0.5 else 0.22, 0.07)]
    vehicle.on_end += [fittings.rear_doors(), fittings.hood_word("AMBULANCE", accent)]
    lenses = rng.choice(AMBULANCE_BARS)
    lit = rng.random() < LIT
    vehicle.on_roof.append(fittings.light_bar(0.2 if body == "box" else 0.36, lenses, 0.7, 0.16, lit))
    if rng.random() < 0.5:
        vehicle.on_roof.append(fittings.beacon(0.95, lenses[0], rng.choice([-0.8, 0.8]), 0.11, lit))
    return vehicle


def _fire_engine(rng: Random) -> Vehicle:
    """Make a fire engine, red, seldom yellow, with shutters, a pale stripe and a ladder."""
    lime = rng.random() < 0.1
    base = jitter(rng, LIME if lime else FIRE, 14)
    vehicle = Vehicle("engine", base, roof=WHITE if rng.random() < 0.3 else None)
    stripe = jitter(rng, rng.choice([WHITE, YELLOW, YELLOW]) if not lime else FIRE, 10)
    vehicle.on_side += [fittings.lockers(0.38, 0.98, 0.2, 0.8, rng.randint(3, 4), jitter(rng, SILVER, 10))]
    if rng.random() < 0.4:
        vehicle.on_side += [fittings.checks(0.36, 0.5, 12, 2, stripe, base)]
    else:
        vehicle.on_side += [fittings.band(0.34, 0.34 + rng.uniform(0.04, 0.09), stripe)]
    vehicle.on_side += [fittings.word("FIRE", stripe, 0.66, 0.87, 0.08)]
    vehicle.on_end += [fittings.chevrons(0.2, 0.8, base, stripe), fittings.end_band(0.36, 0.42, stripe, rear=False)]
    lens = rng.choice([BLUE, BLUE, RED])
    vehicle.on_roof.append(fittings.light_bar(0.08, (lens, CLEAR, lens), 0.8, 0.18, rng.random() < LIT))
    if rng.random() < 0.65:
        vehicle.on_roof.append(fittings.ladder(0.3, 0.98))
    return vehicle


def _fire_command(rng: Random) -> Vehicle:
    """Make a red car, pick-up or van of the fire brigade."""
    body = rng.choice(["suv", "pickup", "estate", "van"])
    vehicle = Vehicle(body, jitter(rng, FIRE, 12))
    stripe = one_of(rng, [WHITE, YELLOW], 8)
    low = rng.uniform(0.3, 0.42)
    vehicle.on_side += [fittings.band(low, low + 0.09, stripe), fittings.word("FIRE", stripe, 0.42, 0.55, 0.1)]
    lens = rng.choice([BLUE, RED])
    vehicle.on_roof.append(fittings.light_bar(_roof_share(body), (lens, CLEAR, lens), 0.6, 0.12, rng.random() < LIT))
    return vehicle


def _unmarked(rng: Random) -> Vehicle:
    """Make a dark or grey patrol car with small lamps only."""
    body = rng.choice(["sedan", "suv", "estate", "suv"])
    vehicle = Vehicle(body, one_of(rng, UNMARKED, 10))
    colour = rng.choice([BLUE, BLUE, RED])
    if rng.random() < 0.5:
        vehicle.on_end.append(fittings.grille_lamps(colour, 0.42))
    else:
        vehicle.on_roof.append(fittings.beacon(0.5, colour, rng.choice([-0.6, 0, 0.6]), 0.08, rng.random() < 0.7))
    return vehicle


def _plain_service(rng: Random) -> Vehicle:
    """Make a van or car of a service with a light bar and hardly any livery."""
    body = rng.choice(["van", "suv", "sedan", "minibus"])
    vehicle = Vehicle(body, one_of(rng, [WHITE, WHITE, SILVER, BLACK, FIRE], 10))
    vehicle.on_roof.append(_police_bar(rng, _roof_share(body)))
    if rng.random() < 0.5:
        vehicle.on_side.append(fittings.band(0.36, 0.4, one_of(rng, [NAVY, RED], 10)))
    return vehicle


def _taxi(rng: Random) -> Vehicle:
    body = rng.choice(["sedan", "sedan", "estate", "suv", "hatchback"])
    vehicle = Vehicle(body, one_of(rng, TAXIS, 10))
    if rng.random() < 0.5:
        vehicle.on_side.append(fittings.checks(0.48, 0.56, 22, 2, BLACK, WHITE))
    vehicle.on_side.append(fittings.word("TAXI", BLACK if sum(vehicle.paint) > 300 else WHITE, 0.45, 0.38, 0.1))
    vehicle.on_roof.append(fittings.roof_sign(0.5, rng.choice(SIGNS)))
    return vehicle


def _delivery(rng: Random) -> Vehicle:
    """Make a white or coloured van with a firm's name and stripes."""
    body = rng.choice(["van", "van", "box", "minibus", "lorry"])
    vehicle = Vehicle(body, one_of(rng, VANS, 8))
    accent = one_of(rng, LOGOS, 16)
    low = rng.uniform(0.25, 0.45)
    if rng.random() < 0.6:
        vehicle.on_side.append(fittings.band(low, low + rng.uniform(0.04, 0.16), accent))
    if rng.random() < 0.3:
        vehicle.on_side.append(fittings.slash(0.45, 0.12, 0.2, 0.9, accent, rng.uniform(-0.15, 0.15)))
    vehicle.on_side.append(fittings.word(rng.choice(FIRMS), accent, 0.65, 0.7, rng.uniform(0.08, 0.14)))
    vehicle.on_end.append(fittings.rear_doors())
    if rng.random() < 0.25:
        vehicle.on_roof.append(fittings.rack(rng))
    return vehicle


def _red_car(rng: Random) -> Vehicle:
    vehicle = Vehicle(rng.choice(["sports", "sports", "sedan", "suv", "pickup"]), jitter(rng, CAR_RED, 14))
    if rng.random() < 0.3:
        vehicle.on_side.append(fittings.band(0.3, 0.35, WHITE))
    return vehicle


def _red_lorry(rng: Random) -> Vehicle:
    """Make a red lorry or bus."""
    body = rng.choice(["lorry", "lorry", "bus", "box"])
    vehicle = Vehicle(body, jitter(rng, BUS_RED, 16))
    if body == "lorry":
        cargo = rng.choice(CARGOS)
        vehicle.on_side.append(fittings.area(0.26, 0.99, 0.2, 0.97, jitter(rng, cargo, 10)))
        vehicle.on_side.append(fittings.word(rng.choice(FIRMS), WHITE if cargo != WHITE else FIRE, 0.62, 0.6, 0.14))
        if rng.random() < 0.4:
            vehicle.on_side.append(fittings.lockers(0.3, 0.98, 0.25, 0.9, 3))
    else:
        vehicle.on_side.append(fittings.band(0.3, 0.36, one_of(rng, [WHITE, YELLOW, BLACK], 8)))
    return vehicle


def _construction(rng: Random) -> Vehicle:
    """Make a vehicle of a building site or a breakdown service, with an amber lamp."""
    body = rng.choice(["lorry", "pickup", "van", "box", "suv"])
    vehicle = Vehicle(body, one_of(rng, [ORANGE, SITE_YELLOW, WHITE, SITE_YELLOW], 12))
    if rng.random() < 0.5:
        vehicle.on_side.append(fittings.checks(0.3, 0.38, 16, 1, CRIMSON, WHITE))
    elif rng.random() < 0.5:
        vehicle.on_side.append(fittings.band(0.3, 0.4, one_of(rng, [GREEN, NAVY, BLACK], 10)))
    vehicle.on_end.append(fittings.chevrons(0.2, 0.5, CRIMSON, YELLOW))
    lit = rng.random() < LIT
    if rng.random() < 0.5:
        vehicle.on_roof.append(fittings.light_bar(_roof_share(body), (AMBER, AMBER, AMBER), 0.6, 0.12, lit))
    else:
        vehicle.on_roof.append(fittings.beacon(_roof_share(body), AMBER, rng.choice([-0.5, 0, 0.5]), 0.11, lit))
    return vehicle


def _tuned(rng: Random) -> Vehicle:
    """Make a car with rally stripes, a contrasting roof or a hood in another colour."""
    vehicle = Vehicle(rng.choice(["sedan", "hatchback", "sports", "estate"]), paint(rng))
    second = one_of(rng, [WHITE, BLACK, SKY, RED, YELLOW], 12)
    choice = rng.random()
    if choice < 0.35:
        vehicle.on_side.append(fittings.band(0.28, 0.28 + rng.uniform(0.04, 0.14), second))
    elif choice < 0.6:
        vehicle.on_side.append(fittings.slash(0.4, 0.1, 0.2, 0.64, second))
    else:
        vehicle.hood = vehicle.roof = second
    return vehicle


def _two_tone_civil(rng: Random) -> Vehicle:
    """Make a car that is easily taken for a patrol car: white, silver or black, perhaps two-tone, with a rack."""
    body = rng.choice(["sedan", "suv", "suv", "estate"])
    vehicle = Vehicle(body, one_of(rng, [WHITE, BLACK, SILVER, NAVY], 8))
    if rng.random() < 0.35:
        second = one_of(rng, [BLACK, SILVER, (120, 90, 60), NAVY], 10)
        vehicle.on_side.append(fittings.band(0.1, 0.42, second))
    if rng.random() < 0.5 and body != "sedan":
        vehicle.on_roof.append(fittings.rack(rng))
    return vehicle


MARKED = (
    _patrol_striped, _patrol_striped, _patrol_black_and_white, _patrol_chequered, _patrol_chequered, _patrol_two_tone,
    _ambulance, _ambulance, _ambulance, _fire_engine, _fire_engine, _fire_engine, _fire_command,
)  # fmt: skip
FAINT = (_unmarked, _unmarked, _plain_service)
LOOK_ALIKES = (
    _taxi, _delivery, _delivery, _red_car, _red_lorry, _construction, _tuned, _two_tone_civil, _two_tone_civil,
)  # fmt: skip


def ordinary(rng: Random, dark: float, alike: float = 0.14) -> Vehicle:
    """Draw an ordinary vehicle.

    Args:
        rng: Where the chance comes from.
        dark: 0 by day, 1 at night (lamps are lit more often).
        alike: Share of vehicles that resemble emergency vehicles, 0..1.

    Returns:
        The vehicle.

    Example:
        >>> ordinary(Random(1), 0.0).body
        'box'
    """
    if rng.random() < alike:
        return finish(rng, rng.choice(LOOK_ALIKES)(rng), dark)
    body = rng.choices(list(ORDINARY), list(ORDINARY.values()))[0]
    vehicle = Vehicle(body, paint(rng))
    if body == "bus":
        vehicle.on_side.append(fittings.band(0.1, rng.uniform(0.22, 0.4), paint(rng)))
    if body in ("lorry", "box") and rng.random() < 0.7:
        vehicle.on_side.append(fittings.area(0.3, 0.99, 0.2, 0.96, paint(rng)))
    if body in ("suv", "estate", "hatchback", "van") and rng.random() < 0.3:
        vehicle.on_roof.append(fittings.rack(rng))
    return finish(rng, vehicle, dark)


def emergency(rng: Random, dark: float) -> Vehicle:
    """Draw a police car, an ambulance or a fire engine.

    Args:
        rng: Where the chance comes from.
        dark: 0 by day, 1 at night (lamps are lit more often).

    Returns:
        The vehicle.

    Example:
        >>> emergency(Random(1), 0.0).body
        'suv'
    """
    kinds = FAINT if rng.random() < FAINTLY_MARKED else MARKED
    return finish(rng, rng.choice(kinds)(rng), dark)
