"""`python -m drawings vehicles`: draw what standard input lists as JSON, [seed, number, label] each, for `drawn`."""

import json
import sys

from drawings.food_photo import dish_bytes
from drawings.vehicle_photo import photo_bytes

DRAW = {"vehicles": photo_bytes, "food": dish_bytes}

if __name__ == "__main__":
    try:
        for job in json.load(sys.stdin):
            data = DRAW[sys.argv[1]](*job)
            sys.stdout.buffer.write(len(data).to_bytes(4) + data)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
