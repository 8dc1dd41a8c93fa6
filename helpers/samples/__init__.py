"""Draws the course's sample data: labelled pictures that need no download."""

from helpers.samples.sets import draw_vehicles

__all__ = ["draw_vehicles"]
