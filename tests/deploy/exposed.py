"""Which metrics real servers expose, on both engines."""

from exposition import Family, read

# So that nothing is left out that depends on a setting. Nobody takes the spans.
ALL = {"auth": "required", "limits": "on", "otlp-endpoint": "http://127.0.0.1:9"}


def exposed(start, **options) -> dict[str, Family]:
    """What a server tells that has answered something of each kind."""
    server = start(**options)
    with server.site() as site:
        site.get("/api/v1/nowhere")
        return read(site.get("/metrics").text)


def exposed_by_both(start, uri: str) -> dict[str, Family]:
    return exposed(start, settings=ALL) | exposed(start, settings=ALL | {"database": uri})


def names(families: dict[str, Family]) -> set[str]:
    """Of samples, as queries have them."""
    return {name for family in families.values() for name, _ in family.samples}
