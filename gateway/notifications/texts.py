"""What messages say, in every language. No text holds a name, a personal code or what somebody asked for.

Whoever finds the phone learns that a code was sent, and nothing else. An SMS with letters outside GSM 03.38 carries 70
signs instead of 160, and Latvian needs them, so each text is short.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from gateway.notifications.another_day_texts import ANOTHER_DAY_TEXTS
from gateway.notifications.outcome_texts import OUTCOME_TEXTS
from gateway.notifications.outreach_texts import OUTREACH_TEXTS
from gateway.notifications.staff_texts import STAFF_TEXTS
from gateway.notifications.text import Text


class TemplateUnknownError(LookupError):
    """No message is written for this template; a defect of the caller."""

    code: ClassVar[str] = "message.template_unknown"


_FALLBACK = "lv"

_TEXTS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "grant_code": {
            "lv": Text(
                "Kods",
                "Pilnvara: kods {code}. Ievadiet to pats ekrānā, ja atļaujat palīdzēt. Nesakiet to nevienam.",
            ),
            "lv-plain": Text(
                "Kods",
                "Pilnvara: kods {code}. Ievadiet to pats. Tas nozīmē: jā, palīdziet man. Nesakiet kodu citiem.",
            ),
            "en": Text(
                "Code",
                "Pilnvara: code {code}. Type it on the screen yourself if you allow the help. Tell it to nobody.",
            ),
            "en-plain": Text(
                "Code", "Pilnvara: code {code}. Type the code yourself. It means: yes, help me. Do not tell anyone."
            ),
        },
        "permit_code": {
            "lv": Text(
                "Kods",
                "Pilnvara: kods {code}. Ievadiet to pats ekrānā, ja parādītais jāiesniedz. Nesakiet to nevienam.",
            ),
            "lv-plain": Text(
                "Kods", "Pilnvara: kods {code}. Ievadiet to pats. Tas nozīmē: jā, sūtiet. Nesakiet kodu citiem."
            ),
            "en": Text(
                "Code",
                "Pilnvara: code {code}. Type it on the screen yourself to send what is shown. Tell it to nobody.",
            ),
            "en-plain": Text(
                "Code", "Pilnvara: code {code}. Type the code yourself. It means: yes, send it. Do not tell anyone."
            ),
        },
        "grant_spoken_code": {
            "lv": Text("Kods", "Pilnvara: kods {code}. Ja atļaujat palīdzēt, nosauciet to centram, kas jums zvana."),
            "lv-plain": Text("Kods", "Pilnvara: kods {code}. Jums zvana no centra? Jā, palīdziet man: nosauciet kodu."),
            "en": Text("Code", "Pilnvara: code {code}. If you allow the help, say it to the centre that calls you."),
            "en-plain": Text(
                "Code", "Pilnvara: code {code}. A centre calls you? Say the code. It means: yes, help me."
            ),
        },
        "permit_spoken_code": {
            "lv": Text("Kods", "Pilnvara: kods {code}. Nosauciet to zvanītājam, ja dzirdētais jāiesniedz. {link}"),
            "lv-plain": Text("Kods", "Pilnvara: kods {code}. Nosauciet to. Tas nozīmē: jā, sūtiet. Lasīt: {link}"),
            "en": Text("Code", "Pilnvara: code {code}. Say it to the caller to send what you heard. Or see it: {link}"),
            "en-plain": Text("Code", "Pilnvara: code {code}. Say it. It means: yes, send it. To see it: {link}"),
        },
        "granted": {
            "lv": Text(
                "Jūs atļāvāt palīdzēt",
                "Pilnvara: jūs atļāvāt centram rīkoties jūsu vārdā līdz {until}. Apturēt: {link}",
            ),
            "lv-plain": Text(
                "Jūs atļāvāt palīdzēt", "Pilnvara: jūs atļāvāt jums palīdzēt līdz {until}. Negribat? Apturiet: {link}"
            ),
            "en": Text(
                "You allowed somebody to help",
                "Pilnvara: you allowed a centre to act for you until {until}. To stop: {link}",
            ),
            "en-plain": Text(
                "You allowed somebody to help", "Pilnvara: you said yes to help until {until}. To stop it: {link}"
            ),
        },
        "stopped": {
            "lv": Text(
                "Atļauja ir apturēta",
                "Pilnvara: jūsu atļauja ir apturēta {time}. Nekas vairs netiks nosūtīts.",
            ),
            "lv-plain": Text("Atļauja ir apturēta", "Pilnvara: viss ir apturēts {time}. Jūsu vārdā neko nesūtīs."),
            "en": Text(
                "Your permission was stopped",
                "Pilnvara: what you allowed was stopped on {time}. Nothing more will be sent.",
            ),
            "en-plain": Text("All is stopped", "Pilnvara: all was stopped on {time}. Nothing more will be sent."),
        },
        "stopped_too_late": {
            "lv": Text(
                "Atļauja ir beigta, iesniegums bija nosūtīts",
                "Pilnvara: apturēts, bet iesniegums bija nosūtīts jau {time}. Lai to atsauktu, vērsieties iestādē.",
            ),
            "lv-plain": Text(
                "Apturēts par vēlu",
                "Pilnvara: apturēts. Bet iesniegumu nosūtīja jau {time}. Ja to negribat, rakstiet iestādei.",
            ),
            "en": Text(
                "Your permission has ended; it was already sent",
                "Pilnvara: stopped, but it was already sent on {time}. To withdraw it, contact the institution.",
            ),
            "en-plain": Text(
                "Stopped too late",
                "Pilnvara: stopped. But it was already sent on {time}. To take it back, ask the institution.",
            ),
        },
        "holder_not_me": {
            "lv": Text(
                "Strīds par iesniegumu",
                "Pilnvara: persona, kuras vārdā iesniegts iesniegums {reference} ({service}), paziņo, ka to nav "
                "atļāvusi. Lūdzam pārbaudīt, pirms lemjat. Lietu izskata auditors; atbildot nosauciet lietas "
                "numuru {case}.",
            ),
            "en": Text(
                "A case about an application",
                "Pilnvara: the person in whose name application {reference} ({service}) was filed says that it was "
                "not them. Please check before you decide. An auditor looks into it; name case {case} when you "
                "answer.",
            ),
        },
        "holder_not_me_unsent": {
            "lv": Text(
                "Strīds par pakalpojumu",
                "Pilnvara: kāda persona par pakalpojumu {service} paziņo, ka to nav atļāvusi. Ar mūsu "
                "starpniecību pagaidām nekas nav reģistrēts; portālā var būt melnraksts. Lietu izskata auditors; "
                "lietas numurs {case}.",
            ),
            "en": Text(
                "A case about a service",
                "Pilnvara: about the service {service} somebody says that it was not them. Nothing is registered "
                "through us so far; the portal may hold a draft. An auditor looks into it; the case is {case}.",
            ),
        },
        "holder_data_wrong": {
            "lv": Text(
                "Strīds par iesniegumu",
                "Pilnvara: persona, kuras vārdā iesniegts iesniegums {reference} ({service}), paziņo, ka dati ir "
                "nepareizi. Lūdzam pārbaudīt, pirms lemjat. Lietu izskata auditors; atbildot nosauciet lietas numuru"
                " {case}.",
            ),
            "en": Text(
                "A case about an application",
                "Pilnvara: the person in whose name application {reference} ({service}) was filed says that the "
                "details are wrong. Please check before you decide. An auditor looks into it; name case {case} when "
                "you answer.",
            ),
        },
        "holder_data_wrong_unsent": {
            "lv": Text(
                "Strīds par pakalpojumu",
                "Pilnvara: kāda persona par pakalpojumu {service} paziņo, ka dati ir nepareizi. Ar mūsu starpniecību"
                " pagaidām nekas nav reģistrēts; portālā var būt melnraksts. Lietu izskata auditors; lietas numurs "
                "{case}.",
            ),
            "en": Text(
                "A case about a service",
                "Pilnvara: about the service {service} somebody says that the details are wrong. Nothing is "
                "registered through us so far; the portal may hold a draft. An auditor looks into it; the case is "
                "{case}.",
            ),
        },
        "case_upheld": {
            "lv": Text(
                "Atbilde uz jūsu ziņojumu",
                "Pilnvara: izskatīja jūsu ziņojumu {case}: jums ir taisnība. Jautājiet jebkurā centrā.",
            ),
            "en": Text(
                "Answer to your report",
                "Pilnvara: we looked into your report {case}: you are right. Any centre can tell you more.",
            ),
        },
        "case_not_upheld": {
            "lv": Text(
                "Atbilde uz jūsu ziņojumu",
                "Pilnvara: izskatīja jūsu ziņojumu {case}: kļūda nav atrasta. Jautājiet jebkurā centrā.",
            ),
            "en": Text(
                "Answer to your report",
                "Pilnvara: we looked into your report {case}: no mistake was found. Any centre can tell you more.",
            ),
        },
        "case_passed_on": {
            "lv": Text(
                "Atbilde uz jūsu ziņojumu",
                "Pilnvara: jūsu ziņojums {case} ir nodots iestādei, kas lemj. Jautājiet jebkurā centrā.",
            ),
            "en": Text(
                "Answer to your report",
                "Pilnvara: your report {case} was passed on to those who decide. Any centre can tell you more.",
            ),
        },
        "feedback": {
            "lv": Text(
                "Kā jums palīdzēja?",
                "Pilnvara: kā jums palīdzēja? Trīs jautājumi, atbilde ir anonīma: {link}",
            ),
            "lv-plain": Text(
                "Kā jums palīdzēja?", "Pilnvara: vai palīdzēja labi? Atbildiet uz 3 jautājumiem. Vārdu neprasām: {link}"
            ),
            "en": Text(
                "How were you helped?",
                "Pilnvara: how were you helped? Three questions, your answer is anonymous: {link}",
            ),
            "en-plain": Text(
                "How were you helped?",
                "Pilnvara: was the help good? 3 questions. We do not ask your name: {link}",
            ),
        },
        "passkey_suspended": {
            "lv": Text(
                "Piekļuves atslēga apturēta",
                "Pilnvara: jūsu piekļuves atslēgu vairs nepieņem, iespējams, tai ir kopija. Noņemiet to: {link}",
            ),
            "lv-plain": Text(
                "Piekļuves atslēga apturēta",
                "Pilnvara: jūsu piekļuves atslēga vairs neder. Varbūt kāds to nokopēja. Noņemiet to: {link}",
            ),
            "en": Text(
                "A passkey was suspended",
                "Pilnvara: a passkey of yours is no longer accepted: there may be a copy of it. Remove it: {link}",
            ),
            "en-plain": Text(
                "A passkey was suspended",
                "Pilnvara: one passkey does not work any more. Maybe somebody copied it. Remove it: {link}",
            ),
        },
        "overview_printed": {
            "lv": Text(
                "Izdrukāts pārskats par jums",
                "Pilnvara: centrā izdrukāts pārskats par visu, kas darīts jūsu vārdā. Tas nebijāt jūs? Sakiet: {link}",
            ),
            "lv-plain": Text(
                "Izdrukāts pārskats par jums",
                "Pilnvara: centrā izdrukāja lapu par jums. Tas nebijāt jūs? Sakiet mums: {link}",
            ),
            "en": Text(
                "An overview of you was printed",
                "Pilnvara: a centre printed everything done in your name. If it was not for you, say so: {link}",
            ),
            "en-plain": Text(
                "An overview of you was printed",
                "Pilnvara: a centre printed a page about you. It was not you? Tell us: {link}",
            ),
        },
        "erasure_asked": {
            "lv": Text(
                "Jūsu ziņas tiks dzēstas",
                "Pilnvara: pēc lūguma jūsu ziņas tiks dzēstas, ne agrāk kā {date}. Nelūdzāt? Apturiet: {link}",
            ),
            "lv-plain": Text(
                "Jūsu ziņas tiks dzēstas",
                "Pilnvara: jūsu ziņas izdzēsīs {date} vai vēlāk. Jūs to nelūdzāt? Apturiet: {link}",
            ),
            "en": Text(
                "Your details will be erased",
                "Pilnvara: you asked that your details be erased: not before {date}. Not you? Stop it: {link}",
            ),
            "en-plain": Text(
                "Your details will be erased",
                "Pilnvara: your details will be deleted on {date} or later. You did not ask? Stop it: {link}",
            ),
        },
        "erasure_withdrawn": {
            "lv": Text(
                "Jūsu ziņas netiks dzēstas",
                "Pilnvara: lūgums dzēst jūsu ziņas ir atsaukts, tās paliek. Ja to nedarījāt jūs, skatiet: {link}",
            ),
            "lv-plain": Text(
                "Jūsu ziņas netiks dzēstas",
                "Pilnvara: jūsu ziņas paliek. Lūgums tās dzēst ir atsaukts. Tas nebijāt jūs? Skatiet: {link}",
            ),
            "en": Text(
                "Your details stay",
                "Pilnvara: the wish to have your details erased was taken back. If it was not you, see: {link}",
            ),
            "en-plain": Text(
                "Your details stay",
                "Pilnvara: your details stay. Somebody took back the wish to delete them. Not you? See: {link}",
            ),
        },
        "contact_changed": {
            "lv": Text(
                "Mainīta jūsu saziņas adrese",
                "Pilnvara: mainīts jūsu tālrunis vai e-pasts. Ja to nedarījāt jūs, sakiet centrā vai šeit: {link}",
            ),
            "lv-plain": Text(
                "Mainīta jūsu saziņas adrese",
                "Pilnvara: mainīts jūsu tālrunis vai e-pasts. Tas nebijāt jūs? Sakiet mums: {link}",
            ),
            "en": Text(
                "How we reach you was changed",
                "Pilnvara: your phone number or e-mail was changed. If it was not you, tell a centre or go to {link}",
            ),
            "en-plain": Text(
                "How we reach you was changed",
                "Pilnvara: your phone or e-mail is new now. It was not you? Tell us: {link}",
            ),
        },
        "passkey_added": {
            "lv": Text(
                "Pievienota piekļuves atslēga",
                "Pilnvara: jums pievienota piekļuves atslēga. Ja to nedarījāt jūs, sakiet centrā vai šeit: {link}",
            ),
            "lv-plain": Text(
                "Pievienota piekļuves atslēga",
                "Pilnvara: jums ir jauna piekļuves atslēga. Tas nebijāt jūs? Sakiet mums: {link}",
            ),
            "en": Text(
                "A passkey was added",
                "Pilnvara: a passkey was added for you. If it was not you, tell a centre or go to {link}",
            ),
            "en-plain": Text(
                "A passkey was added",
                "Pilnvara: you have a new passkey. It was not you? Tell us: {link}",
            ),
        },
        **ANOTHER_DAY_TEXTS,
        **OUTCOME_TEXTS,
        **OUTREACH_TEXTS,
        **STAFF_TEXTS,
    }
)

TEMPLATES = frozenset(_TEXTS)
"""Names of all messages."""


def write(template: str, language: str, values: Mapping[str, str]) -> Text:
    """Write a message in `language`, in its base language, or in Latvian.

    Raises:
        TemplateUnknownError: there is no such template, or `values` lacks one that it needs.
    """
    text = _find(template, language)
    try:
        return Text(text.subject, text.body.format_map(values))
    except KeyError as missing:
        raise TemplateUnknownError(f"message {template} needs the value {missing}") from None


def subject(template: str, language: str) -> str:
    """The subject of a message; it takes no values. Raises `TemplateUnknownError`."""
    return _find(template, language).subject


def raw(template: str, language: str) -> Text:
    """A message with the names of its values in it. Raises `TemplateUnknownError`."""
    return _find(template, language)


def _find(template: str, language: str) -> Text:
    by_language = _TEXTS.get(template)
    if by_language is None:
        raise TemplateUnknownError(f"no message is called {template[:40]!r}")
    known = next(one for one in (language, language.partition("-")[0], _FALLBACK) if one in by_language)
    return by_language[known]
