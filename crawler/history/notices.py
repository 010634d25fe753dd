"""What a page in a story's place says by its words: that one is to log in, to come back later, that
nothing is there, or that the story was taken down.

Words alone decide nothing here. They name what is known not to be the story by what it lacks
(`judge`).
"""

from __future__ import annotations

import re
from typing import Literal

Notice = Literal["wall", "outage", "soft 404", "taken down"]

_MOST = 4_000
"""Characters that are looked at: a notice is short."""
_FEW, _SHORT = 2, 250
"""Words that a wall or an outage has at least, in a text of more characters than that: any prose
may hold one of them."""

_NOT_FOUND = (
    r"\b404\b"
    r"|(?:page|article|story|content|link|address|url|document) (?:you \w+ ?\w* ?\w* ?"
    r")?(?:was|is|could|can|cannot|does|has)(?: ?n[o']t|not|n't| no longer)?(?: be)? ?"
    r"(?:found|exist)|(?:does|do)(?:n't| not) exist|not found|no such page"
    r"|nothing (?:was )?found here|nicht gefunden|existiert nicht"
    r"|nicht (?:mehr )?(?:vorhanden|verfügbar)|gibt es nicht"
    r"|no (?:se ha |se pudo |hemos )?encontra|no existe|introuvable|n['’]existe (?:pas|plus)"
    r"|n['’]a pas été trouvé|pas (?:pu )?(?:être )?trouv|non (?:è stata )?trovat|non esiste"
    r"|não (?:foi )?encontrad|não existe|niet (?:worden )?gevonden|bestaat niet|nie znaleziono"
    r"|nie istnieje|nenalezen|nebyla nalezena|neexistuje|nie (?:je|bola) (?:dostupná|nájdená)"
    r"|hittades inte|finns inte|ikke fun[dn]et|findes ikke|finnes ikke|ei löy[td]"
    r"|nem található|nem létezik|nu (?:a fost găsit|există)|bulunamadı|не найден|не существует"
    r"|не знайдено|не існує|не е намерен|δεν (?:βρέθηκε|υπάρχει)|nije pronađen|ne postoji"
    r"|غير موجود|لم يتم العثور|לא נמצא|یافت نشد|找不到|未找到|不存在|見つかりません|찾을 수 없"
    r"|không tìm thấy|tidak ditemukan|ไม่พบ|नहीं मिल"
)
_TAKEN_DOWN = (
    r"(?:article|story|page|content|text|report|piece|post)\b.{0,60}\b(?:was|has been|"
    r"have been|is being|were)\b.{0,30}\b(?:removed|deleted|withdrawn|retracted|taken "
    r"(?:down|offline)|unpublished)"
    r"|no longer (?:be )?(?:available|online|accessible|published)|legal reasons|court order"
    r"|retraction\b|we (?:have )?(?:removed|withdrawn|retracted|taken down|deleted)"
    r"|(?:aus|wegen|auf) (?:recht|jurist|presserecht)\w*(?: \w+)? gr[üu]nden|gelöscht|entfernt"
    r"|(?:nicht mehr|offline) (?:verfügbar|abrufbar|genommen|online)|zurückgezogen"
    r"|depubliziert|(?:ha|han) sido (?:retirad|eliminad|borrad)|fue (?:retirad|eliminad)"
    r"|ya no (?:está|se encuentra) disponible|(?:razones|motivos) legales"
    r"|(?:a été|ont été) (?:retir|supprim)|n['’]est plus (?:disponible|en ligne|accessible)"
    r"|raisons (?:juridiques|légales)|è stat\w (?:rimoss|cancellat|ritirat|eliminat)"
    r"|non è più disponibile|motivi legali|foi (?:removid|retirad|eliminad|apagad)"
    r"|(?:já )?não está (?:mais )?disponível|(?:motivos|razões) (?:legais|jurídic)"
    r"|is (?:verwijderd|ingetrokken)|niet (?:meer|langer) beschikbaar|juridische redenen"
    r"|zosta[łl]\w? (?:usunięt|wycofan)|byl\w? (?:odstraněn|stažen|smazán)"
    r"|har (?:tagits bort|raderats|blitt fjernet|blevet fjernet|blitt slettet)"
    r"|inte längre tillgänglig|ikke længere|ikke lenger|on poistettu|eltávolítot"
    r"|a fost (?:șters|eliminat|retras)|kaldırıl|yayından|удал[её]н|снят с публикации|видален"
    r"|по юридическим|премахнат|αφαιρέθηκε|αποσύρθηκε|uklonjen|تم حذف|تمت إزالة|הוסר|حذف شد"
    r"|已(?:被)?(?:删除|刪除|下架|移除)|撤稿|削除|삭제|đã bị (?:xóa|gỡ)|telah dihapus|ถูกลบ"
    r"|हटा"
)
_WALL = (
    r"log ?in|sign ?(?:in|up)|subscri(?:be|ption)|register (?:to|for|now)"
    r"|create an? (?:free )?account|paywall|cookies?\b|consent|privacy (?:settings|choices)"
    r"|(?:our|and) partners|accept all|manage (?:options|preferences)|captcha"
    r"|are you (?:a )?(?:human|robot)|not a robot|verify (?:that )?you|checking your browser"
    r"|just a moment|(?:enable|turn on|requires?) (?:javascript|cookies)|unusual traffic"
    r"|ad ?blocker|access denied|forbidden|security check|ray id|ddos|age verification"
    r"|anmelden|einloggen|abonn|registrieren|zustimm|einwillig|datenschutz|werbeblocker"
    r"|weiterlesen mit|kein roboter|iniciar? sesión|inicia sesión|suscr[ií]b|regístr|acept"
    r"|connectez|se connecter|identifiez|abonnez|accepter|consentement|accedi\b|abbonat"
    r"|registrati|accett|consenso|fazer login|iniciar sessão|assin(?:e|ar|antes)|aceit"
    r"|inloggen|aanmelden|abonneer|toestemming|akkoord|zaloguj|subskry|zgod[aęy]|přihlá[sš]"
    r"|předplat|souhlas|prihlás|logga in|prenumer|samtyck|logg inn|log ind|abonner|samtykk"
    r"|kirjaudu|tilaa|bejelentkez|előfizet|sütik|autentific|abonează|giriş yap|abone ol|çerez"
    r"|войдите|войти|подпис|куки|увійдіть|підпис|влез|абонам|συνδε|συνδρομ|prijavi|pretplat"
    r"|تسجيل الدخول|اشترك|התחבר|מנוי|ورود|اشتراک|登录|登入|订阅|訂閱|注册|ログイン|購読|会員"
    r"|로그인|구독|đăng nhập|masuk|berlangganan|เข้าสู่ระบบ|लॉग इन"
)
_OUTAGE = (
    r"maintenance|temporar(?:y|ily)|(?:try|come|check) (?:again|back)"
    r"|back (?:soon|shortly|online)|please wait|unavailable|overload|too many"
    r"|technical (?:problem|difficult|issue)|outage|internal (?:server )?error"
    r"|something went wrong|bad gateway|time-?out|service|database error|error establishing"
    r"|wartung|vorübergehend|später (?:noch ?einmal|erneut|wieder)|störung|technische"
    r"|mantenimiento|temporal|más tarde|intent|maintenance|momentan|plus tard|réessay"
    r"|manutenzione|riprova|temporane|manutenção|mais tarde|tente|onderhoud|tijdelijk"
    r"|later opnieuw|prac\w+ (?:techn|konserw)|spróbuj|chwilowo|údržb|odstávk|později"
    r"|underhåll|tillfällig|vedlikehold|vedligehold|senere|huolto|karbantart|mentenan|bakım"
    r"|daha sonra|техническ|позже|технічн|пізніше|συντήρηση|održavan|صيانة|תחזוקה|维护|維護"
    r"|稍后|稍後|メンテナンス|점검|bảo trì|pemeliharaan|ปรับปรุง"
)
_KINDS: tuple[tuple[Notice, re.Pattern[str]], ...] = (
    ("soft 404", re.compile(_NOT_FOUND, re.IGNORECASE)),
    ("taken down", re.compile(_TAKEN_DOWN, re.IGNORECASE | re.DOTALL)),
    ("outage", re.compile(_OUTAGE, re.IGNORECASE)),
    ("wall", re.compile(_WALL, re.IGNORECASE)),
)


def notice(text: str) -> Notice | None:
    """What a short page says that stands where a story was; None if none of that.

    >>> notice("We are sorry. The page you asked for could not be found.")
    'soft 404'
    >>> notice("Dieser Artikel wurde aus rechtlichen Gründen entfernt.")
    'taken down'
    >>> notice("Bitte melden Sie sich an, um weiterzulesen. Anmelden"), notice("Sobota")
    ('wall', None)
    """
    text = text[:_MOST]
    found: dict[Notice, int] = {
        kind: len({match.casefold() for match in _all(pattern, text)}) for kind, pattern in _KINDS
    }
    if found["soft 404"] or found["taken down"]:
        return "taken down" if found["taken down"] >= found["soft 404"] else "soft 404"
    if max(found["wall"], found["outage"]) >= (_FEW if len(text) > _SHORT else 1):
        return "wall" if found["wall"] > found["outage"] else "outage"
    return None


def _all(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match.group() for match in pattern.finditer(text)]
