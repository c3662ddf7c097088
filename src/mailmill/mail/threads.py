"""What joins mails to a conversation where References do not: the subject without its decoration, and the people."""

import re

from mailmill.domain.message import Message

_REPLY = (
    r"re|r|aw|antw|antwort|sv|vs|vb|bls|odp|ynt|res|ref|rif|atb|acum|ha|hl|απ|σχετ|ответ|отв|回复|回覆|答复|답장|返信"
)
_FORWARD = r"fwd?|wg|tr|rv|enc|i|vl|fs|pd|ilt|doorst|vidarebef|μεταβ|πρθ|пересл|转发|轉寄|전달|転送"
_PREFIX = re.compile(
    rf"\s*(?:{_REPLY}|{_FORWARD})\s*(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\^\d{{1,3}}|\*\d{{1,3}})?\s*[:\uff1a]\s*",
    re.IGNORECASE,
)
_REPLY_PREFIX = re.compile(
    rf"\s*(?:\[[^\[\]]{{1,60}}\]\s*)*(?:{_REPLY})\s*(?:\[\d{{1,3}}\]|\(\d{{1,3}}\))?\s*[:\uff1a]", re.IGNORECASE
)
_TAG = re.compile(r"\s*\[[^\[\]]{1,60}\]\s*")
_TRAILING = re.compile(r"\s*\((?:fwd?|was:[^()]*)\)\s*$", re.IGNORECASE)


def base_subject(subject: str) -> str:
    """The subject without reply and forward marks (of many languages) and list tags, case and white space folded.

    A subject that consists of nothing else keeps its last tag, so that ``[x]`` does not become empty.
    """
    text = " ".join(subject[:1000].split())
    while True:
        shorter = _TRAILING.sub("", text)
        found = _PREFIX.match(shorter) or _TAG.match(shorter)
        if found and (rest := shorter[found.end() :]).strip():
            shorter = rest
        elif found and _PREFIX.match(shorter):
            shorter = ""
        if shorter == text:
            return " ".join(text.casefold().split())
        text = shorter


def looks_like_reply(subject: str) -> bool:
    """Whether the subject says that it answers something; only such a mail may join a thread by its subject."""
    return _REPLY_PREFIX.match(subject[:1000]) is not None


def people(message: Message) -> frozenset[str]:
    """The lower-case addresses that a mail is from and to."""
    return frozenset(
        address.email.lower() for address in (*message.from_, *message.to, *message.cc) if "@" in address.email
    )


def parents(message: Message) -> tuple[str, ...]:
    """The Message-IDs that a mail follows, nearest first: In-Reply-To, then References from the last to the first."""
    own = message.message_id
    nearest = (*message.in_reply_to, *reversed(message.references))
    return tuple(each for each in dict.fromkeys(nearest) if each != own)


def joins_by_subject(message: Message, thread_people: frozenset[str]) -> bool:
    """Whether a mail may join a thread of the same base subject: it looks like a reply and shares its people.

    Its author has to be one of the thread's people, or to write to one of them besides himself.
    """
    if not looks_like_reply(message.subject) or not base_subject(message.subject):
        return False
    return bool(people(message) & thread_people)
