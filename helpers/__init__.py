"""The front door: the dozen names that notebooks use, each documented where it lives.

>>> from helpers import VehicleNet, compare, evaluate, fit, load_vehicles, make_loader, seed_everything
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what an editor reads; at run time a room is opened when somebody asks for one of its names
    from helpers.datasets import load_food, load_vehicles, make_loader
    from helpers.evaluation import Comparison, Evaluation, compare, ensemble, evaluate, predict, scores, wilson
    from helpers.models import EfficientNetLite, FoodCNN, ResNet, VehicleNet
    from helpers.runtime import seed_everything
    from helpers.training import History, fit, load_checkpoint

__all__ = [
    "Comparison", "EfficientNetLite", "Evaluation", "FoodCNN", "History", "ResNet", "VehicleNet", "compare",
    "ensemble", "evaluate", "fit", "load_checkpoint", "load_food", "load_vehicles", "make_loader", "predict", "scores",
    "seed_everything", "wilson",
]  # fmt: skip
ROOMS = ("runtime", "models", "datasets", "evaluation", "training")


def __getattr__(name: str):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        rooms = (import_module(f"helpers.{room}") for room in ROOMS)
        globals()[name] = next(getattr(room, name) for room in rooms if hasattr(room, name))
    except ModuleNotFoundError as error:  # most often the wrong Python: the course lives in its own environment
        if (error.name or "").startswith("helpers"):
            raise
        raise ModuleNotFoundError(
            f"{error.name} is not installed for {sys.executable}; activate the course's environment (.venv), or "
            "install with `make setup` or `pip install -r requirements.txt`.",
            name=error.name,
        ) from None
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
