"""The other spellings of a path, for which a view may serve the same file."""

from __future__ import annotations

import pytest

from flask_cors.policy.path_spellings import other_spellings


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/a/b", ()),
        ("/a/.b", ()),
        ("/a//b", ("/a/b",)),
        ("/a////b//", ("/a/b/",)),
        ("/a/./b", ("/a/b",)),
        ("/a/../b", ("/b",)),
        ("/a/..", ("/",)),
        # Without dot segments, without empty segments, and without both in either order.
        ("/a//../b", ("/a/b", "/a/../b", "/b")),
        ("//../a", ("/a", "/../a")),
    ],
)
def test_a_path_may_be_spelled_without_its_dot_segments_and_empty_segments(path: str, others):
    assert other_spellings(path) == others
