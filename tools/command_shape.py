"""Checks the shape of every command: buf build -o -#format=json | command_shape.py

A command is a message named …Request in a commands.proto. Its first fields are the same in every context (1 = the
aggregate's id, 2 = request_id, 3 = expected_version, 4 = validate_only), and nothing in it is a map or a floating point
number, because its fingerprint rests on one deterministic serialisation (docs/protocol.md, Answers).
"""
import json
import sys

FIRST_FIELDS = {
    1: (None, "TYPE_STRING"),
    2: ("request_id", "TYPE_STRING"),
    3: ("expected_version", "TYPE_INT64"),
    4: ("validate_only", "TYPE_BOOL"),
}
UNSTABLE = {"TYPE_FLOAT", "TYPE_DOUBLE"}


def messages_of(image):
    """Full name -> (file, message), nested ones too."""
    found = {}

    def add(prefix, file, message):
        name = f"{prefix}.{message['name']}"
        found[name] = (file, message)
        for nested in message.get("nestedType", []):
            add(name, file, nested)

    for file in image["file"]:
        for message in file.get("messageType", []):
            add("." + file.get("package", ""), file["name"], message)
    return found


def unstable_fields(name, messages, seen):
    """Paths of maps and floats in a message or in what it refers to."""
    if name in seen or name not in messages:
        return
    seen.add(name)
    message = messages[name][1]
    if message.get("options", {}).get("mapEntry"):
        yield f"{name} is a map"
    for field in message.get("field", []):
        if field["type"] in UNSTABLE:
            yield f"{name}.{field['name']} is a floating point number"
        if field["type"] == "TYPE_MESSAGE":
            yield from unstable_fields(field["typeName"], messages, seen)


def wrong_first_fields(name, message):
    fields = {field["number"]: field for field in message.get("field", [])}
    for number, (wanted, kind) in FIRST_FIELDS.items():
        field = fields.get(number)
        if field is None or field["type"] != kind or (wanted and field["name"] != wanted):
            yield f"{name}: field {number} must be {wanted or 'the id of the aggregate'}, {kind}"
    if 1 in fields and not fields[1]["name"].endswith(("_id", "sku")):
        yield f"{name}: field 1 must be the id of the aggregate, and is {fields[1]['name']}"
    if 3 in fields and not fields[3].get("proto3Optional"):
        yield f"{name}: expected_version must be optional, because 0 says that the aggregate must be new"


def faults_of(image):
    messages = messages_of(image)
    commands = {name: message for name, (file, message) in messages.items()
                if file.endswith("/commands.proto") and name.endswith("Request")}
    for name, message in sorted(commands.items()):
        yield from wrong_first_fields(name, message)
        yield from unstable_fields(name, messages, set())


def main():
    faults = list(faults_of(json.load(sys.stdin)))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
