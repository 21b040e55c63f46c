"""That files of settings are refused by their name, line and key, where they can't be read or mislead."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.workflow_runs import ROOT

from aepipe.config.files import check_file, check_overlays
from aepipe.errors import ConfigurationError


def refusal(path: Path, content: bytes) -> str:
    """What is said of a file with this content, without its path."""
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        check_file(str(path))
    lines = str(refused.value).split("\n")
    assert all(line.startswith(str(path)) for line in lines)
    return "\n".join(line.removeprefix(str(path)) for line in lines)


#: A few hundred bytes that stand for gigabytes.
LAUGHS = "a0: &a0 [ha]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        # no text, or no settings
        (b"# k\xe4se\n", " can't be read: line 1: the byte 0xe4 is not UTF-8; save it as UTF-8"),
        ("a: 1\n".encode("utf-16"), " can't be read: line 1: the byte 0xff is not UTF-8; save it as UTF-8"),
        (b"a: 1\nb\0: 2", " can't be read: line 2: the character '\\x00' is not allowed; remove it"),
        (b"", " can't be read: it is empty; expected keys at top level, such as training: {epochs: 20}"),
        (b"- training\n", " can't be read: it is a list; expected keys at top level"),
        (b"42\n", " can't be read: it is a single value; expected keys at top level"),
        (b"x" * 300_000, " can't be read: it has more than 200,000 bytes; is it another file?"),
        # no YAML
        (
            b"a:\n\tb: 1\n",
            " can't be read: line 2, column 1: found character '\\t' that cannot start any token; indent",
        ),
        (b"a: {b: [c\n", " can't be read: line 2, column 1: expected ',' or ']', but got '<stream end>'"),
        (
            b"a: 1\n---\nb: 2\n",
            " line 2, column 1: but found another document, and settings are one; remove this ---",
        ),
        (b"a: *b\n", " can't be read: line 1, column 4: found undefined alias 'b'"),
        (b"a: !!python/object:os.system {}\n", " can't be read: line 1, column 4: could not determine a constructor"),
        (b"? {a: 1}\n: 2\n", " can't be read: line 1, column 3: found unhashable key"),
        (b"a: {day: 2024-13-45}\n", ", line 1: a.day: YAML takes this for type timestamp, and can't read it; correct"),
        (b"a: " + b"9" * 5000, ", line 1: a: YAML takes this for type int, and can't read it; correct it, or put it"),
        # blocks in blocks
        (b"a: " + b"[" * 60 + b"]" * 60, ", line 1: more than 50 blocks or lists are inside each other; write fewer"),
        (b"a: " + b"[" * 500 + b"]" * 500, "more than 50 blocks or lists are inside each other; write fewer"),
        (b"a: &a [*a]\n", ", line 1: a.0 contains itself, through an alias (*); write out what it should contain"),
        (b"a:\n  &a {b: *a}\n", ", line 2: a.b contains itself, through an alias (*); write out what it should"),
        (LAUGHS.encode(), ", line 1: aliases (*) repeat blocks to more than 100,000 values; write out what is needed"),
        # misleading
        (b"a: 1\nb: {c: 1,\n c: 2}\n", ", line 3: b.c is given twice, first in line 2; keep one of them"),
        (b'{"a": 1, "a": 2}', ", line 1: a is given twice, first in line 1; keep one of them"),
        (b"a: 010\n", ", line 1: a: YAML reads 010 as 8; write a decimal number, or put it in quotes"),
        (b"a: 1:30\n", ", line 1: a: YAML reads 1:30 as 90; write a decimal number, or put it in quotes"),
        (b"a: [2, 1:30.5]\n", ", line 1: a.1: YAML reads 1:30.5 as 90.5; write a decimal number, or put it in quotes"),
        (b"a: 0x10\n", ", line 1: a: YAML reads 0x10 as 16; write a decimal number, or put it in quotes"),
        (b"a: 0x" + b"f" * 5000, f", line 1: a: YAML reads 0x{'f' * 48} as a large number; write a decimal number"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name_and_the_reason(
    content: bytes, message: str, tmp_path: Path
) -> None:
    assert message in refusal(tmp_path / "x.yaml", content)


def test_every_problem_of_a_file_has_a_line(tmp_path: Path) -> None:
    assert refusal(tmp_path / "x.yaml", b"a: 010\na: 1\nb: [0x1, 3]\n").count("\n") == 2


@pytest.mark.parametrize("name", ["missing.yaml", "", "a\0b", "x" * 5000])
def test_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read: "):
        check_file(f"{tmp_path}/{name}")


@pytest.mark.parametrize(
    "content",
    [
        (ROOT / "config.yaml").read_bytes(),
        (ROOT / "tests/support/tiny.yaml").read_bytes(),
        b'{\n\t"training": {"epochs": 2}}',
        b"\xef\xbb\xbftraining: {epochs: 2}\r\n",
        b"a: &a {b: 1}\nc: &c {<<: *a, b: 2}\nd: {<<: *c, b: 3}\n",
        b"a: [0, -1, 0.5, 1e-3, 1.0e-3, .inf, '010', \"1:30\", no, 2024-01-31, 1_000]\n",
    ],
)
def test_a_file_that_says_what_it_means_is_accepted(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(content)
    check_file(str(tmp_path / "x.yaml"))


def test_a_refusal_takes_neither_long_nor_much_memory(tmp_path: Path) -> None:
    texts = {"deep": "a: " + "[" * 100_000, "laughs": LAUGHS, "binary": "\x01" * 200_000, "long": "a: " + "9" * 190_000}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    code = (
        "import sys, time; from aepipe.config.files import check_file; from aepipe.provenance.jobs import peak_memory\n"
        "for path in sys.argv[1:]:\n"
        "    start = time.process_time()\n"
        "    try: check_file(path)\n"
        "    except Exception as error: print(type(error).__name__, time.process_time() - start)\n"
        "print('MB', peak_memory())\n"
    )
    run = [sys.executable, "-c", code, *(str(tmp_path / name) for name in texts)]
    *refused, (_, memory) = map(str.split, subprocess.check_output(run, text=True).splitlines())
    assert [name for name, _ in refused] == ["ConfigurationError"] * len(texts)
    assert max(float(seconds) for _, seconds in refused) < 5
    assert int(memory) < 300


def test_overlays_are_found_where_snakemake_finds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_bytes(b"training: {epochs: 2}\n")
    Path("bad.yaml").write_bytes(b"training: {epochs: 010}\n")
    check_overlays(["digits", "--config", "seeds=010", "--configfile", "good.yaml", "-n"])
    check_overlays(["--configfile=good.yaml", "bad.yaml"])  # a target
    for words in (["--configfile", "good.yaml", "bad.yaml"], ["--configfiles", "bad.yaml", "-c1"]):
        with pytest.raises(SystemExit, match=r"^bad.yaml, line 1: training.epochs: YAML reads 010 as 8"):
            check_overlays(words)
    with pytest.raises(SystemExit, match="digits can't be read: there is no such file; give files of settings after"):
        check_overlays(["--configfile", "good.yaml", "digits"])


@pytest.mark.parametrize("setting", ["training", "training.epochs=3", "1=2", "=3"])
def test_a_setting_of_the_command_line_is_a_key_and_a_value(setting: str) -> None:
    with pytest.raises(SystemExit, match=r"--config .*: expected key=value, with a first-level key, as in 'training="):
        check_overlays(["digits", "--config", "a={b: 3}", setting, "-n"])
