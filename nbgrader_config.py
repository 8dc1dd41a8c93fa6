"""Where nbgrader finds and puts things: `nbgrader autograde 01_baseline`, from this folder."""

from pathlib import Path

root = Path(__file__).resolve().parent
grading = root / "grading"  # what students hand in and all that is made of it; not in git
grading.mkdir(exist_ok=True)

c = get_config()  # noqa: F821 - nbgrader provides it
c.CourseDirectory.course_id = "image-classifier"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "notebooks/solutions"
c.CourseDirectory.release_directory = "notebooks/exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{grading / 'gradebook.db'}"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Your answer.*"
