"""Own word lists of the simulator: people, places, and what sentences are made of, in seven languages.

Every list is written for Mailmill; no text is taken from real mail. Nouns stand in the form in which the sentence
patterns of `text` use them (with their article where the language wants one).
"""

# ruff: noqa: E501 - one phrase a line

from typing import NamedTuple


class Words(NamedTuple):
    """The words of one language: subjects, things, places, times and sentence patterns over them."""

    who: tuple[str, ...]
    what: tuple[str, ...]
    where: tuple[str, ...]
    when: tuple[str, ...]
    does: tuple[str, ...]
    patterns: tuple[str, ...]


def _split(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|"))


GIVEN = _split(
    "Mira|Jonas|Ophelia|Tomasz|Lucía|Matteo|Sanne|Élodie|Björn|Agnieszka|Rafael|Ingrid|Noor|Callum|Beatrix|Dario"
    "|Wiebke|Florian|Amélie|Piotr|Greta|Hugo|Saskia|Iñaki|Linnea|Otto|Priya|Kenji|Zoë|Marek|Thérèse|Owen|Jörg|Nils"
)
FAMILY = _split(
    "Holtermann|Rowanby|Kestrelli|Vandermolen|Achterberg|Söderquell|Brzozowik|Montferrand|Lindqvarn|Quillfeather"
    "|Tannhofer|Delacourbe|Ferrandini|Okonjowa|Müllerstedt|Peñalara|Wyckham|Zielonka|Grünspecht|Hallorand|Iversby"
    "|Castellane|Nakahira|Thornequist|Vogelweid|Łąkowski|Strandvik|Bellerose|Oakhampton|Rijkeboer"
)
HOSTS = _split("brevmail.example|postkontor.example|lettera.example|northpost.example|courrier.example|skrytka.example")

WORDS: dict[str, Words] = {
    "en": Words(
        _split(
            "the council|our neighbour|a small team|the museum|the new editor|every second reader|the harbour office|my sister"
            "|the orchestra|a retired engineer|the school board|the bakery|a group of volunteers|the gardener|the committee"
            "|our landlord|the research group|the night train|a young potter|the observatory|the cycling club|the archive"
        ),
        _split(
            "a quiet plan|the budget for spring|an old map|the broken lantern|three chapters|the winter timetable|a spare key"
            "|the orchard|a short report|the lighthouse|two paintings|a longer bridge|the meeting notes|a wooden boat|the recipe"
            "|a better index|the missing pages|the courtyard|a careful estimate|a database of seeds|the ferry contract"
            "|the telescope|a second draft|the compiler|the weather records|a map of wells|the kitchen floor|the spreadsheet"
        ),
        _split(
            "near the river|in the old town|behind the station|on the north coast|at the workshop|across the valley|upstairs"
            "|in the reading room|next to the market|by the canal|in a village of ninety people|on the third floor|at home"
        ),
        _split(
            "last Tuesday|before lunch|in early autumn|for the third time|after a long pause|this week|at the end of March"
            "|within two days|on Friday evening|since the storm|again|in 2019|by next month|overnight|at half past seven"
        ),
        _split(
            "found|repaired|measured|described|borrowed|returned|painted|reviewed|published|moved|counted|postponed"
            "|translated|compared|forgot|defended|rebuilt|tested|documented|sold|questioned|approved|noticed|catalogued"
        ),
        _split(
            "{Who} {does} {what} {where} {when}.|{When}, {who} {does} {what}.|Nobody knows why {who} {does} {what} {where}."
            "|It turned out that {who} {does} {what}, and {who2} {does2} {what2}.|What {who} {does} {where} was {what}."
            "|Could you tell me whether {who} {does} {what} {when}?|{Who} {does} {what}; {who2} did not mind."
            "|I heard that {who} {does} {what} {where}, which is good news.|The story begins {where}: {who} {does} {what}."
        ),
    ),
    "de": Words(
        _split(
            "die Nachbarin|der Verein|unser Hausmeister|die neue Leiterin|das Museum|die Werkstatt|der Gärtner|die Redaktion"
            "|das Orchester|der Fährbetrieb|die Stadtbücherei|eine kleine Gruppe|der Vorstand|mein Bruder|die Sternwarte"
        ),
        _split(
            "den alten Plan|die Brücke|einen Schlüssel|das Protokoll|drei Kapitel|die Leuchte|den Fahrplan|ein Holzboot"
            "|die Küche|das Rezept|den Innenhof|die Wetterkarten|einen Entwurf|den Kostenvoranschlag|die Obstwiese"
        ),
        _split("am Fluss|hinter dem Bahnhof|in der Altstadt|im Lesesaal|an der Küste|neben dem Markt|im dritten Stock"),
        _split("am Dienstag|im Herbst|vor dem Mittag|zum dritten Mal|seit dem Sturm|Ende März|über Nacht|diese Woche"),
        _split("fand|reparierte|vermaß|beschrieb|verschob|prüfte|übersetzte|verglich|zählte|malte|lieh sich"),
        _split(
            "{Who} {does} {where} {what}.|{When} {does} {who} {what}.|Niemand weiß, warum {who} {when} {what} nicht wollte."
            "|{Who} {does} {what}, und {who2} {does2} {what2}.|Die Geschichte beginnt {where}: {Who} {does} {what}."
        ),
    ),
    "fr": Words(
        _split(
            "la voisine|le musée|notre équipe|la bibliothèque|un vieux jardinier|le comité|la rédaction|l’orchestre"
            "|une potière|le capitaine|la mairie|mon frère|l’observatoire|le boulanger"
        ),
        _split(
            "un plan discret|le pont|trois chapitres|la clé perdue|le compte rendu|un bateau en bois|la recette|le verger"
            "|l’horaire d’hiver|une estimation prudente|la cour|le phare|un deuxième brouillon"
        ),
        _split("près de la rivière|derrière la gare|dans la vieille ville|sur la côte|à l’atelier|au troisième étage"),
        _split("mardi dernier|avant midi|à l’automne|fin mars|depuis la tempête|cette semaine|dans la nuit"),
        _split("a trouvé|a réparé|a mesuré|a décrit|a déplacé|a relu|a traduit|a compté|a reporté|a peint"),
        _split(
            "{Who} {does} {what} {where}.|{When}, {who} {does} {what}.|Personne ne sait pourquoi {who} {does} {what}."
            "|{Who} {does} {what}, et {who2} {does2} {what2}.|On raconte que {who} {does} {what} {when}."
        ),
    ),
    "es": Words(
        _split(
            "la vecina|el museo|nuestro equipo|la biblioteca|el jardinero|la orquesta|el comité|mi hermana|el panadero"
        ),
        _split(
            "un plano antiguo|el puente|tres capítulos|la llave|el informe|una barca de madera|la receta|el huerto|el faro"
        ),
        _split("cerca del río|detrás de la estación|en el casco antiguo|en la costa|en el taller|en el tercer piso"),
        _split(
            "el martes pasado|antes de comer|en otoño|a finales de marzo|desde la tormenta|esta semana|por la noche"
        ),
        _split("encontró|reparó|midió|describió|aplazó|revisó|tradujo|comparó|contó|pintó"),
        _split(
            "{Who} {does} {what} {where}.|{When}, {who} {does} {what}.|Nadie sabe por qué {who} {does} {what}."
            "|{Who} {does} {what}, y {who2} {does2} {what2}."
        ),
    ),
    "it": Words(
        _split(
            "la vicina|il museo|la nostra squadra|la biblioteca|il giardiniere|l’orchestra|il comitato|mia sorella|il fornaio"
        ),
        _split(
            "una vecchia mappa|il ponte|tre capitoli|la chiave|la relazione|una barca di legno|la ricetta|il frutteto|il faro"
        ),
        _split("vicino al fiume|dietro la stazione|nel centro storico|sulla costa|in officina|al terzo piano"),
        _split("martedì scorso|prima di pranzo|in autunno|a fine marzo|dopo la tempesta|questa settimana|nella notte"),
        _split(
            "ha trovato|ha riparato|ha misurato|ha descritto|ha rinviato|ha rivisto|ha tradotto|ha contato|ha dipinto"
        ),
        _split(
            "{Who} {does} {what} {where}.|{When} {who} {does} {what}.|Nessuno sa perché {who} {does} {what}."
            "|{Who} {does} {what} e {who2} {does2} {what2}."
        ),
    ),
    "nl": Words(
        _split(
            "de buurvrouw|het museum|ons team|de bibliotheek|de tuinman|het orkest|het bestuur|mijn zus|de bakker|de schipper"
        ),
        _split(
            "een oude kaart|de brug|drie hoofdstukken|de sleutel|het verslag|een houten boot|het recept|de boomgaard|de vuurtoren"
        ),
        _split("bij de rivier|achter het station|in de binnenstad|aan de kust|in de werkplaats|op de derde verdieping"),
        _split("afgelopen dinsdag|voor de lunch|in de herfst|eind maart|sinds de storm|deze week|in de nacht"),
        _split("vond|herstelde|mat|beschreef|verplaatste|las|vertaalde|vergeleek|telde|schilderde"),
        _split(
            "{Who} {does} {where} {what}.|{When} {does} {who} {what}.|Niemand weet waarom {who} {what} niet wilde."
            "|{Who} {does} {what}, en {who2} {does2} {what2}."
        ),
    ),
    "pl": Words(
        _split("sąsiadka|muzeum|nasz zespół|biblioteka|ogrodnik|orkiestra|zarząd|moja siostra|piekarz|kapitan promu"),
        _split("starą mapę|most|trzy rozdziały|klucz|sprawozdanie|drewnianą łódź|przepis|sad|latarnię|drugi szkic"),
        _split("nad rzeką|za dworcem|na starym mieście|na wybrzeżu|w warsztacie|na trzecim piętrze"),
        _split("w zeszły wtorek|przed obiadem|jesienią|pod koniec marca|po burzy|w tym tygodniu|w nocy"),
        _split("widzi|naprawia|mierzy|opisuje|przekłada|sprawdza|tłumaczy|porównuje|liczy|maluje"),
        _split(
            "{Who} {does} {what} {where}.|{When} {who} {does} {what}.|Nikt nie wie, dlaczego {who} {does} {what}."
            "|{Who} {does} {what}, a {who2} {does2} {what2}."
        ),
    ),
}
TOPICS: tuple[str, ...] = _split(
    "Harbour lights|Seed exchange|Reading group|Night trains|Cellar repairs|Choir tour|Compiler warnings|Map room"
    "|Budget for spring|Ferry timetable|Bee keeping|Index rebuild|Telescope night|Roof garden|Storm damage|Bread oven"
    "|Library hours|Boat licence|Parser rewrite|Winter coats|Allotment rules|Song book|Cycling route|Clock tower"
)
SYLLABLES: tuple[str, ...] = _split(
    "ka|vel|dor|mi|ran|tho|les|qui|bar|sen|fi|gla|stu|mor|ne|pla|zor|wen|hal|tri|os|ber|lin|cha|rup|ves|ida|mun|sol|jek"
)
