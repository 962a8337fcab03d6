"""Statements of SQL: where values may stand, how texts are split, what is sent and what is shown."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.spelling import spelled
from pup_tui.template.errors import TemplateError
from pup_tui.template.secrets import with_secrets
from pup_tui.template.sql.engines import ENGINES, Engine, SqlUse, engine_of
from pup_tui.template.sql.script import Statement, compile_sql

SCOPE: dict[str, Any] = {"V": "v", "N": 5, "L": ["a", 2, None], "T": 'a"b`c', "M": {"k": [1]}}


def check(source: str, engine: Engine | None = "postgresql", **how: bool) -> None:
    compile_sql(source).check(SqlUse(engine, **how))


def sent(source: str, engine: Engine = "postgresql", **scope: Any) -> list[tuple[str, Any]]:
    made = compile_sql(source).render({**SCOPE, **scope}).statements(SqlUse(engine))
    return [(statement.text, statement.parameters) for statement in made]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "source",
    [
        "select {{ V }}",
        "select {{ V }}, a from t where b = {{ N }} and c in ({{ L }}) limit {{ N }}",
        "select * from {{ T | sql_name }} where a = {{ V }}",
        "select * from {{ T | sql_name }}.{{ T | sql_name }}",
        "select a as {{ T | sql_name }} from t",
        "insert into t (a, b) values ({{ V }}, {{ N }}), (f({{ V }}), {{ N }} + 1)",
        "insert into t ({{ T | sql_name }}) select {{ V }}",
        "update t set a = {{ V }}, b = b + {{ N }} where c = {{ V }}",
        "delete from t where a = {{ V }}",
        "select a from t order by {{ V }} = a, b",
        "select a from t group by a having count(*) > {{ N }}",
        "select extract(day from {{ V }})",
        "select a from t where a is distinct from {{ V }}",
        "select a from f({{ V }}), g({{ N }})",
        "select case when a = {{ V }} then {{ N }} else {{ V }} end from t",
        "select 'it''s -- /* no comment', {{ V }} -- it's one",
        "/* first; */ select {{ V }} /* last; */",
        "{% if N > 3 %}select {{ V }}{% else %}select {{ N }}{% endif %}",
        "{% for X in L %}insert into t values ({{ X }});{% endfor %}",
        "with x as (select {{ V }} as a) select a from x",
        "drop table {{ T | sql_name }}",
    ],
)
def test_values_stand_where_parameters_can(source: str, engine: Engine) -> None:
    check(source, engine)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("select '{{ V }}'", "within quotes"),
        ("select 'a {{ V }} b'", "within quotes"),
        ("select 1 -- {{ V }}", "in a comment"),
        ("select 1 /* {{ V }} */, {{ N }}", "in a comment"),
        ("{{ V }} -- nothing else\n/* {{ N }} */", "in a comment"),
        ("select a{{ V }}", "part of a name"),
        ("select {{ V }}a", "part of a name"),
        ("select {{ V }}{{ N }}", "part of a name"),
        ("select x{{ T | sql_name }}", "part of a name"),
        ("select '{{ T | sql_name }}'", "within quotes"),
        ("select * from {{ T }}", "a name stands here"),
        ("select * from a, {{ T }}", "a name stands here"),
        ("select * from a join {{ T }} on true", "a name stands here"),
        ("select * from (select * from {{ T }}) x", "a name stands here"),
        ("select a from t order by {{ V }}", "a name stands here"),
        ("select a from t order by a, {{ V }} desc", "a name stands here"),
        ("select a from t group by {{ V }}", "a name stands here"),
        ("insert into {{ T }} values (1)", "a name stands here"),
        ("insert into t ({{ T }}) values (1)", "a name stands here"),
        ("update {{ T }} set a = 1", "a name stands here"),
        ("update t set {{ T }} = 1", "a name stands here"),
        ("update t set a = 1, {{ T }} = 2", "a name stands here"),
        ("delete from {{ T }}", "a name stands here"),
        ("select t.{{ T }} from t", "a name stands here"),
        ("select {{ T }}.a from t", "a name stands here"),
        ("select {{ V }}(1)", "a name stands here"),
        ("select a as {{ T }} from t", "a name stands here"),
        ("select * from a join b using ({{ T }})", "a name stands here"),
        ("select * from t where a in {{ L }}", "needs brackets"),
        ("select {{ V | raw }}", "never text"),
        ("select 'never closed", "does not end"),
        ("select /* never closed", "does not end"),
        ("drop table {{ T }}", "a name stands here"),
        ("alter role x password {{ V }}", "takes no values in `alter`"),
        ("{% if V %}select 1{% else %}select '{{ V }}'{% endif %}", "within quotes"),
    ],
)
@pytest.mark.parametrize("engine", [*ENGINES, None])
def test_other_places_are_refused(source: str, problem: str, engine: Engine | None) -> None:
    with pytest.raises(TemplateError, match=problem):
        check(source, engine)


@pytest.mark.parametrize(
    ("engine", "source", "problem"),
    [
        ("postgresql", "select $$ {{ V }} $$", "within quotes"),
        ("postgresql", "select $a$ ' {{ V }} $$ $a$", "within quotes"),
        ("postgresql", r"select E'\'{{ V }}'", "within quotes"),
        ("postgresql", "select /* /* */ {{ V }} */ 1", "in a comment"),
        ("postgresql", 'select "{{ V }}"', "part of a name"),
        ("postgresql", "select interval {{ V }}", "cast"),
        ("postgresql", "select $1", "place for a parameter"),
        ("mysql", r"select '\'{{ V }}'", "within quotes"),
        ("mysql", 'select "{{ V }}"', "within quotes"),
        ("mysql", "select `{{ V }}`", "part of a name"),
        ("mysql", "select 1 # {{ V }}", "in a comment"),
        ("mysql", "select ?", "place for a parameter"),
        ("mysql", "select 1 /*! , 2 */", "MySQL executes"),
        ("mysql", "/*M!100100 commit */ select 1", "MySQL executes"),
        ("sqlite", "select [{{ V }}]", "part of a name"),
        ("sqlite", "select ?1", "place for a parameter"),
        ("sqlite", "select :a", "place for a parameter"),
        ("sqlite", "select @a", "place for a parameter"),
        ("sqlite", "select $a", "place for a parameter"),
    ],
)
def test_each_database_has_its_own_quotes(engine: Engine, source: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        check(source, engine)
    assert problem in f"{caught.value.message} {caught.value.hint}"


def test_ordinary_text_stays_as_it_is() -> None:
    source = "select 10 % 3, '%s', j ? 'k', a::int, x->>'y' from t where b like 'a%' -- $1 ?"
    assert sent(source) == [(source.partition(" --")[0], ())]


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("postgresql", "select $1, $2, $3, $4"),
        ("mysql", "select ?, ?, ?, ?"),
        ("sqlite", "select ?, ?, ?, ?"),
    ],
)
def test_a_list_is_one_parameter_an_item(engine: Engine, text: str) -> None:
    assert sent("select {{ V }}, {{ L }}", engine) == [(text, ("v", "a", 2, None))]


def test_parameters_keep_their_type() -> None:
    found = sent("select {{ N }}, {{ X }}, {{ Y }}, {{ Z }}, {{ M }}", X=True, Y=1.5, Z=None)
    assert found[0][1] == (5, True, 1.5, None, '{"k": [1]}')


def test_numbers_are_sent_without_their_spelling() -> None:
    given = [spelled(1.1, "1.10"), spelled(7, "007"), True]
    ((text, parameters),) = sent("select {{ L }}", L=given)
    assert [(type(each), each) for each in parameters] == [(float, 1.1), (int, 7), (bool, True)]
    shown = compile_sql("select {{ L }}").render({"L": given}).shown
    assert (text, shown) == ("select $1, $2, $3", "select 1.1, 7, true")


@pytest.mark.parametrize(
    ("engine", "shown"),
    [
        (None, """select "a""b`c", 'O''Brien \\ co'"""),
        ("postgresql", """select "a""b`c", 'O''Brien \\ co'"""),
        ("sqlite", """select "a""b`c", 'O''Brien \\ co'"""),
        ("mysql", r"""select `a"b``c`, 'O''Brien \\ co'"""),
    ],
)
def test_what_is_shown_is_what_the_database_would_read(engine: Engine | None, shown: str) -> None:
    template = compile_sql("select {{ T | sql_name }}, {{ V }}")
    assert template.render({**SCOPE, "V": "O'Brien \\ co"}, engine).shown == shown


@pytest.mark.parametrize(
    ("engine", "source"),
    [
        ("postgresql", "vacuum"),
        ("postgresql", "VACUUM (analyze) {{ T | sql_name }}"),
        ("postgresql", "select 1; create unique index concurrently i on t (a)"),
        ("postgresql", "reindex (concurrently) index i"),
        ("postgresql", "alter table t detach partition p concurrently"),
        ("sqlite", "vacuum"),
    ],
)
def test_what_no_transaction_holds_is_refused_in_one(engine: Engine, source: str) -> None:
    with pytest.raises(TemplateError, match="in a transaction; `autocommit: true`"):
        check(source, engine)
    check(source, engine, autocommit=True)
    with pytest.raises(TemplateError, match="in a transaction; `autocommit: true`"):
        compile_sql(source).render(SCOPE).statements(SqlUse(engine))


@pytest.mark.parametrize(
    ("engine", "source"),
    [
        (None, "vacuum"),
        ("postgresql", "create index i on t (a)"),
        ("postgresql", "refresh materialized view concurrently v"),
        ("postgresql", "select 'vacuum', \"concurrently\" from t"),
        ("mysql", "create index concurrently on t (a)"),
    ],
)
def test_what_may_stand_in_a_transaction_does(engine: Engine | None, source: str) -> None:
    check(source, engine)


def test_where_the_database_is_not_known_it_is_said_how_to_tell() -> None:
    with pytest.raises(TemplateError, match=r"PostgreSQL takes no values in `show` .*`engine:`"):
        check("show variables like {{ V }}", None)
    with pytest.raises(TemplateError, match="within quotes") as raised:
        check("select '{{ V }}'", None)
    assert "engine" not in str(raised.value)


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(TemplateError, match="list is empty"):
        sent("select 1 where a in ({{ L }})", L=[])


def test_a_list_is_no_array() -> None:
    with pytest.raises(TemplateError, match=r"`any` takes one array.*write `in \("):
        sent("select 1 where a = any({{ L }})")
    assert sent("select 1 where a = any({{ V }})", V="{a,b}") == [
        ("select 1 where a = any($1)", ("{a,b}",))
    ]


@pytest.mark.parametrize(
    ("engine", "name"),
    [("postgresql", '"a""b`c"'), ("sqlite", '"a""b`c"'), ("mysql", '`a"b``c`')],
)
def test_names_are_quoted_as_the_database_does(engine: Engine, name: str) -> None:
    source = "select * from {{ T | sql_name }} where a = {{ V }}"
    placeholder = "$1" if engine == "postgresql" else "?"
    assert sent(source, engine) == [(f"select * from {name} where a = {placeholder}", ("v",))]


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(TemplateError, match="name of SQL"):
        sent("select * from {{ T | sql_name }}", T=name)


SPLIT: list[tuple[Engine, str, list[str]]] = [
    ("postgresql", "select 1; select 2;;\n ; ", ["select 1", "select 2"]),
    ("postgresql", "select ';', $$;$$, \"a;b\"; select 2 -- ;\n", ["select ';', $$;$$, \"a;b\"", "select 2"]),
    ("postgresql", "-- a;\nselect 1 /* ; */ + 1; -- b;", ["select 1 /* ; */ + 1"]),
    (
        "postgresql",
        "create function f() returns int begin atomic select 1; select 2; end; select f()",
        ["create function f() returns int begin atomic select 1; select 2; end", "select f()"],
    ),
    (
        "postgresql",
        "create rule r as on insert to t do (select 1; select 2); select 3",
        ["create rule r as on insert to t do (select 1; select 2)", "select 3"],
    ),
    ("postgresql", "begin; select 1; end; select 2", ["begin", "select 1", "end", "select 2"]),
    (
        "sqlite",
        "create trigger g after insert on t begin select case a when 1 then 2 end; end; select 4",
        ["create trigger g after insert on t begin select case a when 1 then 2 end; end", "select 4"],
    ),
    (
        "mysql",
        "create procedure p() begin if 1 then a(); end if; case 1 when 1 then b(); end case; end; call p()",
        [
            "create procedure p() begin if 1 then a(); end if; case 1 when 1 then b(); end case; end",
            "call p()",
        ],
    ),
    ("mysql", r"select '\';'; select 2 # ;", [r"select '\';'", "select 2"]),
]  # fmt: skip


@pytest.mark.parametrize(("engine", "source", "statements"), SPLIT)
def test_statements_end_where_the_database_ends_them(
    engine: Engine, source: str, statements: list[str]
) -> None:
    assert [text for text, _ in sent(source, engine)] == statements


def test_only_comments_are_no_statement() -> None:
    with pytest.raises(TemplateError, match="no statement"):
        sent("-- nothing\n;")


@pytest.mark.parametrize(
    ("engine", "source"),
    [
        *((engine, "commit") for engine in ENGINES),
        *((engine, "select 1; rollback") for engine in ENGINES),
        *((engine, "begin") for engine in ENGINES),
        *((engine, "savepoint a") for engine in ENGINES),
        ("postgresql", "set transaction read write"),
        ("postgresql", "copy t to program 'id'"),
        ("postgresql", "copy t from program 'id'"),
        ("postgresql", "do $$ begin end $$"),
        ("mysql", "set @a = 1"),
        ("mysql", "drop table t"),
        ("mysql", "select 1 into outfile '/tmp/x'"),
        ("mysql", "(select 1) into dumpfile '/tmp/x'"),
        ("sqlite", "attach 'x' as y"),
        ("sqlite", "vacuum into 'x'"),
        (None, "commit"),
    ],
)
def test_read_only_refuses_what_could_act(engine: Engine | None, source: str) -> None:
    with pytest.raises(TemplateError, match="read_only"):
        check(source, engine, read_only=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_read_only_allows_to_look(engine: Engine) -> None:
    check("select 1; (select 2); with x as (select 1) select * from x", engine, read_only=True)


def test_people_see_values_as_literals() -> None:
    script = compile_sql("select {{ V }}, {{ N }}, {{ L }}, {{ T | sql_name }}, {{ S }}")
    shown = script.render(with_secrets({**SCOPE, "V": "it's", "S": "hunter2"}, ["S"])).shown
    assert shown == "select 'it''s', 5, 'a', 2, null, \"a\"\"b`c\", ***"


def test_no_parameter_shows_in_a_traceback() -> None:
    assert "hunter2" not in repr(Statement("select $1", ("hunter2",)))


def test_the_place_is_told() -> None:
    with pytest.raises(TemplateError) as caught:
        check("select 1,\n  '{{ V }}'")
    assert (caught.value.line, caught.value.expression) == (2, "V")


@pytest.mark.parametrize(
    ("url", "engine"),
    [
        ("postgresql://h/d", "postgresql"),
        ("postgres://h", "postgresql"),
        ("mysql://h/d", "mysql"),
        ("MariaDB://h/d", "mysql"),
        ("sqlite:///x.db", "sqlite"),
        ("oracle://h", None),
        ("", None),
    ],
)
def test_a_url_names_its_database(url: str, engine: Engine | None) -> None:
    assert engine_of(url) == engine
