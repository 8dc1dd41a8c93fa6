"""Draws the course's sample data: labelled pictures that need no download."""

from drawings.files import VERSIONS
from drawings.food_set import draw_food
from drawings.vehicle_set import draw_vehicles

__all__ = ["VERSIONS", "draw_food", "draw_vehicles"]
