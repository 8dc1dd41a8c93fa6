"""The rules that every notebook of the course keeps. Each takes a notebook (and its path) and yields what is wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

PARTS = {  # what a notebook consists of, in this order; how each part is recognised in a Markdown cell
    "title": r"\A# \S",
    "minutes": r"\bminutes?\b.*\bCPU\b|\bCPU\b.*\bminutes?\b",
    "You will learn": r"You will learn",
    "You need": r"You need",
    "Check yourself": r"^#+ .*Check yourself",
    "Exercises": r"^#+ .*Exercises",
    "In this notebook we saw": r"In this notebook we saw",
    "References": r"^#+ .*References",
}
WITH_BUG = ("01", "02", "03", "04", "05", "07", "08", "09")  # these tell of a bug in the wild
MOST_LINES, CELLS, WORDS, MOST_BYTES = 25, (35, 60), (900, 1600), 500_000


def read(path: Path) -> nbformat.NotebookNode:
    # nbformat.read would repair missing and repeated ids on the way.
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def lint(path: Path) -> list[str]:
    notebook = read(path)
    return [f"{path.name}: {problem}" for rule in RULES for problem in rule(notebook, path)]


def has_all_parts_in_order(notebook, path: Path) -> Iterator[str]:
    parts = dict(PARTS)
    if path.name.startswith(WITH_BUG):
        parts["Bug in the wild"] = r"Bugs? in the wild"
    places = {}
    for name, pattern in parts.items():
        found = [
            place + match.start() / 1e6
            for place, cell in enumerate(notebook.cells)
            if cell.cell_type == "markdown"
            for match in [re.search(pattern, cell.source, re.MULTILINE | re.IGNORECASE)]
            if match
        ]
        if found:
            places[name] = (
                found[-1]
                if name in ("Check yourself", "Exercises", "In this notebook we saw", "References")
                else found[0]
            )
        else:
            yield f"has no {name!r}"
    ordered = [name for name in PARTS if name in places]
    for before, after in zip(ordered, ordered[1:], strict=False):
        if places[before] > places[after]:
            yield f"{after!r} stands before {before!r}"


def begins_with_the_set_up(notebook, path: Path) -> Iterator[str]:
    printed = "".join(
        output.text for cell in _code(notebook)[:3] for output in cell.outputs if output.output_type == "stream"
    )
    if not re.search(r"profile (sample|full)", printed) or "computing on" not in printed:
        yield "the first cells do not print the data profile, the device and the precision"


def has_short_code_cells(notebook, path: Path) -> Iterator[str]:
    for number, cell in _numbered(notebook, "code"):
        lines = len(cell.source.splitlines())
        if lines > MOST_LINES:
            yield f"cell {number} has {lines} lines of code; {MOST_LINES} is the most"
        if not cell.source.strip():
            yield f"cell {number} is empty"


def has_the_right_size(notebook, path: Path) -> Iterator[str]:
    words = sum(len(re.findall(r"\b[\w'-]+\b", cell.source)) for _, cell in _numbered(notebook, "markdown"))
    for what, count, (least, most) in (("cells", len(notebook.cells), CELLS), ("words", words, WORDS)):
        if not least <= count <= most:
            yield f"has {count} {what}; {least} to {most} is the measure"
    if path.exists() and path.stat().st_size > MOST_BYTES:
        yield f"has {path.stat().st_size:,} bytes; {MOST_BYTES:,} is the most"


def explains_between_code(notebook, path: Path) -> Iterator[str]:
    kinds = [cell.cell_type for cell in notebook.cells]
    for number in range(3, len(kinds) + 1):
        if kinds[number - 3 : number] == ["code"] * 3:  # one that computes and one that shows may follow each other
            yield f"cell {number} is the third code cell in a row, with no sentence between"


def ran_in_order(notebook, path: Path) -> Iterator[str]:
    counts = [cell.execution_count for cell in _code(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, not 1 to {len(counts)}; run `make notebooks`"


def has_only_meant_errors(notebook, path: Path) -> Iterator[str]:
    for number, cell in _numbered(notebook, "code"):
        meant = "raises-exception" in cell.metadata.get("tags", [])
        failed = any(output.output_type == "error" for output in cell.outputs)
        if failed != meant:
            yield (
                f"cell {number} shows an error"
                if failed
                else f"cell {number} is tagged raises-exception, and raises none"
            )


def shows_no_warnings(notebook, path: Path) -> Iterator[str]:
    for number, cell in _numbered(notebook, "code"):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                yield f"cell {number} printed to stderr: {output.text.strip().splitlines()[0][:80]!r}"


def stores_no_widgets(notebook, path: Path) -> Iterator[str]:
    if "widgets" in notebook.metadata:
        yield "holds widget state; run `make notebooks`"
    for number, cell in _numbered(notebook, "code"):
        if any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in cell.outputs):
            yield f"cell {number} holds a live widget; run `make notebooks`"


def holds_nothing_of_one_machine(notebook, path: Path) -> Iterator[str]:
    private = (
        r"(?<![\w.:/])/(?:home|Users|root|work|tmp|private|mnt|opt|var)/[\w.-]|\b[A-Z]:\\+\w|\bat 0x[0-9a-fA-F]{6,}"
    )
    for number, cell in enumerate(notebook.cells, start=1):
        found = re.search(private, cell.source + "\n" + _printed(cell))
        if found:
            yield f"cell {number} holds {found[0]!r}, which is true on one machine only"
    if (
        set(notebook.metadata) - {"kernelspec", "language_info"}
        or notebook.metadata.get("kernelspec", {}).get("name") != "python3"
    ):
        yield f"has the metadata {dict(notebook.metadata)}; run `make notebooks`"


def has_unique_ids(notebook, path: Path) -> Iterator[str]:
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids:
        yield "has cells without an id; open and save it in JupyterLab"
    elif len(set(ids)) < len(ids):
        yield f"has the same id on several cells: {sorted({name for name in ids if ids.count(name) > 1})}"


def links_to_what_is_there(notebook, path: Path) -> Iterator[str]:
    for number, cell in _numbered(notebook, "markdown"):
        for target in re.findall(r"\]\(<?([^)\s>]+)|(?:src|href)=\"([^\"]+)\"", cell.source):
            link = "".join(target).split("#")[0]
            if link and not re.match(r"[a-z]+:", link) and not (path.parent / link).exists():
                yield f"cell {number} links to {link}, which is not there"


RULES = (
    has_all_parts_in_order,
    begins_with_the_set_up,
    has_short_code_cells,
    has_the_right_size,
    explains_between_code,
    ran_in_order,
    has_only_meant_errors,
    shows_no_warnings,
    stores_no_widgets,
    holds_nothing_of_one_machine,
    has_unique_ids,
    links_to_what_is_there,
)


def _code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _numbered(notebook, kind: str) -> list[tuple[int, nbformat.NotebookNode]]:
    return [(number, cell) for number, cell in enumerate(notebook.cells, start=1) if cell.cell_type == kind]


def _printed(cell) -> str:
    texts = []
    for output in cell.get("outputs", []):
        texts += [output.get("text", ""), *output.get("traceback", [])]
        texts += [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
    return "\n".join(texts)
