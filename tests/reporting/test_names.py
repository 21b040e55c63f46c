"""Long names, and many."""

from support.hostile import NAMES

from aepipe.reporting.names import first_of, shortened


def test_a_short_name_is_whole_and_a_long_one_has_its_ends() -> None:
    assert shortened(["β-VAE, strict", "a convolutional network, variant A"], 20) == [
        "β-VAE, strict",
        "a convolution…iant A",
    ]


def test_names_that_differ_differ_when_they_are_short() -> None:
    assert shortened(["a" * 50 + "x" + "a" * 49, "b", "a" * 50 + "y" + "a" * 49], 10) == [
        "aaaaaa…aaa (0)",
        "b",
        "aaaaaa…aaa (2)",
    ]
    assert len(set(shortened(NAMES, 10))) == len(NAMES)


def test_a_name_is_at_most_as_wide_as_there_is_room_and_never_longer_than_a_line() -> None:
    assert shortened(["x" * 5000], 1e9)[0] == "x" * 66 + "…" + "x" * 33
    for most in range(1, 30):
        (short,) = shortened(["wide" * 10], most, lambda name: 2 * len(name))
        assert 2 * len(short) <= max(most, 8)


def test_many_names_are_counted() -> None:
    assert first_of(["a", "b"]) == "a, b"
    assert first_of([str(number) for number in range(1000)], 3) == "0, 1, 2, … (1,000 in all)"
