"""Messages are read as Datadog reads them, printed back exactly, and faults have their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.language.eval_expression import FUNCTIONS, EvalCall, EvalName, Operation, Value
from monitor_sync.language.message import MAX_DEPTH, MAX_PROBLEMS, parse
from monitor_sync.language.message_tree import (
    Block,
    BrokenTag,
    Helper,
    MessageComment,
    Raw,
    TemplateVariable,
    Text,
    walk,
)
from tests.language.corpus import texts
from tests.language.pieces import messages

WELL = (
    "",
    "plain text, a } and a { and JSON {\"a\": {\"b\": 1}}",
    "{{value}} {{ value }} {{{comparator}}} {{{{raw}}}}{{ anything {{{{/raw}}}}",
    "{{[kube.app].name}} {{[@usr.id].name}} {{@projectId.name}} {{topic-partition.name}}",
    "{{log.attributes.[error.message]}} {{event.tags.[dot.key.test]}} {{a.log.message}}",
    "{{#is_alert}}a{{else}}b{{/is_alert}}{{^is_recovery}}c{{/is_recovery}}",
    "{{^is_alert}}a{{else}}b{{/is_alert}}",
    '{{#is_match "host.name" "web" "db" ""}}x{{/is_match}}',
    "{{#is_exact_match 'value' '5'}}x{{/is_exact_match}}",
    "{{#is_priority 'P1'}}x{{/is_priority}}{{override_priority 'P4'}}",
    "{{!-- a {{broken --}}{{! b }}{{!-- closed like this }}text {{!-- c --}}",
    '{{eval "round(value / 1073741824, 2)"}} {{eval \'-value^2 % (threshold+1)*3\'}}',
    '{{eval "atan2(a.value, humanize_bytes(1e6))"}}{{eval "last_triggered_at_epoch-15*60*1000"}}',
    "{{local_time 'last_triggered_at' 'Asia/Tokyo'}} {{local_time \"first_triggered_at\" 'UTC'}}",
    '{{urlencode "service.name"}}',
    '{{{{is_match "host.name" "x"}}}}{{ .matched }} @slack-a{{{{/is_match}}}}',
    "{{#is_alert}}{{#is_match \"a.name\" \"b\"}}{{#is_renotify}}x{{/is_renotify}}{{/is_match}}"
    "{{/is_alert}}",
)  # fmt: skip


@pytest.mark.parametrize("text", WELL)
def test_what_is_well_written_has_no_problem_and_prints_back(text: str) -> None:
    message = parse(text)

    assert message.problems == ()
    assert str(message) == text


@pytest.mark.parametrize(
    ("text", "code", "where", "hint"),
    [
        ("{{#is_critical}}x{{/is_critical}}", "unknown-condition", "is_critical", "`is_alert`"),
        ("{{#is_warn}}x{{/is_warn}}", "unknown-condition", "is_warn", "`is_warning`"),
        ("{{#is_ok}}x{{/is_ok}}", "unknown-condition", "is_ok", "`is_recovery`"),
        ("{{#is_recovry}}x{{/is_recovry}}", "unknown-condition", "is_recovry", "`is_recovery`"),
        ("{{#if value}}x{{/if}}", "unknown-condition", "if", "is_match"),
        ("{{#is_alert}}x", "unclosed-block", "{{#is_alert}}", "{{/is_alert}}"),
        ("x{{/is_alert}}", "unopened-block", "{{/is_alert}}", ""),
        ("{{#is_alert}}{{/is_alertt}}{{/is_alert}}", "unopened-block", "{{/is_alertt}}",
         "{{/is_alert}}"),
        ("{{#is_alert}}{{#is_warning}}x{{/is_alert}}{{/is_warning}}", "overlapping-blocks",
         "{{/is_alert}}", "{{/is_warning}} first"),
        ('{{#is_match "a.name" "b"}}x{{/is_match "a.name"}}', "argument-in-close",
         '{{/is_match "a.name"}}', "{{/is_match}}"),
        ("{{#is_alert}}x{{/#is_alert}}", "argument-in-close", "{{/#is_alert}}", "{{/is_alert}}"),
        ("{{#is_alert 'P1'}}x{{/is_alert}}", "unexpected-argument", "'P1'", "alone"),
        ('{{#is_match host.name "web"}}x{{/is_match}}', "unquoted-argument", "host.name",
         '"host.name"'),
        ("{{#is_match “host.name” “web”}}x{{/is_match}}", "unquoted-argument", "“host.name”",
         '"host.name"'),
        ('{{#is_match "host.name"}}x{{/is_match}}', "missing-argument", 'is_match "host.name"',
         '"web"'),
        ("{{#is_match}}x{{/is_match}}", "missing-argument", "is_match", '"web"'),
        ('{{#is_match "a b" "web"}}x{{/is_match}}', "not-a-variable", '"a b"', "comes first"),
        ("{{#is_priority 'P6'}}x{{/is_priority}}", "wrong-priority", "is_priority 'P6'", "'P1'"),
        ("{{#is_priority 2}}x{{/is_priority}}", "wrong-priority", "is_priority 2", "'P2'"),
        ("{{override_priority 'high'}}", "wrong-priority", "{{override_priority 'high'}}", ""),
        ("{{else}}", "else-outside-block", "{{else}}", ""),
        ("{{#is_alert}}{{else}}{{else}}{{/is_alert}}", "second-else", "{{else}}", ""),
        ("{{#is_alert}}a{{else is_warning}}b{{/is_alert}}", "else-with-condition",
         "{{else is_warning}}", "{{else}}"),
        ('{{eval "rond(value)"}}', "eval-unknown-function", "rond", "`round`"),
        ('{{eval "round(value, 1, 2)"}}', "eval-arity", "round(value, 1, 2)", ""),
        ('{{eval "atan2(value)"}}', "eval-arity", "atan2(value)", ""),
        ('{{eval "value +"}}', "eval-syntax", "", ""),
        ('{{eval "value ** 2"}}', "eval-syntax", "*", ""),
        ('{{eval "(value"}}', "eval-syntax", "", ""),
        ('{{eval ""}}', "eval-syntax", "", ""),
        ("{{eval value}}", "unquoted-argument", "value", "{{eval"),
        ('{{eval "value}}', "unclosed-quote", '"value', '"'),
        ("{{local_time 'last_triggered_at'}}", "wrong-arguments",
         "{{local_time 'last_triggered_at'}}", "Europe"),
        ("{{local_time 'last_triggered_at' 'Tokio'}}", "unknown-time-zone", "'Tokio'", "tz"),
        ("{{local_time '' 'UTC'}}", "not-a-variable", "''", ""),
        ("{{urlencode}}", "wrong-arguments", "{{urlencode}}", "{{urlencode"),
        ("{{is_alert}}", "condition-without-sign", "{{is_alert}}", "{{#is_alert}}"),
        ('{{is_match "a" "b"}}', "unreadable-tag", '{{is_match "a" "b"}}', "{{#is_match"),
        ("{{ #is_alert}}x{{/is_alert}}", "blank-before-sign", "{{ #is_alert}}", "{{#is_alert}}"),
        ("{{}}", "unreadable-tag", "{{}}", ""),
        ("{{host name}}", "unreadable-tag", "{{host name}}", "raw"),
        ('{{evl "value"}}', "unreadable-tag", '{{evl "value"}}', "`eval`"),
        ("{{.name}}", "unreadable-tag", "{{.name}}", ""),
        ("{{{#is_alert}}}", "unreadable-tag", "{{{#is_alert}}}", ""),
        ("load {{host.name}", "unclosed-tag", "{{", "}}"),
        ("{{#is_alert}}x{/is_alert}}", "single-brace", "{/is_alert}}", "{{/is_alert}}"),
        ("{{{{raw}}}} x", "unclosed-block", "{{{{raw}}}}", "{{{{/raw}}}}"),
        ("{{{{is_mach \"a\" \"b\"}}}} x{{{{/is_mach}}}}", "unknown-condition", "is_mach",
         "`is_match`"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_what_to_type(
    text: str, code: str, where: str, hint: str
) -> None:
    message = parse(text)

    matching = [problem for problem in message.problems if problem.code == code]
    assert matching, message.problems
    assert text[matching[0].start : matching[0].end] == where
    assert hint in matching[0].hint
    assert str(message) == text


def test_a_tree_says_what_every_part_is() -> None:
    text = "a {{#is_alert}}{{b.name}}{{else}}{{!c}}{{/is_alert}}{{{{raw}}}}d{{{{/raw}}}}{{/x}}"
    message = parse(text)

    kinds = [type(element) for element in walk(message.elements)]
    assert kinds == [Text, Block, TemplateVariable, MessageComment, Raw, BrokenTag]
    for element in walk(message.elements):
        assert text[element.start : element.end].startswith(("a", "{{"))
    block = message.elements[1]
    assert isinstance(block, Block)
    assert (block.condition.name, block.middle, block.negated) == ("is_alert", "{{else}}", False)
    assert text[block.start : block.end].endswith("{{/is_alert}}")
    assert text[block.condition.start : block.condition.end] == "is_alert"


def test_brackets_keep_a_key_with_dots_together() -> None:
    (variable,) = parse("{{{[kube.app].name}}}").elements

    assert isinstance(variable, TemplateVariable)
    assert variable.path == ("kube.app", "name")
    assert variable.name == "[kube.app].name"
    assert not variable.escaped


def test_a_power_groups_from_the_right_and_a_difference_from_the_left() -> None:
    (helper,) = parse('{{eval "a - b - 2 ^ c ^ 3"}}').elements

    assert isinstance(helper, Helper)
    whole = helper.expression
    assert isinstance(whole, Operation)
    assert isinstance(whole.left, Operation)
    assert (whole.sign, whole.left.sign) == ("-", "-")
    power = whole.right
    assert isinstance(power, Operation)
    assert isinstance(power.left, Value)
    assert isinstance(power.right, Operation)
    assert isinstance(power.right.left, EvalName)


def test_every_documented_function_is_known() -> None:
    for name, (fewest, most) in FUNCTIONS.items():
        for count in range(fewest, most + 1):
            text = f'{{{{eval "{name}({", ".join(["value"] * count)})"}}}}'
            (helper,) = parse(text).elements
            assert isinstance(helper, Helper)
            assert isinstance(helper.expression, EvalCall)
            assert parse(text).problems == ()


def test_blocks_deeper_than_anybody_writes_are_reported_and_still_printed() -> None:
    text = "{{#is_alert}}" * 3000 + "x" + "{{/is_alert}}" * 3000
    message = parse(text)

    assert str(message) == text
    assert len(message.problems) == MAX_PROBLEMS
    assert {problem.code for problem in message.problems} == {"too-deep"}
    assert str(parse("{{#is_alert}}" * MAX_DEPTH)) == "{{#is_alert}}" * MAX_DEPTH


def test_the_collected_monitors_read_without_a_problem() -> None:
    problems = [problem for text in texts() for problem in parse(text).problems]

    assert all(str(parse(text)) == text for text in texts())
    assert problems == []


@given(messages())
def test_any_mixture_of_tags_prints_back(text: str) -> None:
    assert str(parse(text)) == text


@given(st.text(alphabet="{}#^/!@\"'[]. \nabis_=()-`<", max_size=120))
def test_any_text_prints_back_and_problems_lie_inside_it(text: str) -> None:
    message = parse(text)

    assert str(message) == text
    for problem in message.problems:
        assert 0 <= problem.start <= problem.end <= len(text)


def test_a_condition_may_compute_what_it_compares() -> None:
    text = '{{#is_match (eval "lower(env.name)") "prod"}}x{{/is_match}}'
    block = parse(text).elements[0]

    assert parse(text).problems == ()
    assert isinstance(block, Block)
    assert block.condition.values == ('eval "lower(env.name)"', "prod")
    wrong = parse(text.replace("lower", "lowr")).problems
    assert [(problem.code, text[problem.start :][:3]) for problem in wrong] == [
        ("eval-unknown-function", "low")
    ]
