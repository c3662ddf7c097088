"""What shops say about a purchase, in seven languages and three voices (alternatives stand between bars)."""

# ruff: noqa: E501 - one phrase a line

from typing import NamedTuple


class Phrases(NamedTuple):
    """The wording of one language; ``{n}`` is a number, ``{m}`` the merchant, ``{a}`` an amount, ``{d}`` a date."""

    order: str
    receipt: str
    invoice: str
    refund: str
    cancellation: str
    shipping: str
    delivery: str
    renewal: str
    payment_failed: str
    hello: str
    order_no: str
    invoice_no: str
    date: str
    item: str
    quantity: str
    price: str
    subtotal: str
    shipping_cost: str
    discount: str
    tax: str
    tax_inside: str
    total: str
    refunded: str
    charged: str
    paid_with: str
    failed: str
    parcel: str
    cancelled: str
    attached: str
    also: str
    foot: str
    date_form: str


PHRASES: dict[str, Phrases] = {
    "en": Phrases(
        order="Your {m} order {n}|Thanks for your order!|Order confirmation {n}",
        receipt="Your receipt from {m}|Receipt for your purchase at {m}|Your {m} receipt",
        invoice="Invoice {n} from {m}|Your invoice is ready|Invoice {n}",
        refund="Your refund for order {n}|We have refunded you|Refund issued: {n}",
        cancellation="Your order {n} has been cancelled|Order {n} cancelled|Cancellation of order {n}",
        shipping="Your order {n} is on its way|Shipped: your {m} order|Good news, {n} has left our warehouse",
        delivery="Delivered: your {m} order|Your parcel has arrived|Order {n} was delivered",
        renewal="Your {m} subscription was renewed|Thanks for staying with {m}|Payment received for your {m} plan",
        payment_failed="We couldn't process your payment|Payment failed for {m}|Action needed: your card was declined",
        hello="Hi {w},|Hello {w}|Dear {w},",
        order_no="Order number|Order #|Your order",
        invoice_no="Invoice number|Invoice no.|Invoice",
        date="Order date|Date|Placed on",
        item="Item|Description|Product",
        quantity="Qty|Quantity|Qty",
        price="Price|Amount|Unit price",
        subtotal="Subtotal|Item subtotal|Merchandise",
        shipping_cost="Shipping|Delivery|Shipping & handling",
        discount="Discount|Voucher|Promotion applied",
        tax="Sales tax|Tax|Estimated tax",
        tax_inside="Includes VAT|VAT included|of which VAT",
        total="Total|Order total|Grand total",
        refunded="Refund total|Amount refunded|Total refund",
        charged="We charged {a} to your card on {d}.|A payment of {a} was made on {d}.|You paid {a} on {d}.",
        paid_with="Paid with Visa ending in {n}|Mastercard •••• {n}|Payment method: card ending {n}",
        failed="We tried to charge {a} and your bank said no. Please check your card.|Your payment of {a} did not go through.",
        parcel="Your parcel is with the carrier. Tracking number: {n}|Follow your parcel with {n}",
        cancelled="We have cancelled your order as you asked. You have not been charged.|Your order will not be sent.",
        attached="You will find your invoice attached as a PDF.|The document is attached to this mail.",
        also="You may also like|Others also bought|Picked for you",
        foot="Questions? Just answer this mail.|You receive this mail because you bought something from us.",
        date_form="{month} {day}, {year}|{day} {month} {year}|{year}-{mm}-{dd}",
    ),
    "de": Phrases(
        order="Deine Bestellung {n} bei {m}|Bestellbestätigung {n}|Vielen Dank für Ihre Bestellung",
        receipt="Ihre Quittung von {m}|Zahlungsbeleg|Dein Kaufbeleg von {m}",
        invoice="Ihre Rechnung {n}|Rechnung {n} von {m}|Ihre Rechnung steht bereit",
        refund="Erstattung zu Bestellung {n}|Wir haben Ihnen Geld erstattet|Gutschrift zu {n}",
        cancellation="Stornierung Ihrer Bestellung {n}|Bestellung {n} storniert|Ihre Bestellung wurde storniert",
        shipping="Deine Bestellung {n} ist unterwegs|Versandbestätigung {n}|Ihr Paket ist auf dem Weg",
        delivery="Ihr Paket wurde zugestellt|Zugestellt: Bestellung {n}|Deine Bestellung ist angekommen",
        renewal="Ihr Abo bei {m} wurde verlängert|Abbuchung für {m}|Danke, dass Sie bleiben",
        payment_failed="Ihre Zahlung ist fehlgeschlagen|Zahlung nicht möglich|Bitte prüfen Sie Ihre Zahlungsart",
        hello="Hallo {w},|Guten Tag {w},|Liebe Kundin, lieber Kunde,",
        order_no="Bestellnummer|Bestell-Nr.|Auftragsnummer",
        invoice_no="Rechnungsnummer|Rechnungs-Nr.|Rechnung Nr.",
        date="Bestelldatum|Datum|Vom",
        item="Artikel|Bezeichnung|Produkt",
        quantity="Menge|Anzahl|Stück",
        price="Preis|Einzelpreis|Betrag",
        subtotal="Zwischensumme|Warenwert|Summe Artikel",
        shipping_cost="Versandkosten|Versand|Porto und Verpackung",
        discount="Rabatt|Gutschein|Nachlass",
        tax="zzgl. MwSt.|Umsatzsteuer|MwSt.",
        tax_inside="inkl. MwSt.|darin enthaltene MwSt.|enthaltene USt.",
        total="Gesamtsumme|Gesamtbetrag|Rechnungsbetrag",
        refunded="Erstattungsbetrag|Erstatteter Betrag|Gutschriftsbetrag",
        charged="Wir haben am {d} {a} abgebucht.|Am {d} wurden {a} von Ihrem Konto eingezogen.",
        paid_with="Bezahlt mit Visa, endet auf {n}|Lastschrift, IBAN endet auf {n}|Zahlungsart: Karte …{n}",
        failed="Der Betrag von {a} konnte nicht abgebucht werden.|Ihre Zahlung über {a} wurde abgelehnt.",
        parcel="Die Sendungsnummer lautet {n}.|Verfolgen Sie Ihr Paket mit der Nummer {n}.",
        cancelled="Ihre Bestellung wurde wie gewünscht storniert. Es wird nichts berechnet.|Die Ware wird nicht verschickt.",
        attached="Ihre Rechnung finden Sie im Anhang als PDF.|Das Dokument liegt dieser Nachricht bei.",
        also="Das könnte Ihnen auch gefallen|Andere kauften auch|Für Sie ausgesucht",
        foot="Fragen? Antworten Sie einfach auf diese Mail.|Sie erhalten diese Nachricht zu Ihrem Kauf.",
        date_form="{dd}.{mm}.{year}|{day}. {month} {year}|{dd}.{mm}.{year}",
    ),
    "fr": Phrases(
        order="Votre commande {n}|Confirmation de commande {n}|Merci pour votre commande chez {m}",
        receipt="Votre reçu {m}|Reçu de paiement|Votre ticket {m}",
        invoice="Votre facture {n}|Facture {n} – {m}|Votre facture est disponible",
        refund="Remboursement de votre commande {n}|Vous avez été remboursé|Avoir pour {n}",
        cancellation="Annulation de votre commande {n}|Commande {n} annulée|Votre commande est annulée",
        shipping="Votre commande {n} est expédiée|Expédition de votre commande {n}|Votre colis est en route",
        delivery="Votre colis est livré|Livraison effectuée : {n}|Commande {n} livrée",
        renewal="Votre abonnement {m} est renouvelé|Paiement de votre abonnement|Merci de votre fidélité",
        payment_failed="Échec de votre paiement|Votre paiement a été refusé|Paiement impossible chez {m}",
        hello="Bonjour {w},|Chère cliente, cher client,|Bonjour,",
        order_no="Numéro de commande|Commande n°|Réf. commande",
        invoice_no="Numéro de facture|Facture n°|Facture n°",
        date="Date de commande|Date|Passée le",
        item="Article|Désignation|Produit",
        quantity="Qté|Quantité|Qté",
        price="Prix|Montant|Prix unitaire",
        subtotal="Sous-total|Total articles|Montant des articles",
        shipping_cost="Frais de port|Livraison|Frais d’expédition",
        discount="Remise|Code promo|Réduction",
        tax="TVA|Taxes|TVA",
        tax_inside="dont TVA|TVA incluse|dont TVA",
        total="Total TTC|Montant total|Total de la commande",
        refunded="Montant remboursé|Total remboursé|Remboursement",
        charged="Nous avons débité {a} le {d}.|Un paiement de {a} a été effectué le {d}.",
        paid_with="Payé par Visa se terminant par {n}|Carte bancaire •••• {n}|Paiement : CB {n}",
        failed="Le prélèvement de {a} a été refusé.|Votre paiement de {a} n’a pas abouti.",
        parcel="Numéro de suivi : {n}|Suivez votre colis : {n}",
        cancelled="Votre commande est annulée, rien ne vous sera débité.|Nous n’enverrons pas votre commande.",
        attached="Vous trouverez votre facture en pièce jointe.|Le document est joint à ce message.",
        also="Vous aimerez aussi|Les clients ont aussi acheté|Choisi pour vous",
        foot="Une question ? Répondez à ce message.|Vous recevez ce message suite à votre achat.",
        date_form="{day} {month} {year}|{dd}/{mm}/{year}|{day} {month} {year}",
    ),
    "es": Phrases(
        order="Tu pedido {n} en {m}|Confirmación del pedido {n}|Gracias por tu compra",
        receipt="Tu recibo de {m}|Recibo de pago|Tu comprobante de {m}",
        invoice="Tu factura {n}|Factura {n} de {m}|Tu factura está lista",
        refund="Reembolso de tu pedido {n}|Te hemos devuelto el dinero|Devolución {n}",
        cancellation="Pedido {n} cancelado|Hemos cancelado tu pedido {n}|Cancelación del pedido {n}",
        shipping="Tu pedido {n} está en camino|Pedido enviado: {n}|Tu paquete ha salido",
        delivery="Tu paquete ha sido entregado|Pedido {n} entregado|Entregado",
        renewal="Tu suscripción a {m} se ha renovado|Cobro de tu suscripción|Gracias por seguir con nosotros",
        payment_failed="No hemos podido cobrar tu pago|Pago rechazado|Problema con tu pago",
        hello="Hola, {w}:|Hola {w},|Estimado cliente:",
        order_no="Número de pedido|N.º de pedido|Pedido",
        invoice_no="Número de factura|N.º de factura|Factura",
        date="Fecha del pedido|Fecha|Realizado el",
        item="Artículo|Descripción|Producto",
        quantity="Cant.|Cantidad|Uds.",
        price="Precio|Importe|Precio unitario",
        subtotal="Subtotal|Total artículos|Base",
        shipping_cost="Gastos de envío|Envío|Entrega",
        discount="Descuento|Cupón|Promoción",
        tax="IVA|Impuestos|IVA",
        tax_inside="IVA incluido|Incluye IVA|IVA incluido",
        total="Total|Importe total|Total del pedido",
        refunded="Importe reembolsado|Total reembolsado|Total devuelto",
        charged="Hemos cobrado {a} el {d}.|Se ha realizado un pago de {a} el {d}.",
        paid_with="Pagado con Visa terminada en {n}|Tarjeta •••• {n}|Forma de pago: tarjeta {n}",
        failed="El cobro de {a} fue rechazado.|Tu pago de {a} no se ha completado.",
        parcel="Número de seguimiento: {n}|Sigue tu paquete: {n}",
        cancelled="Hemos cancelado tu pedido, no se te cobrará nada.|Tu pedido no se enviará.",
        attached="Encontrarás tu factura adjunta en PDF.|El documento va adjunto.",
        also="También te puede gustar|Otros compraron|Elegido para ti",
        foot="¿Dudas? Responde a este correo.|Recibes este correo por tu compra.",
        date_form="{day} de {month} de {year}|{dd}/{mm}/{year}|{dd}-{mm}-{year}",
    ),
    "it": Phrases(
        order="Il tuo ordine {n}|Conferma d’ordine {n}|Grazie per il tuo ordine su {m}",
        receipt="La tua ricevuta da {m}|Ricevuta di pagamento|Ricevuta {m}",
        invoice="La tua fattura {n}|Fattura {n} da {m}|La fattura è disponibile",
        refund="Rimborso dell’ordine {n}|Ti abbiamo rimborsato|Rimborso {n}",
        cancellation="Ordine {n} annullato|Annullamento dell’ordine {n}|Il tuo ordine è stato annullato",
        shipping="Il tuo ordine {n} è stato spedito|Spedizione dell’ordine {n}|Il pacco è in viaggio",
        delivery="Il tuo pacco è stato consegnato|Ordine {n} consegnato|Consegnato",
        renewal="Il tuo abbonamento a {m} è stato rinnovato|Addebito abbonamento|Grazie di essere con noi",
        payment_failed="Pagamento non riuscito|Il tuo pagamento è stato rifiutato|Problema di pagamento",
        hello="Ciao {w},|Gentile {w},|Gentile cliente,",
        order_no="Numero ordine|Ordine n.|N. ordine",
        invoice_no="Numero fattura|Fattura n.|N. fattura",
        date="Data ordine|Data|Del",
        item="Articolo|Descrizione|Prodotto",
        quantity="Q.tà|Quantità|Pz.",
        price="Prezzo|Importo|Prezzo unitario",
        subtotal="Subtotale|Totale articoli|Imponibile",
        shipping_cost="Spese di spedizione|Spedizione|Consegna",
        discount="Sconto|Buono|Promozione",
        tax="IVA|Imposte|IVA",
        tax_inside="IVA inclusa|di cui IVA|IVA inclusa",
        total="Totale|Totale ordine|Importo totale",
        refunded="Importo rimborsato|Totale rimborso|Rimborso",
        charged="Abbiamo addebitato {a} il {d}.|Hai pagato {a} il {d}.",
        paid_with="Pagato con Visa che termina con {n}|Carta •••• {n}|Pagamento: carta {n}",
        failed="L’addebito di {a} è stato rifiutato.|Il pagamento di {a} non è andato a buon fine.",
        parcel="Numero di tracciamento: {n}|Segui il pacco: {n}",
        cancelled="Abbiamo annullato il tuo ordine, non pagherai nulla.|L’ordine non verrà spedito.",
        attached="In allegato trovi la fattura in PDF.|Il documento è allegato.",
        also="Potrebbe piacerti anche|Altri hanno comprato|Scelti per te",
        foot="Domande? Rispondi a questa mail.|Ricevi questa mail per il tuo acquisto.",
        date_form="{day} {month} {year}|{dd}/{mm}/{year}|{dd}/{mm}/{year}",
    ),
    "nl": Phrases(
        order="Je bestelling {n} bij {m}|Bevestiging van bestelling {n}|Bedankt voor je bestelling",
        receipt="Je bon van {m}|Betaalbewijs|Je aankoopbewijs van {m}",
        invoice="Je factuur {n}|Factuur {n} van {m}|Je factuur staat klaar",
        refund="Terugbetaling van bestelling {n}|We hebben je geld teruggestort|Creditnota {n}",
        cancellation="Bestelling {n} geannuleerd|Annulering van bestelling {n}|Je bestelling is geannuleerd",
        shipping="Je bestelling {n} is onderweg|Verzonden: bestelling {n}|Je pakket is onderweg",
        delivery="Je pakket is bezorgd|Bestelling {n} is bezorgd|Bezorgd",
        renewal="Je abonnement op {m} is verlengd|Afschrijving {m}|Fijn dat je blijft",
        payment_failed="Je betaling is mislukt|Betaling geweigerd|We konden niet afschrijven",
        hello="Hoi {w},|Beste {w},|Beste klant,",
        order_no="Bestelnummer|Ordernummer|Bestelling",
        invoice_no="Factuurnummer|Factuur nr.|Factuur",
        date="Besteldatum|Datum|Geplaatst op",
        item="Artikel|Omschrijving|Product",
        quantity="Aantal|Stuks|Aantal",
        price="Prijs|Bedrag|Stukprijs",
        subtotal="Subtotaal|Artikelen|Totaal artikelen",
        shipping_cost="Verzendkosten|Verzending|Bezorging",
        discount="Korting|Actiecode|Voordeel",
        tax="Btw|Btw|Btw",
        tax_inside="Inclusief btw|waarvan btw|Incl. btw",
        total="Totaal|Totaalbedrag|Te betalen",
        refunded="Teruggestort bedrag|Terugbetaald|Totaal terugbetaald",
        charged="We hebben op {d} {a} afgeschreven.|Op {d} is {a} betaald.",
        paid_with="Betaald met iDEAL, rekening eindigt op {n}|Creditcard •••• {n}|Betaalwijze: kaart {n}",
        failed="De afschrijving van {a} is geweigerd.|Je betaling van {a} is niet gelukt.",
        parcel="Volgnummer: {n}|Volg je pakket met {n}",
        cancelled="We hebben je bestelling geannuleerd, je betaalt niets.|De bestelling wordt niet verzonden.",
        attached="Je factuur zit als pdf bij deze mail.|Het document is bijgevoegd.",
        also="Misschien ook iets voor jou|Anderen kochten ook|Voor jou gekozen",
        foot="Vragen? Beantwoord deze mail.|Je krijgt deze mail vanwege je aankoop.",
        date_form="{day} {month} {year}|{dd}-{mm}-{year}|{dd}-{mm}-{year}",
    ),
    "pl": Phrases(
        order="Twoje zamówienie {n}|Potwierdzenie zamówienia {n}|Dziękujemy za zakupy w {m}",
        receipt="Twój paragon z {m}|Potwierdzenie płatności|Paragon {m}",
        invoice="Twoja faktura {n}|Faktura {n} – {m}|Faktura jest gotowa",
        refund="Zwrot za zamówienie {n}|Zwróciliśmy Ci pieniądze|Zwrot {n}",
        cancellation="Zamówienie {n} anulowane|Anulowaliśmy zamówienie {n}|Anulowanie zamówienia {n}",
        shipping="Zamówienie {n} zostało wysłane|Wysłaliśmy zamówienie {n}|Twoja paczka jest w drodze",
        delivery="Paczka dostarczona|Zamówienie {n} dostarczone|Dostarczono",
        renewal="Twoja subskrypcja {m} została odnowiona|Opłata za subskrypcję|Dziękujemy, że z nami jesteś",
        payment_failed="Płatność nie powiodła się|Płatność odrzucona|Problem z płatnością",
        hello="Cześć {w},|Dzień dobry,|Szanowny Kliencie,",
        order_no="Numer zamówienia|Zamówienie nr|Nr zamówienia",
        invoice_no="Numer faktury|Faktura nr|Nr faktury",
        date="Data zamówienia|Data|Złożone",
        item="Produkt|Nazwa|Towar",
        quantity="Ilość|Szt.|Liczba",
        price="Cena|Kwota|Cena jedn.",
        subtotal="Wartość produktów|Suma częściowa|Produkty",
        shipping_cost="Dostawa|Koszt wysyłki|Przesyłka",
        discount="Rabat|Kupon|Zniżka",
        tax="VAT|Podatek VAT|VAT",
        tax_inside="w tym VAT|zawiera VAT|w tym VAT",
        total="Razem|Do zapłaty|Suma",
        refunded="Kwota zwrotu|Zwrócona kwota|Razem zwrot",
        charged="Dnia {d} pobraliśmy {a}.|Płatność {a} została zrealizowana {d}.",
        paid_with="Zapłacono kartą Visa nr …{n}|BLIK, konto …{n}|Płatność: karta {n}",
        failed="Nie udało się pobrać {a}.|Płatność na kwotę {a} została odrzucona.",
        parcel="Numer przesyłki: {n}|Śledź paczkę: {n}",
        cancelled="Anulowaliśmy zamówienie, niczego nie pobierzemy.|Zamówienie nie zostanie wysłane.",
        attached="Fakturę znajdziesz w załączniku PDF.|Dokument jest w załączniku.",
        also="Może Cię zainteresuje|Inni kupili też|Wybrane dla Ciebie",
        foot="Pytania? Odpowiedz na tę wiadomość.|Ta wiadomość dotyczy Twojego zakupu.",
        date_form="{day} {month} {year}|{dd}.{mm}.{year}|{year}-{mm}-{dd}",
    ),
}

MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    "it": ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
    "nl": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"),
    "pl": ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"),
}  # fmt: skip


def say(language: str, field: str, voice: int) -> str:
    """The wording of that field in that voice; a voice that a field lacks wraps around."""
    options: list[str] = getattr(PHRASES[language], field).split("|")
    return options[voice % len(options)]


def date_text(language: str, voice: int, year: int, month: int, day: int) -> str:
    """The date as that voice writes it."""
    form = say(language, "date_form", voice)
    name = MONTHS[language][month - 1]
    return form.format(day=day, dd=f"{day:02d}", month=name, mm=f"{month:02d}", year=year)
