"""Which names an expression or a text uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.template.flow import Flow
from pup_tui.template.paths import Key, NameField, StepField, fields_of, key_of, spelled

_NONE: frozenset[Key] = frozenset()


class Usage(Struct, frozen=True):
    """The names that something uses: what it needs, what may be missing, and each `NAME.FIELD` of either."""

    needed: frozenset[Key] = _NONE
    optional: frozenset[Key] = _NONE
    fields: frozenset[NameField] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Root names without which it cannot be evaluated."""
        return frozenset(_root(key) for key in self.needed)

    @property
    def optional_names(self) -> frozenset[str]:
        """Root names that are used only under ``default`` or ``is defined``."""
        return frozenset(_root(key) for key in self.optional) - self.names

    @property
    def step_fields(self) -> frozenset[StepField]:
        """The (step id, field) of every ``steps.ID.field``."""
        return frozenset(key for key in self.needed | self.optional if not isinstance(key, str))

    @property
    def optional_step_fields(self) -> frozenset[StepField]:
        """Those step fields that are used only under ``default`` or ``is defined``."""
        return frozenset(key for key in self.optional - self.needed if not isinstance(key, str))

    def without(self, names: frozenset[str]) -> Usage:
        """Leave out names that are bound around it (a loop's targets)."""
        return Usage(
            frozenset(key for key in self.needed if _root(key) not in names),
            frozenset(key for key in self.optional if _root(key) not in names),
            frozenset(field for field in self.fields if field[0] not in names),
        )

    def guarded(self, keys: frozenset[Key]) -> Usage:
        """Take as optional what a condition around it has found to be defined."""
        found = self.needed & keys
        if not found:
            return self
        return replace(self, needed=self.needed - found, optional=self.optional | found)


NO_USAGE = Usage()


class UsesNames:
    """What can say which names it uses: a text, a script, an argument list, an expression, a condition."""

    @property
    def usage(self) -> Usage:
        """The names that it uses."""
        raise NotImplementedError

    @property
    def flow(self) -> Flow:
        """What it is made out of."""
        raise NotImplementedError

    @property
    def flowing_names(self) -> frozenset[str]:
        """The names that it may be made out of, results as `steps.ID.FIELD`: fewer than it uses."""
        return spelled(self.flow.all)

    @property
    def names(self) -> frozenset[str]:
        """Root names it needs."""
        return self.usage.names

    @property
    def optional_names(self) -> frozenset[str]:
        """Root names it uses only under ``default`` or ``is defined``."""
        return self.usage.optional_names

    @property
    def all_names(self) -> frozenset[str]:
        """Root names it uses, whether it needs them or they may be missing."""
        return self.names | self.optional_names

    @property
    def step_fields(self) -> frozenset[StepField]:
        """The (step id, field) of every ``steps.ID.field`` in it."""
        return self.usage.step_fields

    @property
    def fields(self) -> frozenset[NameField]:
        """The (name, field) of every ``NAME.field`` in it that is written out."""
        return self.usage.fields

    @property
    def optional_step_fields(self) -> frozenset[StepField]:
        """Those of its step fields that are used only under ``default`` or ``is defined``."""
        return self.usage.optional_step_fields


def merge(usages: Iterable[Usage]) -> Usage:
    """Combine: what one of them needs is needed."""
    usages = list(usages)
    if len(usages) < 2:
        return usages[0] if usages else NO_USAGE
    needed = _NONE.union(*(usage.needed for usage in usages))
    optional = _NONE.union(*(usage.optional for usage in usages)) - needed
    return Usage(needed, optional, frozenset().union(*(usage.fields for usage in usages)))


def _root(key: Key) -> str:
    return key if isinstance(key, str) else "steps"


def usage_of_path(path: Sequence[str | int | None]) -> Usage:
    """What a chain of accesses uses; TemplateError where it does not say which result of a step."""
    return Usage(frozenset([key_of(path)]), fields=fields_of(path))
