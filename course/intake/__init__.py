"""Bring the real photos into the data folder: sources, download, unpacking and import."""

from course.intake.cleaned import write_cleaned
from course.intake.collect import get, import_folder

__all__ = ["get", "import_folder", "write_cleaned"]
