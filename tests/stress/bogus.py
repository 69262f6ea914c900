"""Everything wrong that a field, a body, a parameter or a field of the head can be."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import jsonschema_rs

MIB = 1 << 20
PLACE = "@PLACE@"

# Well-formed JSON of every type, as written.
OF_EVERY_TYPE = ["null", "true", "false", "0", "-0", "-0.0", "1", "-1", "0.5", "1e3", "1e-400", "1e400", "-1e400",
                 str(2**53), str(2**63), str(2**64),
                 "-" + str(2**63 + 1), "1" + "0" * 40, "0." + "3" * 400, '""', '" "', '"\\t\\n"', '"a"', '"0"', '"1"',
                 '"true"', '"null"',
                 "[]", "[null]", "[1]", '["a"]', "[[[[[[[[]]]]]]]]", "{}", '{"a": 1}', '{"$ne": null}', '{"$ref": "#"}']
# Text of every kind. Where the schema allows it, it must do no harm.
OF_EVERY_TEXT = ["' OR 1=1 --", "'; DROP TABLE posts; --", "%s%n%x", "../../etc/passwd", "<script>alert(1)</script>",
                 "${jndi:ldap://x}", "\u202egnp",
                 "a\u0301" * 50, "\ufeff", "\ufffe\uffff", "😀", "𒐫" * 20, "\u0085", "ada\n", "ADA ", "-", "_" * 20, "İ",
                 "ß", "a" * 33, "null", "up ",
                 "\x7f", "http://", "http://[::1", "javascript:alert(1)", "http://a b", "@", "a@", "@b", "a@@b.c",
                 "2020-13-45T99:99:99Z"]
# Not JSON, or not such as is read: in the place of a field's value.
UNREADABLE = {
    "invalid UTF-8": b'"\xff"', "cut off UTF-8": b'"\xf0\x9f\x98"', "overlong": b'"\xc0\xaf"',
    "overlong NUL": b'"\xc0\x80"', "surrogate as UTF-8": b'"\xed\xa0\xbd"',
    "CESU-8": b'"\xed\xa0\xbd\xed\xb8\x80"', "beyond the last code point": b'"\xf4\x90\x80\x80"',
    "Latin-1": "\"é\"".encode("latin-1"),
    "lone high surrogate": b'"\\ud83d"', "lone low surrogate": b'"\\ude00"',
    "surrogates the wrong way": b'"\\ude00\\ud83d"', "surrogate before text": b'"\\ud83dA"',
    "escaped NUL": b'"a\\u0000b"', "raw NUL": b'"a\0b"', "raw line end": b'"a\nb"', "raw escape": b'"a\x1bb"',
    "unknown escape": b'"\\x41"', "short escape": b'"\\u41"',
    "NaN": b"NaN", "Infinity": b"Infinity", "-Infinity": b"-Infinity", "leading zero": b"01", "plus": b"+1",
    "no digit before": b".5",
    "no digit behind": b"1.", "no exponent": b"1e", "hexadecimal": b"0x10", "underscores": b"1_000", "True": b"True",
    "undefined": b"undefined",
    "single quotes": b"'a'", "no quotes": b"ada", "no value": b"", "two values": b'"a" "b"', "comment": b'/* */ "a"',
    "cut off": b'"a', "33 deep": b"[" * 33 + b"]" * 33,
    "33 objects deep": b'{"a":' * 33 + b"1" + b"}" * 33, "100,000 deep": b"[" * 100_000,
    "100,000 deep and back": b"[" * 100_000 + b"]" * 100_000,
    "comma at the end": b'["a",]', "colon in a list": b'["a": 1]',
}


@dataclass(frozen=True)
class Case:
    name: str
    body: bytes
    pointer: str


@dataclass(frozen=True)
class Field:
    """A place in a body: `whole` has PLACE in it."""

    pointer: str
    schema: dict
    whole: object
    name: str | None

    def with_value(self, written: bytes) -> bytes:
        return json.dumps(self.whole).encode().replace(f'"{PLACE}"'.encode(), written, 1)


def fields(schema: dict, value, pointer: str = "", rebuild=lambda value: value,
           name: str | None = None) -> Iterator[Field]:
    """Every place in a body, those in its lists and objects too."""
    yield Field(pointer, schema, rebuild(PLACE), name)
    for member, described in schema.get("properties", {}).items():
        inner = value.get(member) if isinstance(value, dict) else None
        yield from fields(described, inner, f"{pointer}/{member}", lambda new, m=member: rebuild({**value, m: new}),
                          member)
    if "items" in schema:
        yield from fields(schema["items"], value[0], f"{pointer}/0", lambda new: rebuild([new]))


def sizes(schema: dict) -> Iterator[str]:
    """At the bounds and far beyond, as written."""
    if "maxLength" in schema or "pattern" in schema:
        most = schema.get("maxLength", 32)
        for size in {0, most, most + 1, max(0, schema.get("minLength", 0) - 1), 1000, MIB - 2000}:
            yield json.dumps("a" * size)
        for size in (most, most + 1):
            yield json.dumps("é" * size, ensure_ascii=False)
            yield json.dumps("😀" * size)
    yield from map(json.dumps, schema.get("enum", []))
    if "maximum" in schema:
        yield from map(str, (schema["minimum"] - 1, schema["minimum"], schema["maximum"], schema["maximum"] + 1,
                             schema["maximum"] + 0.5))
    if "maxItems" in schema:
        yield json.dumps([0] * (schema["maxItems"] + 1))
        yield json.dumps([None] * 100_000)


def is_valid(schema: dict, written: str) -> bool:
    value = json.loads(written)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return False  # No field is a number of any size.
    return jsonschema_rs.validator_for(schema, validate_formats=False).is_valid(value)


def values(field: Field) -> tuple[list[Case], list[Case]]:
    """Those that the schema forbids, and the others."""
    forbidden, allowed = [], []
    for written in [*OF_EVERY_TYPE, *(json.dumps(text, ensure_ascii=False) for text in OF_EVERY_TEXT),
                    *sizes(field.schema)]:
        case = Case(f"{field.pointer} = {written[:60]}", field.with_value(written.encode()), field.pointer)
        (allowed if is_valid(field.schema, written) else forbidden).append(case)
    return forbidden, allowed


def unreadable(field: Field) -> Iterator[Case]:
    for name, written in UNREADABLE.items():
        if name == "no value" and field.name is None:
            continue  # A list may be empty.
        yield Case(f"{field.pointer} with {name}", field.with_value(written), field.pointer)
    if field.name:
        again = f'"x", "{field.name}": "x"'.encode()
        yield Case(f"{field.pointer} twice", field.with_value(again), field.pointer)
        escaped = f'"x", "\\u{ord(field.name[0]):04x}{field.name[1:]}": "x"'.encode()
        yield Case(f"{field.pointer} twice, once escaped", field.with_value(escaped), field.pointer)


def unreadable_bodies(good: bytes) -> dict[str, bytes]:
    text = good.decode()
    coded = {coding: text.encode(coding) for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037")
             if text.encode(coding) != good}
    return coded | {"a byte order mark": b"\xef\xbb\xbf" + good, "nothing": b"", "white space": b" \n\t", "NUL": b"\0",
                    "NULs": b"\0" * 5000, "NUL behind": good + b"\0",
                    "twice": good + good, "half": good[:len(good) // 2], "random bytes": bytes(range(256)) * 8,
                    "a form": b"title=A&text=B", "XML": b"<a/>",
                    "a JSON text sequence": b"\x1e" + good, "lines": good + b"\n" + good}


MEDIA_TYPES = [None, "", "text/plain", "text/json", "application/x-www-form-urlencoded",
               "multipart/form-data; boundary=x", "application/xml", "application/json-patch+json",
               "application/jsonx", "application/*", "*/*", "json", "application/json/json", "application/octet-stream",
               "application/ json", "\xff"]

BAD_ENCODINGS = ["%", "%f", "%zz", "%ff", "%00", "a%00b", "%c0%80", "%c0%af", "%ed%a0%bd", "%f4%90%80%80", "%f0%9f%98",
                 "%u0041"]
NO_NUMBERS = ["", "a", "0", "-1", "-0", "%2b5", "1.5", "1.0", "1e3", "%205", "5%20", "0x10", "%d9%a3", "null", "NaN",
              "true", "[1]", "{}", "1'", "5;6", str(2**53), str(2**63), str(2**64),
              "9" * 400, "1e400", "5%0a", "%ef%bc%95"]
NO_NAMES = ["", "%20", "a%20b", "ada%0a", "..%2f..", "%c3%a9", "%f0%9f%98%80", "a" * 1000, "'%20OR%201=1",
            "%3cscript%3e", "a,b", "*", "null%20", "(a)", "a.b"]


def bad_parameters(parameter: dict) -> list[str]:
    """Values, percent-encoded, that a parameter of this schema does not take."""
    schema = parameter["schema"]
    if schema["type"] == "integer":
        return NO_NUMBERS + ([str(schema["maximum"] + 1)] if schema["maximum"] < 2**53 else [])
    if schema["type"] == "array":
        return [",", "1,", ",1", "1,,2", "1;2", "1%202", *(value for value in NO_NUMBERS if value not in ("%2b5",)),
                ",".join(map(str, range(1, schema["maxItems"] + 2)))]
    if "enum" in schema:
        return ["", "INBOX", "inbox%20", "inbox,sent", *NO_NAMES[1:]]
    if "pattern" not in schema:
        return ["x", "a" * 64, "a" * 65, "%20", "MTIz", "0", "-1", "%c3%a9", "..",
                "eyJhIjoxfQ"]  # A cursor that was made up.
    return NO_NAMES


BAD_KEYS = ["", "k" * 256, "k" * 5000, "\x7f", "caf\xe9", "a\tb", "\xf0\x9f\x98\x80"]
