// The space-time diagram: nodes, and services that were asked, as lines, messages as arrows from one to the other.

const BUSY = 4000;     // arrows drawn while the window moves
const CALM = 70_000;   // ... and when it has come to rest
const HEADS = 900;     // up to so many have heads

class Diagram extends Panel {
  constructor(canvas, run, view) {
    super(canvas, run, view);
    this.filter = { nodes: null, type: -1, value: -1, carriers: null };
    this.chosen = -1;     // a message
    this.spread = null;   // of the chosen value
    this.counts = { match: 0, inView: 0, drawn: 0 };
    this.rowOfOps = this.sortOps();
  }

  get axis() { return 22; }
  height() {
    const few = Math.min(52, 420 / this.run.members.length);
    const row = Math.max(this.width < 560 ? 15 : 24, few);
    const most = Math.max(320, Math.min(900, window.innerHeight * 0.9));
    const rows = this.run.members.length * row;
    const least = Math.min(6000, this.run.members.length * 3);  // a canvas has its limits
    return Math.max(110, Math.min(rows, Math.max(most, least))) + this.axis + 8;
  }
  y(node) {
    const step = (this.tall - this.axis - 8) / this.run.members.length;
    return 4 + (node + 0.5) * step;
  }
  nodeAt(y) {
    const step = (this.tall - this.axis - 8) / this.run.members.length;
    return Math.max(0, Math.min(this.run.members.length - 1, Math.floor((y - 4) / step)));
  }

  // Clients' operations by what is drawn of them: values given to a node, and all others.
  sortOps() {
    const given = [];
    this.run.ops.value.forEach((value, i) => { if (value >= 0) given.push(i); });
    return given;
  }

  // Calls take(message) for each that passes the filter and is in view.
  eachInView(take) {
    const m = this.run.messages;
    if (!m) return;
    const end = lowerBound(m.sent, this.view.to);
    for (let i = lowerBound(m.sent, this.view.from - m.longest); i < end; ++i) {
      if (m.ended[i] < this.view.from || !passes(this.run, this.filter, i)) continue;
      take(i);
    }
  }

  drawPlot(c) {
    this.drawNodes(c);
    const list = [];
    this.eachInView((i) => list.push(i));
    const most = this.view.moving ? BUSY : CALM;
    const step = Math.ceil(list.length / most) || 1;
    this.counts.inView = list.length;
    this.counts.drawn = 0;
    this.drawMessages(c, list, step);
    this.drawGiven(c);
    if (this.spread) this.drawSpread(c);
    if (this.chosen >= 0) this.drawChosen(c);
    if (this.onDrawn) this.onDrawn();
  }

  drawNodes(c) {
    c.strokeStyle = theme.colours.line;
    c.beginPath();
    for (let node = 0; node < this.run.members.length; ++node) {
      const y = Math.round(this.y(node)) + 0.5;
      c.moveTo(this.gutter, y);
      c.lineTo(this.width, y);
    }
    c.stroke();
    for (const lane of this.run.lanes) {
      if (lane.fault === 'kill' || lane.fault === 'pause') this.drawAway(c, lane);
    }
    const tall = Math.max(3, Math.min(8, this.y(1) - this.y(0) - 2)) || 6;
    c.fillStyle = theme.colours.alarm;
    for (const [node, begin, end] of this.run.outages) {
      if (end < this.view.from || begin > this.view.to) continue;
      const x = this.x(begin);
      c.fillRect(x, this.y(node) - tall / 2, Math.max(2, this.x(end) - x), tall);
    }
  }

  // Whole nodes that are dead or paused.
  drawAway(c, lane) {
    const tall = Math.max(3, Math.min(12, (this.tall - this.axis) / this.run.members.length - 2));
    c.fillStyle = FAULT_COLOURS[lane.fault];
    c.globalAlpha = 0.55;
    for (const bar of lane.bars) {
      if (bar.end < this.view.from || bar.begin > this.view.to) continue;
      for (const node of bar.nodes) {
        const x = this.x(bar.begin);
        c.fillRect(x, this.y(node) - tall / 2, Math.max(1, this.x(bar.end) - x), tall);
      }
    }
    c.globalAlpha = 1;
  }

  // The end of an arrow: where it arrived, got lost, or how far it is at the end of the run.
  endOf(i) {
    const m = this.run.messages;
    const from = this.y(m.src[i]);
    const to = this.y(m.dest[i]);
    if (m.fate[i] >= 0 && m.ended[i] - m.sent[i] < 1) {
      return [this.x(m.sent[i]), from + (to - from) * 0.35];  // lost where it set off
    }
    return [this.x(m.fate[i] === FATE.onTheWay ? m.sent[i] : m.ended[i]), to];
  }

  drawMessages(c, list, step) {
    const m = this.run.messages;
    const shown = Math.ceil(list.length / step);
    c.globalAlpha = this.spread || this.chosen >= 0 ? 0.14 : Math.max(0.16, Math.min(0.85, 700 / shown));
    c.lineWidth = shown < 300 ? 1.4 : 1;
    const heads = shown <= HEADS;
    const groups = new Map();
    for (let k = 0; k < list.length; k += step) {
      const i = list[k];
      const key = m.fate[i] >= 0 ? 'lost' : m.type[i];
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(i);
    }
    for (const [key, group] of groups) {
      c.strokeStyle = c.fillStyle = key === 'lost' ? theme.colours.alarm : paletteColour(key);
      if (key === 'lost' && shown < 5000) c.setLineDash([4, 3]);
      this.strokeAll(c, group);
      c.setLineDash([]);
      if (key === 'lost') this.crossAll(c, group);
      else if (heads) for (const i of group) this.head(c, i);
    }
    c.globalAlpha = 1;
    c.lineWidth = 1;
  }

  // Long paths are slow: some hundred lines each.
  strokeAll(c, group) {
    const m = this.run.messages;
    for (let at = 0; at < group.length; at += 400) {
      c.beginPath();
      for (const i of group.slice(at, at + 400)) {
        const [x, y] = this.endOf(i);
        c.moveTo(this.x(m.sent[i]), this.y(m.src[i]));
        c.lineTo(x, y);
        for (const again of m.again[i] || []) {
          c.moveTo(this.x(m.sent[i]), this.y(m.src[i]));
          c.lineTo(this.x(again), y);
        }
      }
      c.stroke();
    }
    this.counts.drawn += group.length;
  }

  crossAll(c, group) {
    const size = group.length < 500 ? 3.5 : 2;
    c.beginPath();
    for (const i of group) {
      const [x, y] = this.endOf(i);
      c.moveTo(x - size, y - size);
      c.lineTo(x + size, y + size);
      c.moveTo(x - size, y + size);
      c.lineTo(x + size, y - size);
    }
    c.stroke();
  }

  head(c, i, size = 5) {
    const m = this.run.messages;
    const [x, y] = this.endOf(i);
    const angle = Math.atan2(y - this.y(m.src[i]), x - this.x(m.sent[i]));
    c.beginPath();
    c.moveTo(x, y);
    c.lineTo(x - size * Math.cos(angle - 0.42), y - size * Math.sin(angle - 0.42));
    c.lineTo(x - size * Math.cos(angle + 0.42), y - size * Math.sin(angle + 0.42));
    c.fill();
  }

  // Where clients gave values to nodes.
  drawGiven(c) {
    const ops = this.run.ops;
    const size = this.rowOfOps.length > 400 && this.view.to - this.view.from > 5 * US ? 1.4 : 2.6;
    c.fillStyle = theme.colours.ink;
    for (const i of this.rowOfOps) {
      if (ops.t[i] < this.view.from || ops.t[i] > this.view.to) continue;
      c.beginPath();
      c.arc(this.x(ops.t[i]), this.y(ops.node[i]), size, 0, 7);
      c.fill();
    }
  }

  // How the chosen value came to everybody.
  drawSpread(c) {
    const { given, node, reaches } = this.spread;
    const m = this.run.messages;
    c.strokeStyle = c.fillStyle = theme.colours.accent;
    c.lineWidth = 2;
    for (const reach of reaches) {
      if (reach.message >= 0) {
        c.beginPath();
        c.moveTo(this.x(m.sent[reach.message]), this.y(reach.from));
        c.lineTo(this.x(reach.t), this.y(reach.node));
        c.stroke();
        this.head(c, reach.message, 7);
      }
      dot(c, this.x(reach.t), this.y(reach.node), 4);
    }
    c.lineWidth = 1;
    c.fillStyle = theme.colours.ink;
    dot(c, this.x(given), this.y(node), 5.5);
  }

  drawChosen(c) {
    const m = this.run.messages;
    const [x, y] = this.endOf(this.chosen);
    c.strokeStyle = c.fillStyle = m.fate[this.chosen] >= 0 ? theme.colours.alarm : theme.colours.accent;
    c.lineWidth = 3;
    c.beginPath();
    c.moveTo(this.x(m.sent[this.chosen]), this.y(m.src[this.chosen]));
    c.lineTo(x, y);
    c.stroke();
    if (m.fate[this.chosen] === FATE.arrived) this.head(c, this.chosen, 9);
    c.lineWidth = 1;
  }

  drawNames(c) {
    const step = (this.tall - this.axis - 8) / this.run.members.length;
    const every = Math.max(1, Math.ceil(11 / step));
    this.run.members.forEach((name, node) => {
      const wanted = this.filter.nodes && this.filter.nodes.has(node);
      if (node % every === 0 || wanted) this.name(c, name, this.y(node), wanted);
    });
  }

  // The message nearest to a place, or -1.
  find(x, y) {
    const m = this.run.messages;
    let best = -1;
    let least = 7;
    this.eachInView((i) => {
      const [endX, endY] = this.endOf(i);
      const far = farFrom(x, y, this.x(m.sent[i]), this.y(m.src[i]), endX, endY);
      if (far < least) { least = far; best = i; }
    });
    return best;
  }

  // The given value nearest to a place: an index of the operations, or -1.
  findGiven(x, y) {
    const ops = this.run.ops;
    let best = -1;
    let least = 6;
    for (const i of this.rowOfOps) {
      const far = Math.hypot(this.x(ops.t[i]) - x, this.y(ops.node[i]) - y);
      if (far < least) { least = far; best = i; }
    }
    return best;
  }
}

function dot(c, x, y, size) {
  c.beginPath();
  c.arc(x, y, size, 0, 7);
  c.fill();
}

function farFrom(x, y, x1, y1, x2, y2) {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const share = length ? Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) : 0;
  return Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1));
}
