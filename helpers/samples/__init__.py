"""Draws the course's sample data: labelled pictures that need no download."""

from helpers.samples.files import VERSIONS
from helpers.samples.food_set import draw_food
from helpers.samples.sets import draw_vehicles

__all__ = ["VERSIONS", "draw_food", "draw_vehicles"]
