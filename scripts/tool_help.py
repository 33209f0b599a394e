"""What a tool says of itself, as data: of the tools with Swift's argument parser from its JSON, of apus-infer from its help text."""

import dataclasses
import json
import re
import subprocess


@dataclasses.dataclass
class Option:
    """An option or an argument: its names, what follows it, and what it means."""

    names: list[str]
    value: str | None
    text: str
    choices: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Section:
    title: str
    options: list[Option]


@dataclasses.dataclass
class Help:
    name: str
    summary: str
    paragraphs: list[str]
    usage: list[str]
    sections: list[Section]

    @property
    def options(self) -> list[Option]:
        return [option for section in self.sections for option in section.options if option.names]


def read(path: str) -> Help:
    """The help of the tool at a path."""
    if path.rsplit("/", 1)[-1] == "apus-infer":
        return _from_text(_output(path, "--help"))
    return _from_json(json.loads(_output(path, "--experimental-dump-help"))["command"], _output(path, "--help"))


def version(path: str) -> str:
    """`0.1.0`"""
    return _output(path, "--version").split()[-1]


def _output(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def _from_json(command: dict, text: str) -> Help:
    sections: dict[str, Section] = {}
    for argument in command["arguments"]:
        if not argument.get("shouldDisplay", True):
            continue
        is_argument = argument["kind"] == "positional"
        title = argument.get("sectionTitle") or ("arguments" if is_argument else "options")
        names = [
            ("-" if name["kind"] == "short" else "--") + name["name"]
            for name in sorted(argument.get("names", []), key=lambda name: name["kind"] != "short")
        ]
        value = argument.get("valueName") if argument["kind"] != "flag" else None
        meaning = argument.get("abstract", "")
        if default := argument.get("defaultValue"):
            meaning += f" (default: {default})"
        option = Option(names, value, " ".join(meaning.split()), argument.get("allValues", []))
        sections.setdefault(title, Section(title, [])).options.append(option)
    usage = re.search(r"^USAGE: (.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    return Help(
        command["commandName"],
        command.get("abstract", ""),
        command.get("discussion", "").split("\n\n"),
        [" ".join(usage.group(1).split())] if usage else [],
        list(sections.values()),
    )


def _from_text(text: str) -> Help:
    head, *parts = text.strip().split("\n\n")
    usage = [line.removeprefix("usage:").strip() for line in head.splitlines()]
    paragraphs: list[str] = []
    sections: list[Section] = []
    for part in parts:
        lines = part.splitlines()
        if not lines[0].endswith(":") and not lines[0].startswith(" "):
            # Each page says it for all tools.
            if not part.startswith("Exit status"):
                paragraphs.append(" ".join(part.split()))
            continue
        title = lines.pop(0).removesuffix(":") if lines[0].endswith(":") else "about"
        sections.append(Section(title, [_option(line) for line in lines]))
    return Help("apus-infer", paragraphs[0].split(":")[0] + ".", paragraphs, usage, sections)


def _option(line: str) -> Option:
    words, text = re.split(r"\s{2,}", line.strip(), maxsplit=1)
    names = re.findall(r"(?:^|[ ,])(--?[a-z][a-z-]*)", words)
    value = words.split(names[-1], 1)[1].strip() or None
    return Option(names, value, text)
