"""What starts a run each night: a service and a timer for systemd, a line for cron. Text alone."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SERVICE = """\
[Unit]
Description=Hemeroteca: archive the newspapers of {config}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
WorkingDirectory={folder}
{environment}EnvironmentFile=-{secrets}
ExecStart={command}
# URLs left out, stories that could not be had: told of, and no failure of the service
SuccessExitStatus=8 9
# a stop lets the run store what it has in hand; the next one resumes
KillMode=mixed
TimeoutStopSec=2min
Nice=10
IOSchedulingClass=idle
UMask=0027

# It may write to its archives, speak to the network, and nothing else.
ReadWritePaths={writable}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
LockPersonality=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""
_TIMER = """\
[Unit]
Description=Hemeroteca: each night

[Timer]
OnCalendar=*-*-* {hour:02}:{minute:02}:00
# a night that the machine slept through is caught up with
Persistent=true
# not all on the full hour
RandomizedDelaySec={jitter}min
AccuracySec=1min

[Install]
WantedBy=timers.target
"""
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Job:
    """What is started. command: its words. folder: where. writable: folders that it writes to.
    secrets: a file of NAME=value lines, which may be missing. environment: what it needs."""

    command: Sequence[str]
    folder: Path
    config: Path
    writable: Sequence[Path]
    secrets: Path
    user: str
    environment: Mapping[str, str] = field(default_factory=dict)


def time_of_day(text: str) -> tuple[int, int] | None:
    """Hour and minute; None where it is no time.

    >>> time_of_day("2:05"), time_of_day("24:00")
    ((2, 5), None)
    """
    found = _TIME.fullmatch(text.strip())
    return (int(found[1]), int(found[2])) if found else None


def service(job: Job) -> str:
    """The text of the service's unit."""
    return _SERVICE.format(
        config=_percent(str(job.config)), user=job.user, folder=_percent(str(job.folder)),
        environment="".join(
            f"Environment={_word(f'{name}={value}')}\n" for name, value in job.environment.items()
        ),
        secrets=_percent(str(job.secrets)),
        command=" ".join(_word(each).replace("$", "$$") for each in job.command),
        writable=" ".join(_word(str(each)) for each in job.writable),
    )  # fmt: skip


def timer(hour: int, minute: int, jitter: int) -> str:
    """The text of the timer's unit. jitter: minutes."""
    return _TIMER.format(hour=hour, minute=minute, jitter=jitter)


def crontab(job: Job, hour: int, minute: int, log: Path) -> str:
    """A line for `crontab -e`: cron mails what a run says only where it fails."""
    says = shlex.quote(str(log))
    words = [f"{name}={shlex.quote(value)}" for name, value in job.environment.items()]
    words += map(shlex.quote, job.command)
    secrets = shlex.quote(str(job.secrets))
    line = (
        f"cd {shlex.quote(str(job.folder))} && set -a && {{ [ ! -r {secrets} ] || . {secrets}; }}"
        f" && {' '.join(words)} >{says} 2>&1 || cat {says}"
    )
    return f"{minute} {hour} * * *  " + line.replace("%", r"\%")


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """A word as systemd reads it; in a command $ means something, too, and is doubled there."""
    quoted = _percent(text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{quoted}"' if re.search(r"[\s'\"\\;]", text) else quoted
