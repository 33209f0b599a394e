#!/usr/bin/env python3
"""Writes what a shell needs to complete apus-infer's options: infer_completions.py TOOL bash|zsh|fish

The other tools print theirs themselves. apus-infer has no argument parser that could, so that it starts at once; its help has all
that is needed.
"""

import re
import sys

import tool_help

TARGETS = ["x86-64", "x86-64-v3", "x86-64-v4", "arm64"]


def choices(option: tool_help.Option) -> list[str]:
    return TARGETS if "--target" in option.names else ["0"] if "--batch-dimension" in option.names else []


def takes_file(option: tool_help.Option) -> bool:
    return option.value is not None and "FILE" in option.value


def bash(options: list[tool_help.Option]) -> str:
    words = " ".join(name for option in options for name in option.names)
    cases = [f"        {name}) COMPREPLY=($(compgen -W '{' '.join(choices(option))}' -- \"$word\")); return ;;"
             for option in options if choices(option) for name in option.names]
    others = [name for option in options if option.value and not takes_file(option) and not choices(option)
              for name in option.names]
    cases.append(f"        {'|'.join(others)}) return ;;")
    return f"""# bash completion of apus-infer
_apus_infer() {{
    local word=${{COMP_WORDS[COMP_CWORD]}}
    case ${{COMP_WORDS[COMP_CWORD - 1]}} in
{chr(10).join(cases)}
    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W '{words}' -- "$word"))
    else
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "${{word##*=}}"))
    fi
}}
complete -F _apus_infer apus-infer
"""


def zsh(options: list[tool_help.Option]) -> str:
    def quoted(text: str) -> str:
        return re.sub(r"([\[\]:\\])", r"\\\1", text).replace("'", "'\\''")

    lines = []
    for option in options:
        action = ""
        if option.value:
            kind = f"({' '.join(choices(option))})" if choices(option) else "_files" if takes_file(option) else " "
            action = f":{quoted(option.value)}:{kind}"
        repeated = "*" if "more than once" in option.text or "NAME=FILE" in (option.value or "") else ""
        lines += [f"    '{repeated}{name}[{quoted(option.text)}]{action}'" for name in option.names]
    body = " \\\n".join(lines + ["    '*:file:_files'"])
    return f"#compdef apus-infer\n_arguments \\\n{body}\n"


def fish(options: list[tool_help.Option]) -> str:
    lines = []
    for option in options:
        names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
        value = ""
        if option.value:
            value = " -r" if takes_file(option) else " -x"
            if choices(option):
                value += f" -a '{' '.join(choices(option))}'"
        text = option.text.replace("\\", "\\\\").replace("'", "\\'")
        lines.append(f"complete -c apus-infer {names}{value} -d '{text}'")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    tool, shell = sys.argv[1:]
    writers = {"bash": bash, "zsh": zsh, "fish": fish}
    sys.stdout.write(writers[shell](tool_help.read(tool).options))
