"""A tiny service, quick to start, that does on request what real ones do by accident."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

eaten = []
health = ["200"]


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def obey(word, value):
    """What to answer."""
    if word == "exit":
        say("ERROR leaving")
        os._exit(int(value))
    if word == "eat":
        eaten.append(b"x" * int(value) * 1024 * 1024)
    if word == "say":
        say(value.replace("+", " "))
    if word == "health":
        health[0] = value
    if word == "hang":
        time.sleep(3600)
    if word == "env":
        return os.environ.get(value, "")
    if word == "cwd":
        return os.getcwd()  # noqa: PTH109 - pathlib would double the time to start
    if word == "version":
        return __import__("version").NAME
    return "ok"


def refuse_to_start(how):
    if how == "hang":
        time.sleep(3600)
    sys.stderr.write(f"Traceback: cannot start ({how})\n")
    sys.exit(int(how))


def serve(listening):
    while True:
        connection, _ = listening.accept()
        with connection:
            request = connection.recv(65536).decode()
            if request:
                word, _, value = request.split(" ")[1][1:].partition("/")
                answer = obey(word, value)
                status = health[0] if word == "healthz" else "200"
                head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(answer)}\r\n\r\n"
                connection.sendall((head + answer).encode())


def differ_from_your_twin(mark):
    """The first to come dies once it has been well; the other takes its time."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        time.sleep(0.8)
    else:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(9))
        signal.setitimer(signal.ITIMER_REAL, 0.4)


def main():
    switch = os.environ.get("SWITCH", "")
    if os.path.exists(switch):  # noqa: PTH110 - pathlib would double the time to start
        with open(switch) as file:  # noqa: PTH123 - the same
            refuse_to_start(file.read())
    if os.environ.get("STUBBORN"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.environ.get("CHILD"):
        subprocess.Popen(["sleep", "3600"])
    if os.environ.get("TWINS"):
        differ_from_your_twin(os.environ["TWINS"])
    os.close(os.open(f"{os.environ['TMPDIR']}/started", os.O_CREAT))
    say("Bot is running!")
    if "PORT" not in os.environ:
        time.sleep(3600)
    with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))) as listening:
        serve(listening)


main()
