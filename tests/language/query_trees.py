"""Generated trees of monitor queries, of every form that the printer and the parsers know."""

from __future__ import annotations

from hypothesis import strategies as st

from monitor_sync.language.atoms import Name, Number, StringLiteral, Window
from monitor_sync.language.tree import (
    Argument,
    Arithmetic,
    By,
    Call,
    ChangeShift,
    CheckQuery,
    Comparison,
    CompositeQuery,
    Condition,
    Enclosed,
    Everything,
    Expression,
    FormulaQuery,
    Junction,
    Keys,
    Membership,
    MetricQuery,
    Modifier,
    MonitorId,
    MonitorReference,
    Negation,
    Option,
    Parenthesised,
    Scope,
    SearchQuery,
    Series,
    Signed,
    SloQuery,
    Step,
    Tag,
    TagList,
    TimeAggregation,
    ValueChoice,
    Variable,
)

# Positions take no part in comparing, so all of these stand at 0.

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KEYWORDS = ("and", "or", "not", "in", "by", "formula", "threshold", "change", "pct_change")


def _name(text: str) -> Name:
    return Name(0, 0, text)


words = st.text(LETTERS, min_size=1, max_size=8).filter(lambda word: word not in _KEYWORDS)
names = words.map(_name)
metrics = st.lists(words, min_size=1, max_size=3).map(".".join).map(_name)
keys = st.builds("{}{}".format, words, st.sampled_from(("", ".name", "-id", "/x", "@y"))).map(_name)


def _number(value: float) -> Number:
    written = f"{value:g}" if value != int(value) else str(int(value))
    return Number(0, 0, float(written), written)


numbers = st.one_of(
    st.integers(0, 10**9).map(_number), st.floats(0.001, 1e6, allow_nan=False).map(_number)
)
signed_numbers = numbers.flatmap(
    lambda n: st.sampled_from((n, Number(0, 0, -n.value, "-" + n.written)))
)


def _text(value: str, quote: str) -> StringLiteral:
    escaped = value.replace("\\", "\\\\").replace(quote, "\\" + quote)
    return StringLiteral(0, 0, value, f"{quote}{escaped}{quote}")


def texts(
    quotes: str = "\"'", alphabet: str = LETTERS + ' :"\\*()'
) -> st.SearchStrategy[StringLiteral]:
    return st.builds(_text, st.text(alphabet, max_size=12), st.sampled_from(quotes))


def windows(form: str) -> st.SearchStrategy[Window]:
    def make(count: int, unit: str) -> Window:
        written = f"{count}{unit}_ago" if form == "ago" else f"{form}_{count}{unit}"
        return Window(0, 0, form, count, unit, written)

    units = ("m", "h", "d") if form == "ago" else ("m", "h", "d", "w", "mo")
    return st.builds(make, st.integers(0, 9999), st.sampled_from(units))


# --- filters ---------------------------------------------------------------------------------

values = st.builds("{}{}".format, words, st.sampled_from(("", "*", "-1", ":80", ".x", "/dev/a")))


@st.composite
def tags(draw: st.DrawFn, *, negatable: bool) -> Tag:
    key = draw(st.one_of(st.just(""), words))
    value = draw(values)
    if not key:
        value = value.replace(":", "")
    return Tag(0, 0, key, value, negatable and draw(st.booleans()))


memberships = st.builds(
    lambda key, of, negated: Membership(
        0, 0, key, tuple(of), negated, ("NOT", "in") if negated else ("IN",)
    ),
    names,
    st.lists(values.map(_name), min_size=1, max_size=3),
    st.booleans(),
)
choices = st.builds(
    lambda key, of: ValueChoice(0, 0, key, tuple(of), ("or",) * (len(of) - 1)),
    names,
    st.lists(values.map(_name), min_size=1, max_size=3),
)
tag_lists = st.lists(st.one_of(tags(negatable=True), memberships), min_size=2, max_size=4).flatmap(
    lambda items: st.lists(
        st.sampled_from((",", "")), min_size=len(items) - 1, max_size=len(items) - 1
    ).map(lambda by: TagList(0, 0, tuple(items), tuple(by)))
)


@st.composite
def conditions(
    draw: st.DrawFn,
    leaves: st.SearchStrategy[Condition],
    keywords: dict[str, str],
    depth: int = 2,
) -> Condition:
    """Leaves joined, alternatives outermost; some of them negated, or joined in parentheses."""

    def condition() -> Condition:
        inner = draw(leaves)
        if depth and draw(st.integers(0, 3)) == 0:
            inner = Enclosed(0, 0, draw(conditions(leaves, keywords, depth - 1)))
        return Negation(0, 0, inner, keywords["NOT"]) if draw(st.booleans()) else inner

    def join(operator: str, parts: list[Condition]) -> Condition:
        if len(parts) == 1:
            return parts[0]
        between = (keywords[operator],) * (len(parts) - 1)
        return Junction(0, 0, operator, tuple(parts), between)

    either = [
        join("AND", [condition() for _ in range(draw(st.integers(1, 3)))])
        for _ in range(draw(st.integers(1, 3)))
    ]
    return join("OR", either)


filters: st.SearchStrategy[Condition] = st.one_of(
    st.just(Everything(0, 0)),
    tags(negatable=True),
    tag_lists,
    conditions(
        st.one_of(tags(negatable=False), memberships, choices),
        {"AND": "AND", "OR": "or", "NOT": "NOT"},
    ),
)

# --- expressions -----------------------------------------------------------------------------

modifiers = st.one_of(
    st.sampled_from(("as_count", "as_rate", "weighted")).map(
        lambda name: Modifier(0, 0, _name(name), ())
    ),
    st.builds(
        lambda method, seconds: Modifier(0, 0, _name("rollup"), (method, seconds)), names, numbers
    ),
)
groups = st.builds(
    lambda of, keyword: By(0, 0, tuple(of), keyword),
    st.lists(keys, min_size=1, max_size=3),
    st.sampled_from(("by", "BY")),
)
suffixes = st.one_of(modifiers, groups)
series = st.builds(
    lambda aggregator, metric, condition, suffixes: Series(
        0, 0, tuple(suffixes), aggregator, metric, Scope(0, 0, condition)
    ),
    st.one_of(st.none(), names, st.just(_name("p99.9"))),
    metrics,
    filters,
    st.lists(suffixes, max_size=2),
)


@st.composite
def expressions(
    draw: st.DrawFn, leaves: st.SearchStrategy[Expression], depth: int = 2
) -> Expression:
    """Sums of products of leaves, numbers, calls, signs and parentheses."""

    def factor() -> Expression:
        kind = draw(st.sampled_from(("leaf", "leaf", "number", "call", "enclosed")))
        if kind == "number":
            return draw(signed_numbers)
        if kind == "leaf" or not depth:
            leaf = draw(leaves)
            return Signed(0, 0, "-", leaf) if draw(st.integers(0, 5)) == 0 else leaf
        if kind == "enclosed":
            inner = draw(expressions(leaves, depth - 1))
            return Parenthesised(0, 0, tuple(draw(st.lists(suffixes, max_size=1))), inner)
        count = draw(st.integers(0, 3))
        given = tuple(draw(arguments(leaves, depth - 1)) for _ in range(count))
        return Call(0, 0, tuple(draw(st.lists(suffixes, max_size=1))), draw(names), given)

    def joined(parts: list[Expression], by: str) -> Expression:
        if len(parts) == 1:
            return parts[0]
        operators = tuple(_name(draw(st.sampled_from(by))) for _ in parts[1:])
        return Arithmetic(0, 0, tuple(parts), operators)

    terms = [
        joined([factor() for _ in range(draw(st.integers(1, 2)))], "*/")
        for _ in range(draw(st.integers(1, 2)))
    ]
    return joined(terms, "+-")


@st.composite
def arguments(draw: st.DrawFn, leaves: st.SearchStrategy[Expression], depth: int) -> Argument:
    """An argument of a function: mostly an expression."""
    kind = draw(st.sampled_from(("expression", "expression", "text", "option", "keys")))
    if kind == "text":
        return draw(texts(alphabet=LETTERS))
    if kind == "option":
        value = draw(st.one_of(texts(alphabet=LETTERS), numbers))
        return Option(0, 0, draw(names), value)
    if kind == "keys":
        return Keys(0, 0, tuple(draw(st.lists(keys, min_size=1, max_size=2))))
    return draw(expressions(leaves, depth))


# --- whole queries ---------------------------------------------------------------------------

levels = st.builds(
    lambda operator, number: Comparison(0, 0, _name(operator), number),
    st.sampled_from((">", ">=", "<", "<=", "==", "!=")),
    signed_numbers,
)


@st.composite
def evaluations(draw: st.DrawFn) -> TimeAggregation:
    aggregator = _name(draw(st.sampled_from(("avg", "sum", "min", "max"))))
    window = draw(windows(draw(st.sampled_from(("last", "current", "next")))))
    if draw(st.booleans()):
        return TimeAggregation(0, 0, aggregator, window, None)
    kind = _name(draw(st.sampled_from(("change", "pct_change"))))
    shift = draw(windows(draw(st.sampled_from(("last", "ago")))))
    return TimeAggregation(0, 0, aggregator, window, ChangeShift(0, 0, kind, shift))


metric_queries = st.builds(
    lambda how, what, level: MetricQuery(0, 0, how, what, level),
    evaluations(),
    expressions(series),
    levels,
)
bare = st.sampled_from(("job_name", "10d", "1h", "@issue.id")).map(_name)
steps = st.builds(
    lambda name, given: Step(0, 0, name, tuple(given)),
    names,
    st.lists(
        st.one_of(
            texts(), numbers, bare, st.builds(lambda n, v: Option(0, 0, n, v), names, texts())
        ),
        max_size=3,
    ),
)
chains = st.lists(steps, max_size=4).map(tuple)
check_queries = st.builds(lambda check, of: CheckQuery(0, 0, check, of), texts(), chains)
search_queries = st.builds(
    lambda source, search, of, level: SearchQuery(0, 0, source, search, of, level),
    st.sampled_from(("logs", "ci-pipelines", "error-tracking-rum", "rum")).map(_name),
    texts(alphabet=LETTERS + " :@*-"),
    chains,
    levels,
)
slo_queries = st.builds(
    lambda measure, slo, of, level: SloQuery(0, 0, measure, slo, of, level),
    st.sampled_from(("error_budget", "burn_rate")).map(_name),
    texts(),
    chains,
    levels,
)
formula_queries = st.builds(
    lambda what, of, level: FormulaQuery(0, 0, what, of, level),
    expressions(words.map(lambda name: Variable(0, 0, name))),
    chains,
    levels,
)
members: st.SearchStrategy[Condition] = st.one_of(
    st.integers(1, 10**12).map(lambda id_: MonitorId(0, 0, id_)),
    st.just(MonitorReference(0, 0, "motor/quotes/latency.p95")),
)
composite_queries = st.one_of(
    members, conditions(members, {"AND": "&&", "OR": "||", "NOT": "!"})
).map(lambda tree: CompositeQuery(0, 0, tree))
