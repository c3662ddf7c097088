"""What a finished job is told as: its result first, then how to look further."""

from mailmill.cli.out import Out
from mailmill.cli.words import count, duration, money, standing, sums
from mailmill.domain.job import JobKind, State
from mailmill.domain.progress import JobView
from mailmill.jobs.clock import now_ms


def tell(view: JobView, out: Out) -> None:
    """Print how the job ended and what it brought."""
    out.object({"job": view.to_json()})
    if view.state is not State.SUCCEEDED or view.report is None:
        _tell_unfinished(view, out)
        return
    spent = duration(view.elapsed_ms(now_ms()) / 1000)
    if view.kind == JobKind.REEXTRACT:
        _tell_reextracted(view, out, spent)
    else:
        _tell_read(view, out, spent)
    for warning in view.warnings:
        out.say(f"  Note: {warning}")


def _tell_read(view: JobView, out: Out, spent: str) -> None:
    report = view.report or {}
    rate = report["messages_per_second"]
    out.say(f"Job {view.number} succeeded in {spent} ({rate:,.0f} mails/s).")
    out.say(f"  {sums(report['totals'])}")
    if not report["totals"]["listed"]:
        out.say("  There was no mail to read.")
    elif not report["totals"]["new"]:
        out.say("  Nothing new: every mail was here already or not wanted.")
    if report["receipts"]:
        amounts = ", ".join(money(micros, currency) for currency, micros in report["money"].items())
        found = count(report["receipts"], "receipt")
        out.say(f"  {found}{f', {amounts}' if amounts else ''} · see them: mailmill receipts list")
    if report["open_problems"]:
        out.say(f"  {count(report['open_problems'], 'open problem')} · see them: mailmill problems list")


def _tell_reextracted(view: JobView, out: Out, spent: str) -> None:
    report = view.report or {}
    out.say(f"Job {view.number} succeeded in {spent}: {count(report['scanned'], 'mail')} read again.")
    out.say(f"  Findings: {report['added']:,} added, {report['changed']:,} changed, {report['removed']:,} removed")


def _tell_unfinished(view: JobView, out: Out) -> None:
    if view.state is State.FAILED:
        out.fail(f"Job {view.number} failed: {view.error_message}", {"code": view.error_code, "job": view.number})
    else:
        out.say(f"Job {view.number} {standing(view)}.".replace("..", "."))
    if view.counters:
        archived = count(view.counters.get("new", 0), "mail")
        out.say(f"  {archived} archived so far; nothing of it is lost.")
    match view.state:
        case State.PAUSED:
            out.say(f"  Continue: mailmill jobs resume {view.number}")
        case State.FAILED | State.CANCELLED:
            out.say(f"  Go on from where it stopped: mailmill jobs retry {view.number}")
