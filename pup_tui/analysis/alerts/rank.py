"""Which runbooks fit an alert, and why.

What somebody wrote for this very alert comes first: a runbook's own `alerts`, then a link that both have,
then the runbook's name in alert or link. Service and words decide among the others, and what only speaks of
other things is left out. An alert's text is a stranger's: it never lifts a runbook that is dangerous, or is
for something else than alerts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from pup_tui.analysis.alerts.alert import Alert
from pup_tui.analysis.alerts.index import Candidate, SaidWords, WordHit, search
from pup_tui.analysis.alerts.match import fits
from pup_tui.analysis.alerts.thesaurus import THING, thesaurus
from pup_tui.analysis.alerts.words import plain
from pup_tui.runbook.parts import AlertMatch

MOST_HITS: Final = 8
_LEAST: Final = 1.0
"""The score of words below which they say too little."""
_SHARE: Final = 0.25
"""Of the best score so much is needed to be told at all."""
_TIE: Final = 0.02
"""Scores that differ by less than this share are equal."""

_MATCHED, _LINKED, _NAMED = 3, 2, 1
_PARTS: Final = (
    ("title", ("title",), 1.6),
    ("metric", ("metric",), 0.8),
    ("runbook_url", ("runbook_url",), 1.0),
    ("summary", ("summary", "reason"), 0.9),
    ("description", ("description", "rule", "check", "policy", "comment"), 0.4),
)
_TELLING: Final = (
    "service",
    "queue",
    "topic",
    "consumer_group",
    "feature_flag",
    "class",
    "job",
    "function",
)
_SAY_BY_BEING_THERE: Final = ("feature_flag", "queue", "consumer_group", "function", "pod")
_SERVICE: Final = 3.0
"""What it counts that a runbook is for the alert's service."""
_OTHER_SERVICE: Final = 0.85
_NO_ANSWER: Final = 0.3
_DANGEROUS: Final = 0.55


class Hit(Struct, frozen=True, kw_only=True):
    """A runbook that fits; those of one `rank` fit equally. `matcher` is the one of its own that holds."""

    id: str
    rank: int
    why: tuple[str, ...]
    matcher: AlertMatch | None = None


class _Scored(Struct, frozen=True, kw_only=True):
    candidate: Candidate
    exact: int
    score: float
    why: tuple[str, ...]
    matcher: AlertMatch | None
    is_wary: bool
    """Whether only words speak for it, and it may do harm: it never comes first."""


class _Named(Struct, frozen=True):
    """What an alert names by itself: a page, its own name, and the last words of its link to a runbook."""

    page: str
    title: str
    ends: frozenset[str]

    @classmethod
    def by(cls, alert: Alert) -> _Named:
        link = alert.facts.get("runbook_url")
        url = "" if link is None or link.guess else str(link.value)
        parts = [part for part in _path_words(url).split("/") if part]
        ends = {plain("".join(parts[at:])) for at in range(max(0, len(parts) - 3), len(parts))}
        title = alert.labels.get("alertname") or alert.text("title")
        return cls(_page(url), plain(str(title)), frozenset(ends - {""}))

    def names(self, candidate: Candidate) -> tuple[int, str] | None:
        """Whether that is a runbook, and how one sees it."""
        if self.page and any(_page(link) == self.page for link in candidate.links):
            return _LINKED, "its `links` have the alert's runbook link"
        names = {plain(candidate.id), plain(candidate.name)} - {""}
        if self.title in names:
            return _NAMED, "the alert has its name"
        if names & self.ends:
            return _NAMED, "the alert's runbook link names it"
        return None


def rank(alert: Alert, candidates: Sequence[Candidate]) -> list[Hit]:
    """The runbooks that fit, best first; none where nothing does."""
    words = search(candidates, _said(alert))
    named = _Named.by(alert)
    scored = _all_scored(alert, named, candidates, words, few=False)
    if not scored:  # then also what only has a word in common that says little
        scored = _all_scored(alert, named, candidates, words, few=True)
    scored.sort(key=lambda each: (each.is_wary, -each.exact, -each.score, each.candidate.id))
    if not scored or scored[0].is_wary:
        return []
    best = max(each.score for each in scored if not each.is_wary)
    kept = [each for each in scored if each.exact or each.score >= best * _SHARE][:MOST_HITS]
    return _ranked(kept)


def _all_scored(
    alert: Alert,
    named: _Named,
    candidates: Sequence[Candidate],
    words: Mapping[int, WordHit],
    *,
    few: bool,
) -> list[_Scored]:
    return [
        each
        for number, candidate in enumerate(candidates)
        if (each := _scored(alert, named, candidate, words.get(number), few=few)) is not None
    ]


def _ranked(scored: Sequence[_Scored]) -> list[Hit]:
    hits: list[Hit] = []
    last: _Scored | None = None
    for number, each in enumerate(scored, 1):
        is_tie = last is not None and _is_as_good(each, last)
        place = hits[-1].rank if is_tie else number
        if not is_tie:
            last = each
        hits.append(Hit(id=each.candidate.id, rank=place, why=each.why, matcher=each.matcher))
    return hits


def _is_as_good(each: _Scored, other: _Scored) -> bool:
    is_alike = (each.is_wary, each.exact) == (other.is_wary, other.exact)
    return is_alike and each.score >= other.score * (1 - _TIE)


def _said(alert: Alert) -> list[SaidWords]:
    """What an alert says of what is wrong, part by part."""
    words = thesaurus()
    parts = [
        SaidWords(part, words.of(_text(alert, names)), weight) for part, names, weight in _PARTS
    ]
    labels = [
        name for name in alert.labels if plain(name) not in ("env", "environment", "severity")
    ]
    telling = [alert.text(name) for name in _TELLING]
    parts.append(SaidWords("tags", words.of(" . ".join(alert.tags)), 0.9))
    parts.append(SaidWords("kind", words.of(alert.about), 1.4))
    named = [name.replace("_", " ") for name in _SAY_BY_BEING_THERE if name in alert.facts]
    parts.append(SaidWords("facts", words.of(" . ".join(named)), 1.4))
    parts.append(SaidWords("labels", words.of(" ".join(labels)), 0.35))
    parts.append(SaidWords("service", words.of(" ".join(telling)), 0.35))
    return parts


def _text(alert: Alert, names: tuple[str, ...]) -> str:
    text = " . ".join(alert.text(name) for name in names)
    return _path_words(text) if names == ("runbook_url",) else text


def _path_words(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""


def _scored(
    alert: Alert, named: _Named, candidate: Candidate, words: WordHit | None, *, few: bool
) -> _Scored | None:
    """How well a runbook fits; None where it does not."""
    table = thesaurus()
    answers = candidate.tags.get("type", "").lower() not in table.no_answers
    dangerous = candidate.tags.get("danger", "").lower() in table.dangerous
    why: list[str] = []
    exact = 0
    matcher = next((each for each in candidate.alerts if fits(each.patterns, alert)), None)
    if matcher is not None:
        exact = _MATCHED
        why.append(f"its `alerts` match {' and '.join(matcher.match)}")
    elif answers and not dangerous and (found := named.names(candidate)) is not None:
        exact, reason = found
        why.append(reason)
    score = 0.0 if words is None else words.score
    service = _service(alert, candidate, why)
    if words is not None and _speaks(words, few=few or service > 0):
        why.append(f"words: {', '.join(_shown(words.terms))}")
    elif not exact and not service:
        return None
    elif not exact:
        score = 0.0
    score = score * (_OTHER_SERVICE if service < 0 else 1.0) + max(service, 0.0)
    if not answers:
        score *= _NO_ANSWER
    if dangerous:
        score *= _DANGEROUS
        why.append("dangerous")
    if matcher is not None:
        score += 10.0 * len(matcher.match)
    if not exact and score < _LEAST:
        return None
    return _Scored(
        candidate=candidate,
        exact=exact,
        score=score,
        why=tuple(why),
        matcher=matcher,
        is_wary=dangerous and not exact,
    )


def _speaks(words: WordHit, *, few: bool) -> bool:
    """Whether shared words say that it is about the same: one that says much, or two that say something.

    With `few` one that says something is enough.
    """
    table = thesaurus()
    if any(table.is_strong(term) for term in words.terms):
        return True
    weak = sum(table.is_weak(term) for term in words.terms)
    return weak >= 2 or (few and weak > 0)


def _shown(terms: Sequence[str]) -> list[str]:
    shown = dict.fromkeys(term.removeprefix(THING) for term in terms)
    return list(shown)[:5]


def _page(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{(parts.hostname or '')}{parts.path.rstrip('/')}".lower()


def _service(alert: Alert, candidate: Candidate, why: list[str]) -> float:
    """What the service counts: for a runbook of the same one, against one of another."""
    own = candidate.tags.get("service", "")
    if not own:
        return 0.0
    said = [alert.text("service"), alert.text("service_guess")]
    if any(plain(own) == plain(each) for each in said if each):
        why.append(f"service {own}")
        return _SERVICE
    return -1.0 if said[0] else 0.0
