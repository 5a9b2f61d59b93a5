// A node for Node.js as its users write it: readline over stdin, an object for each line, a write for
// each answer. Echo, unique ids, broadcast on one node. A peer of `hearsay bench`.
'use strict';

const values = [];
let nodeId = '';
let ids = 0;

const handlers = {
  init: (body) => { nodeId = body.node_id; return {}; },
  topology: () => ({}),
  echo: (body) => ({echo: body.echo}),
  generate: () => ({id: `${nodeId}-${ids++}`}),
  broadcast: (body) => { values.push(body.message); return {}; },
  read: () => ({messages: values}),
};

require('readline').createInterface({input: process.stdin, terminal: false}).on('line', (line) => {
  const {src, body} = JSON.parse(line);
  const answer = {type: body.type + '_ok', in_reply_to: body.msg_id, ...handlers[body.type](body)};
  process.stdout.write(JSON.stringify({src: nodeId, dest: src, body: answer}) + '\n');
});
