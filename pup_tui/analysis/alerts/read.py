"""Reads alerts: whose it is by the table of systems, and what it says by the places that stand there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pup_tui.analysis.alerts.alert import RESOLVED, Alert, AlertReading, Fact
from pup_tui.analysis.alerts.groups import badness
from pup_tui.analysis.alerts.guesses import (
    guessed,
    guessed_environment,
    guessed_service,
    without_port,
)
from pup_tui.analysis.alerts.labels import Labels
from pup_tui.analysis.alerts.links import runbook_link
from pup_tui.analysis.alerts.moments import moment
from pup_tui.analysis.alerts.paste import NoAlert, Paste, as_message, read_paste
from pup_tui.analysis.alerts.places import FoundThere, at
from pup_tui.analysis.alerts.table import System, systems
from pup_tui.analysis.alerts.words import plain, understood, words
from pup_tui.late_pattern import late_pattern

__all__ = ["NoAlert", "read_alerts"]

MOST_ALERTS: Final = 100
"""Of a group so many alerts are read."""
_LONGEST: Final = 4000
"""Characters of a fact."""

_CHANGED: Final = "changed_at"
_MOMENTS: Final = frozenset({"started_at", "ended_at", _CHANGED, "from_", "to"})
_LINK_BEHIND = late_pattern(r"\s*\(https?://[^()\s]*\)\Z")
_LABELS: Final = frozenset(
    {"labels", "tags", "details", "custom_details", "attributes", "dimensions"}
)
_STATUS_IN_TITLE: Final = ("title", "subject", "first")
_SEVERITY_IN_TITLE = late_pattern(
    r"(?i)(?:\s*\[[^\]]{0,30}\])*?\s*(?:\[(crit(?:ical)?|warn(?:ing)?|p[1-5]|sev-?[0-4]|kritisch)\]"
    r"|\W{0,3}(critical|crit|warning|warn|p[1-5]|sev-?[0-4]|kritisch)\s?[:!|–—-])"
)
"""Words that say nothing else: `error` and `down` tell as well what is wrong."""


def read_alerts(text: str) -> AlertReading:
    """What a pasted text says. Raises NoAlert for one that is empty or too large."""
    paste = read_paste(text)
    system = _system_of(paste)
    if not system.when:  # nobody's own JSON: it may be a message of a chat
        paste = as_message(paste)
        system = _system_of(paste)
    items, notes = _items(system, paste)
    alerts = [_Reader(system, paste, each).alert() for each in items]
    alerts.sort(key=_weight)
    return AlertReading(alerts=tuple(alerts), notes=(*paste.notes, *notes), text=paste.text)


def _system_of(paste: Paste) -> System:
    return next(each for each in systems() if _is_of(each, paste))


def _is_of(system: System, paste: Paste) -> bool:
    if paste.form not in system.form:
        return False
    return all(next(at(place, paste.tree, paste.tree), None) for place in system.when)


def _items(system: System, paste: Paste) -> tuple[list[FoundThere], list[str]]:
    """The alerts of a group, and a note where some are left out."""
    top = paste.tree
    found = next(at(system.each, top, top), None) if system.each else None
    if isinstance(top, list) and found is None:
        items = [FoundThere(each, f"[{number}]") for number, each in enumerate(top)]
    elif found is not None and isinstance(found.value, list) and found.value:
        items = [
            FoundThere(each, f"{found.where}[{number}]") for number, each in enumerate(found.value)
        ]
    else:
        return [FoundThere(top, "")], []
    items = [each for each in items if isinstance(each.value, dict)] or [FoundThere(top, "")]
    left = len(items) - MOST_ALERTS
    notes = [f"{left} more alerts of the group were not read"] if left > 0 else []
    return items[:MOST_ALERTS], notes


def _weight(alert: Alert) -> tuple[bool, int]:
    """Firing before resolved, severe before others; the order of the paste among equals."""
    return alert.is_resolved, badness(alert)


class _Reader:
    """Collects the facts of one alert."""

    def __init__(self, system: System, paste: Paste, item: FoundThere) -> None:
        self.system = system
        self.paste = paste
        self.item = item
        self.facts: dict[str, Fact] = {}
        self.labels = Labels()

    def alert(self) -> Alert:
        """The alert."""
        for name, place in self.system.named.items():
            for found in self._at(place):
                self.labels.add(FoundThere({name: found.value}, found.where))
        for place in self.system.labels:
            for found in self._at(place):
                self.labels.add(found)
        for name, places in self.system.facts.items():
            self._take(name, places)
        self._take_labels()
        is_own = not self.system.when and self.paste.form != "url"
        if is_own or self.paste.form in ("mail", "text"):
            self._take_fields()
        self._take_lists()
        self._take_runbook()
        self._take_host()
        self._take_words()
        self._guess()
        self._understand()
        if self.paste.hidden:
            self.facts["secrets"] = Fact(
                list(self.paste.hidden), "the keys, whose values are hidden"
            )
        labels = self.labels.values
        return Alert(
            system=self.system.name,
            about=self.system.about,
            facts=self.facts,
            labels={name: labels[name] for name in labels if name not in self.system.no_labels},
            label_places=self.labels.places,
            tags=tuple(self.labels.words),
        )

    def _at(self, place: str) -> Iterator[FoundThere]:
        return at(place, self.item.value, self.paste.tree, self.item.where)

    # By the table

    def _take(self, name: str, places: tuple[str, ...]) -> None:
        for place in places:
            for found in self._at(place):
                if name == "words":
                    self._take_bare_words(found)
                    break
                value = self._value(name, found.value)
                if value is not None:
                    is_guess = name in self.system.guessed
                    self.facts[name] = Fact(value, found.where or "the text", is_guess)
                    return

    def _value(self, name: str, said: Any) -> Any:
        if name in _MOMENTS:
            found = moment(said, self.paste.zone)
            return None if found is not None and found.startswith("0001") else found
        if isinstance(said, list | dict) or said is None:
            return None
        if isinstance(said, str):
            said = said.strip()[:_LONGEST].strip()
            if name == "title" and self.paste.form in ("mail", "text"):
                said = _LINK_BEHIND.sub("", said)
            return said or None
        if isinstance(said, bool):
            return None
        return said if name in ("exit_code", "count", "incident_number") else str(said)

    def _take_bare_words(self, found: FoundThere) -> None:
        tags = Labels()
        tags.add(found)
        self.labels.words.update(tags.words)

    # By the names of labels and fields

    def _take_labels(self) -> None:
        table = words()
        ranked = sorted(
            self.labels.values.items(), key=lambda each: table.ranks.get(plain(each[0]), 0)
        )
        for name, value in ranked:
            fact = table.facts.get(plain(name))
            if fact is None or fact in table.not_from_labels or fact in self.facts:
                continue
            read = self._value(fact, value)
            if read is not None:
                self.facts[fact] = Fact(read, self.labels.places[name])

    def _take_fields(self) -> None:
        """What keys that mean a fact say, wherever they stand; where names are vague they are guesses."""
        table = words()
        best: dict[str, tuple[int, int, Fact]] = {}
        for depth, name, found in _leaves(self._fields()):
            fact = table.facts.get(plain(name))
            if fact is None or fact in self.facts or self.system.facts.get(fact) == ():
                continue
            if fact in _MOMENTS and _CHANGED in self.facts:
                continue
            value = self._value(fact, found.value)
            if value is None or not _is_fit(fact, str(value)):
                continue
            rank = table.ranks[plain(name)]
            vague = plain(name) in table.guessed_names
            if fact not in best or (rank, depth) < best[fact][:2]:
                best[fact] = rank, depth, Fact(value, found.where, vague)
        for fact, (_, _, told) in best.items():
            self.facts[fact] = told
        if not self.system.when and self.paste.form in ("json", "form"):
            for found in _labelled(self.item):
                self.labels.add(found)
            self._take_labels()

    def _fields(self) -> FoundThere:
        if self.paste.form in ("mail", "text"):
            return FoundThere(self.item.value.get("fields", {}), "fields")
        return self.item

    def _take_lists(self) -> None:
        for name, places in self.system.lists.items():
            found = [each for place in places for each in self._at(place)]
            values = [_flat(each.value) for each in found]
            if values:
                self.facts[name] = Fact(values[:MOST_ALERTS], found[0].where)

    def _take_runbook(self) -> None:
        told = self.facts.get("runbook_url")
        if told is not None and str(told.value).startswith(("http://", "https://")):
            return
        self.facts.pop("runbook_url", None)
        found = runbook_link(self.item.value, self.item.where)
        if found is None and self.item.where:
            # What a group says of all its alerts, but nothing that another one of them says.
            around = self.paste.tree
            beside = around if isinstance(around, dict) else {}
            found = runbook_link({k: v for k, v in beside.items() if k != self.system.each}, "")
        if found is not None:
            self.facts["runbook_url"] = found

    def _take_host(self) -> None:
        instance = self.facts.get("instance")
        host = self.facts.get("host")
        if "instance" in self.labels.values and instance is None:
            where = self.labels.places["instance"]
            self.facts["instance"] = Fact(str(self.labels.values["instance"]), where)
        if host is None and instance is not None:
            host = instance
        if host is not None:
            bare = without_port(str(host.value))
            self.facts["host"] = Fact(bare, host.where, host.guess)

    def _take_words(self) -> None:
        """Bare tags, of which one may name the environment."""
        if "environment" not in self.facts:
            found = guessed_environment(self.facts, self.labels.words, self._running_text())
            if found is not None:
                self.facts["environment"] = found

    def _running_text(self) -> str:
        if self.paste.form in ("mail", "text"):
            return str(self.item.value.get("all", ""))
        return ""

    def _guess(self) -> None:
        for name, fact in guessed(self.facts, self.labels.words, self._running_text()):
            self.facts.setdefault(name, fact)
        if "environment" not in self.facts:
            self._take_words()
        service, host = self.facts.get("service"), self.facts.get("host")
        if (
            service is not None
            and service.guess
            and host is not None
            and service.value == host.value
        ):
            del self.facts["service"]
        if "service" not in self.facts and "domain" in self.facts:
            service = guessed_service(self.labels.words, self.system.name)
            if service is not None:
                self.facts["service"] = service

    # What words mean

    def _understand(self) -> None:
        table = words()
        stage = self.facts.get("environment")
        if stage is not None and plain(str(stage.value)) in table.translated:
            known = table.translated[plain(str(stage.value))]
            self.facts["environment"] = Fact(known, stage.where, guess=True)
        if "severity_as_sent" not in self.facts and self.paste.form in ("mail", "text"):
            self._guess_severity()
        sent = self.facts.get("severity_as_sent")
        if sent is not None:
            meaning = understood(str(sent.value), table.severity, self.system.severity)
            if meaning is None:
                del self.facts["severity_as_sent"]
            else:
                self.facts["severity"] = Fact(meaning, sent.where, sent.guess)
        self._understand_status()
        changed = self.facts.pop(_CHANGED, None)
        if changed is not None:
            status = self.facts.get("status")
            has_ended = status is not None and status.value == RESOLVED
            self.facts.setdefault("ended_at" if has_ended else "started_at", changed)

    def _guess_severity(self) -> None:
        """By the word in front of a title: `CRITICAL: …`, `[PROD] [P2] …`."""
        for key in _STATUS_IN_TITLE:
            said = self.item.value.get(key)
            match = _SEVERITY_IN_TITLE.match(said) if isinstance(said, str) else None
            if match is not None:
                self.facts["severity_as_sent"] = Fact(match[1] or match[2], key, guess=True)
                return

    def _understand_status(self) -> None:
        told = self.facts.pop("status", None)
        if told is not None:
            meaning = understood(str(told.value), words().status, self.system.status)
            if meaning is not None:
                self.facts["status"] = Fact(meaning, told.where, told.guess)
                return
        tree = self.item.value
        for key in _STATUS_IN_TITLE:
            said = tree.get(key) if isinstance(tree, dict) else None
            if isinstance(said, str) and (meaning := _status_in(said)) is not None:
                self.facts["status"] = Fact(meaning, key, guess=True)
                return
        if "ended_at" in self.facts:
            self.facts["status"] = Fact(RESOLVED, self.facts["ended_at"].where, guess=True)


def _status_in(title: str) -> str | None:
    """What the first words of a title say of the state: `[FIRING:2]`, `RESOLVED:`, `Störung:`."""
    head = title[:40].replace("[", " ").replace("]", ":").partition(":")[0].strip()
    if not head or len(head) > 30:
        return None
    known = words().status
    return next((known[plain(word)] for word in head.split() if plain(word) in known), None)


def _is_fit(fact: str, value: str) -> bool:
    """Whether a value can be what its key seems to tell: an address is an address, a name is short."""
    if fact in ("url", "runbook_url", "dashboard_url"):
        return value.startswith(("http://", "https://"))
    if fact in ("title", "summary"):
        return len(value) > 2
    if fact in ("service", "environment", "host", "team", "region", "severity_as_sent", "status"):
        return len(value) <= 100 and "\n" not in value
    return len(value) <= 300


def _leaves(found: FoundThere, depth: int = 0) -> Iterator[tuple[int, str, FoundThere]]:
    """Each key with a plain value, with how deep it stands and where."""
    if depth > 6 or not isinstance(found.value, dict):
        return
    for key, value in found.value.items():
        where = f"{found.where}.{key}" if found.where else key
        if isinstance(value, dict):
            yield from _leaves(FoundThere(value, where), depth + 1)
        elif not isinstance(value, list) and value not in (None, ""):
            yield depth, key, FoundThere(value, where)


def _labelled(found: FoundThere, depth: int = 0) -> Iterator[FoundThere]:
    """What stands under keys that mean labels, those that stand higher first."""
    if depth > 3 or not isinstance(found.value, dict):
        return
    below = []
    for key, value in found.value.items():
        each = FoundThere(value, f"{found.where}.{key}" if found.where else key)
        if key.lower() in _LABELS:
            yield each
        else:
            below.append(each)
    for each in below:
        yield from _labelled(each, depth + 1)


def _flat(value: Any) -> Any:
    """An item of a list as one map: what stands one level below comes up."""
    if not isinstance(value, dict):
        return value
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            flat.update({k: v for k, v in inner.items() if not isinstance(v, dict | list)})
        elif not isinstance(inner, list):
            flat[key] = inner
    return {key: said for key, said in flat.items() if not _says_again(key, flat)}


def _says_again(key: str, flat: dict[str, Any]) -> bool:
    """Whether a text only says what the others say."""
    said = flat[key]
    others = {str(value) for name, value in flat.items() if name != key}
    return isinstance(said, str) and " " in said and set(said.split()) <= others
