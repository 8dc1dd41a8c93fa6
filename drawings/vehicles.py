"""What makes up a vehicle of the sample, and the order in which its parts are drawn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from drawings import bodies
from drawings.solid import Camera, Colour, Placed, jitter, one_of


@dataclass
class Vehicle:
    """A vehicle ready to be drawn."""

    body: str
    paint: Colour
    glass: Colour = (34, 40, 48)
    rim: Colour = (176, 180, 186)
    spokes: int = 5
    hood: Colour | None = None
    roof: Colour | None = None
    cladding: Colour | None = None
    plate: Colour = (228, 228, 216)
    style: float = 0.5
    lamps: bool = False
    on_side: list[Callable] = field(default_factory=list)  # liveries, painted on the side
    on_end: list[Callable] = field(default_factory=list)  # ... on the front or rear
    on_roof: list[Callable] = field(default_factory=list)  # things that stand on the roof


RIMS = [(182, 186, 190), (182, 186, 190), (110, 112, 118), (40, 40, 44)]
GLASSES = [(28, 33, 40), (44, 54, 62), (70, 84, 92)]
PLATES = [(232, 232, 224), (232, 232, 224), (222, 198, 70)]
BUMPERS = (38, 38, 42)  # of unpainted plastic
PAINTS = (  # colours, and how often they are seen
    ((198, 200, 204), 9), ((232, 233, 234), 6), ((38, 40, 44), 8), ((96, 100, 106), 8), ((160, 24, 30), 2),
    ((30, 46, 92), 4), ((100, 126, 156), 2), ((30, 62, 50), 2), ((146, 130, 100), 2), ((190, 160, 60), 1),
    ((176, 96, 50), 1), ((86, 32, 40), 2), ((70, 58, 50), 2),
)  # fmt: skip


def paint(rng: Random) -> Colour:
    """Choose a car's colour, as often as it is seen on the road."""
    colours, weights = zip(*PAINTS, strict=True)
    return jitter(rng, rng.choices(colours, weights)[0], 12)


def finish(rng: Random, vehicle: Vehicle, dark: float) -> Vehicle:
    """Vary what every vehicle has: rims, glass, plate, lamps."""
    vehicle.rim = one_of(rng, RIMS, 12)
    vehicle.spokes = rng.choice([0, 5, 5, 6, 7, 10])
    vehicle.glass = one_of(rng, GLASSES, 8)
    vehicle.plate = rng.choice(PLATES)
    vehicle.style = rng.random()
    vehicle.lamps = rng.random() < 0.12 + 0.75 * dark
    if vehicle.cladding is None and rng.random() < 0.25:
        vehicle.cladding = BUMPERS
    return vehicle


def draw_vehicle(camera: Camera, vehicle: Vehicle, right: float, depth: float, heading: float) -> None:
    """Draw a vehicle on the camera's canvas.

    Args:
        camera: The camera that sees it.
        vehicle: What to draw.
        right: Where its middle stands, metres to the right of the optical axis.
        depth: Metres in front of the camera.
        heading: Direction of its nose in radians: 0 to the right, pi/2 away from the camera.
    """
    place = Placed(camera, right, depth, heading)
    sheet = bodies.Sheet(vehicle.body, place)
    bodies.draw_shadow(sheet)
    for side in (-1, 1):
        for axle in sheet.body.axles:
            bodies.draw_wheel(sheet, axle, side, False, vehicle.rim, 0)
    bodies.draw_strips(sheet, vehicle.paint, vehicle.glass, vehicle.hood, vehicle.roof)
    for item in vehicle.on_end:
        item(sheet)
    bodies.draw_ends(sheet, vehicle.paint, vehicle.style, vehicle.lamps, vehicle.plate)
    bodies.draw_side(sheet, vehicle.paint, vehicle.glass, vehicle.cladding,
                     lambda sheet: [item(sheet) for item in vehicle.on_side])  # fmt: skip
    if sheet.side:
        for axle in sorted(sheet.body.axles, key=lambda axle: (0.5 - axle) * place.sin, reverse=True):
            bodies.draw_wheel(sheet, axle, sheet.side, True, vehicle.rim, vehicle.spokes)
    for item in vehicle.on_roof:
        item(sheet)
