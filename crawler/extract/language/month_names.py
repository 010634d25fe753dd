"""Names of months, in full, short and declined, in some seventy languages.

Of the Unicode CLDR, as dateparser carries them, and a few that the press writes besides. A name
means one month in all of these languages; the Croatian ones that do not are told apart by language.
"""

from __future__ import annotations

_NAMES = (
    # January
    """
    jan january januar jänner jän janv janvier ene enero janeiro gen gennaio januari янв
    январь января oca ocak sty styczeń stycznia styczen styczniu يناير كانون_الثاني ژانویه
    ژانویهٔ جنوری січ січень січня led leden ledna lednu tammi tammik tammikuu tammikuuta
    tammikuussa ιαν ιανουάριος ιανουαρίου január ian ianuarie яну януари sij siječanj
    siječnja siječnju siječnjem јан јануар januára de_gen de_gener gener ינואר ינו׳ לינואר
    בינואר ינו djan djanuari มกราคม มค เดือนมกราคม มกรา जनवरी जन॰ জানু জানুয়ারী জানুয়ারি
    ஜன ஜனவரி జన జనవరి जाने जानेवारी saus sausio sausis janvāris jaan jaanuar urt urtarrila
    xan xaneiro janúar ean eanáir ion ionawr januarie janar јануари сту студзень студзеня
    стд იან იანვარი հնվ հունվար հունվարի yan yanvar қаң қаңтар જાન્યુ જાન્યુઆરી ಜನ ಜನವರಿ ജനു
    ജനുവരി ਜਨ ਜਨਵਰੀ ජන ජනවාරි មករា ມກ ມັງກອນ ဇန် ဇန်နဝါရီ ጃን ጃንዋሪ ጃንዩ ጃንዩወሪ jannar
    """,
    # February
    """
    feb february februar feber févr février fév febrero fev fevereiro febbraio februari февр
    февраль февраля фев şub şubat lut lutego luty lutym فبراير شباط فوریه فوریهٔ فبروری лют
    лютий лютого úno únor února únr únoru helmi helmik helmikuu helmikuuta helmikuussa φεβ
    φεβρουάριος φεβρουαρίου febr február februarie февруари velj veljača veljače veljači
    veljačom феб фебруар februára de_febr de_febrer febrer פברואר פבר׳ בפברואר לפברואר פבר
    peb pebruari กพ กุมภาพันธ์ เดือนกุมภาพันธ์ กุมภา फ़रवरी फ़र॰ ফেব ফেব্রুয়ারী ফেব্রুয়ারি
    فروری பிப் பிப்ரவரி ఫిబ్ర ఫిబ్రవరి फेब्रु फेब्रुवारी vas vasario vasaris februāris veebr
    veebruar pebrero ots otsaila febreiro febrúar feabh feabhra chw chwef chwefror shk
    shkurt лютага люты თებ თებერვალი փետրվար փետրվարի փտվ fevral ақп ақпан ફેબ્રુ ફેબ્રુઆરી
    ಫೆಬ್ರ ಫೆಬ್ರವರಿ ഫെബ്രു ഫെബ്രുവരി ਫ਼ਰ ਫ਼ਰਵਰੀ फेब्रुअरी පෙබ පෙබරවාරි កុម្ភៈ ກພ ກຸມພາ ဖေ
    ဖေဖော်ဝါရီ ፌብ ፌብሩዋሪ ፌብሩ ፌብሩወሪ fra frar
    """,
    # March
    """
    mar march mär märz mrz mars marzo março maart mrt мар март марта mart marca marzec marcu
    مارس آذار مارچ бер березень березня берез bře březen března březnu marts maalis maalisk
    maaliskuu maaliskuuta maaliskuussa μάρ μάρτιος μαρ μαρτίου márc március már iii martie
    ožu ožujak ožujka ožujku ožujkom marec de_març març מרץ במרץ למרץ מרס במרס למרס מארס
    במארס למארס maret มีค มีนาคม เดือนมีนาคม มีนา मार्च মার্চ மார் மார்ச் మార్చి kov kovas
    kovo märts mac machi marso martxoa márta maw mawrth сак сакавік сакавіка მარ მარტი մարտ
    մարտի մրտ нау наурыз માર્ચ ಮಾರ್ಚ್ മാർ മാർച്ച് ਮਾਰਚ මාර් මාර්තු មីនា ມນ ມີນາ မတ် ማርች
    marzu mäe mäerz
    """,
    # April
    """
    apr april avr avril abr abril aprile апр апрель апреля nis nisan kwi kwiecień kwietnia
    kwiecien kwietniu kwie أبريل نيسان آوریل اپریل квіт квітень квітня кві dub duben dubna
    dubnu huhti huhtik huhtikuu huhtikuuta huhtikuussa απρ απρίλιος απριλίου ápr április
    aprilie април tra travanj travnja travnju travnjem apríl apríla d'abr d'abril אפריל אפר׳
    באפריל לאפריל אפר เมย เมษายน เมษา เดือนเมษายน अप्रैल এপ্রি এপ্রিল ஏப் ஏப்ரல் ఏప్రి
    ఏప్రిల్ एप्रि एप्रिल bal balandis balandžio aprīlis aprill aprili api apirila aib
    aibreán ebr ebrill pri prill кра красавік красавіка крс აპრ აპრილი ապր ապրիլ ապրիլի
    aprel сәу сәуір એપ્રિલ ಏಪ್ರಿ ಏಪ್ರಿಲ್ ഏപ്രി ഏപ്രിൽ ਅਪ੍ਰੈ ਅਪ੍ਰੈਲ अप्रिल අප්‍රේල් មេសា ມສ
    ເມສາ ဧပြီ ኤፕሪ ኤፕሪል abrëll
    """,
    # May
    """
    may mai mayo maio mag maggio mei май мая mayıs maj maja maju مايو أيار مه مهٔ می трав
    травень травня тра kvě květen května květnu touko toukok toukokuu toukokuuta toukokuussa
    μάι μάιος μαΐ μαΐου máj május svi svibanj svibnja svibnju svibnjem мај mája de_maig maig
    מאי במאי למאי พค พฤษภาคม เดือนพฤษภาคม พฤษภา मई মে مئی மே మే मे geg gegužė gegužės maijs
    maiatza maí beal bealtaine траўня მაი მაისი մայիս մայիսի մյս мам мамыр મે ಮೇ മേയ് ਮਈ
    මැයි ឧសភា ພພ ພຶດສະພາ မေ ሜይ mej mejju mee
    """,
    # June
    """
    jun june juni juin junio junho giu giugno июн июнь июня haz haziran cze czerwca czerwiec
    czerwcu يونيو يونيه يونية حزيران ژوئن جون черв червень червня чер červen června čvn čer
    červnu kesä kesäk kesäkuu kesäkuuta kesäkuussa ιουν ιουνίου ιούν ιούνιος jún június iun
    iunie юни lipanj lipnja lipnju lipnjem јун júna junij de_juny juny יוני ביוני ליוני יונ
    djuni มิถุนายน มิย เดือนมิถุนายน มิถุนา जून জুন ஜூன் జూన్ birž birželio birželis jūn
    jūnijs juuni hun hunyo eka ekaina xuño júní meith meitheamh meh mehefin junie qer
    qershor јуни чэр чэрвень чэрвеня ივნ ივნისი հնս հունիս հունիսի iyn iyun i̇yun мау маусым
    જૂન ಜೂನ್ ജൂൺ ਜੂਨ जुन ජූනි មិថុនា ມິຖ ມິຖຸນາ ဇွန် ጁን ġun ġunju
    """,
    # July
    """
    jul july juli juil juillet julio julho lug luglio июл июль июля tem temmuz lip lipca
    lipiec lipcu يوليو يوليه يولية تموز ژوئیه ژوئیهٔ جولای лип липень липня července
    červenec čvc črc červenci črv heinä heinäk heinäkuu heinäkuuta heinäkuussa ιουλ ιουλίου
    ιούλ ιούλιος júl július vii iul iulie юли srpanj srpnja srpnju srpnjem јул júla julij
    de_jul de_juliol juliol יולי ביולי ליולי יול djuli กค กรกฎาคม เดือนกรกฏาคม กรกฎา जुलाई
    जुल॰ জুল জুলাই جولائی ஜூலை జులై जुलै liep liepa liepos jūl jūlijs juuli julai hul hulyo
    uzt uztaila xul xullo júlí iúil gor gorff gorffennaf julie korr korrik kor јули ліп
    ліпень ліпеня ივლ ივლისი հլս հուլիս հուլիսի iyl iyul i̇yul шіл шілде જુલાઈ ಜುಲೈ ജൂലൈ
    ਜੁਲਾ ਜੁਲਾਈ ජූලි កក្កដា ກລ ກໍລະກົດ ဇူ ဇူလိုင် ጁላይ lul lulju
    """,
    # August
    """
    aug august août aoû aout ago agosto augustus авг август августа ağu ağustos sie sierpień
    sierpnia sierpien sierpniu أغسطس آب اوت آگست серп серпень серпня сер srp srpen srpna
    srpnu augusti elo elok elokuu elokuuta elokuussa αυγ αυγούστου αύγ αύγουστος augusztus
    viii kol kolovoz kolovoza kolovozu kolovozom avg avgust augusta agost d'ag d'agost
    אוגוסט אוג׳ באוגוסט לאוגוסט אוג agu agustus agt ags สค สิงหาคม สิงหา เดือนสิงหาคม अगस्त
    अग॰ আগ আগস্ট اگست ஆக ஆகஸ்ட் ఆగ ఆగస్టు ऑग ऑगस्ट rugp rugpjūtis rugpjūčio augusts agosti
    ogo ogos abu abuztua ágú ágúst lún lúnasa awst gush gusht gsh жні жнівень жніўня жнівеня
    жнв აგვ აგვისტო օգոստոս օգոստոսի օգս avq avqust там тамыз ઑગસ્ટ ಆಗ ಆಗಸ್ಟ್ ഓഗ ഓഗസ്റ്റ് ਅਗ
    ਅਗਸਤ अगस्ट අගෝ අගෝස්තු សីហា ສຫ ສິງຫາ ဩဂုတ် ኦገስ ኦገስት aww awwissu
    """,
    # September
    """
    sep september sept septembre septiembre setiembre set setembro septembro settembre сент
    сентябрь сентября сен eyl eylül wrz wrzesień września wrzesien wrzesnia wrześniu
    wrzesniu سبتمبر أيلول سپتامبر سپتمبر вер вересень вересня верес zář září syys syysk
    syyskuu syyskuuta syyskuussa σεπ σεπτέμβριος σεπτεμβρίου szept szeptember septembrie сеп
    септември септ септм ruj rujan rujna rujnu rujnom септембар septembar septembra de_set
    de_setembre setembre ספטמבר ספט׳ בספטמבר לספטמבר ספט กย กันยายน กันยา เดือนกันยายน
    सितंबर सित॰ सितम्बर সেপ সেপ্টেম্বর ستمبر செப் செப்டம்பர் సెప్టెం సెప్టెంబర్ सप्टें
    सप्टेंबर rugs rugsėjis rugsėjo septembris septemba setyembre ira iraila meán_fómhair
    mfómh medi sht shtator верасень верасня врс სექ სექტემბერი սեպ սեպտեմբեր սեպտեմբերի sen
    sentyabr қыр қыркүйек sentabr સપ્ટે સપ્ટેમ્બર ಸೆಪ್ಟೆಂ ಸೆಪ್ಟೆಂಬರ್ സെപ്റ്റം സെപ്റ്റംബർ ਸਤੰ
    ਸਤੰਬਰ सेप्टेम्बर සැප් සැප්තැම්බර් កញ្ញា ກຍ ກັນຍາ စက် စက်တင်ဘာ ሴፕቴ ሴፕቴምበር settembru
    """,
    # October
    """
    oct october okt oktober octobre octubre out outubro ott ottobre окт октябрь октября eki
    ekim paź październik października pazdziernik pazdziernika październiku pazdzierniku paz
    أكتوبر تشرين_الأول اکتبر اکتوبر жовт жовтень жовтня жов říj říjen října říjnu loka lokak
    lokakuu lokakuuta lokakuussa οκτ οκτωβρίου οκτώβριος október octombrie октомври
    listopadom октобар oktobar októbra d'oct d'octubre אוקטובר אוק׳ באוקטובר לאוקטובר אוק ตค
    ตุลาคม เดือนตุลาคม ตุลา अक्तूबर अक्तू॰ अक्टूबर অক্টো অক্টোবর அக் அக்டோபர் అక్టో అక్టోబర్
    ऑक्टो ऑक्टोबर spal spalio spalis oktobris oktoober oktoba oktubre urr urria
    deireadh_fómhair dfómh hyd hydref tet tetor кас кастрычнік кастрычніка кст ოქტ ოქტომბერი
    հոկ հոկտեմբեր հոկտեմբերի oktyabr қаз қазан oktabr ઑક્ટો ઑક્ટોબર ಅಕ್ಟೋ ಅಕ್ಟೋಬರ್ ഒക്ടോ
    ഒക്‌ടോബർ ਅਕਤੂ ਅਕਤੂਬਰ अक्टोबर ඔක් ඔක්තෝබර් តុលា ຕລ ຕຸລາ အောက် အောက်တိုဘာ ኦክቶ ኦክቶበር
    ottubru
    """,
    # November
    """
    nov november novembre noviembre novembro нояб ноябрь ноября ноя kas kasım lis listopad
    listopada listopadzie نوفمبر تشرين_الثاني نوامبر نومبر лист листопад листопада листоп
    лис listopadu marras marrask marraskuu marraskuuta marraskuussa νοέ νοέμβριος νοε
    νοεμβρίου noiembrie noiem ное ноември stu studeni studenoga studenom studenomu studenome
    studenog studenim нов новембар novembar novembra de_nov de_novembre נובמבר נוב׳ בנובמבר
    לנובמבר נוב nop nopember พย พฤศจิกายน เดือนพฤศจิกายน พฤศจิ नवंबर नव॰ नवम्बर নভে নভেম্বর
    நவ நவம்பர் నవం నవంబర్ नोव्हें नोव्हेंबर lapkr lapkritis lapkričio novembris novemba nob
    nobyembre aza azaroa nóv nóvember samh samhain tach tachwedd nën nëntor ноем ліс
    лістапад лістапада ნოე ნოემბერი նոյ նոյեմբեր նոյեմբերի noy noyabr қар қараша નવે નવેમ્બર
    ನವೆಂ ನವೆಂಬರ್ നവം നവംബർ ਨਵੰ ਨਵੰਬਰ नोभेम्बर නොවැ නොවැම්බර් វិច្ឆិកា ພຈ ພະຈິກ နို နိုဝင်ဘာ
    ኖቬም ኖቬምበር novembru
    """,
    # December
    """
    dec december dez dezember déc décembre dic diciembre dezembro dicembre дек декабрь
    декабря ara aralık gru grudnia grudzień grudzien grudniu ديسمبر كانون_الأول دسامبر دسمبر
    груд грудень грудня гру pro prosince prosinec prosinci des desember joulu jouluk
    joulukuu joulukuuta joulukuussa δεκ δεκέμβριος δεκεμβρίου xii decembrie декември
    prosinac prosinca prosincu prosincem дец децембар decembar decembra de_des de_desembre
    desembre דצמבר דצמ׳ בדצמבר לדצמבר דצמ ธค ธันวาคม เดือนธันวาคม ธันวา दिसंबर दिस॰ दिसम्बर
    ডিসে ডিসেম্বর டிச டிசம்பர் డిసెం డిసెంబర్ डिसें डिसेंबर gruod gruodis gruodžio decembris
    dets detsember desemba dis disember disyembre abe abendua decembro noll nollaig rhag
    rhagfyr dhj dhjetor сне снежань снежня снж დეკ დეკემბერი դեկ դեկտեմբեր դեկտեմբերի dek
    dekabr жел желтоқсан ડિસે ડિસેમ્બર ಡಿಸೆಂ ಡಿಸೆಂಬರ್ ഡിസം ഡിസംബർ ਦਸੰ ਦਸੰਬਰ डिसेम्बर දෙසැ
    දෙසැම්බර් ធ្នូ ທວ ທັນວາ ဒီ ဒီဇင်ဘာ ዲሴም ዲሴምበር diċ diċembru
    """,
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_CROATIAN = {
    "lip": 6, "srp": 7, "lis": 10, "listopad": 10, "listopada": 10, "listopadu": 10,
}  # fmt: skip
"""Lime blossom, sickle and falling leaves: each a month later in Poland and Bohemia."""


def month_number(name: str, language: str | None = None) -> int | None:
    """The month, 1 to 12, that a word names; None if it names none.

    name: in any case, with or without the dots of a short form.

    >>> month_number("Sept."), month_number("listopada", "hr"), month_number("listopada", "pl")
    (9, 10, 11)
    """
    word = name.lower().replace(".", "").replace(" ", "_")
    if language is not None and language[:2] in ("hr", "bs") and word in _CROATIAN:
        return _CROATIAN[word]
    return _MONTHS.get(word)
