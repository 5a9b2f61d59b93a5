// A node in the style of Maelstrom's Go library: a scanner over stdin, a goroutine for each message,
// bodies decoded into maps, a lock around each line written. Echo, unique ids, broadcast on one node.
// A peer of `hearsay bench`.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

type message struct {
	Src  string          `json:"src,omitempty"`
	Dest string          `json:"dest,omitempty"`
	Body json.RawMessage `json:"body,omitempty"`
}

type header struct {
	Type   string `json:"type,omitempty"`
	MsgID  int    `json:"msg_id,omitempty"`
	NodeID string `json:"node_id,omitempty"`
}

type node struct {
	lock   sync.Mutex // of stdout
	id     string
	state  sync.Mutex
	ids    int
	values []any
}

func (n *node) reply(request message, msgID int, body map[string]any) error {
	body["in_reply_to"] = msgID
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	line, err := json.Marshal(message{Src: n.id, Dest: request.Src, Body: text})
	if err != nil {
		return err
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if _, err = os.Stdout.Write(line); err != nil {
		return err
	}
	_, err = os.Stdout.Write([]byte{'\n'})
	return err
}

func (n *node) handle(request message, head header) error {
	var body map[string]any
	if err := json.Unmarshal(request.Body, &body); err != nil {
		return err
	}
	answer := map[string]any{"type": head.Type + "_ok"}
	switch head.Type {
	case "echo":
		answer["echo"] = body["echo"]
	case "generate":
		n.state.Lock()
		n.ids++
		answer["id"] = fmt.Sprintf("%s-%d", n.id, n.ids)
		n.state.Unlock()
	case "broadcast":
		n.state.Lock()
		n.values = append(n.values, body["message"])
		n.state.Unlock()
	case "read":
		n.state.Lock()
		answer["messages"] = append([]any{}, n.values...)
		n.state.Unlock()
	}
	return n.reply(request, head.MsgID, answer)
}

func main() {
	var n node
	var wait sync.WaitGroup
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		var request message
		if err := json.Unmarshal(scanner.Bytes(), &request); err != nil {
			panic(err)
		}
		var head header
		if err := json.Unmarshal(request.Body, &head); err != nil {
			panic(err)
		}
		if head.Type == "init" {
			n.id = head.NodeID
		}
		wait.Add(1)
		go func() {
			defer wait.Done()
			if err := n.handle(request, head); err != nil {
				panic(err)
			}
		}()
	}
	wait.Wait()
}
