"""Bytes to text: strict UTF-8 first, then what the mail declares, then Windows-1252; never an error."""

import codecs
import re
from functools import lru_cache

# Names that real mail uses and Python does not know.
_ALIASES = {
    "8bit": "utf-8",
    "ansi": "cp1252",
    "ansi_x3.110-1983": "latin-1",
    "ansi_x3.4": "ascii",
    "ascii-8bit": "utf-8",
    "big5-eten": "cp950",
    "binary": "utf-8",
    "cp-850": "cp850",
    "cp-1250": "cp1250",
    "cp-1251": "cp1251",
    "cp-1252": "cp1252",
    "default": "utf-8",
    "default_charset": "utf-8",
    "gb18030-0": "gb18030",
    "gb2312": "gb18030",
    "gb2312_charset": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "korean": "cp949",
    "latin1": "cp1252",
    "mac": "mac_roman",
    "macintosh": "mac_roman",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "us-ascii": "ascii",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-1252http-equivcontent-type": "cp1252",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman",
    "x-unknown": "utf-8",
    "x-user-defined": "cp1252",
    "x-x-big5": "cp950",
    "x-gbk": "gb18030",
}

# Codecs of Python that are no charset of any mail: slow on long input, or their output is not valid text.
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"})

# Charsets whose bytes are often valid UTF-8 too, so that the declaration has to come first.
_SEVEN_BIT = frozenset({"utf-7", "iso2022_jp_ext", "iso2022_jp", "iso2022_jp_2", "iso2022_kr", "hz"})
_WIDE = ("utf-16", "utf-32")
_MARKS = (b"\xff\xfe", b"\xfe\xff")

_CLEAN_NAME = re.compile(r"[^a-z0-9_.:+-]+")
_ISO_YEAR = re.compile(r":\d{4}$")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=512)
def codec_name(declared: str) -> str | None:
    """The name of the codec that decodes this charset, None where nobody knows it."""
    name = _ISO_YEAR.sub("", _CLEAN_NAME.sub("", declared.strip().strip("'\"").lower()))
    name = _ALIASES.get(name, name)
    if not name or len(name) > 40:
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Attribute of CodecInfo that tells text encodings from transforms such as base64 or zlib.
    is_text = bool(getattr(found, "_is_text_encoding", True))
    return name if is_text and found.name not in _NOT_FOR_MAIL else None


def decode(data: bytes, declared: str | None = None) -> str:
    """Text of these bytes without NUL and without lone surrogates, so that any database takes it.

    UTF-8 that is valid is UTF-8, whatever was declared (except where the declared charset is made of ASCII bytes or of
    wide units); then the declared charset; then Windows-1252.
    """
    name = codec_name(declared) if declared else None
    if (name is not None and (name in _SEVEN_BIT or name.startswith(_WIDE))) or data.startswith(_MARKS):
        text = _strict(data, "utf-16" if data.startswith(_MARKS) else name or "utf-8")
        if text is not None:
            return _SURROGATE.sub("\ufffd", text).replace("\0", "").removeprefix("\ufeff")
    # Searching bytes for NUL is several times faster than searching text.
    return _ascii_based(data.replace(b"\0", b"") if b"\0" in data else data, name)


def _ascii_based(data: bytes, name: str | None) -> str:
    try:
        text = data.decode()
        return text[1:] if text.startswith("\ufeff") else text
    except UnicodeDecodeError as error:
        if _cut_at_the_end(error, data) or name == "utf-8":
            return data.decode("utf-8", "replace") if _mostly_utf8(data) else _single_byte(data)
    if name is not None and name not in ("utf-8", "ascii", "cp1252"):
        return _SURROGATE.sub("\ufffd", data.decode(name, "replace"))
    return _single_byte(data)


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def _cut_at_the_end(error: UnicodeDecodeError, data: bytes) -> bool:
    """UTF-8 that ends within a character: a text that was cut, not another charset."""
    return error.start >= len(data) - 3 and error.start > 64


def _mostly_utf8(data: bytes) -> bool:
    """Whether the damage is small: fewer broken places than whole multibyte characters."""
    text = data.decode("utf-8", "replace")
    return text.count("\ufffd") * 2 <= len(_BEYOND_ASCII.findall(text))


def _single_byte(data: bytes) -> str:
    """Windows-1252 as browsers read it: the five bytes it leaves open are the controls of Latin-1."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(_CP1252[byte] for byte in data)


_CP1252 = tuple(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256))
