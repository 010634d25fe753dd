"""What a server sends in place of a story, or beside it: walls, outages, broken answers, redirects,
pages that say that the story is gone. Each function gives the answer for a visit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html import escape
from typing import Literal

from benchmarks.history.edits import Version, sentence, spliced, told_alike
from benchmarks.history.pages import ORIGIN, RealPage

Broken = Literal["length", "chunks", "gzip"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends; `ORIGIN` in it is replaced by the site's address."""

    html: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: Broken | None = None
    """How the answer breaks off: fewer bytes than announced, chunks without an end, half a gzip."""
    charset: str = "utf-8"


Serve = Callable[[RealPage, int], "Answer | None"]
"""A page's answer, given which visit it is for; None where the page lacks what is changed."""


def page_of(version: Version) -> Serve:
    """The answer that is a version of the page."""

    def serve(page: RealPage, visit: int) -> Answer | None:
        html = version(page, visit)
        return None if html is None else Answer(html)

    serve.__doc__ = version.__doc__
    return serve


def choice(page: RealPage, visit: int, most: int) -> int:
    """One of several designs: the same for a page at each run."""
    drawn = sha256(f"{page.publisher}{visit}".encode()).digest()
    return drawn[0] % most


def bare(title: str, *texts: str, tongue: str = "en") -> str:
    """A page of a server's own, with nothing of the newspaper."""
    body = "".join(f"<p>{escape(text)}</p>" for text in texts)
    return (
        f'<!DOCTYPE html><html lang="{tongue}"><head><meta charset="utf-8"><title>{escape(title)}'
        f'</title></head><body><div class="box"><h1>{escape(title)}</h1>{body}</div></body></html>'
    )


_CLAIMS = re.compile(
    r"<script\b[^>]*ld\+json[^>]*>.*?</script\s*>|<link\b[^>]*\brel=[\"']?canonical[^>]*>"
    r"|<meta\b[^>]*\b(?:property|name|itemprop)=[\"']?(?:og:|article:|twitter:|description|author"
    r"|date|keywords|headline|parsely|sailthru|cXense|dc\.)[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_TITLE = re.compile(r"(<title\b[^>]*>)[^<]*", re.IGNORECASE)


def in_template(page: RealPage, title: str, *texts: str, keep_claims: bool = False) -> str:
    """The newspaper's own page around another headline and text: its head, navigation and foot.

    keep_claims: whether the head still tells of the story (its JSON-LD, og: …).
    """
    assert page.headline is not None
    start = min(page.headline.start, page.paragraphs[0].start)
    end = max(page.headline.end, page.paragraphs[-1].end)
    body = "".join(f"<p>{escape(text)}</p>" for text in texts)
    html = spliced(page.html, [(start, end, f"<h1>{escape(title)}</h1>{body}")])
    for span in page.paragraphs:
        html = told_alike(html, span.text, "")  # a state in a script has no text of it either
    if keep_claims:
        return html
    return _TITLE.sub(lambda match: match[1] + escape(title), _CLAIMS.sub("", html))


Message = tuple[str, str, tuple[str, ...]]
"""Language, headline, paragraphs."""


def message(messages: Sequence[Message], status: int = 200) -> Serve:
    """One of these messages: on a page of its own, or in the newspaper's template."""

    def serve(page: RealPage, visit: int) -> Answer:
        number = choice(page, visit, 2 * len(messages))
        tongue, title, texts = messages[number // 2]
        if number % 2:
            return Answer(in_template(page, title, *texts), status)
        return Answer(bare(title, *texts, tongue=tongue), status)

    return serve


OUTAGE: tuple[Message, ...] = (
    ("en", "We'll be right back", (
        "Our website is currently undergoing maintenance. We are working to restore all services"
        " as quickly as possible and apologise for any inconvenience.",
        "Please try again in a few minutes. In the meantime you can follow the latest news on our"
        " social media channels, where our editors keep you up to date.",
    )),
    ("en", "Something went wrong", (
        "An unexpected error occurred on our end. Our engineers have been informed. Please reload"
        " the page or come back later.",
    )),
    ("de", "Wartungsarbeiten", (
        "Wegen technischer Arbeiten ist unsere Seite im Augenblick leider nicht erreichbar. Wir"
        " sind in Kürze wieder für Sie da und bitten um Ihr Verständnis.",
        "Das E-Paper und unsere App stehen Ihnen weiterhin zur Verfügung. Bei dringenden Fragen"
        " wenden Sie sich bitte an unseren Leserservice, der montags bis freitags von acht bis"
        " siebzehn Uhr erreichbar ist. Vielen Dank für Ihre Geduld und Ihre Treue.",
    )),
    ("fr", "Service momentanément indisponible", (
        "Notre site rencontre actuellement un problème technique. Nos équipes mettent tout en"
        " œuvre pour rétablir l'accès à nos contenus dans les meilleurs délais.",
        "Nous vous prions de nous excuser pour la gêne occasionnée et vous invitons à revenir un"
        " peu plus tard.",
    )),
    ("es", "Estamos trabajando para mejorar", (
        "En estos momentos nuestra página no está disponible por tareas de mantenimiento. Vuelva a"
        " intentarlo dentro de unos minutos, por favor. Gracias por su paciencia.",
    )),
)  # fmt: skip
CONSENT: tuple[Message, ...] = (
    ("en", "We value your privacy", (
        "We and our 842 partners store and access personal data, like browsing data or unique"
        " identifiers, on your device. Selecting I accept enables tracking technologies to support"
        " the purposes shown under we and our partners process data to provide.",
        "If trackers are disabled, some content and ads you see may not be as relevant to you. You"
        " can resurface this menu to change your choices or withdraw consent at any time.",
    )),
    ("de", "Willkommen. Bitte stimmen Sie zu", (
        "Mit Werbung und Cookies weiterlesen oder ohne Werbung mit einem Pur-Abo für 2,99 Euro im"
        " Monat. Um unser Angebot zu nutzen, stimmen Sie bitte der Verarbeitung Ihrer Daten durch"
        " uns und bis zu 240 Partner zu. Ihre Einwilligung können Sie jederzeit widerrufen.",
    )),
    ("fr", "Votre vie privée", (
        "Avec votre accord, nos partenaires et nous utilisons des cookies ou technologies"
        " similaires pour stocker et accéder à des informations personnelles comme votre visite"
        " sur ce site. Vous pouvez retirer votre consentement à tout moment ou vous abonner.",
    )),
)  # fmt: skip
LOGIN: tuple[Message, ...] = (
    ("en", "Sign in to continue reading", (
        "Create a free account or sign in to read this story. It takes less than a minute, and you"
        " will get access to our newsletters, saved articles and comments.",
        "By continuing you agree to our terms of service and acknowledge our privacy policy."
        " Already have an account? Enter your email address and password below.",
    )),
    ("de", "Bitte melden Sie sich an", (
        "Dieser Inhalt ist nur für registrierte Nutzer sichtbar. Melden Sie sich mit Ihrer"
        " E-Mail-Adresse und Ihrem Passwort an, oder registrieren Sie sich jetzt kostenlos. Sie"
        " haben Ihr Passwort vergessen? Fordern Sie hier ein neues an.",
    )),
)  # fmt: skip
BOT: tuple[Message, ...] = (
    ("en", "Access to this page has been denied", (
        "We believe you are using automation tools to browse the website. This may happen as a"
        " result of the following: JavaScript is disabled or blocked by an extension, or your"
        " browser does not support cookies.",
        "Please make sure that JavaScript and cookies are enabled on your browser and that you are"
        " not blocking them from loading. Reference ID: #a31f0c2e-7712.",
    )),
    ("en", "Pardon Our Interruption", (
        "As you were browsing something about your browser made us think you were a bot. There are"
        " a few reasons this might happen: you are a power user moving through this website with"
        " super-human speed, or a third-party plugin is preventing scripts from running.",
    )),
    ("fr", "Vous avez été bloqué", (
        "Vous naviguez à une vitesse surhumaine, ou une extension de votre navigateur empêche"
        " l'exécution de JavaScript. Pour retrouver l'accès au site, assurez-vous que les cookies"
        " sont activés puis complétez le test ci-dessous.",
    )),
)  # fmt: skip
REGION: tuple[Message, ...] = (
    ("en", "Unavailable in your region", (
        "We recognise you are attempting to access this website from a country belonging to the"
        " European Economic Area, including the EU, which enforces the General Data Protection"
        " Regulation, and therefore access cannot be granted at this time.",
    )),
)  # fmt: skip
NOT_FOUND: tuple[Message, ...] = (
    ("en", "Page not found", (
        "Sorry, the page you are looking for does not exist or has been moved. Try searching for"
        " it, or go back to our home page.",
    )),
    ("de", "Seite nicht gefunden", (
        "Die von Ihnen aufgerufene Seite existiert leider nicht mehr. Bitte prüfen Sie die Adresse"
        " oder kehren Sie zur Startseite zurück.",
    )),
    ("fr", "Page introuvable", (
        "La page que vous recherchez n'existe pas ou n'est plus disponible. Retournez à l'accueil"
        " ou utilisez notre moteur de recherche.",
    )),
    ("es", "Página no encontrada", (
        "Lo sentimos, la página que busca no existe o ha sido eliminada. Vuelva a la portada.",
    )),
)  # fmt: skip
TOMBSTONE: tuple[Message, ...] = (
    ("en", "This article has been removed", (
        "This article has been removed for legal reasons. Following a complaint by one of the"
        " persons named in it, and a settlement reached out of court, the publisher has agreed not"
        " to make it available any longer, neither on this website nor in its archive.",
        "Readers who have questions about this decision may write to our readers' editor, who will"
        " answer as far as the agreement permits.",
    )),
    ("de", "Dieser Artikel wurde gelöscht", (
        "Dieser Beitrag steht aus rechtlichen Gründen nicht mehr zur Verfügung. Nach der Beschwerde"
        " eines Betroffenen hat sich die Redaktion entschlossen, den Text von der Seite zu nehmen;"
        " er wird auch in unserem Archiv nicht mehr angezeigt.",
        "Für Rückfragen zu dieser Entscheidung steht Ihnen die Chefredaktion unter der im Impressum"
        " genannten Adresse zur Verfügung.",
    )),
)  # fmt: skip

outage = message(OUTAGE)
consent = message(CONSENT)
login = message(LOGIN)
bot = message(BOT)
region = message(REGION)
not_found = message(NOT_FOUND)
tombstone = message(TOMBSTONE)


def wall_with_claims(page: RealPage, visit: int) -> Answer | None:
    """A wall in the newspaper's own template, whose head still tells of the story."""
    messages = (*CONSENT, *LOGIN, *OUTAGE)
    _, title, texts = messages[choice(page, visit, len(messages))]
    return Answer(in_template(page, title, *texts, keep_claims=True))


def just_a_moment(page: RealPage, visit: int) -> Answer | None:
    """A page that checks the browser."""
    return Answer(
        '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title><meta name="robots"'
        ' content="noindex,nofollow"></head><body><div class="main-wrapper"><noscript><div'
        ' class="h2"><span id="challenge-error-text">Enable JavaScript and cookies to continue'
        "</span></div></noscript></div><script>(function(){window._cf_chl_opt={cZone:'a'};})()"
        "</script></body></html>",
        headers={"Server": "cloudflare"},
    )


def empty(page: RealPage, visit: int) -> Answer | None:
    """A page without content, of several kinds."""
    designs = (
        "",
        "<html><head></head><body></body></html>",
        f"<!DOCTYPE html><html><head><title>{page.publisher}</title></head><body> </body></html>",
    )
    return Answer(designs[choice(page, visit, len(designs))])


def shell(page: RealPage, visit: int) -> Answer | None:
    """The frame of an application that a script would fill; some tell of the story in the head."""
    assert page.headline is not None
    head = re.search(r"<head\b.*?</head\s*>", page.html, re.DOTALL | re.IGNORECASE)
    told = head[0] if head and choice(page, visit, 2) else "<head><title>News</title></head>"
    for span in page.paragraphs:
        told = told_alike(told, span.text, "")
    return Answer(
        f"<!DOCTYPE html><html>{told}<body><noscript>You need to enable JavaScript to run this app."
        '</noscript><div id="root"><div class="skeleton"></div></div>'
        '<script src="/static/main.8f1c.js"></script></body></html>'
    )


def refused(status: int, texts: Sequence[Message] = OUTAGE) -> Serve:
    """A message with an honest status."""
    return message(texts, status)


def broken_off(how: Broken) -> Serve:
    """The story's page, broken off half-way."""

    def serve(page: RealPage, visit: int) -> Answer | None:
        return Answer(page.html, broken=how)

    serve.__doc__ = f"The story's page, broken off: {how}."
    return serve


def recoded(charset: str) -> Serve:
    """The same page in another encoding, as the answer's head says."""

    def serve(page: RealPage, visit: int) -> Answer | None:
        html = re.sub(r"(charset=[\"']?)utf-8", rf"\g<1>{charset}", page.html, flags=re.IGNORECASE)
        try:
            html.encode(charset)
        except UnicodeEncodeError:
            html = html.encode(charset, "xmlcharrefreplace").decode(charset)
        return Answer(html, charset=charset)

    return serve


# -- paywalls ----------------------------------------------------------------------------------


def paywall(free: bool | None) -> Serve:
    """Two paragraphs and a box that asks to subscribe. free: what JSON-LD says, if anything."""

    def serve(page: RealPage, visit: int) -> Answer | None:
        cut = page.paragraphs[2:]
        name = ("paywall", "offer-reduced", "c-regwall")[choice(page, visit, 3)]
        box = (
            f'<div class="{name}"><h2>Subscribe to read on</h2><p>Get full access for 1 dollar a'
            " week. Cancel at any time.</p><p>Already a subscriber? Log in.</p></div>"
        )
        pieces = [(span.start, span.end, "") for span in cut]
        pieces[0] = (*pieces[0][:2], box)
        html = spliced(page.html, pieces)
        for span in cut:
            html = told_alike(html, span.text, "")
        if free is not None:
            said = (
                '<script type="application/ld+json">{"@context":"https://schema.org","@type":'
                f'"NewsArticle","isAccessibleForFree":{str(free).lower()},"url":"{ORIGIN}'
                f'{page.path}","hasPart":{{"@type":"WebPageElement","isAccessibleForFree":false,'
                f'"cssSelector":".{name}"}}}}</script></head>'
            )
            html = re.sub(r"</head\s*>", lambda _: said, html, count=1, flags=re.IGNORECASE)
        return Answer(html)

    return serve


# -- stories on two pages ----------------------------------------------------------------------


def _halved(page: RealPage, first: bool) -> str:
    half = len(page.paragraphs) // 2
    cut = page.paragraphs[half:] if first else page.paragraphs[:half]
    pieces = [(span.start, span.end, "") for span in cut]
    if first:
        link = f'<p class="pages"><a rel="next" href="{ORIGIN}{page.path}?page=2">2</a></p>'
        pieces[0] = (*pieces[0][:2], link)
    html = spliced(page.html, pieces)
    for span in cut:
        html = told_alike(html, span.text, "")
    return html


def first_half(page: RealPage, visit: int) -> Answer | None:
    """The first page of a story on two."""
    return Answer(_halved(page, first=True))


def second_half(page: RealPage, visit: int) -> Answer | None:
    """The second page of a story on two."""
    return Answer(_halved(page, first=False))


def second_half_edited(page: RealPage, visit: int) -> Answer | None:
    """The second page, with a paragraph more at its end."""
    last = page.paragraphs[-1]
    html = spliced(page.html, [(last.end, last.end, f"<p>{sentence(page)}</p>")])
    half = page.paragraphs[: len(page.paragraphs) // 2]
    html = spliced(html, [(span.start, span.end, "") for span in half])
    for span in half:
        html = told_alike(html, span.text, "")
    return Answer(html)


def whole_with_pager(page: RealPage, visit: int) -> Answer | None:
    """A whole story with a link to a second page that never was."""
    end = page.paragraphs[-1].end
    link = f'<p class="pages"><a rel="next" href="{ORIGIN}{page.path}?page=2">2</a></p>'
    return Answer(spliced(page.html, [(end, end, link)]))


# -- elsewhere ---------------------------------------------------------------------------------

FRONT, HOME, SIGN_IN, OTHER = "/news/", "/", "/account/login", "/2026/11/another-story.html"


def redirect(target: str, status: int) -> Serve:
    """The address leads to another one of the site."""

    def serve(page: RealPage, visit: int) -> Answer | None:
        where = f"{target}?next={page.path}" if target == SIGN_IN else target
        return Answer(status=status, headers={"Location": where})

    return serve


def front(title: str, page: RealPage) -> Answer:
    """A list of stories: a section front or a home page."""
    cards = "".join(
        f'<article><h2><a href="{ORIGIN}/2026/11/story-{n}.html">{sentence(page, n)[:70]}</a></h2>'
        f"<p>{sentence(page, n + 1)[:120]}</p></article>"
        for n in range(24)
    )
    return Answer(
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><nav><a"
        f' href="{ORIGIN}/">Home</a><a href="{ORIGIN}/news/">News</a></nav><main><h1>{title}</h1>'
        f"{cards}</main></body></html>"
    )


def front_in_place(page: RealPage, visit: int) -> Answer | None:
    """A list of stories under the story's own address."""
    return front("Latest news", page)


def another_story(page: RealPage, visit: int) -> Answer | None:
    """Another story in the same template: headline, text, byline, dates and address of its own."""
    return Answer(_another(page, OTHER))


def another_story_here(page: RealPage, visit: int) -> Answer | None:
    """Another story under this one's address, which it calls its own."""
    return Answer(_another(page, page.path))


_STORY = (
    "The last ferry of the season left the harbour of Vellmar on Sunday evening with forty-one"
    " passengers, nine bicycles and a crate of pears on board.",
    "Captain Jorun Halvard had steered the boat across the strait for twenty-six years, and said"
    " that he would not miss the fog, nor the forms that had to be filled in for each dog.",
    "From spring on a bridge will take its place. The county paid some eighty million crowns for"
    " it, twice as much as had been planned when the council first voted on the matter.",
    "Shopkeepers on the island expect more visitors and fewer overnight guests. The only inn has"
    " already announced that it will close two of its seven rooms in winter.",
    "A group of residents wants to keep the ferry as a museum. They have collected the signatures"
    " of more people than live on the island, among them three former ministers.",
    "The boat will stay at the northern pier until the end of the year, and whoever wants to see"
    " the engine room may ask at the kiosk for the key.",
)


def _another(page: RealPage, path: str) -> str:
    assert page.headline is not None
    title = "The last ferry leaves the harbour of Vellmar"
    spans = page.paragraphs
    pieces = [(page.headline.inner_start, page.headline.inner_end, title)]
    pieces += [
        (s.inner_start, s.inner_end, _STORY[n]) if n < len(_STORY) else (s.start, s.end, "")
        for n, s in enumerate(spans)
    ]
    if page.standfirst is not None:
        pieces.append((page.standfirst.inner_start, page.standfirst.inner_end, _STORY[0][:80]))
    html = _CLAIMS.sub("", _TITLE.sub(rf"\g<1>{title}", spliced(page.html, pieces)))
    if page.author:
        html = told_alike(html, page.author, "Ottilie Quennell")
    if page.article.title:
        html = told_alike(html, page.article.title, title)
    claims = (
        f'<link rel="canonical" href="{ORIGIN}{path}"><meta property="og:title" content="{title}">'
        '<meta property="og:type" content="article"><script type="application/ld+json">'
        f'{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{title}","author":'
        '{"@type":"Person","name":"Ottilie Quennell"},"datePublished":"2026-10-25T08:00:00Z"}'
        "</script></head>"
    )
    return re.sub(r"</head\s*>", lambda _: claims, html, count=1, flags=re.IGNORECASE)


def served(answer: Answer, base: str) -> Answer:
    """An answer with the site's own address in it."""
    escaped = base.replace("/", "\\/")
    html = answer.html.replace(ORIGIN, base).replace(ORIGIN.replace("/", "\\/"), escaped)
    html = html.replace(ORIGIN.partition(":")[2], base.partition(":")[2])
    return replace(answer, html=html)
