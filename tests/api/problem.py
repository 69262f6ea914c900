"""What the contract says of every error, in one place."""

from collections.abc import Iterable


def assert_problem(response, status: int | Iterable[int], *, pointer=(), parameter=()) -> dict:
    """`pointer` and `parameter` name all the faults that must be reported, and no other may be."""
    allowed = {status} if isinstance(status, int) else set(status)
    assert response.status_code in allowed, f"promised {allowed}, came {response.status_code}: {response.text}"
    assert_json(response)
    problem = response.json()
    assert problem["status"] == response.status_code
    for member in ("type", "title", "detail"):
        assert isinstance(problem[member], str) and problem[member], f"{member!r} in {problem}"
    # Empty, which is a URI reference too, where no target could be read.
    assert isinstance(problem["instance"], str)

    faults = problem.get("errors", [])
    for fault in faults:
        assert set(fault) in ({"pointer", "detail"}, {"parameter", "detail"}), fault
        assert isinstance(fault["detail"], str) and fault["detail"], fault
    if pointer or parameter:
        assert {fault["pointer"] for fault in faults if "pointer" in fault} == names(pointer), problem
        assert {fault["parameter"] for fault in faults if "parameter" in fault} == names(parameter), problem

    if response.status_code == 405:
        assert "Allow" in response.headers
    if response.status_code in (429, 503):
        assert int(response.headers["Retry-After"]) >= 0
    assert response.headers["X-Request-Id"]
    return problem


def assert_json(response) -> None:
    media_type = response.headers["Content-Type"].partition(";")[0].strip()
    assert media_type == "application/json", f"{response.status_code} as {media_type}: {response.text[:200]}"


def names(given) -> set:
    return {given} if isinstance(given, str) else set(given)
