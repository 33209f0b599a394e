"""Checks the manifests against the models that KServe and Kubernetes publish with their packages for Python: every field must be one of
theirs and of its type, and none that is required may be missing. Options of apus-serve must be such. systemd checks its unit itself."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import kserve
import kubernetes.client
import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent
PROGRAM = pathlib.Path(os.environ.get("APUS_SERVE_PROGRAM", DEPLOY.parent / ".build/release/apus-serve"))
KINDS = {
    ("serving.kserve.io/v1alpha1", "ServingRuntime"): kserve.V1alpha1ServingRuntime,
    ("serving.kserve.io/v1beta1", "InferenceService"): kserve.V1beta1InferenceService,
    ("apps/v1", "Deployment"): kubernetes.client.V1Deployment,
    ("v1", "Service"): kubernetes.client.V1Service,
}
PLAIN = {"str": str, "int": int, "bool": bool, "float": float}


class Wrong(Exception):
    pass


def model(name):
    found = getattr(kserve, name, None) or getattr(kubernetes.client, name, None)
    if found is None:
        raise Wrong(f"there is no model {name}")
    return found


def check(value, kind, path):
    """Raises Wrong where a value is not of a kind, which is a name as the models have it."""
    if match := re.fullmatch(r"[Ll]ist\[(.*)\]", kind):
        if not isinstance(value, list):
            raise Wrong(f"{path} is no list")
        for number, element in enumerate(value):
            check(element, match[1], f"{path}[{number}]")
    elif match := re.fullmatch(r"[Dd]ict[(\[]str, (.*)[)\]]", kind):
        if not isinstance(value, dict):
            raise Wrong(f"{path} has no members")
        for name, element in value.items():
            check(element, match[1], f"{path}.{name}")
    elif kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or kind == "int" and isinstance(value, bool):
            raise Wrong(f"{path} is {value!r}, and no {kind}")
    elif kind in ("object", "IntOrString", "ResourceQuantity"):
        if isinstance(value, (dict, list)) and kind != "object":
            raise Wrong(f"{path} is {value!r}, and no {kind}")
    else:
        check_model(value, model(kind), path)


def check_model(value, kind, path):
    if not isinstance(value, dict):
        raise Wrong(f"{path} has no members")
    fields = {given: name for name, given in kind.attribute_map.items()}
    arguments = {}
    for given, element in value.items():
        if given not in fields:
            raise Wrong(f"{path} has no field {given}; {kind.__name__} has {', '.join(sorted(fields))}")
        check(element, kind.openapi_types[fields[given]], f"{path}.{given}")
        arguments[fields[given]] = element
    try:
        kind(**arguments)
    except ValueError as error:
        raise Wrong(f"{path}: {error}") from error


def check_options(arguments, known, path):
    for argument in arguments:
        if argument.startswith("--") and argument.split("=")[0] not in known:
            raise Wrong(f"{path}: apus-serve has no option {argument}")


def documents():
    for file in sorted(DEPLOY.glob("*/*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            yield file.relative_to(DEPLOY), document


def containers(value):
    """The arguments of all containers."""
    if isinstance(value, dict):
        if "image" in value:
            yield value.get("args", [])
        for element in value.values():
            yield from containers(element)
    elif isinstance(value, list):
        for element in value:
            yield from containers(element)


def main():
    help_text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"--[a-z-]+", help_text))
    for file, document in documents():
        kind = KINDS[document["apiVersion"], document["kind"]]
        check_model(document, kind, str(file))
        for arguments in containers(document):
            check_options(arguments, known, str(file))
        print(f"{file}: {document['kind']} is right")
    # A check that finds nothing is none.
    for wrong in ({"spec": {"predictor": {"modle": {}}}}, {"spec": {"predictor": {"minReplicas": "1"}}}, {"spec": {}}):
        try:
            check_model(wrong, kserve.V1beta1InferenceService, "wrong")
        except Wrong:
            continue
        raise SystemExit(f"the check passes over what is wrong: {wrong}")
    unit = DEPLOY / "systemd/apus-serve.service"
    for line in (DEPLOY / "Dockerfile", unit):
        options = re.findall(r"(?<=[ \"])--(?:host|repository|log-format|port|grpc-port)\b", line.read_text())
        check_options(options, known, line.name)
    if shutil.which("systemd-analyze"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--recursive-errors=no", unit], capture_output=True, text=True)
        # That the program isn't installed here is no fault of the unit.
        told = [line for line in done.stderr.splitlines() if "is not executable" not in line]
        if told:
            raise SystemExit("\n".join(told))
        print("systemd/apus-serve.service: is right")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Wrong as error:
        sys.exit(f"deploy: {error}")
