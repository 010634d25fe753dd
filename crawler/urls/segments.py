"""What the words of an address say: one vocabulary of path segments, labels of hosts and endings of
files, over the world's content systems; no site is named.

Sets of whole segments, lower-case. Who asks decides what follows from a word: a crawl puts it off,
extraction takes no linked story from there, a verdict lets the page say so itself.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# -- files and machines ---------------------------------------------------------------------------

FILES = _words(
    # pictures, sound, video
    "jpg jpeg jpe jfif png gif webp avif svg ico bmp tif tiff heic psd eps mp3 m4a aac ogg oga opus"
    " wav flac mp4 m4v mov avi wmv webm mkv mpg mpeg 3gp flv m3u m3u8 ts"
    # documents, archives, programs
    " pdf doc docx xls xlsx ppt pptx odt ods odp epub mobi rtf csv tsv ics vcf zip gz tgz bz2 xz 7z"
    " rar tar iso dmg exe msi apk bin deb rpm torrent"
    # parts of pages, and data
    " css js mjs map json jsonld xml rss atom rdf xsl xsd wasm woff woff2 ttf otf eot swf"
    " txt"
)
"""Extensions of files that are no HTML pages."""
MACHINES = _words(
    "wp-json wp-admin wp-login.php wp-cron.php wp-comments-post.php wp-trackback.php xmlrpc.php"
    " wp-content wp-includes trackback cgi-bin cdn-cgi oembed sharer sharer.php"
)
"""What, wherever it stands, leads to no page to keep."""
FOLDERS_OF_FILES = _words("static assets img imgs image images download downloads")

# -- what a site offers besides its stories -------------------------------------------------------

FEEDS = _words("feed feeds rss rss2 atom")
LOG_IN = _words(
    "login log-in signin sign-in signup sign-up register logout log-out sign-out my-account account"
    " accounts registration konto anmelden anmeldung abmelden registrieren einloggen connexion"
    " inscription entrar acceso iniciar-sesion registro accedi inloggen logowanie prihlaseni giris"
    " vhod"
)
SUBSCRIBE = _words(
    "subscribe subscription subscriptions suscripcion suscripciones"
    " suscribete abo abos abonnement abonnements abonnieren membership"
)
NEWSLETTERS = _words("newsletter newsletters")
BUY = _words("cart checkout warenkorb panier carrito")
SEARCH = _words(
    "search suche recherche buscar busca cerca zoeken szukaj hledat sok haku poisk arama"
)
PRINT = _words("print printpage print-page drucken imprimir stampa imprimer")
SHARE = _words("share email-friend send-to-friend")
ENDPOINTS = FEEDS | LOG_IN | BUY | SEARCH | PRINT | SHARE
"""What leads to no page to keep where it ends a path, or begins one that is no headline's."""
SHOPS = _words(
    "shop store tienda boutique job jobs epaper e-paper gutschein gutscheine coupon"
    " coupons descuentos vouchercodes voucher-codes vouchers discountcodes discount-codes"
    " promo-codes codes-promo gutscheincodes rabattcodes kortingscodes codigos-descuento"
)
"""Other business of a publisher."""
SERVICE = _words(
    "about-us contact-us kontakt contacto contatti impressum imprint terms-of-use terms-of-service"
    " terms-and-conditions privacy-policy datenschutz agb cookie-policy advertise advertising"
    " mediadaten publicidad donate support-us sitemap accessibility mentions-legales aviso-legal"
    " politica-de-privacidad nosotros quienes-somos chi-siamo ueber-uns uber-uns qui-sommes-nous"
    " hakkimizda iletisim kunye rss-feeds"
)
"""Pages about the site itself, by words that name nothing else."""
SERVICE_OR_SECTION = _words(
    "about contact legal terms privacy cookie cookies disclaimer werbung faq help hilfe aide ayuda"
    " support"
)
"""The same, by words that may also be a section's name, with stories below it."""
SERVICE_FORM = re.compile(
    r"(?:.*newsletters?(?:-.*)?|suscripcion\w*|about-(?:\w+-){1,3}\d[\d.]*|datenschutz\w*"
    r"|privacy-\w+|terms-.+|cookie-\w+|advertise-.+"
    r"|.*-(?:policy|notice|conditions|datenschutz)|.*(?:privacy|cookie)-(?:policy|notice).*)"
)
"""The same, by what a segment begins or ends with."""

# -- what lists stories ---------------------------------------------------------------------------

TOPICS = _words(
    "tag tags tagged category categories categoria categorias categorie kategorie kategorien"
    " kategoria kategori rubrik rubriken rubrique seccion secciones section sections topic topics"
    " thema themen tema temas theme themes etiqueta etiquetas etiquette schlagwort schlagworte"
    " stichwort mot-cle label labels keyword keywords hashtag hashtags"
)
AUTHORS = _words(
    "author authors autor autoren autores auteur auteurs autore autori yazar redakteur redakteure"
    " redaktion journalist journalists columnist contributor contributors firma firmas"
)
PEOPLE = AUTHORS | _words("user users profile profiles profil people staff team member members")
_WRITERS = PEOPLE | _words(
    "person personen persons writer writers reporter reporters columnists correspondents producers"
    " editors our-people our_people by bio bios journalistes autorin periodistas giornalisti avtor"
    " autoren-seite muhabir yazarlar contributors-directory byline"
)
LISTS_OR_SECTIONS = _words(
    "dossier dossiers serie series region regions collection collections person personen by"
    " columnists"
)
"""What lists stories at a path's end; before, it may be a section's name."""
ARCHIVES = _words("archive archives archiv archivio archivo arkiv arsiv latest")
LIST_PAGES = _words("page pages pagina")
PAGES = _words("page pages pagina página seite strona sida side p pg")
"""Before the number of a further page."""
OTHER_MATTER = _words(
    "gallery galleries galerie galeria video videos wideo audio podcast podcasts live-tv tv radio"
    " event events kalender calendar weather wetter meteo horoscope horoscopes horoskop career"
    " careers games quiz crossword forum forums"
)
"""Pages of anything else than a story."""
SERIES = _words("video videos wideo audio podcast podcasts live-tv tv radio event events")
"""Folders of such pages, in which a name of a few words is that of a series."""
OTHER_MATTER_OR_SECTION = _words(
    "live liveticker live-ticker karriere stellen comment comments kommentare app apps deals email"
    " e-mail service newsroom masthead amp home index news subscriber subscribers"
)
"""The same where they end a path; before, they may be a section's name."""
STORIES = _words(
    "article articles artikel articolo articulo artigo haber story stories noticia noticias news"
    " nachrichten actualite actualites notizie nieuws post posts berita"
)
"""Segments that sites put before the addresses of their stories."""

# -- labels of hosts ------------------------------------------------------------------------------

_OTHER_LABELS = _words(
    "tickets stellenmarkt anzeigen classifieds marktplatz kleinanzeigen ad ads adserver werbung"
    " advertising mediadaten b2b my mein myaccount profile auth sso id oauth secure pay payment"
    " checkout assine mail webmail email click tracking track stats analytics metrics pixel"
    " consent cdn asset media upload uploads files api graphql ws push app apps mobile-app play"
    " kiosk ftp dev test testing staging stage beta preview cms admin intranet help hilfe support"
    " donate status trauer"
)
SERVICE_HOSTS = SHOPS | FOLDERS_OF_FILES | LOG_IN | SUBSCRIBE | NEWSLETTERS | _OTHER_LABELS
"""Hosts of a newspaper that hold none of its stories."""
OTHER_HOSTS = SERVICE_HOSTS | _words(
    "career careers karriere empleo emploi auto immobilien immo partner partners go link links"
    " forum forums community chat data search suche games spiele quiz puzzles dating horoscope"
    " horoskop weather wetter translate"
)
"""The same, and those of other business."""
DRESSES = _words("m mobile mobil amp touch wap print")
"""Hosts that show the newspaper in another dress."""

_WALL_WORDS = (
    LOG_IN | SUBSCRIBE | _words("sso oauth oauth2 auth auth2 idp consent cmp captcha paywall")
)
_WALLS = re.compile(
    rf"(?:^|[/._-])(?:{'|'.join(sorted(_WALL_WORDS, key=len, reverse=True))})(?:$|[/._?=-])",
    re.IGNORECASE,
)


def is_wall(url: str) -> bool:
    """Whether an address is that of a page to log in, to subscribe or to consent, by its words.

    >>> is_wall("https://login.paper.example/?to=/town/1"), is_wall("https://paper.example/signing")
    (True, False)
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rpartition(".")[0].rpartition(".")[0]
    return bool(_WALLS.search(host) or _WALLS.search(parts.path))


def names_people(path: str) -> bool:
    """Whether a path leads to the page of a person: `/authors/ada-lund`.

    >>> names_people("/staff/ada-lund/"), names_people("/staff"), names_people("/town/ada-lund")
    (True, False, False)
    """
    parts = [part for part in path.lower().split("/") if part]
    return any(part in _WRITERS for part in parts[:-1])


# -- editions -------------------------------------------------------------------------------------

LANGUAGES = _words(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu"
    " cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi"
    " ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks"
    " ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl"
    " nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl"
    " sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve"
    " vi vo wa wo xh yi yo za zh zu"
)
"""ISO 639-1."""
_REGION = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?")


def edition(url: str) -> str:
    """The language that an address says its edition is in, by its first segment or the first label
    of its host; "" where it says nothing.

    >>> edition("https://a.example/en/the-story"), edition("https://pt-br.a.example/x")
    ('en', 'pt')
    >>> edition("https://a.example/tv/the-story"), edition("https://it.example/")
    ('', '')
    """
    try:
        parts = urlsplit(url)
        labels = (parts.hostname or "").split(".")
    except ValueError:
        return ""
    first = parts.path.strip("/").partition("/")[0].lower()
    for word in (first, labels[0] if len(labels) > 2 else ""):
        match = _REGION.fullmatch(word)
        if match and match[1] in LANGUAGES:
            return match[1]
    return ""
