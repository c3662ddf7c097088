"""Writes simulated mails as Google Takeout packs them: a big mbox with Gmail's own headers inside a .zip or .tgz."""

import gzip
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from mailmill.domain.errors import InvalidInput
from mailmill.simulate.compose import asctime_with_zone, encoded
from mailmill.simulate.scene import Simulated
from mailmill.simulate.writers import put_mail, quote_mboxrd, replacing

INSIDE = "Takeout/Mail/All mail Including Spam and Trash.mbox"
_INDEX = "Takeout/archive_browser.html"
_INDEX_TEXT = b"<!DOCTYPE html><title>Archive</title><p>Mail</p>\n"
_EPOCH = 1_782_900_000
_ORDER = (
    "Inbox", "Sent", "Spam", "Important", "Opened", "Unread", "Archived", "Category Promotions", "Category Updates",
    "Category Purchases", "Category Forums", "Category Personal",
)  # fmt: skip
_NAMES = {
    "de": "Posteingang|Gesendet|Spam|Wichtig|Geöffnet|Ungelesen|Archiviert|Kategorie: Werbung"
    "|Kategorie: Benachrichtigungen|Kategorie: Käufe|Kategorie: Foren|Kategorie: Persönlich",
    "fr": "Boîte de réception|Messages envoyés|Spam|Important|Ouvert|Non lus|Messages archivés|Catégorie Promotions"
    "|Catégorie Notifications|Catégorie Achats|Catégorie Forums|Catégorie Personnel",
    "es": "Recibidos|Enviados|Spam|Importante|Abierto|No leído|Archivados|Categoría: Promociones"
    "|Categoría: Notificaciones|Categoría: Compras|Categoría: Foros|Categoría: Personal",
}
LANGUAGES = ("en", *_NAMES)


def write_takeout_zip(path: Path, mails: Iterable[Simulated], *, language: str = "en") -> None:
    """A .zip as Takeout makes it; labels are written in that language (see `LANGUAGES`)."""
    with replacing(path) as temporary:
        mbox = _spool(temporary, mails, language)
        try:
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.writestr(_entry(_INDEX), _INDEX_TEXT)
                with mbox.open("rb") as source, archive.open(_entry(INSIDE), "w", force_zip64=True) as target:
                    while chunk := source.read(1 << 20):
                        target.write(chunk)
        finally:
            mbox.unlink(missing_ok=True)


def write_takeout_tgz(path: Path, mails: Iterable[Simulated], *, language: str = "en") -> None:
    """A .tgz as Takeout makes it."""
    with replacing(path) as temporary:
        mbox = _spool(temporary, mails, language)
        try:
            with (
                temporary.open("wb") as file,
                gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=_EPOCH) as packed,
                tarfile.open(fileobj=packed, mode="w") as archive,
                mbox.open("rb") as source,
            ):
                member = tarfile.TarInfo(INSIDE)
                member.size, member.mtime = mbox.stat().st_size, _EPOCH
                archive.addfile(member, source)
        finally:
            mbox.unlink(missing_ok=True)


def _spool(temporary: Path, mails: Iterable[Simulated], language: str) -> Path:
    """The mbox alone, since a tar entry needs its size first."""
    names = _names(language)
    mbox = temporary.with_suffix(".mbox-partial")
    with mbox.open("wb") as file:
        for mail in mails:
            file.write(_gmail_head(mail, names))
            put_mail(file, quote_mboxrd(mail.raw))
    return mbox


def _gmail_head(mail: Simulated, names: dict[str, str]) -> bytes:
    """The From_ line and the headers that Takeout puts before those of the mail, in the mail's own line ends."""
    opened = () if "Unread" in mail.labels else ("Opened",)
    kept = () if mail.labels and mail.labels[0] in {"Inbox", "Sent", "Spam"} else ("Archived",)
    shown = ",".join(names.get(label, label) for label in (*kept, *mail.labels, *opened))
    lines = (
        f"From {mail.gmail_id}@xxx {asctime_with_zone(mail.received_at)}",
        f"X-GM-THRID: {mail.thread_id}",
        f"X-Gmail-Labels: {encoded(shown, 'UTF-8', 'Q')}",
        "",
    )
    text = "\n".join(lines)
    crlf = b"\r\n" in mail.raw[:2000]
    return (text.replace("\n", "\r\n") if crlf else text).encode("ascii")


def _names(language: str) -> dict[str, str]:
    if language == "en":
        return {}
    if language not in _NAMES:
        raise InvalidInput(f"Labels can be written in {', '.join(LANGUAGES)}.", field="language")
    return dict(zip(_ORDER, _NAMES[language].split("|"), strict=True))


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2026, 7, 1, 10, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
