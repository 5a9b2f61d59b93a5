#!/usr/bin/env python3
"""A node for the tests of hearsay attach: what its arguments say happens after its init.

  say FILE          prints the lines of FILE, as they are
  deaf FILE         reads nothing until FILE is there, then all there is; at the end of its input it
                    writes the numbers that came (body.number) to FILE, one a line
  end CODE          ends with this exit code
  count N           sends N messages to c9, body.number from 0, one every 2 ms
  slow-end          takes its time at the end of its input, and ends with exit code 7
  colour            writes to stderr what would colour a terminal, and a line without its end; then it
                    ends
  refuse            answers its init with an error
  echo              echoes; what else comes is not for it
"""
import json
import os
import sys
import time


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(what, argument=""):
    init = json.loads(sys.stdin.readline())
    name, asker = init["body"]["node_id"], init["src"]

    def send(dest, **body):
        say(json.dumps({"src": name, "dest": dest, "body": body}))

    if what == "refuse":
        send(asker, type="error", in_reply_to=init["body"]["msg_id"], code=10, text="not today")
    else:
        send(asker, type="init_ok", in_reply_to=init["body"]["msg_id"])
    if what == "say":
        with open(argument, encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    if what == "colour":
        os.write(2, b"\x1b[31mred\nhalf a line")
        sys.exit()
    if what == "end":
        sys.exit(int(argument))
    if what == "count":
        for number in range(int(argument)):
            send("c9", type="number", number=number)
            time.sleep(0.002)
    if what == "deaf":
        while not os.path.exists(argument):
            time.sleep(0.01)
        messages = [json.loads(line)["body"] for line in sys.stdin]
        with open(argument, "w", encoding="utf-8") as file:
            file.writelines(f"{body['number']}\n" for body in messages if "number" in body)
        return
    for line in sys.stdin:
        body = json.loads(line)["body"]
        if what == "echo" and body["type"] == "echo":
            send(json.loads(line)["src"], type="echo_ok", echo=body["echo"],
                 in_reply_to=body["msg_id"])
    if what == "slow-end":
        time.sleep(0.2)
        sys.exit(7)


main(*sys.argv[1:])
