"""Draws the course's sample data: labelled pictures that need no download."""

from helpers.samples.food_set import VERSION as FOOD_VERSION
from helpers.samples.food_set import draw_food
from helpers.samples.sets import VERSION, draw_vehicles

__all__ = ["FOOD_VERSION", "VERSION", "draw_food", "draw_vehicles"]
