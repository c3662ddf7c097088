"""Mails of a job search: an application's way through a company, recruiters, alerts."""

from datetime import timedelta
from functools import partial
from random import Random
from typing import NamedTuple

from mailmill.simulate import html
from mailmill.simulate.compose import Part, file_part, mailbox, multipart, text_part
from mailmill.simulate.files import invitation, pdf
from mailmill.simulate.html import Links
from mailmill.simulate.scene import Draft, FollowUp, Json, Scene, Told
from mailmill.simulate.text import between, digits, fold, paragraph, person, pick, sentence

_COMPANIES = ("Brightquay", "Nordvane Systems", "Orrery Labs", "Paddlewheel", "Kiteworthy", "Tidal & Finch",
              "Lanternfish", "Gravelton Health", "Sommerfeld Optik", "Quarrystone", "Vellum Analytics",
              "Hopscotch Energy")  # fmt: skip
_ROLES = {
    "en": ("Backend Engineer", "Data Analyst", "Product Designer", "Site Reliability Engineer", "Technical Writer",
           "Engineering Manager", "Machine Learning Engineer", "Support Specialist"),
    "de": ("Softwareentwickler (m/w/d)", "Datenanalystin (m/w/d)", "Technischer Redakteur (m/w/d)"),
    "fr": ("Développeur backend (H/F)", "Analyste de données (H/F)"),
    "es": ("Desarrollador backend", "Analista de datos"),
}  # fmt: skip
_PLATFORMS = ("no-reply@greenhouse-mail.io", "no-reply@hire.lever.co", "no-reply@ashbyhq.com", "{c}@myworkday.com",
              "notifications@smartrecruiters.com", "{c}@workablemail.example", "jobs@{c}.example",
              "careers@{c}.example")  # fmt: skip
_TEAMS = ("Recruiting", "Careers", "Talent Team", "Hiring Team")
_NEXT = {
    "application_received": (("assessment", 0.3), ("interview", 0.3), ("rejection", 0.3)),
    "assessment": (("interview", 0.5), ("rejection", 0.4)),
    "interview": (("offer", 0.25), ("rejection", 0.5), ("interview", 0.1)),
}


class Opening(NamedTuple):
    """One job at one company, and the address from which the company writes."""

    company: str
    role: str
    language: str
    email: str
    number: str
    key: str


def tell_application(scene: Scene) -> Told:
    """A company confirms an application; the rest follows over weeks."""
    rng = scene.rng
    language = pick(rng, ("en", "en", "en", "de", "fr", "es"))
    company = pick(rng, _COMPANIES)
    slug = "".join(sign for sign in fold(company).lower() if sign.isalnum())
    email = pick(rng, _PLATFORMS).format(c=slug)
    opening = Opening(company, pick(rng, _ROLES[language]), language, email, f"R-{digits(rng, 5)}", f"a{scene.index}")
    return _tell_step("application_received", opening, scene)


def tell_outreach(scene: Scene) -> Told:
    """A recruiter asks, or a job board sends what it found."""
    rng = scene.rng
    if rng.random() < 0.5:
        return _tell_alert(scene)
    author, company, role = person(rng), pick(rng, _COMPANIES), pick(rng, _ROLES["en"])
    text = (
        f"Hi {scene.owner.name.split()[0]},\n\nI came across your profile and think you would be a great fit for a "
        f"{role} role at {company}. {paragraph(rng, 'en', 2)} We offer a competitive salary. Would you be open to a "
        f"short chat?\n\n{author.name}\n"
    )
    truth = _truth("recruiter_outreach", company, role)
    draft = Draft("recruiter_outreach", author.name, author.email, f"{role} at {company}?", text_part(text, "plain"),
                  truth={"application": truth}, label="recruiter_outreach")  # fmt: skip
    return Told(draft)


def _tell_alert(scene: Scene) -> Told:
    rng = scene.rng
    role = pick(rng, _ROLES["en"])
    subject = f"{between(rng, 3, 40)} new jobs for {role}"
    links = Links(rng, "jobharbour.example")
    rows = "".join(
        html.row(
            f'<a href="{links.next()}">{pick(rng, _ROLES["en"])}</a><br>{pick(rng, _COMPANIES)}: {sentence(rng, "en")}'
        )
        for _ in range(between(rng, 6, 20))
    )
    page = html.page("jobharbour", subject, "Prepare for your next interview", html.heading(subject) + rows)
    draft = Draft("job_alert", "Job Harbour", "alerts@jobharbour.example", subject, text_part(page, "html"),
                  labels=("Inbox", "Category Updates"), label="job_alert",
                  headers=(("List-Unsubscribe", "<https://jobharbour.example/u/1>"),))  # fmt: skip
    return Told(draft)


def _tell_step(label: str, opening: Opening, scene: Scene) -> Told:
    rng = scene.rng
    subject, text = _wording(label, opening, rng)
    body = f"{_HELLO[opening.language]} {scene.owner.name.split()[0]},\n\n{text}\n\n{opening.company} Recruiting\n"
    part = _body(label, opening, body, scene)
    draft = Draft(
        label, f"{opening.company} {pick(rng, _TEAMS)}", opening.email, subject, part,
        truth={"application": {**_truth(label, opening.company, opening.role), "key": opening.key}}, label=label,
        headers=(("Reply-To", mailbox("", opening.email)),),
    )  # fmt: skip
    return Told(draft, _following(label, opening, rng))


def _body(label: str, opening: Opening, body: str, scene: Scene) -> Part:
    rng = scene.rng
    part = text_part(body, "plain")
    if rng.random() < 0.6:
        rows = "".join(html.row(line) for line in body.split("\n") if line)
        page = html.page(opening.company, opening.role, body[:60], rows)
        part = multipart(rng, "alternative", (part, text_part(page, "html")))
    if label == "interview" and rng.random() < 0.5:
        starts = scene.when + timedelta(days=between(rng, 2, 9))
        event = invitation(
            f"{opening.key}-{scene.index}@cal.example",
            f"{opening.company}: {opening.role}",
            starts,
            opening.email,
            scene.owner.email,
        )
        calendar = text_part(event, "calendar; method=REQUEST", encoding="base64")
        part = multipart(rng, "mixed", (part, calendar))
    if label == "offer":
        letter = pdf([opening.company, "", f"Offer of employment: {opening.role}", "", paragraph(rng, "en", 1)[:90]])
        part = multipart(rng, "mixed", (part, file_part(letter, "application/pdf", "Offer letter.pdf")))
    return part


def _following(label: str, opening: Opening, rng: Random) -> tuple[FollowUp, ...]:
    at = rng.random()
    for following, share in _NEXT.get(label, ()):
        if at < share:
            after = timedelta(days=between(rng, 2, 20), minutes=between(rng, 0, 500))
            return (FollowUp(after, partial(_tell_step, following, opening)),)
        at -= share
    return ()


def _wording(label: str, opening: Opening, rng: Random) -> tuple[str, str]:
    subject, text = pick(rng, _STEPS[opening.language][label])
    values = {"c": opening.company, "r": opening.role, "n": opening.number}
    return subject.format(**values), text.format(**values)


def _truth(label: str, company: str, role: str) -> dict[str, Json]:
    return {"company": company, "role": role, "label": label}


_HELLO = {"en": "Hi", "de": "Guten Tag", "fr": "Bonjour", "es": "Hola"}
_Wordings = dict[str, tuple[tuple[str, str], ...]]
_STEPS: dict[str, _Wordings] = {
    "en": {
        "application_received": (
            (
                "Thank you for applying to {c}",
                "We have received your application for the {r} position ({n}) and will review it with care.",
            ),
            (
                "We got your application: {r}",
                "Thanks for your interest in {c}. Your application for {r} is with our team now.",
            ),
        ),
        "assessment": (
            (
                "Next step: online assessment for {r}",
                "Please complete the coding exercise for the {r} role within five days.",
            ),
            ("{c} take-home task", "As a next step we would like you to solve a short task. It takes about two hours."),
        ),
        "interview": (
            (
                "Interview with {c}",
                "We would like to invite you to an interview for the {r} role. Please choose a time.",
            ),
            (
                "Let's talk: {r} at {c}",
                "Your profile convinced us. Could you meet the team for a video call next week?",
            ),
        ),
        "offer": (
            (
                "Your offer from {c}",
                "We are delighted to offer you the position of {r}. The letter is attached; please sign it.",
            ),
        ),
        "rejection": (
            (
                "Your application to {c}",
                "Thank you for your time. We have decided to move forward with other candidates for the {r} role.",
            ),
            (
                "We've received your application – an update",
                "Unfortunately you were not selected for {r} ({n}). We wish you well.",
            ),
        ),
    },
    "de": {
        "application_received": (
            ("Ihre Bewerbung bei {c}", "vielen Dank für Ihre Bewerbung als {r}. Wir melden uns bald bei Ihnen."),
        ),
        "assessment": (
            (
                "Nächster Schritt: Aufgabe",
                "bitte bearbeiten Sie die beiliegende Aufgabe für die Stelle {r} innerhalb einer Woche.",
            ),
        ),
        "interview": (
            (
                "Einladung zum Vorstellungsgespräch",
                "wir laden Sie gern zu einem Gespräch über die Stelle {r} bei {c} ein.",
            ),
        ),
        "offer": (
            (
                "Ihr Vertragsangebot von {c}",
                "wir freuen uns, Ihnen die Stelle {r} anzubieten. Den Vertrag finden Sie im Anhang.",
            ),
        ),
        "rejection": (
            (
                "Ihre Bewerbung als {r}",
                "leider müssen wir Ihnen mitteilen, dass wir uns für eine andere Person entschieden haben.",
            ),
        ),
    },
    "fr": {
        "application_received": (
            ("Votre candidature chez {c}", "nous avons bien reçu votre candidature au poste de {r}."),
        ),
        "assessment": (("Test technique – {r}", "merci de réaliser le test technique sous cinq jours."),),
        "interview": (("Entretien avec {c}", "nous souhaitons vous rencontrer pour le poste de {r}."),),
        "offer": (
            (
                "Proposition d’embauche – {c}",
                "nous avons le plaisir de vous proposer le poste de {r}. La lettre est jointe.",
            ),
        ),
        "rejection": (
            (
                "Votre candidature",
                "nous regrettons de ne pas pouvoir donner suite à votre candidature au poste de {r}.",
            ),
        ),
    },
    "es": {
        "application_received": (("Tu candidatura en {c}", "hemos recibido tu candidatura para {r}."),),
        "assessment": (("Prueba técnica para {r}", "completa por favor la prueba técnica en cinco días."),),
        "interview": (("Entrevista con {c}", "nos gustaría invitarte a una entrevista para el puesto de {r}."),),
        "offer": (("Oferta de {c}", "nos alegra ofrecerte el puesto de {r}. La carta va adjunta."),),
        "rejection": (("Sobre tu candidatura", "lamentamos decirte que hemos elegido a otra persona para {r}."),),
    },
}
