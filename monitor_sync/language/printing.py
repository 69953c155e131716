"""Print the tree of a filter, of a search or of a composite back to the text of a query."""

from __future__ import annotations

from monitor_sync.language.tree import (
    Condition,
    Enclosed,
    Everything,
    Field,
    Junction,
    Membership,
    MonitorId,
    MonitorReference,
    Negation,
    Phrase,
    Range,
    Tag,
    TagList,
    ValueChoice,
    Word,
)


def print_condition(tree: Condition) -> str:
    """Return a filter, the search of a field, or a composite, as it stands in a query."""
    match tree:
        case Everything():
            return "*"
        case Tag():
            tag = f"{tree.key}:{tree.value}" if tree.key else tree.value
            return f"!{tag}" if tree.negated else tag
        case Word():
            return tree.text
        case Phrase():
            return f'"{tree.text}"'
        case Range():
            inner = f"{tree.low} TO {tree.high}"
            return f"[{inner}]" if tree.inclusive else f"{{{inner}}}"
        case MonitorId():
            return str(tree.id)
        case MonitorReference():
            return f"${{id:{tree.key}}}"
        case Field():
            return f"{tree.key.text}:{print_condition(tree.value)}"
        case Enclosed():
            return f"({print_condition(tree.condition)})"
        case Negation():
            blank = " " if tree.keyword.isalpha() else ""
            return f"{tree.keyword}{blank}{print_condition(tree.operand)}"
        case TagList() | Junction() | Membership() | ValueChoice():
            return _several(tree)


def _several(tree: TagList | Junction | Membership | ValueChoice) -> str:
    match tree:
        case TagList():
            rest = zip(tree.separators, tree.items[1:], strict=True)
            tail = "".join(f"{by or ' '}{print_condition(operand)}" for by, operand in rest)
            return print_condition(tree.items[0]) + tail
        case Junction():
            joined = zip(tree.keywords, tree.operands[1:], strict=True)
            tail = "".join(f" {word} "[not word :] + print_condition(e) for word, e in joined)
            return print_condition(tree.operands[0]) + tail
        case Membership():
            values = ",".join(value.text for value in tree.values)
            return f"{tree.key.text} {' '.join(tree.keywords)} ({values})"
        case ValueChoice():
            values = tree.values[0].text
            for word, value in zip(tree.keywords, tree.values[1:], strict=True):
                values += f" {word} {value.text}"
            return f"{tree.key.text}:({values})"
