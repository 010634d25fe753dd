"""Whether a pinned dependency has a vulnerability that is known: exit code 1 where one has, or
where the lock cannot be read. Without network it says so and passes: what could not be asked is no
fault of the change. What was not checked is named: silence of an index is no all-clear.

    python .ci/audit.py [LOCK] [PIP_AUDIT]
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_NO_NETWORK = re.compile(
    r"ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Could not connect|may be blocking"
)


def main(lock: str = "requirements/dev.lock", pip_audit: str = ".venv/bin/pip-audit") -> int:
    """Ask, and say what the answer is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answer.json"
        done = subprocess.run(  # noqa: S603
            [pip_audit, "--requirement", lock, "--require-hashes", "--disable-pip", "--timeout",
             "15", "--progress-spinner", "off", "--format", "json", "--output", str(file)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        answer = file.read_text(encoding="utf-8") if file.exists() else ""
    if not answer:
        if _NO_NETWORK.search(done.stderr):
            print("audit: nobody could be asked (no network?): NOTHING was checked")
            return 0
        sys.stderr.write(done.stderr)
        return done.returncode or 1
    packages = json.loads(answer)["dependencies"]
    found = [
        (each["name"], each["version"], one["id"], ", ".join(one["fix_versions"]) or "none")
        for each in packages
        for one in each.get("vulns", ())
    ]
    for name, version, advisory, fixed in found:
        print(f"audit: {name} {version} has {advisory}; fixed in: {fixed}")
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    if skipped:
        which = "NOTHING was checked" if len(skipped) == len(packages) else ", ".join(skipped)
        print(f"audit: {len(skipped)} of {len(packages)} packages are unknown there: {which}")
    print(f"audit: {len(packages) - len(skipped)} checked, {len(found)} vulnerabilities known")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
