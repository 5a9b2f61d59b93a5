"""A node in Python as its users write it: a loop over stdin, a flush for each answer. Echo, unique
ids, broadcast on one node. A peer of `hearsay bench`."""

import json
import sys


def main():
    node_id = ""
    ids = 0
    values = []
    for line in sys.stdin:
        message = json.loads(line)
        body = message["body"]
        kind = body["type"]
        answer = {"type": kind + "_ok", "in_reply_to": body["msg_id"]}
        if kind == "init":
            node_id = body["node_id"]
        elif kind == "echo":
            answer["echo"] = body["echo"]
        elif kind == "generate":
            answer["id"] = f"{node_id}-{ids}"
            ids += 1
        elif kind == "broadcast":
            values.append(body["message"])
        elif kind == "read":
            answer["messages"] = values
        print(json.dumps({"src": node_id, "dest": message["src"], "body": answer}), flush=True)


main()
