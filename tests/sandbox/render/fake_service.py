"""A tiny web service, quick to start, that does on request what real ones do by accident."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

eaten = []


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def obey(word, value):
    if word == "exit":
        say("ERROR leaving")
        os._exit(int(value))
    if word == "eat":
        eaten.append(b"x" * int(value) * 1024 * 1024)
    if word == "say":
        say(value.replace("+", " "))


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
                obey(word, value)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def main():
    switch = os.environ.get("SWITCH", "")
    if os.path.exists(switch):  # noqa: PTH110 - pathlib would double the time to start
        with open(switch) as file:  # noqa: PTH123 - the same
            refuse_to_start(file.read())
    if os.environ.get("STUBBORN"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.environ.get("CHILD"):
        subprocess.Popen(["sleep", "3600"])
    os.close(os.open(f"{os.environ['TMPDIR']}/started", os.O_CREAT))
    say("Bot is running!")
    with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))) as listening:
        serve(listening)


main()
