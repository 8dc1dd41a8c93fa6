"""The web pages: every link leads somewhere, nothing comes from elsewhere, and all that a reader needs is on them."""

import contextlib
import importlib.util
import os
import re
import shutil
import sys
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import nbformat
import pytest

from tests import browser

ROOT = Path(__file__).parents[1]
LECTURES = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXERCISES = sorted((ROOT / "notebooks" / "exercises").rglob("*.ipynb"))
MORE = [
    ("notebooks", "extras", "project.html"), ("data", "README.html"), ("data", "results", "README.html"),
    ("notebooks", "solutions", "README.html"),
]  # fmt: skip
LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "form": "action"}

TOO_WIDE = """[...document.querySelectorAll("html, article pre, article .output, article table")]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => `${e.tagName} ${e.scrollWidth} > ${e.clientWidth}`)"""

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("myst_nb") is None, reason="Sphinx is not installed: make site installs it"
)


class Page(HTMLParser):
    """What stands in a page: its elements with their attributes, and the words in them."""

    def __init__(self, path):
        super().__init__()
        self.path, self.elements, self.ids, self.text = path, defaultdict(list), set(), ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements[tag].append(attributes)
        self.ids |= {attributes.get("id"), attributes.get("name")} - {None}

    def handle_data(self, data):
        self.text += data

    def addresses(self, tag, name):
        return [element[name] for element in self.elements[tag] if element.get(name)]

    def neighbour(self, side):
        """The page behind the link at the foot, or None."""
        links = [link["href"] for link in self.elements["a"] if f"{side}-" in link.get("class", "")]
        return (self.path.parent / links[0]).resolve() if links else None


@pytest.fixture(scope="session")
def bootstrap():
    specification = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    module.PYTHON = sys.executable
    return module


@pytest.fixture(scope="session")
def site(bootstrap, once):
    """The folder with the pages."""

    def write(folder):
        with contextlib.chdir(ROOT):
            assert bootstrap.write_site(str(folder)) == 0

    return once("site", write)


@pytest.fixture(scope="session")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}  # there: pieces of pages


def page_of(notebook, site, pages):
    return pages[site / notebook.relative_to(ROOT).with_suffix(".html")]


def outputs(notebook, kind):
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    return [output.data for cell in cells for output in cell.outputs if kind in output.get("data", {})]


def test_every_notebook_has_a_page(site, pages):
    names = [path.relative_to(ROOT).with_suffix(".html") for path in LECTURES + EXERCISES]
    expected = {*map(str, names), "index.html", "search.html", *(os.path.join(*place) for place in MORE)}
    assert {str(path.relative_to(site)) for path in pages} == expected


def test_every_link_leads_somewhere(pages):
    broken = []
    for path, page in pages.items():
        for address in page.addresses("a", "href") + [a for tag in LOADED for a in page.addresses(tag, LOADED[tag])]:
            if urlparse(address).scheme in ("http", "https"):
                continue
            place, anchor = urldefrag(address.partition("?")[0])
            target = (path.parent / unquote(place)).resolve() if place else path
            known = pages[target].ids | {""} if target in pages else {""}
            if not target.is_file() or anchor not in known:
                broken.append(f"{path.name}: {address}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(site, pages):
    loaded = [address for page in pages.values() for tag in LOADED for address in page.addresses(tag, LOADED[tag])]
    assert len(loaded) > 100
    for sheet in site.rglob("*.css"):
        loaded += re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""", sheet.read_text(encoding="utf-8"))
    assert [address for address in loaded if re.match(r"(https?:)?//", address)] == []


def test_the_index_holds_the_table_of_the_readme(site, pages):
    index = pages[site / "index.html"]
    rows = re.findall(r"^\| \[(.+)\]\((notebooks/\w+)\.ipynb\) \| (.+) \|", (ROOT / "README.md").read_text(), re.M)
    assert len(rows) == len(LECTURES)
    for title, name, question_and_minutes in rows:
        assert f"{name}.html" in index.addresses("a", "href")
        for words in (title, *question_and_minutes.split(" | ")):
            assert words in index.text


def test_lectures_are_followed_by_exercises_and_both_can_be_leafed_through(site, pages):
    order = [site / "index.html"]
    while following := pages[order[-1]].neighbour("right"):
        assert pages[following].neighbour("left") == order[-1]
        order.append(following)
    notebooks = [page_of(path, site, pages).path for path in LECTURES + EXERCISES]
    assert order == [site / "index.html", *notebooks, *(site.joinpath(*place) for place in MORE)]


@pytest.mark.parametrize("notebook", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_shows_its_outputs(notebook, site, pages):
    page = page_of(notebook, site, pages)
    figures = [data["text/plain"] for data in outputs(notebook, "image/png")]
    assert len(figures) > 3
    assert [" ".join(alt.split()) for alt in page.addresses("img", "alt")] == [" ".join(alt.split()) for alt in figures]
    tables = [table for table in page.elements["table"] if "dataframe" in table.get("class", "")]
    assert len(tables) == len(outputs(notebook, "text/html"))


@pytest.mark.parametrize("notebook", LECTURES, ids=lambda path: path.stem)
def test_answers_are_folded_and_written_out(notebook, site, pages):
    page = page_of(notebook, site, pages)
    content = page.path.read_text(encoding="utf-8").partition("<main")[2]
    answers = re.findall(r"<details([^>]*)>(.*?)</details>", content.partition("<article")[2], re.S)
    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "markdown"]
    assert len(answers) == sum(source.count("<details") for source in cells) > 2
    assert [attributes for attributes, _ in answers if "open" in attributes] == []
    assert [answer for _, answer in answers if re.search(r"[`*$]|\]\(", answer)] == []


def test_formulas_need_no_script(site, pages):
    page = page_of(ROOT / "notebooks" / "03_batch_norm.ipynb", site, pages)
    assert {"block"} < {formula.get("display", "") for formula in page.elements["math"]}
    assert [address for address in page.addresses("script", "src") if "mathjax" in address.lower()] == []


def test_answers_to_the_exercises_are_not_given_away(site):
    for path in site.rglob("*"):
        if path.suffix in (".html", ".js", ".ipynb", ".md"):
            text = path.read_text(encoding="utf-8")
            assert not re.search("BEGIN SOLUTION|BEGIN HIDDEN TESTS", text), path


def test_a_failed_build_leaves_the_pages_alone(bootstrap, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(bootstrap, "run", lambda command: 1)
    (tmp_path / "index.html").write_text("as before")
    assert bootstrap.write_site(str(tmp_path)) == 1
    assert (tmp_path / "index.html").read_text() == "as before"


def test_pages_that_cannot_be_removed_are_written_over(bootstrap, tmp_path, monkeypatch):
    def write(command):
        (Path(command[-1]) / "index.html").parent.mkdir()
        (Path(command[-1]) / "index.html").write_text("new")
        return 0

    remove = shutil.rmtree
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(bootstrap, "run", write)
    monkeypatch.setattr(shutil, "rmtree", lambda path, **how: path == str(tmp_path) or remove(path, **how))
    (tmp_path / "index.html").write_text("as before")
    assert bootstrap.write_site(str(tmp_path)) == 0
    assert (tmp_path / "index.html").read_text() == "new"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    if browser.CHROMIUM is None:
        pytest.skip("no Chromium found")
    with browser.chromium(tmp_path_factory.mktemp("profile")) as context:
        yield context


@pytest.mark.browser
def test_a_browser_reads_the_folder_without_asking_anywhere_else(site, chromium):
    asked, complaints = [], []
    chromium.on("request", lambda request: asked.append(request.url))
    chromium.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    chromium.on("weberror", lambda error: complaints.append(str(error.error)))
    page = chromium.new_page()
    page.goto((site / "index.html").as_uri())
    page.get_by_role("cell").get_by_role("link", name="04 Combined").click()

    answer = page.locator("article details").first
    height = answer.bounding_box()["height"]
    answer.locator("summary").click()
    assert answer.bounding_box()["height"] > 1.5 * height

    page.keyboard.press("Control+k")
    page.locator("dialog input[type=search]").fill("Kaiming")
    page.keyboard.press("Enter")
    page.locator("#search-results").get_by_role("link", name="06 ResNet").first.click()
    page.wait_for_url("**/notebooks/06_resnet.html*")
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert complaints == []


@pytest.mark.browser
def test_all_pictures_are_there_and_nothing_is_cut_on_a_laptop(site, chromium):
    page = chromium.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    for path in [site / "index.html", *(site / "notebooks").glob("*.html")]:
        page.goto(path.as_uri())
        assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth)"), path.name
        assert page.evaluate(TOO_WIDE) == [], path.name


@pytest.mark.browser
def test_no_page_scrolls_sideways_on_a_phone(site, chromium):
    page = chromium.new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    for path in site.rglob("*.html"):
        page.goto(path.as_uri())
        width, screen = page.evaluate("[document.scrollingElement.scrollWidth, document.documentElement.clientWidth]")
        assert width <= screen, path.relative_to(site)
