"""JSON-LD as pages have it: what can be read is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.page.broken_json import read_json

BROKEN = {
    '{"a": "x", /* note */ "b": 1}': {"a": "x", "b": 1},
    '// note\n{"a": "x"}': {"a": "x"},
    '{"a": "http://x.example/", // note\n "b": 1}': {"a": "http://x.example/", "b": 1},
    '<!-- {"a": "x"} -->': {"a": "x"},
    '<![CDATA[\n{"a": "x"}\n]]>': {"a": "x"},
    '{"a": "The "old" mill", "b": 1}': {"a": 'The "old" mill', "b": 1},
    '{"a": "He said "no", and left", "b": 1}': {"a": 'He said "no", and left', "b": 1},
    '{"a": "He said: "Yes"", "b": {"c": "x"}}': {"a": 'He said: "Yes"', "b": {"c": "x"}},
    '{"a": ["5" pipe", "x"]}': {"a": ['5" pipe', "x"]},
    '{"a": "x", "b": [1, 2,],}': {"a": "x", "b": [1, 2]},
    '{"a": "x",, "b": 1}': {"a": "x", "b": 1},
    '{"a": "x" "b": 1}': {"a": "x", "b": 1},
    '{"a": "x\\q", "b": undefined}': {"a": "xq", "b": None},
    '{"a": "x", "b": {"c": "y", "d": [1, ': {"a": "x", "b": {"c": "y", "d": [1]}},
}


@pytest.mark.parametrize("text", BROKEN)
def test_broken_json_is_read_as_far_as_it_can_be(text: str) -> None:
    assert read_json(text) == [BROKEN[text]]


@given(st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each)
                    | st.dictionaries(st.text(), each)))  # fmt: skip
def test_sound_json_is_read_as_it_stands(value: object) -> None:
    assert read_json(json.dumps(value)) == [value]


@given(st.text(alphabet='{}[]",:/*\\ab1 \n', max_size=60))
def test_nothing_raises(text: str) -> None:
    assert isinstance(read_json(text), list)
