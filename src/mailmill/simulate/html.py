"""HTML as mailing services write it: nested tables, inline CSS, tracked links, hidden preheaders."""

from functools import cache
from html import escape
from random import Random

from mailmill.simulate.text import between, paragraph, pick, rare_word, sentence, token

_CELL = (
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Helvetica,Arial,sans-serif;font-size:16px;"
    "line-height:24px;mso-line-height-rule:exactly;-ms-text-size-adjust:100%;-webkit-text-size-adjust:100%;word-break:break-word;"
)
_TABLE = 'role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%"'
_TABLE_STYLE = "border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt;"
_SERVICES = (
    "https://links.{host}/ls/click?upn={t}",
    "https://click.{host}/?qs={t}",
    "https://{host}/e/c/{t}",
    "https://email.{host}/c/{t}",
    "https://track.{host}/f/a/{t}~~/AAQRxRA~/{t}",
)


class Links:
    """Writes the tracked links of one mail; all go through one host, as they do at mailing services."""

    def __init__(self, rng: Random, host: str) -> None:
        self._rng = rng
        self._form = pick(rng, _SERVICES).replace("{host}", host)
        self._length = between(rng, 60, 180)
        self.count = 0

    def next(self) -> str:
        """A new address nobody can read the target from; nothing in it needs escaping."""
        self.count += 1
        return self._form.replace("{t}", token(self._rng, self._length))


@cache
def style_sheet(brand: str) -> str:
    """A brand's style block, 2 to 9 KB; always the same for a brand."""
    rng = Random(f"css {brand}")  # noqa: S311 - simulated text, nothing secret
    rules = [
        f".{rare_word(rng)}-{rare_word(rng)}{{color:#{rng.getrandbits(24):06x};padding:{between(rng, 0, 40)}px "
        f"{between(rng, 0, 40)}px!important;font-size:{between(rng, 11, 30)}px;line-height:1.{between(rng, 1, 8)}}}"
        for _ in range(between(rng, 20, 80))
    ]
    wide = "".join(rules[: len(rules) // 3])
    return (
        '<style type="text/css">body{margin:0;padding:0;width:100%!important}img{border:0;outline:none;'
        f"-ms-interpolation-mode:bicubic}}a{{text-decoration:none}}{''.join(rules)}"
        f"@media only screen and (max-width:600px){{.container{{width:100%!important}}{wide}}}</style>"
    )


def page(brand: str, title: str, preheader: str, body: str, *, foot: str = "") -> str:
    """A whole document around the body, with a hidden preheader padded by invisible characters."""
    padding = "&#847;&zwnj;&nbsp;" * 40
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" '
        'content="text/html; charset=utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>\n{style_sheet(brand)}\n<!--[if mso]><style>table{{border-collapse:collapse}}"
        '</style><![endif]--></head>\n<body style="margin:0;background-color:#f4f4f6">\n'
        '<div style="display:none;max-height:0;overflow:hidden;mso-hide:all;font-size:1px;color:#f4f4f6;opacity:0">'
        f'{escape(preheader)}{padding}</div>\n<table {_TABLE} style="{_TABLE_STYLE}"><tr><td align="center">\n'
        f'<table {_TABLE} class="container" style="{_TABLE_STYLE}max-width:600px;background:#ffffff">\n{body}\n'
        f"</table></td></tr></table>\n{foot}</body></html>\n"
    )


def row(content: str, *, padding: str = "12px 24px", extra: str = "") -> str:
    """One full-width table row."""
    return f'<tr><td style="{_CELL}padding:{padding};{extra}">{content}</td></tr>\n'


def heading(text: str, level: int = 2) -> str:
    """A heading row; the text is escaped."""
    size = {1: 28, 2: 22, 3: 18}[level]
    return row(f'<h{level} style="margin:0;font-size:{size}px;color:#1d1d28">{escape(text)}</h{level}>')


def button(text: str, url: str) -> str:
    """A link that looks like a button, with the Outlook workaround every sender copies; `Links` makes the address."""
    return row(
        f'<!--[if mso]><v:roundrect href="{url}" style="height:44px;v-text-anchor:middle;width:220px" arcsize="10%">'
        f'<center>{escape(text)}</center></v:roundrect><![endif]--><a href="{url}" target="_blank" style="background:'
        "#2f5fd0;border-radius:6px;color:#ffffff;display:inline-block;font-weight:600;line-height:44px;padding:0 28px;"
        f'text-align:center;mso-hide:all">{escape(text)}</a>'
    )


def picture(url: str, alt: str) -> str:
    """A remote picture over the full width."""
    return row(
        f'<img src="{escape(url)}" width="600" alt="{escape(alt)}" style="display:block;width:100%;max-width:600px;'
        'height:auto;border:0;outline:none;text-decoration:none">',
        padding="0",
    )


def article(rng: Random, language: str, links: Links, image_host: str) -> str:
    """One item of a newsletter: picture, title, some sentences, a link."""
    title = escape(sentence(rng, language).rstrip("."))
    url, again = links.next(), links.next()
    text = escape(paragraph(rng, language, between(rng, 2, 5)))
    image = f"https://{image_host}/image/fetch/w_1200,c_limit,f_auto,q_auto:good/{token(rng, 48)}.jpg"
    return (
        picture(image, title)
        + row(
            f'<h3 style="margin:0 0 8px 0;font-size:20px;line-height:26px"><a href="{url}" target="_blank" '
            f'style="color:#1d1d28;text-decoration:none">{title}</a></h3><p style="margin:0 0 12px 0;{_CELL}'
            f'color:#444454">{text}</p><a href="{again}" target="_blank" style="color:#2f5fd0;font-weight:600">'
            f"{_MORE[language]} &rarr;</a>"
        )
        + row('<div style="height:1px;background:#e4e4ec;font-size:1px;line-height:1px">&nbsp;</div>')
    )


def product(name: str, price: str, url: str, image: str) -> str:
    """A product of a recommendation block: a picture, a name and a price that is no total."""
    return (
        f'<td width="33%" valign="top" style="{_CELL}padding:8px;text-align:center"><a href="{url}">'
        f'<img src="{image}" width="160" alt="" style="display:block;margin:0 auto;border:0"></a>'
        f'<p style="margin:6px 0 0 0;font-size:14px">{escape(name)}</p>'
        f'<p style="margin:0;font-size:14px;color:#666">{escape(price)}</p></td>'
    )


def table(cells: str) -> str:
    """A layout table around table cells or rows."""
    inner = cells if cells.startswith("<tr") else f"<tr>{cells}</tr>"
    return f'<table {_TABLE} style="{_TABLE_STYLE}">{inner}</table>'


_MORE = {
    "en": "Read more", "de": "Weiterlesen", "fr": "Lire la suite", "es": "Leer más", "it": "Continua",
    "nl": "Lees verder", "pl": "Czytaj dalej",
}  # fmt: skip
