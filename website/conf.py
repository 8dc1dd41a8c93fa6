"""How Sphinx turns README and notebooks into web pages that need neither a server nor a network."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

project = html_title = "My image classifier is not good enough"
extensions = ["myst_nb"]
exclude_patterns = ["README.md"]  # index.md includes it

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks are committed with their outputs

html_theme = "sphinx_book_theme"
html_theme_options = {"footer_content_items": [], "navbar_persistent": [], "use_fullscreen_button": False}
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_math_renderer = "mathml"  # browsers read it without a script
# Snippets of what was found are fetched, and browsers fetch nothing for a page that comes from a folder.
html_show_search_summary = False
html_use_index = False


def visit_formula(translator, node):
    """Write a formula as MathML."""
    translator.body.append(tex2mathml(node.astext(), as_block=isinstance(node, nodes.math_block)))
    raise nodes.SkipNode


def describe_figures(_app, document):
    """Let the text of a figure's output be its alternative text."""
    for container in document.findall(nodes.container):
        if container.get("nb_element") == "mime_bundle":
            texts = [output.astext() for output in container if output["mime_type"] == "text/plain"]
            for image in container.findall(nodes.image):
                image["alt"] = " ".join(texts)


def setup(app):
    """Tell Sphinx about formulas and figures."""
    app.add_html_math_renderer("mathml", (visit_formula, None), (visit_formula, None))
    app.connect("doctree-read", describe_figures)
