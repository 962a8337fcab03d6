"""What an alert gives to the variables of a runbook: what fits is taken, and said where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from pup_tui.analysis.alerts.alert import Alert, Fact
from pup_tui.analysis.alerts.guesses import environments_in_name
from pup_tui.analysis.alerts.match import labels_called, told_at
from pup_tui.analysis.alerts.words import plain, words
from pup_tui.late_pattern import late_pattern
from pup_tui.quoted import quoted
from pup_tui.runbook.parts import AlertMatch, Variable
from pup_tui.runbook.variables.checks import check_value
from pup_tui.runbook.variables.sources import From, ProfileValue, Withheld
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import one_budget

_NAMED = late_pattern(r"\Aalert\.(?:labels\.|extra\.)?")
_ENVIRONMENT = "environment"
_ALIASES = {
    "flag": ("flag", "feature_flag"),
    "alert_id": ("alert_id", "monitor_id"),
    "pod": ("pod",),
    "processor": ("processor",),
}
"""Facts of which any one is what a variable asks for that is called like the first of them."""


class FilledValues(Struct, frozen=True, kw_only=True):
    """Values by variable, and where each came from. `unfit` says why what the alert has was not taken."""

    values: Mapping[str, str | Withheld] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)

    @property
    def withheld(self) -> dict[str, str]:
        """The variables that only the operator may fill, and why."""
        return {name: each.why for name, each in self.values.items() if not isinstance(each, str)}

    @property
    def taken(self) -> dict[str, str]:
        """The values that were taken."""
        return {name: each for name, each in self.values.items() if isinstance(each, str)}


def fill(
    alert: Alert,
    variables: Mapping[str, Variable],
    matcher: AlertMatch | None = None,
    *,
    profile: str = "",
    profile_values: Mapping[str, ProfileValue] = {},
) -> FilledValues:
    """Fill variables by the runbook's own mapping, by their names, by labels of their names.

    Each value is checked by type, pattern and choices. Where alert and profile disagree on the environment,
    the variable is withheld: only the operator can say.
    """
    values: dict[str, str | Withheld] = {}
    places: dict[str, str] = {}
    unfit: dict[str, str] = {}
    with one_budget():
        for name, variable in variables.items():
            if variable.is_secret:
                continue
            for fact, is_environment in _offered(name, alert, matcher):
                fitting, why = _fitting(variable, str(fact.value), is_environment=is_environment)
                if fitting is None:
                    unfit.setdefault(name, why)
                    continue
                other = _said_by_profile(name, profile, profile_values) if is_environment else ""
                if other and _stage(other) != _stage(fitting):
                    told = f"the alert says {quoted(fitting)}, the profile says {quoted(other)}"
                    values[name] = Withheld(told)
                else:
                    values[name] = fitting
                    places[name] = f"{'a guess: ' if fact.guess else ''}{fact.where}"
                unfit.pop(name, None)
                break
    return FilledValues(values=values, places=places, unfit=unfit)


def _offered(name: str, alert: Alert, matcher: AlertMatch | None) -> Iterator[tuple[Fact, bool]]:
    """What an alert has for a variable, the best first, and whether that is the environment."""
    mapped = "" if matcher is None else matcher.vars.get(name, "")
    if mapped:
        for fact in told_at(mapped, alert)[:1]:
            yield fact, _meant(_NAMED.sub("", mapped)) == _ENVIRONMENT
        return
    meant = _meant(name)
    for each in _ALIASES.get(meant, (meant,)):
        if each in alert.facts and _is_for(each, alert):
            yield alert.facts[each], each == _ENVIRONMENT
    yield from ((label, False) for label in labels_called(name, alert)[:1])


def _meant(name: str) -> str:
    """The fact that a variable of this name asks for."""
    short = plain(name)
    known = words().facts.get(short)
    return known if known is not None and short not in words().guessed_names else name.lower()


def _is_for(fact: str, alert: Alert) -> bool:
    """Whether a fact is what a variable of its name asks for: an alert's own page is no URL to look at."""
    if fact == "url":
        domain = alert.text("domain")
        return bool(domain) and domain in alert.text("url")
    return not isinstance(alert.facts[fact].value, list | dict)


def _fitting(variable: Variable, said: str, *, is_environment: bool) -> tuple[str | None, str]:
    """A value as the variable takes it, or None and why it does not; of an environment any of its names."""
    tried = [said]
    if is_environment:
        known = words().environments
        tried += [each for each in known if known[each] == _stage(said) and each != said]
    tried += [str(each.value) for each in variable.options if plain(str(each.value)) == plain(said)]
    why = ""
    for each in tried if variable.options or variable.pattern else tried[:1]:
        try:
            check_value(variable, each)
        except (ValueError, TemplateError) as error:
            why = why or str(error)
            continue
        return each, ""
    return None, why


def _stage(said: str) -> str:
    return words().environments.get(plain(said), plain(said))


def _said_by_profile(name: str, profile: str, profile_values: Mapping[str, ProfileValue]) -> str:
    """The environment that a profile stands for: by the variable's value there, else by that of another
    variable that means one, else by its own name, of `prod-eu` by a part of it.
    """
    said = profile_values.get(name)
    if isinstance(said, str):
        return said
    if isinstance(said, From | tuple):
        return ""
    others = (each for each in profile_values if _meant(each) == _ENVIRONMENT)
    for other in (profile_values[each] for each in others):
        if isinstance(other, str):
            return other
    if plain(profile) in words().environments:
        return profile
    found = environments_in_name(profile)
    return found.pop() if len(found) == 1 else ""
