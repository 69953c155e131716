"""Reading YAML: plain data, and the place of every problem."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.project.document import read


def test_scalars_follow_yaml_1_2() -> None:
    document, problems = read(
        "f.yaml",
        b"a: 1\nb: 1e3\nc: .5\nd: null\ne:\nf: true\ng: '1'\nh: 1:30\ni: 0x1F\nj: -2.5\nk: 1_000",
    )

    assert problems == []
    assert document.data == {
        "a": 1, "b": 1000.0, "c": 0.5, "d": None, "e": None, "f": True, "g": "1", "h": "1:30",
        "i": 31, "j": -2.5, "k": "1_000",
    }  # fmt: skip


def test_merge_keys_are_filled_in_and_weaker_than_what_stands_beside_them() -> None:
    document, problems = read("f.yaml", b"a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a]}")

    assert problems == []
    assert document.data["b"] == {"x": 1, "y": 3}
    assert document.data["c"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "line", "column", "underlined", "message", "hint"),
    [
        ("a: {critical: ${max}}", 1, 15, "${max}", "must be quoted", 'write `"${max}"`'),
        ("a: [1, ${x}]", 1, 8, "${x}", "must be quoted", 'write `"${x}"`'),
        ("a: @slack-x", 1, 4, "@slack-x", "a handle must be quoted", 'write `"@slack-x"`'),
        ("a: [@x, b]", 1, 5, "@x", "a handle must be quoted", 'write `"@x"`'),
        ("n: ${partner}: errors", 1, 4, "${partner}: errors", "with a colon", '"${partner}: er'),
        ("n: [M] quote errors\nb: 1", 1, 4, "[M] quote errors", "starts with `[`", '"[M] quote'),
        ("a:\n\tb: 1", 2, 1, "\t", "a tab stands", "indent with blanks"),
        ("a: {{x}}", 1, 5, "{", "where a key is expected", "must be quoted"),
        ("a: 1\na: 2", 2, 1, "a", "given twice", "keep one"),
        ("a: on", 1, 4, "on", "boolean in YAML 1.1", "write `true`"),
        ("a: No", 1, 4, "No", "boolean in YAML 1.1", "write `false`"),
        ("a: 010", 1, 4, "010", "octal", "write `10`"),
        ("a: &x [*x]", 1, 8, "*x", "inside the value it names", "write the inner value out"),
        ("a: *nowhere", 1, 4, "*nowhere", "no `&nowhere`", ""),
        ("a: !env X", 1, 4, "!env X", "is a YAML tag", "remove it"),
        ("a: 1\n---\nb: 2", 2, 1, "---", "a second document", "remove the `---`"),
        ("a: 'x", 1, 6, "", "not YAML", ""),
        ("", 1, 1, "", "declares nothing", "delete the file"),
        ("# nothing but a remark\n", 1, 1, "#", "declares nothing", "delete the file"),
        ("a: %x", 1, 4, "%x", "must be quoted", 'write `"%x"`'),
        ("a: b\x07c", 1, 5, "\x07", "U+0007", "remove it"),
    ],
)
def test_what_is_not_ours_to_read_is_told_with_its_place_and_what_to_write(
    text: str, line: int, column: int, underlined: str, message: str, hint: str
) -> None:
    _, problems = read("f.yaml", text.encode())

    (problem,) = problems
    span = problem.span
    assert (span.line, span.column) == (line, column)
    assert problem.excerpt[span.column - 1 : span.end_column - 1] == underlined
    assert message in problem.message
    assert hint in problem.hint


def test_values_inside_each_other_are_read_to_a_bound() -> None:
    _, problems = read("f.yaml", f"a: {'[' * 200}{']' * 200}".encode())

    assert [problem.rule for problem in problems] == ["file/too-large"]
    assert "inside each other 100 times" in problems[0].message


def test_a_file_that_is_not_utf_8_names_the_byte_and_its_place() -> None:
    document, (problem,) = read("f.yaml", "a: 1\nb: é".encode("latin-1"))

    assert document.data is None
    assert problem.rule == "file/not-utf-8"
    assert "0xe9" in problem.message
    assert (problem.span.line, problem.span.column) == (2, 4)


def test_all_problems_of_a_file_are_told_in_one_pass() -> None:
    _, problems = read("f.yaml", b"a: on\na: off\nb: 010\n")

    rules = ["file/yaml-1.1-word", "file/duplicate-key", "file/yaml-1.1-word", "file/leading-zero"]
    assert [problem.rule for problem in problems] == rules


def test_aliases_of_aliases_do_not_unfold_without_bound() -> None:
    lines = ["a0: &a0 [" + "x, " * 10 + "]"]
    lines += [f"a{n}: &a{n} [" + f"*a{n - 1}, " * 10 + "]" for n in range(1, 12)]

    _, problems = read("f.yaml", "\n".join(lines).encode())

    assert [problem.rule for problem in problems] == ["file/too-large"]


@pytest.mark.parametrize(
    "lines",
    [
        ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: 1}}" for n in range(1, 3000))],
        ["a: &a [" + "x, " * 2000 + "]", *(f"b{n}: [*a]" for n in range(1000))],
    ],
)
def test_many_aliases_of_the_same_do_not_unfold_without_bound_either(lines: list[str]) -> None:
    _, problems = read("f.yaml", "\n".join(lines).encode())

    assert [problem.rule for problem in problems] == ["file/too-large"]


def test_columns_count_characters_even_after_wide_ones() -> None:
    document, _ = read("f.yaml", 'a: {b: "日本語", c: x}'.encode())

    span = document.span(("a", "c"))
    assert document.excerpt(span.line)[span.column - 1 : span.end_column - 1] == "x"


def test_a_value_in_a_folded_text_is_found_on_its_own_line() -> None:
    document, _ = read("f.yaml", b"q: >-\n  sum(last_5m):a\n  > ${max}\n")

    span = document.span_of(("q",), "${max}")
    assert (span.line, span.column, span.end_column) == (3, 5, 11)


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    document, problems = read("f.yaml", b"\xef\xbb\xbfa: 1")

    assert (document.data, problems) == ({"a": 1}, [])


NUMBER_OF_1_2_ALONE = re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+|0o[0-7]+")
"""PyYAML writes by YAML 1.1, for which these texts need no quotes."""

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))).filter(
        lambda text: not NUMBER_OF_1_2_ALONE.fullmatch(text)
    ),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text("abcxyz", min_size=1), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text("abcxyz", min_size=1), PLAIN, min_size=1))
def test_what_pyyaml_writes_reads_back_equal(data: dict[str, object]) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)

    document, problems = read("f.yaml", text.encode())

    assert problems == []
    assert document.data == data


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    document, problems = read("f.yaml", text.encode("utf-8", "surrogatepass"))

    assert document.data is not None or problems
    for problem in problems:
        assert problem.span.line >= 1
        assert problem.span.end_column > problem.span.column
