"""The loop. An action yields facts; each is logged, remembered and answered by rules before the next: all of it, or nothing."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from ringfence.core import clock as clocks
from ringfence.core import db, log
from ringfence.core.access import Who
from ringfence.core.answers import Answer, Desk, Geography, Heard, Item, Outcome, Place
from ringfence.core.clock import Clock
from ringfence.core.declare import Action, Foretelling, Memory, Query, Rule, declared
from ringfence.core.digests import heard_before, told_digest
from ringfence.core.errors import Refused, RulesAnswerForEver
from ringfence.core.fact import Fact, Facts, Line, to_micros
from ringfence.core.keys import key_file
from ringfence.core.log import Told
from ringfence.core.policy import Book, Number
from ringfence.core.staging import emptied
from ringfence.core.undoing import taken_back
from ringfence.core.writer import writing

LONGEST_CHAIN = 60
AHEAD = 200  # items of many whose keys, and what they will ask, are read together
PIECE_SECONDS = 0.15  # long work gives way after this, so that nobody else waits 200 ms
_TOLD = "told_digest, first_seq, last_seq"
_HAND_IN = (
    "INSERT INTO hand_in (key, action, told_by, told_digest, batch, first_seq, last_seq, heard_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)


__all__ = [
    "Answer",
    "Centre",
    "Desk",
    "Heard",
    "Item",
    "Outcome",
    "Place",
    "heard_before",
    "told_digest",
]


class Centre:
    """An open command centre: the desks, the policy book and the clock, over one log."""

    def __init__(
        self, desks: Sequence[Desk], book: Book, geography: Geography, home: Path, clock: Clock | None = None
    ) -> None:
        """Gather what the desks declare."""
        self.desks = tuple(desks)
        self.book = book
        self.geography = geography
        self.home = home
        self.clock = clock or Clock()
        self.digest_key = key_file(home, "told")
        self.actions: dict[str, Action] = {}
        self.queries: dict[str, Query] = {}
        self.rules: dict[type[Fact], list[Rule]] = defaultdict(list)
        self.memories: dict[type[Fact], list[Memory]] = defaultdict(list)
        self.foretellings: dict[type[Fact], list[Foretelling]] = defaultdict(list)
        for desk in self.desks:
            self._gather(desk)

    def _gather(self, desk: Desk) -> None:
        self.actions |= {f"{desk.name}.{each.name}": each for each in declared(desk.modules, "action")}
        self.queries |= {f"{desk.name}.{each.name}": each for each in declared(desk.modules, "query")}
        listening: list[dict[type[Fact], list[Any]]] = [self.rules, self.memories, self.foretellings]
        for what, by_kind in zip(("rule", "memory", "foretelling"), listening, strict=True):
            for each in declared(desk.modules, what):
                for kind in each.kinds:
                    by_kind[kind].append(each)

    # -- telling ------------------------------------------------------------------------------------------------------

    def tell(self, who: Who, action: Callable[..., Facts], *, key: str | None = None, **told: Any) -> Answer:
        """Someone does something. Raises `Refused`; then nothing is recorded."""
        declared_action = _action(action)
        with writing(), db.buffering() as buffer:
            answer = _Telling(self, who).one(declared_action, Item(told, key), None)
            buffer.flush()
        return answer

    def tell_many(
        self, who: Who, action: Callable[..., Facts] | Action, items: Iterable[Item], *, batch: str | None = None
    ) -> Outcome:
        """Tell many in pieces of at most 200 ms. Each stands alone: a refusal undoes its own item and no other.

        A feed hands over an action of its own, which no other door has, as the `Action` itself.
        """
        declared_action = _action(action)
        outcome = Outcome(batch=batch)
        waiting, block = iter(items), deque[Item]()
        while block or (block := deque(islice(waiting, AHEAD))):
            with writing(), db.buffering() as buffer:
                begun = clocks.elapsed()
                telling = _Telling(self, who)
                telling.look_ahead(declared_action, block)
                while block and clocks.elapsed() - begun < PIECE_SECONDS:
                    outcome.answers.append(telling.alone(buffer, declared_action, block.popleft(), batch))
                buffer.flush()
        return outcome

    def preview(self, who: Who, action: Callable[..., Facts], items: Iterable[Item]) -> list[list[Fact] | Refused]:
        """The facts that the action itself would yield for each item; nothing is recorded."""
        declared_action = _action(action)
        seen: list[list[Fact] | Refused] = []
        for item in items:
            try:
                _, told = self._ready(who, declared_action, item.told)
                seen.append(list(declared_action.function(who, **told)))
            except Refused as refusal:
                seen.append(refusal)
        return seen

    def undo(self, who: Who, batch: str) -> Outcome:
        """Take a batch back: for each telling in it, newest first, its action's `undo` is told."""
        outcome = Outcome(batch=f"undo:{batch}")
        rows = db.ask(
            "SELECT key, action, first_seq, last_seq FROM hand_in WHERE batch = %s ORDER BY first_seq DESC", (batch,)
        )
        if not rows:
            raise Refused("batch_unknown", batch=batch)
        for name, alike in groupby(rows, key=itemgetter(1)):
            undo = self.actions[name].undo
            if undo is None:
                raise Refused("no_undo", action=f"action.{name}")
            items = [item for key, _, first, last in alike for item in taken_back(undo, key, first, last)]
            outcome.answers += self.tell_many(who, undo, items, batch=outcome.batch).answers
        return outcome

    def hear(self, who: Who, facts: Iterable[Fact], place: Place | None = None) -> list[Told]:
        """A trusted feed tells facts as they are: the clock, a file's own facts, a story."""
        with writing(), db.buffering() as buffer:
            telling = _Telling(self, who)
            told = telling.record(iter(facts), who.by, None, place or Place())
            buffer.flush()
        return told

    def hear_each(self, who: Who, heard: Iterable[Heard], place: Place | None = None) -> Iterator[list[Told] | Refused]:
        """A trusted feed tells many, in pieces of at most 200 ms: each is recorded whole, or refused before its first fact.

        What a feed is answered (a row that is on record already) may depend on what was told just before it, so each
        is asked for its facts only when its turn comes.
        """
        waiting = iter(heard)
        following = next(waiting, None)
        while following is not None:
            answers: list[list[Told] | Refused] = []
            with writing(), db.buffering() as buffer:
                begun = clocks.elapsed()
                telling = _Telling(self, who)
                while following is not None and clocks.elapsed() - begun < PIECE_SECONDS:
                    answers.append(telling.heard(following, place or Place()))
                    following = next(waiting, None)
                buffer.flush()
            yield from answers

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask(self, who: Who, query: Callable[..., Any] | Query, **asked: Any) -> Any:
        """Answer a query, or a command's own as the `Query` itself, within the asker's scope; ids outside are unknown."""
        declared_query: Query = query if isinstance(query, Query) else query.query  # type: ignore[attr-defined]
        scope = who.scope(declared_query.may)
        if not scope.paths:
            raise Refused("not_allowed", what=f"query.{declared_query.desk}.{declared_query.name}")
        place = self._placed(who, declared_query, asked)
        given: list[Any] = [scope] if declared_query.scoped else []
        if declared_query.numbered:
            given.append(self.numbers(declared_query.desk, place))
        return declared_query.function(*given, **asked)

    def policy(self, desk: str, place: Place) -> Any:
        """A desk's numbers at a place."""
        return self.book.numbers(desk, place.pack or "base", place.overlays)

    def numbers(self, desk: str, place: Place) -> dict[str, Number]:
        """A desk's numbers at a place, by name, each with its source."""
        return {each.field: each for each in self.book.all_numbers(desk, place.pack or "base", place.overlays)}

    # -- checking -----------------------------------------------------------------------------------------------------

    def _ready(self, who: Who, action: Action, told: Mapping[str, Any]) -> tuple[Place, dict[str, Any]]:
        """Check who may, where; fill in the moment; find the place."""
        names = action.named
        if unknown := set(told) - set(names):
            raise Refused("told_unknown", action=action.name, unknown=", ".join(sorted(unknown)))
        ready = dict(told)
        if "at" in names and ready.get("at") is None:
            ready["at"] = self.clock.now()
        if missing := [name for name, each in names.items() if each.required and name not in ready]:
            raise Refused("told_too_little", action=action.name, missing=", ".join(missing))
        if not who.scope(action.may).paths:
            raise Refused("not_allowed", what=f"action.{action.desk}.{action.name}")
        place = self._placed(who, action, ready)
        return place, ready

    def _placed(self, who: Who, declared: Action | Query, told: Mapping[str, Any]) -> Place:
        """Where the ids told lie; one outside the scope is answered like one that does not exist."""
        scope = who.scope(declared.may)
        deepest: str | None = None
        for name, where in declared.placed:
            value = told.get(name)
            if value is None:
                continue
            for each in value if isinstance(value, tuple) else (value,):
                path = where(each)
                if path is None or not scope.covers(path):
                    raise Refused("not_known_here", what=name, id=each)
                if deepest is None or len(path) > len(deepest):
                    deepest = path
        if deepest is None and len(scope.paths) == 1:
            deepest = scope.paths[0]
        outbreak = told.get("outbreak")
        if outbreak is not None:
            area = self.geography.place(outbreak, None).path
            if area is not None and not scope.touches(area):
                raise Refused("not_known_here", what="outbreak", id=outbreak)
        return self.geography.place(outbreak or declared.outbreak_of(told), deepest)

    # -- rebuilding ---------------------------------------------------------------------------------------------------

    def rebuild(self, progress: Callable[[int, int], None] = lambda done, of: None) -> int:  # noqa: ARG005
        """Empty every desk's tables and remember the whole log again; rules are not rerun. Returns the number of facts."""
        tables = [table for desk in self.desks for table in desk.tables]
        with writing(), emptied(tables, self.home) as raw:
            last = log.last_seq()
            self._remember(raw, last, progress)
        return last

    def _remember(self, raw: Any, last: int, progress: Callable[[int, int], None]) -> None:
        """Every fact, in order."""
        with db.buffering(raw) as buffer:
            for n, row in enumerate(log.rows(until=last), 1):
                each = log.told(row)
                for memory in self.memories.get(type(each.fact), ()):
                    memory.function(each.fact, each.line)
                if n % 1000 == 0:
                    buffer.flush()
                    progress(n, last)
            buffer.flush()


class _Telling:
    """One transaction's worth of telling: the next line number, and the recursion that is the loop."""

    def __init__(self, centre: Centre, who: Who) -> None:
        self.centre = centre
        self.who = who
        self.next_seq = log.last_seq() + 1
        self.heard_at: datetime = centre.clock.now()
        self.keys: set[str] = set()  # told in this piece, and perhaps not yet sent
        self.asked_keys: dict[str, list[db.Row]] = {}  # read ahead for this piece

    def look_ahead(self, action: Action, items: Sequence[Item]) -> None:
        """Read for many at once what each will ask: whether its key was told before, and what the action looks up."""
        keys = [item.key for item in items if item.key]
        if keys:
            marks = ", ".join(["%s"] * len(keys))
            self.asked_keys = {key: [] for key in keys}
            for key, *row in db.ask_stored(f"SELECT key, {_TOLD} FROM hand_in WHERE key IN ({marks})", keys):
                self.asked_keys[key] = [tuple(row)]
        if action.ahead is not None:
            action.ahead([item.told for item in items])
        for foretelling in self.centre.foretellings.get(action.becomes, ()) if action.becomes else ():
            foretelling.function([item.told for item in items])

    def alone(self, buffer: db.Buffer, action: Action, item: Item, batch: str | None) -> Answer | Refused:
        """One of many, which stands alone."""
        buffer.begin_item()
        seq = self.next_seq
        try:
            answer = self.one(action, item, batch)
        except Refused as refusal:
            buffer.take_back()
            self.next_seq = seq
            return refusal
        buffer.settle()
        self.keys.add(answer.key)
        return answer

    def heard(self, item: Heard, place: Place) -> list[Told] | Refused:
        """One of a feed's many; how it was told is remembered, so that told again it is known."""
        first = self.next_seq
        if item.key is not None and (known := self._told_before(item.key, item.digest)) is not None:
            return list(known.told)
        try:
            told = self.record(item.facts(), self.who.by, None, place)
        except Refused as refusal:
            if self.next_seq != first:
                raise
            return refusal
        if told:
            by, heard_at = self.who.by, to_micros(self.heard_at)
            key = item.key or f"{item.about}:{first:015d}"
            db.write("hand_in", _HAND_IN, (key, "feed", by, item.digest, None, first, self.next_seq - 1, heard_at))
            self.keys.add(key)
        return told

    def one(self, action: Action, item: Item, batch: str | None) -> Answer:
        """One action told: answered again if its key is known, else checked, recorded and remembered by key.

        Without a key, the same arguments are the same telling; where the moment is not among them, the moment they are
        heard belongs to them, so that a task finished, reopened and finished again is finished.
        """
        digest = item.digest or told_digest(action, item.told, self.centre.digest_key)
        key = item.key or f"{self.who.by}:{digest}{'' if 'at' in item.told else f':{to_micros(self.heard_at)}'}"
        if (known := self._told_before(key, digest)) is not None:
            return known
        place, ready = self.centre._ready(self.who, action, item.told)  # noqa: SLF001 (the loop's two halves)
        first = self.next_seq
        told = self.record(action.function(self.who, **ready), self.who.by, None, place)
        last = self.next_seq - 1
        name = f"{action.desk}.{action.name}"
        row = (key, name, self.who.by, digest, batch, first, last, to_micros(self.heard_at))
        db.write("hand_in", _HAND_IN, row)
        return Answer(key, first, last, tuple(told))

    def record(
        self, facts: Facts, by: str, because: int | None, place: Place, chain: tuple[str, ...] = ()
    ) -> list[Told]:
        """The loop: append, remember, let every rule answer, and only then look at the next fact."""
        if len(chain) > LONGEST_CHAIN:
            raise RulesAnswerForEver(list(dict.fromkeys(chain)))
        centre = self.centre
        own: list[Told] = []
        for fact in facts:
            kind = type(fact)
            here = self._place_of(fact, place)
            line = Line(
                seq=self.next_seq,
                heard_at=self.heard_at,
                by=by,
                because=because,
                outbreak=here.outbreak,
                jurisdiction=here.path,
                pack=self._version(here),
            )
            self.next_seq += 1
            log.append(fact, line)
            for memory in centre.memories.get(kind, ()):
                memory.function(fact, line)
            for rule in centre.rules.get(kind, ()):
                answer = (
                    rule.function(fact, line, centre.policy(rule.desk, here))
                    if rule.takes_policy
                    else rule.function(fact, line)
                )
                self.record(answer, rule.by, line.seq, here, (*chain, rule.by))
            own.append(Told(line, fact))
        return own

    def _told_before(self, key: str, digest: str) -> Answer | None:
        asked = f"SELECT {_TOLD} FROM hand_in WHERE key = %s"
        if key in self.keys:
            rows = db.ask(asked, (key,))
        elif key in self.asked_keys:
            rows = self.asked_keys[key]
        else:
            rows = db.ask_stored(asked, (key,))
        if not rows:
            return None
        told, first, last = rows[0]
        if told != digest:
            raise Refused("key_means_other", key=key)
        own = tuple(each for each in log.between(first, last) if each.line.because is None)
        return Answer(key, first, last, own, again=True)

    def _version(self, place: Place) -> str | None:
        """The version of the policy that a fact was decided under; what belongs to no outbreak has none."""
        return self.centre.book.version(place.pack, place.overlays) if place.outbreak and place.pack else None

    def _place_of(self, fact: Fact, place: Place) -> Place:
        """A fact that names its outbreak or jurisdiction belongs there; any other where its cause did."""
        outbreak = getattr(fact, "outbreak", None) or place.outbreak
        jurisdiction = getattr(fact, "jurisdiction", None)
        path = self.centre.geography.path_of(jurisdiction) if jurisdiction else place.path
        path = place.path if path is None else path
        if outbreak == place.outbreak and path == place.path:
            return place
        return self.centre.geography.place(outbreak, path)


def _action(function: Callable[..., Facts] | Action) -> Action:
    if isinstance(function, Action):
        return function
    found: Action | None = getattr(function, "action", None)
    if found is None:
        message = f"{function.__qualname__} is not declared as an action"
        raise TypeError(message)
    return found
