"""The book: `sphinx-build -W -n docs/book site` writes it, offline, and fails on anything that is not there."""

import os
import sys
from pathlib import Path

import byhand

project = "byhand"
author = "The byhand contributors"
copyright = "the byhand contributors"
release = byhand.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_design",
    "sphinx-mathjax-offline",
    "sphinxcontrib.programoutput",
    "matplotlib.sphinxext.plot_directive",
]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
smartquotes_action = "qe"  # not "D": the two hyphens of an option are no dash
exclude_patterns = ["_build"]

# The commands whose output the chapters show are those of this very installation.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ["COLUMNS"] = "100"
os.environ["NO_COLOR"] = "1"
programoutput_prompt_template = "$ {command}\n{output}"

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_use_ivar = True
napoleon_preprocess_types = False
# Types of other libraries, which this build, offline, cannot look up.
nitpick_ignore_regex = [
    ("py:.*", r"(numpy|np|NDArray|collections|pathlib|PIL|matplotlib|scipy|typing|Any|Self|DTypeLike).*"),
]

plot_html_show_source_link = False
plot_include_source = True
plot_formats = [("png", 120)]
plot_html_show_formats = False
plot_rcparams = {
    "figure.figsize": (6, 2.8),
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
plot_apply_rcparams = True

html_theme = "furo"
html_title = "byhand: digits, read by a network written by hand"
html_static_path = ["_static"]
html_js_files = ["accessible.js"]
html_show_sphinx = False
