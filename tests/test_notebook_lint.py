"""The notebooks keep the rules, and every rule can fail."""

import json
from pathlib import Path

import notebook_lint
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]_*.ipynb"))
KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_keeps_the_rules(path):
    assert not notebook_lint.lint(path), "\n".join(notebook_lint.lint(path))


def test_there_are_notebooks_to_check():
    assert NOTEBOOKS


def code(source="1 + 1", count=1, outputs=(), **metadata):
    return new_code_cell(source, execution_count=count, outputs=list(outputs), metadata=metadata)


def text(source):
    return new_markdown_cell(source)


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


SET_UP = "vehicles, profile sample (drawn sample): 1 train\ncomputing on cpu in float32 (as it is)\n"


def good():
    """Build a notebook that keeps all rules."""
    cells = [
        text("# 01 - A start\n\n2 minutes on a CPU (sample), 1 minute on a GPU (full)\n\n*You will learn* to add."),
        text("*You need* nothing. " + "Words that fill the page. " * 200),
        code(outputs=[stream(SET_UP)]),
    ]
    for count in range(2, 20):
        cells += [text("We look."), code(count=count)]
    ends = "## Check yourself", "## Exercises", "## In this notebook we saw", "## References\n\nA [link](https://x.org)"
    cells += [text("## Bug in the wild"), *map(text, ends)]
    return new_notebook(cells=cells, metadata=KERNEL)


def problems(rule, notebook, name="01_good.ipynb", folder=None):
    return list(getattr(notebook_lint, rule)(notebook, (folder or Path()) / name))


def test_a_good_notebook_has_no_problem():
    assert [list(rule(good(), Path("01_good.ipynb"))) for rule in notebook_lint.RULES] == [[]] * len(
        notebook_lint.RULES
    )


@pytest.mark.parametrize("part", [*notebook_lint.PARTS, "Bug in the wild"])
def test_a_missing_part_is_found(part):
    notebook = good()
    word = {"title": "# 01", "minutes": "minute"}.get(part, part)
    for cell in notebook.cells:
        cell.source = cell.source.replace(word, "")
    assert f"has no {part!r}" in problems("has_all_parts_in_order", notebook)


def test_parts_out_of_order_are_found():
    notebook = good()
    notebook.cells[-1], notebook.cells[-2] = notebook.cells[-2], notebook.cells[-1]
    assert problems("has_all_parts_in_order", notebook) == ["'References' stands before 'In this notebook we saw'"]


def test_only_notebooks_with_a_bug_in_the_wild_need_its_part():
    notebook = good()
    notebook.cells = [cell for cell in notebook.cells if "Bug" not in cell.source]
    assert problems("has_all_parts_in_order", notebook)
    assert not problems("has_all_parts_in_order", notebook, "06_other.ipynb")


def of(*cells):
    notebook = new_notebook(metadata=KERNEL)
    notebook.cells = list(cells)
    return notebook


def replaced(place, cell):
    notebook = good()
    notebook.cells[place] = cell
    return notebook


@pytest.mark.parametrize(
    ("rule", "notebook", "message"),
    [
        ("begins_with_the_set_up", replaced(2, code()), "do not print the data profile"),
        ("has_short_code_cells", replaced(2, code("1\n" * 26)), "cell 3 has 26 lines of code; 25 is the most"),
        ("has_short_code_cells", replaced(2, code("")), "cell 3 is empty"),
        ("has_the_right_size", of(*[code()] * 34), "has 34 cells; 35 to 60 is the measure"),
        ("has_the_right_size", of(text("w " * 1601)), "has 1601 words; 900 to 1600"),
        ("explains_between_code", replaced(3, code(count=2)), "cell 5 is the third code cell in a row"),
        ("ran_in_order", replaced(2, code(count=None)), "execution counts are [None, 2,"),
        ("ran_in_order", replaced(2, code(count=7)), "execution counts are [7, 2,"),
        (
            "has_only_meant_errors",
            replaced(2, code(outputs=[new_output("error", ename="E", evalue="", traceback=[])])),
            "cell 3 shows an error",
        ),
        (
            "has_only_meant_errors",
            replaced(2, code(tags=["raises-exception"])),
            "tagged raises-exception, and raises none",
        ),
        ("shows_no_warnings", replaced(2, code(outputs=[stream("UserWarning: x\n", "stderr")])), "'UserWarning: x'"),
        (
            "stores_no_widgets",
            replaced(2, code(outputs=[new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}})])),
            "cell 3 holds a live widget",
        ),
        ("stores_no_widgets", new_notebook(metadata={**KERNEL, "widgets": {}}), "holds widget state"),
        ("holds_nothing_of_one_machine", replaced(2, code("open('/home/me/x')")), "'/home/m'"),
        ("holds_nothing_of_one_machine", replaced(2, code(outputs=[stream("C:\\Users\\me\n")])), "'C:\\\\U'"),
        ("holds_nothing_of_one_machine", replaced(2, code(outputs=[stream("<f at 0x7f3a91c0>")])), "at 0x7f3a91c0"),
        ("holds_nothing_of_one_machine", new_notebook(metadata={**KERNEL, "papermill": {}}), "has the metadata"),
        ("holds_nothing_of_one_machine", new_notebook(), "has the metadata {}"),
        ("has_unique_ids", of(*[text("a")] * 2), "has the same id on several cells"),
        ("links_to_what_is_there", replaced(0, text("[next](02_gone.ipynb#part)")), "cell 1 links to 02_gone.ipynb"),
        ("links_to_what_is_there", replaced(0, text('<img src="images/gone.png">')), "cell 1 links to images/gone.png"),
    ],
)
def test_a_broken_rule_is_found(rule, notebook, message):
    assert message in " | ".join(problems(rule, notebook))


def test_two_code_cells_in_a_row_are_no_problem():
    assert not problems("explains_between_code", of(text("a"), code(), code(), text("b"), code()))


def test_an_error_that_is_meant_is_no_problem():
    outputs = [new_output("error", ename="E", evalue="", traceback=[])]
    assert not problems("has_only_meant_errors", replaced(2, code(outputs=outputs, tags=["raises-exception"])))


def test_a_web_address_is_no_path_of_one_machine():
    assert not problems("holds_nothing_of_one_machine", replaced(0, text("https://example.org/home/me and runs/tmp/x")))


def test_cells_without_ids_are_found(tmp_path):
    notebook = good()
    del notebook.cells[0]["id"]
    (tmp_path / "01_good.ipynb").write_text(json.dumps(notebook))
    found = notebook_lint.lint(tmp_path / "01_good.ipynb")
    assert found == ["01_good.ipynb: has cells without an id; open and save it in JupyterLab"]


def test_a_big_file_is_found(tmp_path):
    (tmp_path / "big.ipynb").write_bytes(b" " * 500_001)
    assert "has 500,001 bytes; 500,000 is the most" in problems("has_the_right_size", good(), "big.ipynb", tmp_path)


def test_a_link_to_a_neighbour_is_no_problem(tmp_path):
    (tmp_path / "02_next.ipynb").touch()
    assert not problems("links_to_what_is_there", replaced(0, text("[next](02_next.ipynb)")), folder=tmp_path)
