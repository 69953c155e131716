"""
How templates are filled in: every value is escaped, and a name that there is not is an error.

Nothing that comes from files, from Datadog or from people is ever marked as safe, but for Markdown
that was rendered without HTML, and JSON in which no tag can end.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from monitor_sync.counting import count
from monitor_sync.insight.response.titles import short_title
from monitor_sync.render.quantities import duration, percent

if TYPE_CHECKING:
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

_UNSAFE: Final = {
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"
}  # fmt: skip
"""Characters that could end a script or begin a comment in it, or a line of JavaScript."""


@functools.cache
def environment() -> jinja2.Environment:
    """Return what renders the templates of this folder."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("monitor_sync.render.site", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"count": count, "json": script_json, "markdown": markdown}
    made.filters |= {"duration": duration, "percent": unbroken_percent, "short_title": short_title}
    made.filters["breakable"] = breakable
    return made


def unbroken_percent(share: float | None) -> str:
    """Return a share as all reports have it, in one piece where a line ends."""
    return percent(share).replace(" ", "\N{NO-BREAK SPACE}")


def breakable(path: str) -> Markup:
    """Return a key, or the place of a file, that a narrow screen breaks between its parts only."""
    return Markup("<wbr>").join(re.split(r"(?<=[/._])", path))


def script_json(value: Any) -> Markup:
    """Return a value as JSON that may stand in a script: nothing in it ends the script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _UNSAFE.items():
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 - no character that HTML knows is left


@functools.cache
def _markdown() -> MarkdownIt:
    markdown_it = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown_it.add_render_rule("image", _image)
    return markdown_it


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    """Return what an image shows, in words, with a way to it where it has an address."""
    image = tokens[place]
    shown = renderer.renderInlineAsText(image.children, options, env)
    words = escape(f"[image: {shown}]" if shown else "[image]")
    source = str(image.attrGet("src"))
    in_link = sum(token.nesting for token in tokens[:place] if token.tag == "a")
    if in_link or not source.startswith(("https://", "http://")):
        return words
    return Markup('<a href="{}">{}</a>').format(source, words)


def markdown(text: str) -> Markup:
    """
    Return CommonMark as HTML: HTML in it stays text, and so does a link to a script.

    Its headings stand below those of the page, and images become words: one from elsewhere would
    tell there who reads.
    """
    tokens = _markdown().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 2)}"
    html = _markdown().renderer.render(tokens, _markdown().options, {})
    return Markup(html)  # noqa: S704 - the renderer escapes
