"""File names as people and the database read them."""

import base64
import re

_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_MBOX_SUFFIXES = (".mbox", ".mbx", ".mboxrd")
_SUFFIXES = (*_MBOX_SUFFIXES, ".txt", ".eml", ".msg", ".zip", ".tgz", ".tar.gz", ".tar", ".gz")


def shown(name: str) -> str:
    r"""A file name as valid text: bytes that are not UTF-8 appear as ``\xNN``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_mbox_name(name: str) -> bool:
    """Whether this name says by its suffix that it is an mbox."""
    return name.lower().endswith(_MBOX_SUFFIXES)


def is_message_name(name: str) -> bool:
    """Whether a file of this name, if one mail is all that it holds, is that mail and not a mailbox.

    Mailboxes are called ``Sent`` or ``Sent.mbox``, mails ``00001.7c53.txt`` or (MH) ``17``.
    """
    base = name.rpartition("/")[2]
    return not is_mbox_name(base) and ("." in base or base.isdigit())


def stem(name: str) -> str:
    """The name without the suffix of a mail file or an archive: the folder that the file stands for."""
    for suffix in _SUFFIXES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name


def maildir_folder(name: str) -> str:
    """The folder that a Maildir++ directory (``.Work.Entw&APw-rfe``) stands for: ``Work/Entwürfe`` (RFC 3501 5.1.3)."""
    return _SHIFTED.sub(_unshift, shown(name).removeprefix(".").replace(".", "/"))


def _unshift(found: re.Match[str]) -> str:
    coded = found[1].replace(",", "/")
    if not coded:
        return "&"
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")
    except ValueError:
        return found[0]
