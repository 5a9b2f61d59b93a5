// What is chosen, in words: a message, a value, a fault.

class Details {
  constructor(run, onValue) {
    this.run = run;
    this.onValue = onValue;
    this.box = byId('details');
    this.hint = element('p', 'Click an arrow to read the message, a dot (a value given by a client) to see how it spread, a bar to see the fault.', 'hint');
    this.clear();
  }

  clear() { replaceChildren(this.box, [this.hint]); }

  line(...parts) {
    const p = element('p');
    p.append(...parts);
    return p;
  }

  // With a button a value.
  values(title, list, more = 0) {
    if (!list.length) return [];
    const p = element('p', `${title}: `);
    for (const value of list) {
      p.append(button(this.run.values.text[value], () => this.onValue(value), 'value'));
    }
    if (more > 0) p.append(` and ${formatCount(more)} more`);
    return [p];
  }

  message(i) {
    const m = this.run.messages;
    const names = this.run.members;
    const step = 1000;
    const brought = broughtBy(this.run, i);
    const others = m.carried[i].filter((value) => !brought.has(value));
    const parts = [
      element('h3', `${names[m.src[i]]} → ${names[m.dest[i]]}: ${m.types[m.type[i]] || 'no type'}`),
      this.line(`Sent at ${formatTime(m.sent[i], step)} s, ${this.fate(i)}.`),
      ...this.values('It brought for the first time', [...brought]),
      ...this.values(brought.size ? 'It also carried' : 'It carried', others,
        m.carriedCount[i] - brought.size - others.length),
    ];
    parts.push(...this.body(i));
    replaceChildren(this.box, parts);
  }

  fate(i) {
    const m = this.run.messages;
    if (m.fate[i] === FATE.onTheWay) return 'still on its way at the end';
    const after = formatMs(m.ended[i] - m.sent[i]);
    if (m.fate[i] >= 0) return `lost after ${after}: ${this.run.fault_names[m.fate[i]]}`;
    const again = m.again[i] ? `, and again ${m.again[i].map((t) => formatMs(t - m.sent[i])).join(', ')}` : '';
    return `arrived after ${after}${again}`;
  }

  body(i) {
    const m = this.run.messages;
    if (m.body[i] < 0) return [element('p', 'Its text was not kept: there were too many.', 'hint')];
    const text = m.bodies[m.body[i]];
    const parts = [element('pre', text)];
    if (m.bodyBytes[i] > this.run.most_body_bytes) {
      parts.push(element('p', `The beginning of ${formatCount(m.bodyBytes[i])} bytes.`, 'hint'));
    }
    return parts;
  }

  value(value) {
    const { values, nodes, stable } = this.run;
    const spread = spreadOf(this.run, value);
    const judged = stable.find((each) => each.text === values.text[value]);
    const given = values.t[value];
    const parts = [element('h3', `Value ${values.text[value]}`),
      this.line(`Given to ${nodes[values.node[value]]} at ${formatTime(given)} s. ${this.judgement(judged)}`)];
    const reached = new Set(spread.map((reach) => reach.node)).add(values.node[value]);
    if (spread.length) parts.push(this.spreadList(spread, given));
    const missing = nodes.filter((_, node) => !reached.has(node));
    if (missing.length && this.run.reaches && spread.length) {
      parts.push(this.line(`No message was seen to bring it to ${missing.slice(0, 40).join(', ')}${missing.length > 40 ? ', …' : ''}.`));
    }
    if (!spread.length) parts.push(element('p', 'No message was seen to carry it: the nodes may write values in another form.', 'hint'));
    replaceChildren(this.box, parts);
  }

  judgement(judged) {
    if (!judged) return '';
    if (judged.lost) return 'Lost: a later read lacks it.';
    return `In all reads ${judged.latency} ms after it was acknowledged.`;
  }

  spreadList(spread, given) {
    const list = element('ol', '', 'spread');
    for (const reach of spread) {
      const item = element('li');
      item.append(element('b', this.run.nodes[reach.node]),
        ` after ${formatMs(reach.t - given)} from ${this.run.nodes[reach.from]}`);
      list.append(item);
    }
    return list;
  }

  fault({ fault, bar }) {
    const parts = [element('h3', fault)];
    const times = bar.end > bar.begin
      ? `From ${formatTime(bar.begin)} s to ${formatTime(bar.end)} s (${formatMs(bar.end - bar.begin)}).`
      : `At ${formatTime(bar.begin)} s.`;
    parts.push(this.line(times));
    if (bar.text) parts.push(this.line(bar.text));
    replaceChildren(this.box, parts);
  }
}
