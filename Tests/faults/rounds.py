"""A round: a training run that is stopped several times, in one way or another, and gone on with until its end."""

from __future__ import annotations

import errno
import pathlib
import random
import resource
import signal
import threading

from disk import Disk
from runs import FILES, RECIPES, RUN, Call, End, Failure, Process, Reference, difference, reference, sums

KINDS = ["kill", "term", "full", "power"]


class Round:
    """One round in a folder of its own. Everything that it draws comes from its seed."""

    def __init__(self, place: pathlib.Path, kind: str, chance: random.Random, tool: pathlib.Path, library: pathlib.Path,
                 references: References, *, forgets: bool):
        place.mkdir()
        self.place, self.kind, self.chance = place, kind, chance
        self.call = Call(chance.choice(list(RECIPES)), chance.choice([0, 1, 2, 5]), chance.choice([1, 2]), tool)
        self.expected = references.of(self.call)
        self.disk = Disk(place, library)
        self.run = self.disk.root / RUN
        self.forgets = forgets
        self.notes: list[str] = []
        # The files of another run that this one is to take the place of.
        self.earlier: dict[str, str] | None = None
        self.log = place / "trainer"

    def play(self) -> None:
        if self.chance.random() < 0.2:
            self._do_another_run()
        command: list[str] | str = self._start()
        for _ in range(self.chance.randint(1, 4)):
            end = getattr(self, f"_{self.kind}")(command)
            command = end.command or self._next(end)
            if end.status == 0:
                break
        self._finish(command)

    def _do_another_run(self) -> None:
        end = self._undisturbed(self.call.words(self.run, "--seed", 7, "--epochs", 2))
        if end.status:
            raise Failure(f"a run to be overwritten {end}")
        self.earlier = sums(self.run)

    def _start(self) -> list[str]:
        return self.call.words(self.run, *(["--overwrite"] if self.earlier else []))

    def _next(self, end: End) -> list[str]:
        """What people do who don't know more than that it ended."""
        if "made with another recipe" in end.error:
            return self._start()
        return self.call.words(self.run, "--resume") if self.run.is_dir() else self._start()

    def _finish(self, command: list[str] | str) -> None:
        for _ in range(3):
            end = self._undisturbed(command)
            if end.status == 0:
                break
            self._check_refusal(end)
            command = self._next(end)
        else:
            raise Failure(f"the run without further faults {end}")
        if wrong := difference(sums(self.run), self.expected.sums):
            raise Failure(f"after all: {wrong}\n{end}")

    def _undisturbed(self, command: list[str] | str) -> End:
        return Process(command, {}, self.log).end()

    def _check_refusal(self, end: End) -> None:
        """Only one run may be refused: the one before, which was to be overwritten and was not touched yet."""
        is_untouched = self.earlier is not None and not difference(
            {name: sum for name, sum in sums(self.run).items() if name in FILES}, self.earlier)
        if not ("made with another recipe" in end.error and is_untouched):
            raise Failure(f"the run could not be gone on with: it {end}")

    # The ways to stop one

    def _call(self) -> int:
        return self.chance.randint(1, self.expected.calls)

    def _time(self) -> float:
        return self.chance.uniform(0, 1.1 * self.expected.seconds)

    def _kill(self, command: list[str] | str, *, power: bool = False) -> End:
        """SIGKILL, at a moment or at a call that writes."""
        if self.chance.random() < 0.4:
            seconds = self._time()
            self.notes.append(f"{seconds:.2f} s")
            process = Process(command, self.disk.environment(power=power, forgets=self.forgets), self.log)
            if process.lives_for(seconds):
                process.send(signal.SIGKILL)
        else:
            at, does = self._call(), self.chance.choice(["kill", "kill-after"])
            self.notes.append(f"{does} {at}")
            process = Process(
                command, self.disk.environment(at=at, does=does, power=power, forgets=self.forgets), self.log)
        return self._ended(process, {0, -signal.SIGKILL})

    def _power(self, command: list[str] | str) -> End:
        """The same, and what was not synced is lost."""
        end = self._kill(command, power=True)
        self.disk.cut_power(self.chance)
        return end

    def _term(self, command: list[str] | str) -> End:
        """A signal to stop; now and then a second one that won't wait."""
        number = self.chance.choice([signal.SIGINT, signal.SIGTERM])
        seconds, is_hasty = self._time(), self.chance.random() < 0.2
        self.notes.append(f"{number.name} {'twice ' if is_hasty else ''}{seconds:.2f} s")
        process = Process(command, {}, self.log)
        if process.lives_for(seconds):
            process.send(number)
            if is_hasty:
                process.send(self.chance.choice([signal.SIGINT, signal.SIGTERM]))
        # Before training begins, and where it is the second one, a signal does what it always does.
        end = self._ended(process, {0, 128 + number, -number} | ({128 + 2, 128 + 15, -2, -15} if is_hasty else set()))
        if end.status < 0 and not is_hasty and "training " in end.output:
            raise Failure(f"a signal was not caught: the trainer {end}")
        if end.status > 0 and not end.command:
            raise Failure(f"no command to go on with: the trainer {end}")
        return end

    def _full(self, command: list[str] | str) -> End:
        """A disk without room, a write that fails, or a file that may not be larger."""
        if self.chance.random() < 0.25:
            return self._limited(command)
        code = self.chance.choice([errno.ENOSPC, errno.ENOSPC, errno.EDQUOT, errno.EIO])
        at, lasts = self._call(), code != errno.EIO
        self.notes.append(f"{errno.errorcode[code]} {at}")
        environment = self.disk.environment(at=at, does=str(code), lasts=lasts)
        return self._failed(Process(command, environment, self.log))

    def _limited(self, command: list[str] | str) -> End:
        size, seconds = self.chance.randint(4_000, 60_000), self._time() / 2
        self.notes.append(f"limit {size} B {seconds:.2f} s")
        process = Process(command, {}, self.log)
        if process.lives_for(seconds):
            try:
                resource.prlimit(process.id, resource.RLIMIT_FSIZE, (size, size))
            except ProcessLookupError:
                pass
        return self._failed(process)

    def _failed(self, process: Process) -> End:
        end = self._ended(process, {0, 1, -signal.SIGXFSZ})
        if end.status == 1 and "made with another recipe" not in end.error and ": error: " not in end.error:
            raise Failure(f"no word of what is wrong: the trainer {end}")
        if end.status == 1 and "training " in end.output and not end.command:
            raise Failure(f"no command to go on with: the trainer {end}")
        return end

    def _ended(self, process: Process, expected: set[int]) -> End:
        end = process.end()
        if end.status == 1 and "made with another recipe" in end.error:
            self._check_refusal(end)
        elif end.status not in expected:
            raise Failure(f"the trainer {end}")
        return end


class References:
    """What each recipe ends with where nothing happens to it, found out once for each way to call it."""

    def __init__(self, place: pathlib.Path, library: pathlib.Path):
        self._place, self._library = place, library
        self._known: dict[Call, Reference] = {}
        self._lock = threading.Lock()

    def of(self, call: Call) -> Reference:
        with self._lock:
            if call not in self._known:
                self._known[call] = self._find(call)
            return self._known[call]

    def _find(self, call: Call) -> Reference:
        place = self._place / f"{call.recipe}-{call.every}-{call.threads}"
        place.mkdir()
        found = reference(call, Disk(place, self._library), place / "trainer")
        if sorted(found.sums) != FILES:
            raise Failure(f"the run without faults leaves {', '.join(found.sums)}")
        for other, known in self._known.items():
            if other.recipe == call.recipe and (wrong := difference(found.sums, known.sums)):
                raise Failure(f"threads and checkpoints change the run without faults: {wrong}")
        return found
