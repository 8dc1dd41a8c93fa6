"""Bring the real photos into the data folder: sources, download, unpacking and import; load photos of one's own."""

from course.intake.cleaned import write_cleaned
from course.intake.collect import get, import_folder
from course.intake.folder import load_folder

__all__ = ["get", "import_folder", "load_folder", "write_cleaned"]
