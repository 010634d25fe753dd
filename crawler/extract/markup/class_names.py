"""What class names and ids say of an element.

Names are cut into words (`entryShare-buttons` is entry, share, buttons) and looked up, alone and
with their neighbour (`read-more` as `readmore`). The words are those of themes and content systems,
of no site.
"""

from __future__ import annotations

import re
from enum import IntFlag
from functools import lru_cache


class Meaning(IntFlag):
    """What a name says that its element holds."""

    NOISE = 1
    STORY = 2
    COMMENTS = 4
    AUTHOR = 8
    DATE = 16
    STANDFIRST = 32
    SECTION = 64
    TAGS = 128
    CRUMBS = 256
    CAPTION = 512
    HARD = 1024
    """Boilerplate even where another name says story."""
    DIALOG = 2048
    """Laid over the page: cookie walls, sign-up boxes."""
    WRITTEN = 4096
    """Boilerplate that is written in sentences, as the story is: prose does not refute the name."""
    UNSEEN = 8192
    """Read out to those who do not see the page."""
    REPLY = 16384
    """Of one reader's comment, or of all of them."""


_WORDS: dict[Meaning, str] = {
    Meaning.NOISE: """
        comment comments disqus discussion share shares sharing sharebar sharer sharedaddy social
        socials socialbar follow followus newsletter newsletters subscribe subscription
        subscriptions subscriber subscribers signup related recirc recirculation recommend
        recommended recommendation recommendations readmore moreon morefrom morestories morenews
        morearticles alsoread readalso readnext seealso similar trending popular mostread mostviewed
        mostpopular teaser teasers promo promos promotion promobox sponsor sponsored sponsors advert
        adverts advertisement advertisements advertising advertorial ad ads adslot adcontainer
        adwrapper adbox adunit adbreak adslots adplaceholder banner banners outbrain taboola dfp gpt
        regwall piano login cookie cookies consent gdpr dsgvo popup popups popin popmake pum modal
        overlay lightbox breadcrumb breadcrumbs pagination pager pagenav postnav postnavigation
        navlinks navbelow navsingle prevnext nextprev nextpost prevpost sidebar sidebars widget
        widgets footer menu toolbar toolbox byline bylines author authors autor autores authorbox
        aboutauthor biography bio taglist tags tagcloud keywords postmeta entrymeta articlemeta
        metadata metainfo metadatas postinfo articleinfo rating ratings vote votes printlink
        printbutton sronly screenreader visuallyhidden hiddentext assistive toc tableofcontents
        inhaltsverzeichnis relatedposts copyright credit credits caption captions attribution
        noprint donate donation donations fundraising membership anzeige publicidad publicite
        werbung reklame reklam contextual linklist links externallinks topiclist audioplayer
        videoplayer player readtime readingtime timestamp pubdate publishdate published postdate
        skiplink backtotop gallerynav carousel slider slideshow poll quiz survey appdownload
        appstore feedback reporterror whatsapp telegram facebook twitter nav navigation navbar menus
        search topbar masthead tooltip dropdown lightwidget signin paywall paywallbox paywallmessage
        barrier crosslink crosslinks crosspromo nextarticle upnext weiterlesen zumthema mehrzumthema
        lesenauch lesetipp leggianche lirelasuite lireaussi leertambien print emaillink bookmark
        bookmarks likes reactions reaction respond reply trackback pingback imagedescription
        imgdescription photodescription imgdesc imgdescr imagedesc photodesc picdesc imgcaption
        photocaption picturecaption imagecaption
        photocredit photocredits imagecredit imagecredits imgcredit bildquelle bildnachweis
        bildunterschrift piefoto fotopie epigrafe legende pictsrc leetambien leatambien leamas
        tambienlee infobox infoboxes infobloc factbox faktenbox faktabox factsbox disclosure
        disclaimer postmetadata taggedwith licenceinfo licenseinfo copyrightinfo saboxplugin
        molongui authordescription authordesc embedconsent consentembed embedprivacy privacyembed
        embedplaceholder contentblocker optin
        """,
    Meaning.HARD: """
        comments disqus sidebar footer related newsletter cookie consent outbrain taboola
        sharedaddy relatedposts breadcrumb breadcrumbs share sharing social recommend recommended
        recommendations authorbox authorbio authorinfo promo promobox mostread teaser teasers
        advertisement taglist tags sponsored pagination
        """,
    Meaning.STORY: """
        articlebody articlecontent articletext articlemain articlecopy storybody storycontent
        storytext storycopy postbody postcontent posttext entrycontent entrybody entrytext
        newsbody newscontent newstext contentbody contenttext contentmain maincontent maintext
        bodytext bodycopy bodycontent bodymain bodyinner pagecontent fulltext story richtext prose
        hentry single wysiwyg paragraph paragraphs blogcontent textbody textcontent contentinner
        contentwrapper contentarea articlewrapper articlecontainer postwrapper singlecontent
        articleinner body detailcontent detailbody articledetail newsdetail
        """,
    Meaning.COMMENTS: """
        comments commentlist commentarea commentsection disqusthread commentthread commentblock
        commentbox
        """,
    Meaning.DIALOG: """
        popup popups popin modal modals lightbox overlay cookie cookies cookiebar cookiebanner
        consent gdpr dsgvo cmp onetrust cookielaw popmake pum interstitial regwall
        """,
    Meaning.WRITTEN: """
        comment comments disqus discussion commentlist respond reply trackback pingback byline
        bylines author authors autor autores authorbox aboutauthor biography bio authordescription
        authordesc saboxplugin molongui copyright copyrightinfo licenceinfo licenseinfo disclosure
        disclaimer newsletter newsletters cookie cookies consent gdpr dsgvo sponsor sponsored
        sponsors advert adverts advertisement advertisements advertising advertorial ad ads anzeige
        publicidad publicite werbung reklame reklam donate donation donations fundraising membership
        infobox infoboxes infobloc factbox faktenbox faktabox factsbox footer
        """,
    Meaning.UNSEEN: "sronly screenreader visuallyhidden assistive",
    Meaning.REPLY: """
        comment comments commentlist commentbody commentbox commentsbox disqus respond reply
        trackback pingback
        """,
    Meaning.AUTHOR: """
        author authors byline bylines autor autores autorin writer writers reporter reporters
        journalist redakteur signature contributor contributors verfasser auteur auteurs firma
        authorname authornames authorlink authorlinks articleauthor postauthor bylinename
        bylinenames bylineauthor autorname autorenname auteurnaam forfatter skribent journaliste
        periodista giornalista jornalista redacteur redaktor createdby writtenby postedby
        submittedby storyby redakteurin autorka autorzy autori auteure skribenter forfattare muhabir
        muhabiri yazar yazari penulis wartawan jurnalis avtor avtory syntaktis katib kateb
        nevisande zuozhe tacgia kirjoittaja toimittaja szerzo redator articulista columnista
        colonist kolumnist columnist
        """,
    Meaning.DATE: """
        date dates datetime publish published publishdate pubdate publication timestamp time
        posted postedon datum fecha data dateline pubtime postdate entrydate lastupdated updated
        modified createdate
        """,
    Meaning.STANDFIRST: """
        standfirst subtitle subtitles subheadline subheading subhead dek deck lead lede intro
        introduction excerpt summary abstract bajada chapo chapeau perex vorspann anriss
        teasertext entradilla ingress sottotitolo occhiello description sumario lidtext leadtext
        introtext articlelead firstparagraph teaser sommario synopsis anleser
        """,
    Meaning.SECTION: """
        category categories cat cats section rubric rubrik rubrique kicker channel ressort seccion
        sezione topic categoria
        """,
    Meaning.TAGS: """
        tag tags taglist tagslinks posttags keywords topics taglinks tagcloud entrytags
        articletags
        """,
    Meaning.CRUMBS: "breadcrumb breadcrumbs crumb crumbs",
    Meaning.CAPTION: """
        caption captions figcaption credit credits imagecaption bildunterschrift legende
        imagedescription imgdescription photodescription imgdesc imgdescr imagedesc photodesc
        picdesc imgcaption photocaption picturecaption photocredit photocredits imagecredit
        imagecredits imgcredit bildquelle bildnachweis piefoto
        fotopie epigrafe pictsrc
        """,
}  # fmt: skip
_LEXICON: dict[str, int] = {}
for _meaning, _listed in _WORDS.items():
    for _word in _listed.split():
        _LEXICON[_word] = _LEXICON.get(_word, 0) | int(_meaning)
_BEGINNINGS = frozenset(word[:end] for word in _LEXICON for end in range(2, len(word)))
"""What words that are written in two may begin with."""
_MODIFIERS = frozenset({
    "no", "not", "has", "have", "with", "without", "is", "hide", "show", "enable", "enabled",
    "disable", "disabled", "js", "single", "template", "type", "status", "format",
    "elementor",  # a page builder: all that it makes, the story too, is a widget
})  # fmt: skip
"""First words of a name that tells of the layout, not of what the element holds: `has-sidebar`."""
_NOT_NOISE = ~int(
    Meaning.NOISE | Meaning.HARD | Meaning.COMMENTS | Meaning.DIALOG | Meaning.WRITTEN
    | Meaning.UNSEEN | Meaning.REPLY
)  # fmt: skip
_NOISE, _STORY, _HARD = int(Meaning.NOISE), int(Meaning.STORY), int(Meaning.HARD)
_CUT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LOWER = re.compile(r"[a-z]+")
"""The same for names without capitals."""
_DIGIT = re.compile(r"\d[A-Za-z]")
"""What sizes and made-up names have in them."""
_SIZE = re.compile(r"\d+x\d+")
_RANDOM = re.compile(r"[A-Za-z0-9]*\d[A-Za-z]+\d[A-Za-z0-9]*|[A-Za-z0-9]*[a-z]\d+[a-z][A-Za-z0-9]*")
"""What a program made up: letters and digits by turns (`block-2ccb0dd2cf321a0d02c9`). The letters
in it make no words."""
_LONGEST = 120
"""Characters of a name that are looked at."""


@lru_cache(maxsize=4_096)
def _meanings_of_name(name: str) -> int:
    if "__" in name:
        # BEM: the element's name (after the last __) says more than the block's.
        block, _, part = name.rpartition("__")
        # The block may be a layout (`sidebar-grid__content`): its word is no last word.
        inner, outer = _meanings_of_words(part), _meanings_of_words(block) & ~_HARD
        if inner & _NOISE:
            outer &= ~_STORY
        elif inner & _STORY or _meanings_of_words(name) & _STORY:
            return (inner | outer | _STORY) & _NOT_NOISE
        return inner | outer | _meanings_of_words(name) & ~(_STORY | _HARD)
    return _meanings_of_words(name)


def _meanings_of_words(name: str) -> int:
    name = name[:80]
    if _DIGIT.search(name):
        name = _RANDOM.sub(" ", _SIZE.sub(" ", name))
    if name.islower():
        words = _LOWER.findall(name)
    else:
        words = [word.lower() for word in _CUT.findall(name)]
    found = 0
    previous = ""
    for word in words:
        if word in _LEXICON:
            found |= _LEXICON[word]
        if previous in _BEGINNINGS and (pair := previous + word) in _LEXICON:
            found |= _LEXICON[pair]
        previous = word
    if len(words) > 1 and (
        words[0] in _MODIFIERS or words[-1] in ("enabled", "disabled", "active")
    ):
        found &= _NOT_NOISE
    return found


def meanings(names: str) -> int:
    """The `Meaning`s of class names, as bits.

    >>> Meaning(meanings("entry-share-buttons")), Meaning(meanings("postContent has-sidebar"))
    (<Meaning.NOISE|HARD: 1025>, <Meaning.STORY: 2>)
    """
    return _meanings(names) if len(names) < 200 else _meanings.__wrapped__(names)


# Whole attributes too, for most repeat on a page and all on a site; long ones would fill memory.
@lru_cache(maxsize=4_096)
def _meanings(names: str) -> int:
    found = 0
    for name in names.split(None, 30)[:30]:
        found |= _meanings_of_name(name[:_LONGEST])
    return found
