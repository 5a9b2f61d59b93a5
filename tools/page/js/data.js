// What the run left in the page, in a form that is quick to draw. Times are microseconds since the
// start of the load.

const FATE = { onTheWay: -1, arrived: -2 };  // else: the index of the fault that lost it

function running(deltas) {
  const sums = new Float64Array(deltas.length);
  let sum = 0;
  for (let i = 0; i < deltas.length; ++i) sums[i] = sum += deltas[i];
  return sums;
}

function decodeMessages(m) {
  const sent = running(m.sent);
  const ended = new Float64Array(sent.length);
  let longest = 0;
  for (let i = 0; i < sent.length; ++i) {
    ended[i] = sent[i] + m.flight[i];
    longest = Math.max(longest, m.flight[i]);
  }
  return {
    total: m.count, stride: m.stride, kept: sent.length, types: m.types, typeCounts: m.type_counts,
    sent, ended, longest,
    src: Int32Array.from(m.src), dest: Int32Array.from(m.dest), type: Int32Array.from(m.type),
    fate: Int32Array.from(m.fate), body: m.body, bodies: m.bodies, bodyBytes: m.body_bytes,
    carried: m.carried, carriedCount: m.carried_count, again: m.again,
  };
}

function decodeRun(json) {
  const run = Object.assign({}, json);
  const services = json.services || [];
  run.members = json.nodes.concat(services);
  run.messageWords = services.length ? 'messages between nodes and services' : 'messages between nodes';
  run.messages = json.messages ? decodeMessages(json.messages) : null;
  run.ops = Object.assign({}, json.ops, { t: running(json.ops.t) });
  run.reaches = json.reaches ? Object.assign({}, json.reaches, { t: running(json.reaches.t) }) : null;
  run.begin = Math.min(0, run.messages && run.messages.kept ? run.messages.sent[0] : 0);
  return run;
}

// The first index at which sorted[index] >= wanted.
function lowerBound(sorted, wanted) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The reaches of one value, in the order of time, each with the message that brought it (-1: that
// one was thinned out).
function spreadOf(run, value) {
  const spread = [];
  if (!run.reaches) return spread;
  const r = run.reaches;
  for (let i = 0; i < r.value.length; ++i) {
    if (r.value[i] !== value) continue;
    spread.push({ node: r.node[i], from: r.from[i], t: r.t[i],
                  message: findArrival(run.messages, r.from[i], r.node[i], r.t[i]) });
  }
  return spread;
}

function findArrival(m, src, dest, t) {
  if (!m) return -1;
  for (let i = lowerBound(m.sent, t - m.longest - 1); i < m.kept && m.sent[i] <= t; ++i) {
    if (m.src[i] === src && m.dest[i] === dest && Math.abs(m.ended[i] - t) < 1.5) return i;
  }
  return -1;
}

// Values that this message was the first to bring to its receiver.
function broughtBy(run, message) {
  const m = run.messages;
  const brought = new Set();
  if (!run.reaches || m.fate[message] !== FATE.arrived) return brought;
  const r = run.reaches;
  for (let i = lowerBound(r.t, m.ended[message] - 1.5); i < r.t.length; ++i) {
    if (r.t[i] > m.ended[message] + 1.5) break;
    if (r.node[i] === m.dest[message] && r.from[i] === m.src[message]) brought.add(r.value[i]);
  }
  return brought;
}

// "n0, n3-n7" as a set of indexes; null: nothing is named, or nothing that there is.
function parseNodes(text, nodes) {
  const wanted = new Set();
  for (const word of text.split(/[\s,;]+/)) {
    const range = /^(\D*)(\d+)\s*[-–]\s*\D*(\d+)$/.exec(word);
    nodes.forEach((name, index) => {
      const number = Number(/\d+$/.exec(name));
      const inside = range && number >= Number(range[2]) && number <= Number(range[3]);
      if (name === word || inside) wanted.add(index);
    });
  }
  return wanted.size ? wanted : null;
}

// What is shown of the messages. `filter`: nodes (a set or null), type (-1: all), value (-1: all).
function passes(run, filter, i) {
  const m = run.messages;
  if (filter.type >= 0 && m.type[i] !== filter.type) return false;
  if (filter.nodes && !filter.nodes.has(m.src[i]) && !filter.nodes.has(m.dest[i])) return false;
  return filter.value < 0 || filter.carriers.has(i);
}

// The messages that carry a value, as far as they are kept.
function carriersOf(run, value) {
  const carriers = new Set();
  const m = run.messages;
  if (!m) return carriers;
  m.carried.forEach((values, i) => { if (values.includes(value)) carriers.add(i); });
  for (const reach of spreadOf(run, value)) if (reach.message >= 0) carriers.add(reach.message);
  return carriers;
}
