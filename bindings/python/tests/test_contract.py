"""The words, options and members of this package, against the description that all languages share."""

import ast
import inspect
import json
import os
from pathlib import Path
from typing import Any, Dict, List

import pytest

import paywall
from paywall import _ffi, _options, _outcome

SHARED = Path(__file__).resolve().parents[3] / "tests" / "contract.json"
CONTRACT = json.loads(Path(os.environ.get("PAYWALL_CONTRACT") or SHARED).read_text(encoding="utf-8"))
OPTIONS: List[Dict[str, Any]] = CONTRACT["options"]
REQUIRED = [option["name"] for option in OPTIONS if option["required"]]
NUMBERS = [option for option in OPTIONS if option["default"] is not None]
# The description leaves these out: `headers` stands for every `header.<Name>`, the other two are Python's own.
OWN_OPTIONS = ["headers", "on_abandoned", "logger"]


def names_of(described: List[Dict[str, Any]]) -> List[str]:
    return [each["name"] for each in described]


@pytest.mark.parametrize(
    ("constants", "words"),
    [
        (paywall.Action, CONTRACT["actions"]),
        (paywall.Kind, CONTRACT["kinds"]),
        (paywall.Status, names_of(CONTRACT["statuses"])),
        (paywall.TokenState, CONTRACT["token_states"]),
    ],
    ids=["actions", "kinds", "statuses", "token states"],
)
def test_every_word_has_its_constant_and_there_is_no_other(constants: type, words: List[str]) -> None:
    found = {name: word for name, word in vars(constants).items() if not name.startswith("_")}
    assert found == {word.upper(): word for word in words}


def test_a_status_is_found_by_its_number() -> None:
    numbers = {status["number"]: status["name"] for status in CONTRACT["statuses"]}
    assert dict(enumerate(_outcome.NAMES)) == numbers


def test_this_package_accepts_the_interface() -> None:
    assert CONTRACT["abi"]["major"] == _ffi.ABI_MAJOR
    assert CONTRACT["abi"]["minor"] >= _ffi.ABI_MINOR


@pytest.mark.parametrize(
    ("members", "described"),
    [
        (paywall.ResendResult, "document"),
        (paywall.ErrorInfo, "error"),
        (paywall.Transport, "transport"),
    ],
    ids=["result", "error", "transport"],
)
def test_a_result_has_the_members_of_the_document(members: Any, described: str) -> None:
    found = sorted(inspect.signature(members).parameters)
    assert found == sorted(CONTRACT["members"][described])


def test_a_client_takes_the_options_by_name_and_leaves_every_default_to_the_library() -> None:
    _self, *parameters = inspect.signature(paywall.Client.__init__).parameters.values()
    assert [parameter.name for parameter in parameters] == names_of(OPTIONS) + OWN_OPTIONS
    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}
    assert {parameter.default for parameter in parameters} == {None}
    assert list(_options.NAMES) == names_of(OPTIONS)


def test_type_checkers_know_the_same_options() -> None:
    # They are declared only for type checkers, so they do not exist at run time.
    tree = ast.parse(Path(_options.__file__).read_text(encoding="utf-8"))
    [declared] = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == "Options"]
    names = [node.target.id for node in declared.body if isinstance(node, ast.AnnAssign) and hasattr(node.target, "id")]
    assert names == names_of(OPTIONS) + OWN_OPTIONS


@pytest.mark.parametrize("option", OPTIONS, ids=names_of(OPTIONS))
def test_an_option_has_its_variable(option: Dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for other in OPTIONS:
        monkeypatch.delenv(other["variable"], raising=False)
    monkeypatch.setenv(option["variable"], "x")
    assert _options.from_environment() == {option["name"]: "x"}


@pytest.mark.parametrize("option", NUMBERS, ids=names_of(NUMBERS))
def test_an_option_with_a_default_takes_whole_numbers(option: Dict[str, Any], options: Dict[str, Any]) -> None:
    name, least, most = option["name"], option["least"], option["most"]
    for good in (least, option["default"], most, str(most), None):
        paywall.Client(**{**options, name: good}).close()
    for bad in (least - 1, most + 1):
        with pytest.raises(paywall.InvalidArgumentError) as caught:
            paywall.Client(**{**options, name: bad})
        assert caught.value.code == name


def test_only_options_with_a_default_take_whole_numbers(options: Dict[str, Any]) -> None:
    for name in set(names_of(OPTIONS)) - set(names_of(NUMBERS)):
        with pytest.raises(paywall.InvalidArgumentError, match=f"{name}: must be a str, not int"):
            paywall.Client(**{**options, name: 1})


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_option_is_required(name: str, options: Dict[str, Any]) -> None:
    with pytest.raises(paywall.InvalidArgumentError) as caught:
        paywall.Client(**{**options, name: None})
    assert caught.value.code == name


@pytest.mark.parametrize("name", ["retries", "timeout", "TIMEOUT_MS", "header.X-Shop"])
def test_an_unknown_option_is_refused(name: str, options: Dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        paywall.Client(**options, **{name: "1"})
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        paywall.Client.from_env(**options, **{name: "1"})
