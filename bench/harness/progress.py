"""What is going on: one line that is written over on a terminal, plain lines elsewhere, nothing twice."""

import shutil
import sys
import time


class Progress:
    def __init__(self, stream=sys.stderr):
        self.stream, self.began, self.last = stream, time.monotonic(), ""
        self.terminal = stream.isatty()

    def __call__(self, text):
        """What is done now; small steps show on a terminal alone."""
        if self.terminal:
            width = shutil.get_terminal_size().columns
            minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
            self.stream.write(f"\r\x1b[K{minutes}:{seconds:02} {text}"[: width + 3])
            self.stream.flush()

    def note(self, text):
        """What stays."""
        if self.terminal:
            self.stream.write("\r\x1b[K")
        if text != self.last:
            print(text, file=self.stream, flush=True)
        self.last = text
