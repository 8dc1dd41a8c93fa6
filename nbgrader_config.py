"""Where nbgrader finds and puts things, and how it runs a submission: `nbgrader autograde 01_baseline`, from here."""

import ast
import builtins
import os
import sys
import time
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_output
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade
from traitlets import Integer

root = Path(__file__).resolve().parent
grading = root / "grading"  # what students hand in and all that is made of it; not in git
grading.mkdir(exist_ok=True)
# nbgrader calls alembic by its name when it makes a gradebook, also where the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


class RunToTheEnd(Execute):
    """Run all cells, whatever one of them does: the questions after it still count."""

    notebook_timeout = Integer(
        300, help="Seconds for all cells of one notebook together, or five times those for a cell where that is more."
    ).tag(config=True)

    def preprocess(self, nb, resources, km=None):
        """Run the notebook; where a cell takes the kernel with it, once more in a new one, without that cell."""
        self.lost = {}
        self.deadline = time.monotonic() + max(self.notebook_timeout, 5 * (self.timeout or 0))
        setup = next((cell.source for cell in nb.cells if _grade_id(cell) == "setup"), "")
        self.fresh = _fresh_names(setup)
        while True:
            try:
                nb, resources = super().preprocess(nb, resources, km)
                break
            except DeadKernelError:
                self.lost[self.index] = ("DeadKernelError", "the kernel died in this cell")
            except CellTimeoutError:
                self.lost[self.index] = ("CellTimeoutError", "this cell could not be interrupted at its time-out")
        for cell in filter(is_grade, nb.cells):
            for output in cell.get("outputs", []):
                if output.output_type == "stream":
                    output.name = "stdout"  # nbgrader takes every word on stderr, a mere warning too, for a failure
        return nb, resources

    def preprocess_cell(self, cell, resources, index):
        """Run a cell; a test gets back the names that it relies on, whatever the answers did to them."""
        if cell.cell_type != "code" or _grade_id(cell).endswith("-run"):  # shows something, and no mark hangs on it
            return cell, resources
        late = ("NotebookTimeoutError", "not run: the time of the whole notebook was used up")
        lost = self.lost.get(index, late if time.monotonic() > self.deadline else None)
        if lost:
            cell.outputs = [new_output("error", ename=lost[0], evalue=lost[1], traceback=[": ".join(lost)])]
            return cell, resources
        self.index = index
        if is_grade(cell):
            self.execute_cell(new_code_cell(self.fresh), index, store_history=False)
            self.nb.cells[index] = cell  # where nbclient has put what it ran last
        return super().preprocess_cell(cell, resources, index)


def _grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _fresh_names(setup):
    """Return code that undoes what an answer put in place of Python's own names and of those the exercise imports."""
    names = ["display", *(name for name in dir(builtins) if not name.startswith("_"))]
    imports = [ast.unparse(node) for node in ast.parse(setup).body if isinstance(node, ast.Import | ast.ImportFrom)]
    # Only by names that an import has just made.
    undo = f"[builtins.globals().pop(name, None) for name in {names}]"
    return "\n".join(["import builtins", undo, *imports])


c = get_config()  # noqa: F821 - nbgrader provides it
c.CourseDirectory.course_id = "image-classifier"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "notebooks/solutions"
c.CourseDirectory.release_directory = "notebooks/exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{grading / 'gradebook.db'}?timeout=60"  # seconds to wait for another process
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Your answer.*"
c.Execute.timeout = 60  # seconds a cell; nbgrader's 30 are short on a slow machine
# Files that were handed in along with the notebook can be imported; they must not take the place of torch, which comes
# from a folder that is searched later, or of helpers and course, which come from no folder at all.
c.Execute.extra_arguments = [
    "--HistoryManager.hist_file=:memory:",
    "--InteractiveShellApp.ignore_cwd=True",
    "--InteractiveShellApp.exec_lines=import course, helpers, sys; sys.path.append('')",
]
c.Autograde.autograde_preprocessors = [
    RunToTheEnd if step is Execute else step for step in Autograde.autograde_preprocessors.default()
]
