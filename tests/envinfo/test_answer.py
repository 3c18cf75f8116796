"""An answer as JSON and back."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colab_magics.envinfo.gpu.answer import decode, encode
from colab_magics.envinfo.gpu.device import Found, Gpu, MigSlice, Processes
from colab_magics.envinfo.reading import Missing

texts = st.text(max_size=30)
missing = texts.map(Missing)
words, counts, flags = texts | missing, st.integers(0, 2**63) | missing, st.booleans() | missing
ratios = st.floats(0, 1e6) | missing
slices = st.builds(MigSlice, words, counts, counts, words)
gpus = st.builds(
    Gpu,
    st.integers(0, 99),
    words,
    vendor=texts,
    memory_total=counts,
    memory_used=counts,
    is_memory_shared=st.booleans(),
    utilization=ratios,
    temperature=counts,
    power=ratios,
    power_limit=ratios,
    clock=counts,
    clock_limit=counts,
    mig=words,
    slices=st.lists(slices, max_size=2).map(tuple),
    processes=st.builds(Processes, counts, counts, counts),
    is_visible=flags,
    uuid=words,
)
founds = st.builds(Found, st.lists(gpus, max_size=3).map(tuple), words, words)


@given(founds | missing)
def test_an_answer_comes_back_as_it_was(answer: Found | Missing) -> None:
    line = encode(answer)
    assert "\n" not in line
    assert decode(line) == decode(line.encode()) == answer


def test_the_identifier_is_in_it() -> None:
    assert decode(encode(Found((Gpu(0, "x", uuid="GPU-1"),)))).devices[0].uuid == "GPU-1"  # type: ignore[union-attr]
    assert "uuid" in {item.name for item in fields(Gpu)}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        "[]",
        "null",
        "7",
        '"missing"',
        "{}",
        "[" * 100_000,
        '{"missing": 7}',
        '{"missing": null}',
        '{"devices": 3, "driver": "", "cuda": ""}',
        '{"devices": [{}], "driver": "", "cuda": ""}',
        '{"devices": [], "driver": null, "cuda": ""}',
        '{"devices": [], "driver": {}, "cuda": ""}',
        '{"devices": [], "driver": ""}',
        json.dumps({**json.loads(encode(Found((Gpu(0, "x"),)))), "devices": [{"index": 0, "color": "red"}]}),
    ],
)
def test_anything_else_is_refused(line: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(line)
