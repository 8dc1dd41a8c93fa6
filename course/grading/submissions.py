"""What a student handed in, brought back into the shape of the exercise: nobody loses marks to a lost cell id."""

import re
from collections import defaultdict
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

DEFINED = re.compile(r"^(?:async )?(?:def|class)\s+(\w+)", re.MULTILINE)


def read(path: Path) -> NotebookNode:
    """Read a notebook of any format and editor.

    Args:
        path: The file.

    Returns:
        The notebook in format 4.

    Raises:
        ValueError: It is no notebook.
    """
    if path.is_symlink():
        raise ValueError(f"{path.name} is a link to another file; ask for the file itself")
    try:
        # Not nbformat.read: that complains about each missing cell id, and all cells get new ones anyway.
        notebook = nbformat.convert(nbformat.reader.reads(path.read_text(encoding="utf-8-sig")), 4)
        for cell in notebook.cells:
            cell.source = cell.source if isinstance(cell.source, str) else "".join(cell.source)
    except Exception as error:  # what is wrong with a file that is no notebook can be anything
        raise ValueError(
            f"{path.name} cannot be read as a notebook; ask for it again ({_first_line(error)})"
        ) from error
    return notebook


def restore(submitted: NotebookNode, release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Put a student's answers into a fresh copy of the exercise.

    Order, tests, points, ids and all other metadata are the exercise's own. Of the student's notebook come the
    answers, found by grade id, else by cell id, else by the function that they define, and every cell of their own, in
    its place.

    Args:
        submitted: What was handed in.
        release: The exercise as students get it.

    Returns:
        The notebook to grade, and what was found on the way, a clause each.

    Raises:
        ValueError: It is another notebook, for it has no cell of this exercise.
    """
    taken = _Taken(submitted, release)
    cells, notes = list(taken.own[-1]), taken.notes
    for place, original in enumerate(release.cells):
        cell, earlier = original, taken.before[place]
        if place in taken.answers:
            *earlier, source = taken.answer(place)
            cell = NotebookNode({**original, "source": source})
            earlier = [new_code_cell(text) for text in earlier]
        cells += [*earlier, cell, *taken.own[place]]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # ids may be doubled, or no ids at all
    return NotebookNode({**release, "cells": cells}), notes


class _Taken:
    """A student's cells, sorted: `answers` by place in the exercise, `own` cells by the place that they follow."""

    def __init__(self, submitted: NotebookNode, release: NotebookNode) -> None:
        self.release, self.notes = release, []
        self.own, self.before = defaultdict(list), defaultdict(list)
        self.answers = {place: [] for place, cell in enumerate(release.cells) if _flag(cell, "solution")}
        names = [(_defined(cell.source), place) for place, cell in enumerate(release.cells) if place in self.answers]
        self.functions = {place: defined[0] for defined, place in names if defined}
        self.seen = set()
        self._sort(submitted)

    def _sort(self, submitted: NotebookNode) -> None:
        cells = self.release.cells
        sources = {cell.source.strip(): place for place, cell in enumerate(cells)}
        grade_ids = {_grade_id(cell): place for place, cell in enumerate(cells) if _grade_id(cell)}
        ids = {cell.id: place for place, cell in enumerate(cells)}
        last, same = -1, False
        for cell in submitted.cells:
            source = cell.source.strip()
            if not source:
                continue
            place = sources.get(source, grade_ids.get(_grade_id(cell), ids.get(cell.get("id"))))
            if place is None:
                self.own[last].append(_plain(cell))
                continue
            last = place
            self.seen.add(place)
            if place not in self.answers:
                same |= source in sources or cell.get("id") in ids
            if source not in sources:
                self._changed(cell, place)
        if not same:
            raise ValueError("it has no cell of this exercise; is it another one?")

    def _changed(self, cell: NotebookNode, place: int) -> None:
        """Keep an answer, and what was written into a cell of the exercise unless it is a test, or only to be seen."""
        original = self.release.cells[place]
        if place in self.answers:
            self.answers[place].append(cell.source)
            return
        name = _grade_id(original)
        if name:
            self.notes.append(f"{name} was changed; the exercise's own is used")
        if original.cell_type == "markdown" or set(_defined(cell.source)) & set(self.functions.values()):
            self.own[place].append(_plain(cell))
        elif not _flag(original, "grade") and not name.endswith("-run"):
            self.before[place].append(_plain(cell))  # an import of their own, perhaps

    def answer(self, place: int) -> list[str]:
        """Return the sources to run for an answer, the one that counts last."""
        name, stub = _grade_id(self.release.cells[place]), self.release.cells[place].source
        found = self.answers[place]
        if len(found) > 1:
            self.notes.append(f"{name} is there {len(found)} times; all were run, the last one counts")
        function = self.functions.get(place)
        if not found or (function and not any(function in _defined(source) for source in found)):
            elsewhere = self._elsewhere(place)
            found = found + elsewhere
            if elsewhere:
                self.notes.append(f"{name} does not hold the answer; what stands in another cell is used")
            elif place not in self.seen:
                self.notes.append(f"{name} was missing")
        return found or [stub]

    def _elsewhere(self, place: int) -> list[str]:
        """Find an answer outside its cell: code that defines its function, or text beside it."""
        if place not in self.functions:
            near = [cell for spot in (place - 1, place) for cell in self.own[spot] if cell.cell_type == "markdown"]
            for spot in (place - 1, place):
                self.own[spot] = [cell for cell in self.own[spot] if cell.cell_type != "markdown"]
            return ["\n\n".join(cell.source for cell in near)] if near else []
        function = self.functions[place]
        for spot in sorted(self.own, reverse=True):
            for cell in reversed(self.own[spot]):
                if cell.cell_type == "code" and function in _defined(cell.source):
                    self.own[spot] = [other for other in self.own[spot] if other is not cell]
                    self.answers[place] = [*self.answers[place], cell.source]
                    return [cell.source]
        # Beside another answer, which then runs twice.
        others = [source for sources in self.answers.values() for source in sources if function in _defined(source)]
        return others[-1:]


def _grade_id(cell: NotebookNode) -> str:
    found = cell.get("metadata", {}).get("nbgrader", {})
    name = found.get("grade_id") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""


def _flag(cell: NotebookNode, name: str) -> bool:
    return cell.metadata.get("nbgrader", {}).get(name, False)


def _defined(source: str) -> list[str]:
    return DEFINED.findall(source)


def _plain(cell: NotebookNode) -> NotebookNode:
    if cell.cell_type == "code":
        return new_code_cell(cell.source)
    attached = {"attachments": cell.attachments} if cell.get("attachments") else {}
    return new_markdown_cell(cell.source, **attached)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:100]
