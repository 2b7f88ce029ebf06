#!/usr/bin/env python3
"""Writes what the recipes show into each language, from bindings/texts.json. With --check it only compares.

A rule says what a page shows for an action (and kind) of a result: `code` the code box, `bank` a link to the bank,
`restart` a link to begin again, `other` a link to the other ways to pay. `wait` is how many seconds the button sleeps if
the service names no time.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = json.loads((ROOT / "bindings/texts.json").read_text(encoding="utf-8"))
LANGUAGES = ("tr", "en")
ORIGIN = "Written by scripts/texts.py from bindings/texts.json."


def rules():
    """Each as (action, kind, show, text, wait); the first that fits counts. Empty texts fit everything."""
    for rule in [*SOURCE["rules"], SOURCE["otherwise"]]:
        yield tuple(rule.get(name, "") for name in ("action", "kind", "show", "text")) + (rule.get("wait", 0),)


def without_url():
    return SOURCE["without_url"]["show"], SOURCE["without_url"]["text"]


def texts():
    for name, words in SOURCE["texts"].items():
        assert set(words) == set(LANGUAGES), f"{name} is not in every language"
        yield name, words


def quoted(text, quote="'"):
    assert "'" not in text and '"' not in text and "\\" not in text and "\n" not in text, text
    return f"{quote}{text}{quote}"


def php():
    rows = "".join("        [%s, %s, %s, %s, %d],\n" % (*map(quoted, rule[:4]), rule[4]) for rule in rules())
    words = ""
    for language in LANGUAGES:
        lines = "".join(f"            {quoted(name)} => {quoted(by[language])},\n" for name, by in texts())
        words += f"        '{language}' => [\n{lines}        ],\n"
    return f"""<?php

declare(strict_types=1);

namespace Paywall\\Shop;

/**
 * What a shop's page shows for each action, in Turkish and English.
 *
 * {ORIGIN}
 */
final class Texts
{{
    /** Action, kind, what to show, text, seconds; the first that fits counts, and '' fits everything. */
    public const RULES = [
{rows}    ];

    /** What to show and the text, if the bank's page has no address. */
    public const WITHOUT_URL = [{", ".join(map(quoted, without_url()))}];

    public const TEXTS = [
{words}    ];

    /** In the language that the page has, `tr-tr`, `tr_TR` or `en-gb`: Turkish, or else English. */
    public static function say(string $name, string $language): string
    {{
        return self::TEXTS[\\strncasecmp($language, 'tr', 2) === 0 ? 'tr' : 'en'][$name];
    }}
}}
"""


def python():
    def double(text):
        return quoted(text, '"')

    rows = "".join("    (%s, %s, %s, %s, %d),\n" % (*map(double, rule[:4]), rule[4]) for rule in rules())
    words = ""
    for language in LANGUAGES:
        lines = "".join(f"        {double(name)}: {double(by[language])},\n" for name, by in texts())
        words += f'    "{language}": {{\n{lines}    }},\n'
    return f'''"""What the page shows for each action, in Turkish and English. {ORIGIN}"""

#: Action, kind, what to show, text, seconds; the first that fits counts, and "" fits everything.
RULES = (
{rows})

#: What to show and the text, if the bank's page has no address.
WITHOUT_URL = ({", ".join(map(double, without_url()))})

TEXTS = {{
{words}}}


def say(name: str, language: str) -> str:
    """In the language that the page has, `tr`, `tr-tr` or `en`: Turkish, or else English."""
    return TEXTS["tr" if language.lower().startswith("tr") else "en"][name]
'''


def csharp():
    def double(text):
        return quoted(text, '"')

    rows = "".join(
        '            new[] { %s, "%d" },\n' % (", ".join(map(double, rule[:4])), rule[4]) for rule in rules()
    )
    words = "".join(
        f"            {{ {double(name)}, new[] {{ {double(by['tr'])}, {double(by['en'])} }} }},\n"
        for name, by in texts()
    )
    return f"""using System;
using System.Collections.Generic;

namespace Shop
{{
    /// <summary>What the page shows for each action, in Turkish and English.</summary>
    /// <remarks>{ORIGIN}</remarks>
    public static class PaywallTexts
    {{
        /// <summary>Action, kind, what to show, text, seconds; the first that fits counts, and "" fits everything.</summary>
        public static readonly string[][] Rules =
        {{
{rows}        }};

        /// <summary>What to show and the text, if the bank's page has no address.</summary>
        public static readonly string[] WithoutUrl = {{ {", ".join(map(double, without_url()))} }};

        private static readonly Dictionary<string, string[]> Texts = new Dictionary<string, string[]>
        {{
{words}        }};

        /// <summary>In the language that the page has, "tr-TR" or "en": Turkish, or else English.</summary>
        public static string Say(string name, string language)
        {{
            return Texts[name][language.StartsWith("tr", StringComparison.OrdinalIgnoreCase) ? 0 : 1];
        }}
    }}
}}
"""


WRITTEN = {
    "bindings/php/src/Shop/Texts.php": php,
    "bindings/python/src/paywall/contrib/django/texts.py": python,
    "bindings/dotnet/examples/PaywallTexts.cs": csharp,
}


def main():
    stale = []
    for name, write in WRITTEN.items():
        path, text = ROOT / name, write()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv[1:]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv[1:]:
        sys.exit(f"not as bindings/texts.json says (make texts): {', '.join(stale)}")


main()
