"""The front door: the dozen names that the notebooks use, each documented where it lives.

>>> from helpers import VehicleNet, compare, evaluate, fit, load_vehicles, make_loader, seed_everything
"""

import sys

try:
    from helpers.datasets import load_food, load_vehicles, make_loader
    from helpers.evaluation import Comparison, Evaluation, compare, ensemble, evaluate, predict, wilson
    from helpers.models import FoodCNN, ResNet, VehicleNet
    from helpers.runtime import seed_everything
    from helpers.training import History, fit, load_checkpoint
except ModuleNotFoundError as error:  # most often the wrong Python: the course lives in its own environment
    raise ModuleNotFoundError(
        f"{error.name} is not installed for {sys.executable}; activate the course's environment (.venv), or install "
        "with `make setup` or `pip install -r requirements.txt`.",
        name=error.name,
    ) from None

__all__ = [
    "Comparison",
    "Evaluation",
    "FoodCNN",
    "History",
    "ResNet",
    "VehicleNet",
    "compare",
    "ensemble",
    "evaluate",
    "fit",
    "load_checkpoint",
    "load_food",
    "load_vehicles",
    "make_loader",
    "predict",
    "seed_everything",
    "wilson",
]
