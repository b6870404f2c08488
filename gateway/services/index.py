"""The catalogue in memory, so that plain words find a service in a few milliseconds.

A word of the query meets a word of a card exactly, by its stem, as its beginning, or by similar groups of three
letters, in this order of trust. A rare word says more than a common one, a title more than a description, and a service
that most of the query's words lead to comes before one that a single word leads to. All languages are searched at once:
people mix them.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.services.catalogue import Card, Service
from gateway.services.words import asked, pieces, stem, words

_EXACT, _STEM, _PREFIX, _SIMILAR = 1.0, 0.9, 0.75, 0.65
_LEAST_ALIKE = 0.42
"""Share of common groups of letters below which two words are different words; one slip in a short word stays above."""
_LEAST_NEAR = 0.3
"""The same where nothing fits, for what is shown as nearest: two words of one family stay above, mere chance below."""
_NEAREST = 3
"""How many are shown as nearest: a guess that has to be read is no help."""
_TITLE, _SYNONYM, _SUMMARY, _REST = 3.0, 3.0, 1.0, 0.5
_WHOLE_NAME = 6.0
"""Added when the query is a title or a synonym, word for word."""
_MEANT = 0.35
"""A service that scores less than this share of the best is noise and left out."""


@dataclass(frozen=True, slots=True)
class Results:
    """Services that fit, the best first."""

    services: tuple[Service, ...]
    total: int
    """How many fit, shown or not."""
    after: int
    """How many of them come before the first of `services`."""
    nearest: tuple[Service, ...] = ()
    """Where nothing fits, what is written most like it, by the same measure; none where nothing is like it at all."""

    @property
    def more(self) -> int | None:
        """Where the next part begins; none when this is the last."""
        end = self.after + len(self.services)
        return end if end < self.total else None


class Index:
    """All services of one version of the catalogue."""

    def __init__(self, services: Iterable[Service]) -> None:
        """Take every word of every card."""
        self._services = tuple(sorted(services, key=lambda one: (-one.popularity, one.id)))
        self._weights: list[dict[str, float]] = [_words_of(one) for one in self._services]
        self._names: list[frozenset[str]] = [_names_of(one) for one in self._services]
        self._of_word: dict[str, list[int]] = defaultdict(list)
        for number, weights in enumerate(self._weights):
            for word in weights:
                self._of_word[word].append(number)
        self._sorted = sorted(self._of_word)
        self._of_stem: dict[str, list[str]] = defaultdict(list)
        self._of_piece: dict[str, list[str]] = defaultdict(list)
        self._length: dict[str, int] = {}
        for word in self._sorted:
            self._of_stem[stem(word)].append(word)
            cut = set(pieces(word))
            self._length[word] = len(cut)
            for piece in cut:
                self._of_piece[piece].append(word)

    @property
    def services(self) -> tuple[Service, ...]:
        """All of them, the most frequent first."""
        return self._services

    def search(self, query: str, *, limit: int, after: int = 0) -> Results:
        """Find services by plain words, `limit` of them from the one numbered `after`; all for an empty query."""
        found = self._ranked(query) if words(query) else list(range(len(self._services)))
        if not found:
            return Results((), 0, 0, self._nearest(query))
        part = tuple(self._services[number] for number in found[after : after + limit])
        return Results(part, len(found), after)

    def _ranked(self, query: str) -> list[int]:
        wanted = asked(query)
        scores: defaultdict[int, float] = defaultdict(float)
        met: Counter[int] = Counter()
        for word in wanted:
            for number, score in self._met_by(word).items():
                scores[number] += score
                met[number] += 1
        whole, exact = " ".join(words(query)), " ".join(wanted)
        ranked: dict[int, float] = {}
        for number, score in scores.items():
            share = met[number] / len(wanted)
            named = _WHOLE_NAME if {whole, exact} & self._names[number] else 0.0
            liked = 1 + 0.02 * math.log1p(self._services[number].popularity)
            ranked[number] = (score * share * share + named) * liked
        best = max(ranked.values(), default=0.0)
        kept = [number for number, score in ranked.items() if score >= _MEANT * best]
        return sorted(kept, key=lambda number: (-ranked[number], number))

    def _nearest(self, query: str) -> tuple[Service, ...]:
        """Services with a telling word that is somewhat like one of the query, the most alike first."""
        scores: defaultdict[int, float] = defaultdict(float)
        for word in asked(query):
            best: dict[int, float] = {}
            for known, trust in self._similar(word, least=_LEAST_NEAR):
                for number in self._of_word[known]:
                    if self._weights[number][known] >= _SUMMARY:
                        best[number] = max(best.get(number, 0.0), trust)
            for number, trust in best.items():
                scores[number] += trust
        order = sorted(scores, key=lambda number: (-scores[number], number))
        return tuple(self._services[number] for number in order[:_NEAREST])

    def _met_by(self, word: str) -> dict[int, float]:
        """How well each service meets one word of the query: by the best of its words, not by their number."""
        best: dict[int, float] = {}
        for known, trust in self._alike(word).items():
            numbers = self._of_word[known]
            rarity = 1 + math.log(len(self._services) / len(numbers))
            for number in numbers:
                score = trust * rarity * self._weights[number][known]
                if score > best.get(number, 0.0):
                    best[number] = score
        return best

    def _alike(self, word: str) -> dict[str, float]:
        """The known words that `word` may mean, with the trust in each."""
        found: dict[str, float] = {}
        if len(word) >= 4:
            found.update(self._similar(word))
        if len(word) >= 2:
            for known in self._beginning_with(word):
                found[known] = max(found.get(known, 0.0), _PREFIX * (0.6 + 0.4 * len(word) / len(known)))
        for known in self._of_stem.get(stem(word), ()):
            found[known] = _STEM
        if word in self._of_word:
            found[word] = _EXACT
        return found

    def _beginning_with(self, start: str) -> Iterator[str]:
        for position in range(bisect_left(self._sorted, start), len(self._sorted)):
            if not self._sorted[position].startswith(start):
                return
            yield self._sorted[position]

    def _similar(self, word: str, *, least: float = _LEAST_ALIKE) -> Iterator[tuple[str, float]]:
        """Known words that share enough groups of three letters (Dice's coefficient)."""
        cut = set(pieces(word))
        shared = Counter(known for piece in cut for known in self._of_piece.get(piece, ()))
        for known, count in shared.items():
            alike = 2 * count / (len(cut) + self._length[known])
            if alike >= least:
                yield known, _SIMILAR * alike


def _words_of(service: Service) -> dict[str, float]:
    """Every word of a service with the weight of the most telling place in which it stands."""
    weights: dict[str, float] = {}
    for card in service.cards.values():
        for weight, texts in _places(card):
            for text in texts:
                for word in words(text):
                    weights[word] = max(weights.get(word, 0.0), weight)
    for word in words(service.holder):
        weights[word] = max(weights.get(word, 0.0), _SUMMARY)
    return weights


def _places(card: Card) -> tuple[tuple[float, Sequence[str]], ...]:
    return (
        (_TITLE, (card.title,)),
        (_SYNONYM, card.synonyms),
        (_SUMMARY, (card.summary,)),
        (_REST, (card.who, *card.needed)),
    )


def _names_of(service: Service) -> frozenset[str]:
    """Titles and synonyms, folded, to be compared with a whole query."""
    return frozenset(" ".join(words(name)) for card in service.cards.values() for name in (card.title, *card.synonyms))
