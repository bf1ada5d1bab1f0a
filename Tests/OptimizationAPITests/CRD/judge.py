"""Judges objects as a Kubernetes API server does that knows nothing but a CustomResourceDefinition.

Reads from standard input: {"crd": <CustomResourceDefinition>, "cases": [{"object": …, "old": <object or absent>}]}.
Writes a list with one entry a case: {"errors": ["path: message", …], "spec": <as it would be stored>}.

It does what the API server does, in its order: prune, default, check the structural schema, evaluate the CEL rules (those
with `oldSelf` only on updates). Needs `cel-python`. With `--check` it only says whether that can be imported.
"""

import json
import math
import re
import sys

try:
    import celpy
    from celpy import celtypes
except ImportError as error:
    sys.exit(f"cel-python is missing: {error}")

INT_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}


def prune(value, schema):
    """Drops unknown members, and nulls of members that cannot be null."""
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        additional = schema.get("additionalProperties")
        keeps_all = schema.get("x-kubernetes-preserve-unknown-fields", False)
        result = {}
        for key, member in value.items():
            member_schema = properties.get(key, additional)
            if member_schema is None:
                if keeps_all:
                    result[key] = member
            elif member is not None or "default" in member_schema:
                result[key] = prune(member, member_schema)
        return result
    if isinstance(value, list):
        return [prune(item, schema.get("items", {})) for item in value]
    return value


def default(value, schema):
    """Fills in defaults; a null with a default counts as absent."""
    if isinstance(value, dict):
        for key, member in schema.get("properties", {}).items():
            if value.get(key) is None and "default" in member:
                value[key] = json.loads(json.dumps(member["default"]))
            if key in value:
                value[key] = default(value[key], member)
    elif isinstance(value, list):
        return [default(item, schema.get("items", {})) for item in value]
    return value


def is_whole(value):
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def check(value, schema, path, errors):
    """The structural schema's value validations."""

    def report(message, at=path):
        errors.append(f"{at}: {message}")

    kind = schema.get("type")
    if kind == "integer":
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not is_whole(value):
            return report("must be of type integer")
        low, high = INT_RANGES[schema["format"]]
        if not low <= value <= high:
            return report(f"must be of format {schema['format']}")
    elif kind in TYPES and not isinstance(value, TYPES[kind]):
        return report(f"must be of type {kind}")
    if "enum" in schema and value not in schema["enum"]:
        report("unsupported value")
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        if value < schema.get("minimum", value):
            report(f"should be greater than or equal to {schema['minimum']}")
        if value > schema.get("maximum", value):
            report(f"should be less than or equal to {schema['maximum']}")
    elif isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            report("too short or too long")
        # Go's `$` is the end of the text, Python's also the line end before it.
        if "pattern" in schema and not re.search(re.sub(r"\$$", r"\\Z", schema["pattern"]), value):
            report("does not match the pattern")
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            report("too few or too many items")
        keys = schema.get("x-kubernetes-list-map-keys")
        if schema.get("x-kubernetes-list-type") == "set" or keys:
            seen = []
            for index, item in enumerate(value):
                identity = [item.get(key) for key in keys] if keys and isinstance(item, dict) else item
                if identity in seen:
                    report("duplicate value", f"{path}[{index}]")
                seen.append(identity)
        for index, item in enumerate(value):
            check(item, schema.get("items", {}), f"{path}[{index}]", errors)
    elif isinstance(value, dict):
        for key in schema.get("required", []):
            if key not in value:
                report("required", join(path, key))
        for key, member in value.items():
            member_schema = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if member_schema is not None:
                check(member, member_schema, join(path, key), errors)


def join(path, key):
    return f"{path}.{key}" if path else key


def to_cel(value, schema):
    """A value as CEL sees it: numbers by their schema, lists of type set and map without an order."""
    if isinstance(value, bool):
        return celtypes.BoolType(value)
    if isinstance(value, int):
        return celtypes.IntType(value)
    if isinstance(value, float):
        if schema.get("type") == "integer":
            raise ValueError("invalid data, expected int, got float64")
        return celtypes.DoubleType(value)
    if isinstance(value, str):
        return celtypes.StringType(value)
    if isinstance(value, list):
        keys = schema.get("x-kubernetes-list-map-keys")
        if keys:
            value = sorted(value, key=lambda item: [str(item.get(key)) for key in keys])
        elif schema.get("x-kubernetes-list-type") == "set":
            value = sorted(value, key=str)
        return celtypes.ListType([to_cel(item, schema.get("items", {})) for item in value])
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        additional = schema.get("additionalProperties", {})
        members = {
            celtypes.StringType(key): to_cel(member, properties.get(key, additional)) for key, member in value.items()
        }
        return celtypes.MapType(members)
    return None


def to_double(value):
    """Go's conversion: a text beyond the largest double is an error, not infinity."""
    number = celtypes.DoubleType(float(value))
    if isinstance(value, str) and math.isinf(number):
        return celpy.CELEvalError("type conversion error from 'string' to 'double'")
    return number


ENVIRONMENT = celpy.Environment()
PROGRAMS = {}


def program(rule):
    if rule not in PROGRAMS:
        # `namespace` is reserved in this parser's grammar; Kubernetes lets rules select it.
        text = rule.replace("self.namespace", 'self["namespace"]')
        text = re.sub(r'has\(self\["(\w+)"\]\)', r'("\1" in self)', text)
        PROGRAMS[rule] = ENVIRONMENT.program(ENVIRONMENT.compile(text), functions={"double": to_double})
    return PROGRAMS[rule]


ABSENT = object()


def evaluate(value, old, schema, path, errors):
    """The CEL rules of a value and all below it."""
    for validation in schema.get("x-kubernetes-validations", []):
        is_transition = re.search(r"\boldSelf\b", validation["rule"])
        if is_transition and old is ABSENT:
            continue
        try:
            activation = {"self": to_cel(value, schema)}
            if is_transition:
                activation["oldSelf"] = to_cel(old, schema)
            holds = bool(program(validation["rule"]).evaluate(activation))
            message = validation["message"]
        except (celpy.CELEvalError, ValueError, TypeError) as error:
            holds, message = False, f"{error} evaluating rule: {validation['message']}"
        if not holds:
            errors.append(f"{path}{validation.get('fieldPath', '')}".lstrip(".") + f": {message}")
    if isinstance(value, dict):
        for key, member in value.items():
            member_schema = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if member_schema is not None:
                before = old.get(key, ABSENT) if isinstance(old, dict) else ABSENT
                evaluate(member, before, member_schema, join(path, key), errors)
    elif isinstance(value, list):
        keys = schema.get("x-kubernetes-list-map-keys")
        for index, item in enumerate(value):
            before = ABSENT
            if keys and isinstance(old, list) and isinstance(item, dict):
                same = [other for other in old if all(other.get(key) == item.get(key) for key in keys)]
                before = same[0] if same else ABSENT
            evaluate(item, before, schema.get("items", {}), f"{path}[{index}]", errors)


def stored(value, schema):
    metadata = value.get("metadata")
    pruned = prune(value, schema)
    pruned["metadata"] = metadata
    return default(pruned, schema)


def judge(case, schema):
    value = stored(case["object"], schema)
    old = stored(case["old"], schema) if case.get("old") is not None else ABSENT
    errors = []
    check(value, schema, "", errors)
    if not errors:
        evaluate(value, old, schema, "", errors)
    return {"errors": errors, "spec": value.get("spec")}


def main():
    if "--check" in sys.argv:
        return
    request = json.load(sys.stdin)
    schema = request["crd"]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    json.dump([judge(case, schema) for case in request["cases"]], sys.stdout)


if __name__ == "__main__":
    main()
