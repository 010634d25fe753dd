"""What a process remembers is bounded: it runs for days."""

from __future__ import annotations

import gc
import importlib
import pkgutil
from functools import _lru_cache_wrapper

import crawler

# Entries of one memo: a site's class names, labels and addresses of a page or two, some MB in all.
MOST = 4_096
# Tables that are made once: the words of a language, the pages of a demo newspaper.
FIXED = ("crawler.extract.language", "crawler.demo")


def test_no_memo_grows_with_what_is_read() -> None:
    for module in pkgutil.walk_packages(crawler.__path__, "crawler."):
        if "__main__" not in module.name:
            importlib.import_module(module.name)
    memos = [
        (f"{memo.__module__}.{memo.__qualname__}", memo.cache_info().maxsize)
        for memo in gc.get_objects()
        if isinstance(memo, _lru_cache_wrapper) and str(memo.__module__).startswith("crawler.")
    ]
    assert len(memos) > 20
    for name, most in memos:
        assert name.startswith(FIXED) or (most is not None and most <= MOST), name
