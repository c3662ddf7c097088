"""HTML to text, behind one function so that the library can be changed."""

import re

import turbohtml

LARGEST = 2 * 1024 * 1024
"""Characters of HTML that are read."""

_ROWS = "table, tbody, thead, tfoot, tr, caption"
_CELLS = "td, th"
_LAYOUT = turbohtml.PlainText(layout="strict")
_BLANK_LINES = re.compile(r"\n\s*\n")
_MOST_CELLS = 20_000
_UNSEEN = "head, script, style, template"


def to_text(html: str) -> str:
    """What a reader sees, blocks on lines of their own, the cells of a table row on one line."""
    document = turbohtml.parse(html[:LARGEST])
    rows, cells = document.select(_ROWS), document.select(_CELLS)
    if len(rows) + len(cells) > _MOST_CELLS:
        return "\n".join(document.remove(_UNSEEN).stripped_strings)
    # The library's own tables are padded to the widest cell: 170 KB of HTML can become 100 MB of blanks.
    for row in rows:
        row.tag = "div"
    for cell in cells:
        cell.tag = "span"
        cell.append(turbohtml.Text(" "))
    return _BLANK_LINES.sub("\n\n", document.to_text(_LAYOUT)).strip()
