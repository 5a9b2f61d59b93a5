// Wires the page.

class Page {
  constructor(run) {
    this.run = run;
    theme.read();
    showVerdict(run);
    showTiles(run);
    showFigures(run);
    this.view = new View(run.begin, run.end);
    this.latency = new LatencyChart(byId('latency'), run, this.view);
    this.rates = new RateChart(byId('rates'), run, this.view);
    this.lanes = new Lanes(byId('lanes'), run, this.view);
    this.diagram = new Diagram(byId('diagram'), run, this.view);
    this.panels = [this.latency, this.rates, this.lanes, this.diagram];
    this.details = new Details(run, (value) => this.chooseValue(value));
    this.wireControls();
    this.wirePanels();
    this.wireTheme();
    this.offerStories();
    this.legend();
    this.refilter();
  }

  redraw() { for (const panel of this.panels) panel.ask(); }

  wireControls() {
    byId('fit').addEventListener('click', () => this.view.fit());
    byId('in').addEventListener('click', () => this.view.zoom(0.5));
    byId('out').addEventListener('click', () => this.view.zoom(2));
    byId('back').addEventListener('click', () => this.view.pan(-0.25));
    byId('forth').addEventListener('click', () => this.view.pan(0.25));
    byId('clear').addEventListener('click', () => this.clear());
    const types = byId('type');
    const m = this.run.messages;
    if (m) m.types.forEach((type, i) => types.append(new Option(`${type || '(no type)'} (${formatCount(m.typeCounts[i])})`, i)));
    for (const id of ['node', 'type', 'value']) byId(id).addEventListener('input', () => this.refilter());
    byId('story').addEventListener('keydown', (event) => this.key(event));
  }

  wirePanels() {
    listenTo(this.latency.canvas, this.latency, this.view, null);
    listenTo(this.rates.canvas, this.rates, this.view, null);
    listenTo(this.lanes.canvas, this.lanes, this.view, (x, y) => {
      const found = this.lanes.find(x, y);
      if (found) this.details.fault(found);
    });
    listenTo(this.diagram.canvas, this.diagram, this.view, (x, y) => this.click(x, y));
    this.diagram.onDrawn = () => this.say();
    byId('panels').addEventListener('pointermove', (event) => this.showTime(event.clientX));
    byId('panels').addEventListener('pointerleave', () => { byId('cursor').hidden = true; });
    new ResizeObserver(() => this.redraw()).observe(byId('panels'));
  }

  wireTheme() {
    const again = () => { theme.read(); theme.colours.scheme = getComputedStyle(document.documentElement).getPropertyValue('--scheme').trim(); this.legend(); this.redraw(); };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
    again();
    addEventListener('beforeprint', () => {
      document.documentElement.classList.add('printing');
      again();
      for (const panel of this.panels) panel.paint();
    });
    addEventListener('afterprint', () => { document.documentElement.classList.remove('printing'); again(); });
  }

  key(event) {
    if (['INPUT', 'SELECT'].includes(event.target.tagName) && event.key !== 'Escape') return;
    const keys = {
      ArrowLeft: () => this.view.pan(-0.15), ArrowRight: () => this.view.pan(0.15),
      '+': () => this.view.zoom(0.6), '=': () => this.view.zoom(0.6), '-': () => this.view.zoom(1 / 0.6),
      0: () => this.view.fit(), Home: () => this.view.fit(), Escape: () => this.clear(),
      ']': () => this.step(1), '[': () => this.step(-1),
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    keys[event.key]();
    event.preventDefault();
  }

  // The next message that passes the filter, from the chosen one or from the middle.
  step(by) {
    const m = this.run.messages;
    if (!m || !m.kept) return;
    let i = this.diagram.chosen;
    if (i < 0) i = lowerBound(m.sent, (this.view.from + this.view.to) / 2) - (by > 0 ? 1 : 0);
    for (i += by; i >= 0 && i < m.kept; i += by) {
      if (!passes(this.run, this.diagram.filter, i)) continue;
      this.chooseMessage(i);
      if (m.sent[i] < this.view.from || m.ended[i] > this.view.to) {
        const half = (this.view.to - this.view.from) / 2;
        this.view.show(m.sent[i] - half, m.sent[i] + half);
      }
      return;
    }
  }

  click(x, y) {
    this.diagram.canvas.focus({ preventScroll: true });
    if (x < this.diagram.gutter) {
      const name = this.run.members[this.diagram.nodeAt(y)];
      byId('node').value = byId('node').value === name ? '' : name;
      this.refilter();
      return;
    }
    const given = this.diagram.findGiven(x, y);
    if (given >= 0) {
      this.chooseValue(this.run.ops.value[given]);
      return;
    }
    const message = this.diagram.find(x, y);
    if (message >= 0) this.chooseMessage(message);
    else this.choose(-1, null);
  }

  choose(message, spread) {
    this.diagram.chosen = message;
    this.diagram.spread = spread;
    if (message < 0 && !spread) this.details.clear();
    this.diagram.ask();
  }

  chooseMessage(i) {
    this.choose(i, null);
    this.details.message(i);
  }

  chooseValue(value, reveal = false) {
    const { values } = this.run;
    const reaches = spreadOf(this.run, value);
    this.choose(-1, { given: values.t[value], node: values.node[value], reaches });
    this.details.value(value);
    if (!reveal) return;
    const last = reaches.length ? reaches[reaches.length - 1].t : values.t[value] + 100_000;
    this.view.reveal(values.t[value], last);
  }

  clear() {
    for (const id of ['node', 'value']) byId(id).value = '';
    byId('type').value = '-1';
    this.choose(-1, null);
    this.refilter();
  }

  refilter() {
    const filter = this.diagram.filter;
    const nodes = byId('node').value.trim();
    const value = byId('value').value.trim();
    filter.nodes = nodes ? parseNodes(nodes, this.run.members) || new Set() : null;
    filter.type = Number(byId('type').value);
    filter.value = value && this.run.values ? this.run.values.text.indexOf(value) : -1;
    if (value && filter.value < 0 && this.run.values) filter.value = this.run.values.text.indexOf(`"${value}"`);
    filter.carriers = filter.value >= 0 ? carriersOf(this.run, filter.value) : null;
    if (value && filter.value < 0) { filter.value = 0; filter.carriers = new Set(); }
    let match = 0;
    const m = this.run.messages;
    for (let i = 0; m && i < m.kept; ++i) if (passes(this.run, filter, i)) ++match;
    this.diagram.counts.match = match;
    if (this.diagram.chosen >= 0 && !passes(this.run, filter, this.diagram.chosen)) this.choose(-1, null);
    this.redraw();
  }

  // How much of what there is can be seen.
  say() {
    const m = this.run.messages;
    const box = byId('shown');
    if (!m) {
      box.textContent = this.run.no_messages;
      return;
    }
    const { match, inView, drawn } = this.diagram.counts;
    const parts = [`${formatCount(m.total)} ${this.run.messageWords}`];
    if (m.stride > 1) parts.push(`every ${ordinal(m.stride)} is kept here, ${formatCount(m.kept)}`);
    if (match < m.kept) parts.push(`${formatCount(match)} pass the filter`);
    if (inView < match) parts.push(`${formatCount(inView)} in view`);
    if (drawn < inView) parts.push(`drawn: ${formatCount(drawn)}`);
    if (this.run.spread_is_cut) parts.push('too many values: the spread of the last ones is not known');
    box.textContent = parts.join(' · ');
    Object.assign(box.dataset, { total: m.total, kept: m.kept, match, inView, drawn, moving: this.view.moving });
  }

  showTime(clientX) {
    const box = byId('panels').getBoundingClientRect();
    const t = this.diagram.timeAt(clientX - box.left);
    const cursor = byId('cursor');
    cursor.hidden = t < this.view.from || t > this.view.to;
    cursor.style.left = `${clientX - box.left}px`;
    cursor.dataset.time = `${formatTime(t, (this.view.to - this.view.from) / 1000)} s`;
    cursor.classList.toggle('left', clientX - box.left > box.width - 90);
  }

  // Where to look first.
  offerStories() {
    const { run } = this;
    const stories = [];
    const numberOf = (each) => run.values ? run.values.text.indexOf(each.text) : -1;
    const known = run.stable.filter((each) => numberOf(each) >= 0);
    const lost = known.find((each) => each.lost);
    if (lost) stories.push([`lost value ${lost.text}`, () => this.chooseValue(numberOf(lost), true)]);
    const slow = known.filter((each) => !each.lost).sort((a, b) => b.latency - a.latency)[0];
    if (slow && slow.latency > 0) {
      stories.push([`slowest value (${slow.text}, ${slow.latency} ms)`, () => this.chooseValue(numberOf(slow), true)]);
    }
    if (known.length) {
      const usual = known.filter((each) => !each.lost).sort((a, b) => a.latency - b.latency)[known.length >> 1];
      if (usual) stories.push([`a usual value (${usual.text})`, () => this.chooseValue(numberOf(usual), true)]);
    }
    const longest = [...run.outages].sort((a, b) => (b[2] - b[1]) - (a[2] - a[1]))[0];
    if (longest) {
      stories.push([`longest outage (${run.nodes[longest[0]]}, ${formatMs(longest[2] - longest[1])})`, () => this.view.reveal(longest[1], longest[2] + 50_000)]);
    }
    const first = run.lanes[0];
    if (first) {
      const bar = first.bars[0];
      stories.push([`first ${first.fault}`, () => { this.details.fault({ fault: first.fault, bar }); this.view.reveal(bar.begin, Math.max(bar.end, bar.begin + 100_000)); }]);
    }
    byId('stories').hidden = !stories.length;
    for (const [name, show] of stories) byId('stories').append(button(name, show));
  }

  legend() {
    const items = [];
    const add = (swatch, text) => {
      const item = element('span');
      item.append(swatch, ` ${text}`);
      items.push(item);
    };
    const line = (colour, className = 'arrow') => {
      const swatch = element('i', '', className);
      swatch.style.color = colour;
      return swatch;
    };
    const m = this.run.messages;
    if (m) m.types.slice(0, 8).forEach((type, i) => add(line(paletteColour(i)), type || '(no type)'));
    if (this.run.key.lost) add(line(theme.colours.alarm, 'lost'), 'lost');
    if (this.diagram.rowOfOps.length) add(line(theme.colours.ink, 'dot'), 'a client gives a value');
    if (this.run.outages.length) add(line(theme.colours.alarm, 'block'), 'no worker');
    replaceChildren(byId('legend'), items);
  }
}

function ordinal(n) {
  const ends = { 1: 'st', 2: 'nd', 3: 'rd' };
  return `${n}${(n % 100 > 10 && n % 100 < 14) ? 'th' : ends[n % 10] || 'th'}`;
}

window.hearsayPage = new Page(decodeRun(JSON.parse(byId('data').textContent)));
