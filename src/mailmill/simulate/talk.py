"""Mail between people: personal notes in odd charsets, long threads with quotes, discussion lists."""

# ruff: noqa: RUF001 - sentences in many scripts

from datetime import timedelta
from functools import partial
from random import Random

from mailmill.simulate import html
from mailmill.simulate.compose import (
    Header,
    Part,
    encoded,
    encoded_file_part,
    file_part,
    mailbox,
    multipart,
    split_inside_character,
    text_part,
    undeclared_part,
)
from mailmill.simulate.files import pdf, picture_lines
from mailmill.simulate.scene import Draft, FollowUp, Scene, Told, message_id
from mailmill.simulate.text import Person, between, paragraph, person, pick, sentence, topic

_LISTS = (("porcelain-dev", "lists.porcelain.example"), ("allotment", "groups.allotment.example"),
          ("db-internals", "lists.dbint.example"))  # fmt: skip
_LANGUAGES = ("en", "en", "en", "en", "de", "de", "fr", "es", "it", "nl", "pl")
_FOREIGN: dict[str, tuple[str, str]] = {
    "koi8-r": (
        "Встреча в четверг",
        "Добрый день! Встречаемся в четверг у старого моста, карту я принесу. Смета пока не готова.",
    ),
    "shift_jis": ("木曜日の打ち合わせ", "こんにちは。木曜日に古い橋の近くで会いましょう。地図は私が持って行きます。"),
    "gb18030": ("星期四的会议", "你好。星期四我们在老桥旁边见面，地图我带来。预算还没有准备好。"),
    "iso-8859-1": ("Grüße von der Küste", "Schöne Grüße! Das Café hat wieder geöffnet, der Käsekuchen ist köstlich."),
    "iso-8859-2": ("Spotkanie w czwartek", "Cześć! Spotkajmy się w czwartek przy starym moście, mapę przyniosę ja."),
    "iso-8859-15": ("Reste du budget", "Il nous reste 40 € pour l'été, c'est peu pour le théâtre et la fête."),
    "windows-1252": ("Re: “Budget” – second try", "We should not spend more than €300 – it’s only a “small” party…"),
    "iso-2022-jp": ("予定の変更", "会議は金曜日の午後三時に変更になりました。よろしくお願いします。"),
    "utf-8": ("Pięć żółtych łodzi 🛶", "Zażółć gęślą jaźń – und grüße den Kapitän. ☂️ 漢字も少し。"),
}


def tell_personal(scene: Scene) -> Told:
    """A note from one person; some with pictures or documents, some about money that nobody spent."""
    rng = scene.rng
    author = person(rng)
    language = pick(rng, _LANGUAGES)
    subject = topic(rng)
    text = paragraph(rng, language, between(rng, 2, 12))
    if rng.random() < 0.12:
        text += (
            f"\n\nThe budget is {between(rng, 2, 90)}00 € in total, we should order the wood before the invoice comes."
        )
    if rng.random() < 0.2:
        text += "\n\nFrom here it takes an hour by ferry.\n>From what I hear it is worth it.\nFrom then on, sleep."
    part = _note(rng, f"{text}\n\n{author.name}\n", 0.45)
    if rng.random() < 0.12:
        part = multipart(rng, "mixed", (part, _attachment(rng, language)))
    return Told(_between_people("personal", author, subject, part, scene))


def tell_foreign(scene: Scene) -> Told:
    """A note in one of the world's charsets, with encoded words of every kind."""
    rng = scene.rng
    author = person(rng)
    charset = pick(rng, tuple(_FOREIGN))
    subject, text = _FOREIGN[charset]
    body = "\n".join((text, text[::-1] if charset == "utf-8" else text, author.name if charset == "utf-8" else "", ""))
    if charset == "utf-8":
        part = undeclared_part(body, "plain")
        shown = split_inside_character(subject) if rng.random() < 0.3 else subject
    else:
        part = text_part(body, "plain", charset, pick(rng, ("8bit", "quoted-printable", "base64")))
        shown = encoded(subject, charset, pick(rng, ("B", "Q")) if charset != "iso-2022-jp" else "B")
    truth = {"charset": charset}
    draft = Draft("personal", author.name, author.email, shown, part, truth=truth, headers=(("X-Mailer", "Kurier 4"),))
    return Told(draft)


def tell_thread(scene: Scene) -> Told:
    """A conversation with the owner begins: 1 to 14 answers follow, every one quoting what it answers."""
    rng = scene.rng
    people = tuple(person(rng) for _ in range(between(rng, 1, 3)))
    return _tell_answer(topic(rng), people, f"t{scene.index}", between(rng, 2, 15), (), "", scene)


def tell_list(scene: Scene) -> Told:
    """A discussion on a mailing list begins."""
    rng = scene.rng
    people = tuple(person(rng) for _ in range(between(rng, 2, 5)))
    subject = f"{topic(rng)} {sentence(rng, 'en')[:40].rstrip('. ,;')}"
    return _tell_post(pick(rng, _LISTS), subject, people, f"l{scene.index}", between(rng, 1, 9), (), "", scene)


def _tell_answer(
    subject: str, people: tuple[Person, ...], key: str, left: int, ids: tuple[str, ...], quoted: str, scene: Scene
) -> Told:
    rng = scene.rng
    author = scene.owner if len(ids) % 3 == 1 else people[len(ids) % len(people)]
    own_id = message_id(scene, author.email.partition("@")[2])
    text = paragraph(rng, "en", between(rng, 1, 5))
    body = f"{text}\n\n{author.name}\n" + quoted
    headers, shown = _answering(ids), f"Re: {subject}" if ids else subject
    part = _note(rng, body, 0.35)
    sent = author is scene.owner
    draft = Draft(
        "thread", author.name, author.email, shown, part,
        labels=("Sent",) if sent else ("Inbox", "Important"), folder="Sent" if sent else "INBOX",
        truth={"thread": key}, headers=headers, message_id=own_id, thread=key,
        to=mailbox(people[0].name, people[0].email) if sent else "",
    )  # fmt: skip
    if left <= 1:
        return Told(draft)
    quoting = _quote(author, scene, body)
    after = timedelta(minutes=between(rng, 20, 2000))
    return Told(
        draft, (FollowUp(after, partial(_tell_answer, subject, people, key, left - 1, (*ids, own_id), quoting)),)
    )


def _tell_post(
    where: tuple[str, str],
    subject: str,
    people: tuple[Person, ...],
    key: str,
    left: int,
    ids: tuple[str, ...],
    quoted: str,
    scene: Scene,
) -> Told:
    rng = scene.rng
    name, host = where
    author = pick(rng, people)
    own_id = message_id(scene, host)
    patch = "\n".join(f"+    {sentence(rng, 'en')}" for _ in range(between(rng, 0, 30))) if rng.random() < 0.4 else ""
    text = f"{paragraph(rng, 'en', between(rng, 2, 8))}\n\n{patch}\n-- \n{author.name}\n"
    body = quoted + text if rng.random() < 0.7 else text + quoted
    headers = (*_answering(ids), *_list_headers(name, host), ("Precedence", "list"))
    shown = f"Re: [{name}] {subject}" if ids else f"[{name}] {subject}"
    draft = Draft(
        "list", author.name, author.email, shown, text_part(body, "plain", encoding="8bit"),
        labels=("Category Forums",), folder="Lists", truth={"thread": key}, headers=headers,
        message_id=own_id, thread=key, to=f"{name}@{host}",
    )  # fmt: skip
    if left <= 1:
        return Told(draft)
    quoting = _quote(author, scene, body)
    after = timedelta(minutes=between(rng, 10, 4000))
    return Told(
        draft, (FollowUp(after, partial(_tell_post, where, subject, people, key, left - 1, (*ids, own_id), quoting)),)
    )


def _between_people(kind: str, author: Person, subject: str, part: Part, scene: Scene) -> Draft:
    reply_to = (("Reply-To", mailbox(author.name, author.email)),) if scene.rng.random() < 0.1 else ()
    return Draft(
        kind, author.name, author.email, subject, part, labels=("Inbox", "Category Personal"), headers=reply_to
    )


def _answering(ids: tuple[str, ...]) -> tuple[Header, ...]:
    """In-Reply-To and References (RFC 5322 section 3.6.4), the middle of long chains left out."""
    if not ids:
        return ()
    chain = ids if len(ids) < 10 else (ids[0], *ids[-8:])
    return (("In-Reply-To", f"<{ids[-1]}>"), ("References", "\n ".join(f"<{one}>" for one in chain)))


def _list_headers(name: str, host: str) -> tuple[Header, ...]:
    return (
        ("List-Id", f"<{name}.{host}>"),
        ("List-Post", f"<mailto:{name}@{host}>"),
        ("List-Unsubscribe", f"<mailto:{name}-leave@{host}>"),
        ("List-Archive", f"<https://{host}/archive/{name}/>"),
    )


def _quote(author: Person, scene: Scene, body: str) -> str:
    """The body behind ``>``, cut after 120 lines so that state stays small."""
    lines = body.splitlines()[:120]
    return f"\nOn {scene.when:%d %b %Y at %H:%M}, {author.name} wrote:\n\n" + "".join(f"> {line}\n" for line in lines)


def _note(rng: Random, text: str, rich: float) -> Part:
    """Plain text, or with an HTML twin as mail programs write it."""
    encoding = pick(rng, ("8bit", "quoted-printable", "quoted-printable", "base64"))
    part = text_part(text, "plain", encoding=encoding)
    if rng.random() >= rich:
        return part
    lines = text.replace("&", "&amp;").replace("<", "&lt;").split("\n")
    page = "".join(
        f'<div style="font-family:Calibri,sans-serif;font-size:11pt">{line or "<br>"}</div>\n' for line in lines
    )
    page = f'<html><head>{html.style_sheet("office")}</head><body lang="EN">\n{page}</body></html>\n'
    return multipart(rng, "alternative", (part, text_part(page, "html")))


def _attachment(rng: Random, language: str) -> Part:
    choice = rng.random()
    if choice < 0.6:
        return encoded_file_part(
            picture_lines(min(7, int(rng.expovariate(0.5)))), "image/png", f"IMG_{between(rng, 1000, 9999)}.png"
        )
    lines = [sentence(rng, language) for _ in range(40)]
    name = f"{topic(rng)}.pdf" if choice < 0.9 else "Übersicht für März.pdf"
    return file_part(pdf(lines), "application/pdf", name)
