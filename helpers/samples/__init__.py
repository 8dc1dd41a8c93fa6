"""Draws the course's sample data: labelled pictures that need no download."""

from helpers.samples.sets import VERSION, draw_vehicles

__all__ = ["VERSION", "draw_vehicles"]
