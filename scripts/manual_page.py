#!/usr/bin/env python3
"""Writes a tool's manual page, from what the tool says of itself: manual_page.py TOOL OTHER... > TOOL.1

The others are the names of pages to see also.
"""

import sys

import tool_help


def escaped(text: str) -> str:
    """Text as troff takes it: hyphens are those of a command line, and no line is a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.splitlines())


def page(tool: tool_help.Help, version: str, others: list[str]) -> str:
    lines = [f'.TH {tool.name.upper()} 1 "" "Apus {version}" "Apus"', ".SH NAME"]
    lines.append(f"{escaped(tool.name)} \\- {escaped(tool.summary.rstrip('.'))}")
    lines.append(".SH SYNOPSIS")
    for usage in tool.usage:
        name, _, rest = usage.partition(" ")
        lines += [f".B {escaped(name)}", escaped(rest), ".br"]
    lines.append(".SH DESCRIPTION")
    for paragraph in tool.paragraphs:
        lines += [".PP", escaped(paragraph)]
    for section in tool.sections:
        lines.append(f'.SH "{escaped(section.title.upper())}"')
        for option in section.options:
            names = ", ".join(f"\\fB{escaped(name)}\\fR" for name in option.names)
            value = f"\\fI{escaped(option.value)}\\fR" if option.value else ""
            lines += [".TP", " ".join(filter(None, [names, value])), escaped(option.text)]
            if option.choices:
                lines.append(f"One of {escaped(', '.join(option.choices))}.")
    lines += [
        ".SH EXIT STATUS",
        "0, 1 where the work failed, and 64 where the tool was called in a wrong way.",
        ".SH SEE ALSO",
    ]
    lines += [f".BR {escaped(other)} (1){',' if other != others[-1] else ''}" for other in others]
    return "\n".join(line for line in lines if line) + "\n"


if __name__ == "__main__":
    path, *others = sys.argv[1:]
    sys.stdout.write(page(tool_help.read(path), tool_help.version(path), others))
