// The window of time that all panels show, and how people move it.

const US = 1e6;

class View {
  constructor(begin, end) {
    this.first = begin;
    this.last = Math.max(end, begin + 1000);
    this.from = this.first;
    this.to = this.last;
    this.listeners = [];
    this.moving = false;
    this.timer = 0;
  }

  // While the window moves, panels may draw less: once more when it has come to rest.
  changed() {
    this.moving = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.moving = false; this.tell(); }, 150);
    this.tell();
  }
  tell() { for (const listener of this.listeners) listener(); }

  show(from, to) {
    const whole = this.last - this.first;
    const span = Math.min(whole, Math.max(200, to - from));
    const start = Math.min(this.last - span, Math.max(this.first, (from + to - span) / 2));
    this.from = start;
    this.to = start + span;
    this.changed();
  }
  fit() { this.show(this.first, this.last); }
  zoom(factor, around = (this.from + this.to) / 2) {
    this.show(around - (around - this.from) * factor, around + (this.to - around) * factor);
  }
  pan(share) {
    const step = (this.to - this.from) * share;
    const least = this.first - this.from;
    const most = this.last - this.to;
    const by = Math.min(most, Math.max(least, step));
    this.show(this.from + by, this.to + by);
  }
  // Makes sure that a stretch of time is seen, with some room around it.
  reveal(from, to) {
    const room = Math.max((to - from) * 0.35, 5000);
    this.show(from - room, to + room);
  }
}

// Round steps of time: about one every `pixels`.
function timeTicks(from, to, width, pixels) {
  const rough = (to - from) * pixels / Math.max(1, width);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= rough);
  const ticks = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) ticks.push(t);
  return { ticks, step };
}

function formatTime(us, step = 1000) {
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step / US) - 1e-9)));
  return (us / US).toFixed(digits).replace(/^-(0(\.0*)?)$/, '$1');
}

function formatMs(us) {
  const ms = us / 1000;
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

function formatCount(count) {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

// Drag, pinch, wheel and double click on a panel.
function listenTo(canvas, panel, view, onClick) {
  const pointers = new Map();
  let moved = 0;
  const timeAt = (x) => panel.timeAt(x - canvas.getBoundingClientRect().left);
  const spread = () => {
    const xs = [...pointers.values()];
    return Math.max(20, Math.abs(xs[0] - xs[1]));
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, event.clientX);
    moved = pointers.size > 1 ? 99 : 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!pointers.has(event.pointerId)) return;
    const before = pointers.get(event.pointerId);
    const by = event.clientX - before;
    if (pointers.size === 2) {
      const gap = spread();
      const middle = ([...pointers.values()][0] + [...pointers.values()][1]) / 2;
      pointers.set(event.pointerId, event.clientX);
      view.zoom(gap / spread(), timeAt(middle));
      return;
    }
    moved += Math.abs(by);
    if (moved < 4) return;
    pointers.set(event.pointerId, event.clientX);
    view.pan(-by / panel.plotWidth());
  });
  const leave = (event) => {
    const had = pointers.delete(event.pointerId);
    if (had && event.type === 'pointerup' && moved < 4 && onClick) {
      const box = canvas.getBoundingClientRect();
      onClick(event.clientX - box.left, event.clientY - box.top);
    }
  };
  canvas.addEventListener('pointerup', leave);
  canvas.addEventListener('pointercancel', leave);
  canvas.addEventListener('dblclick', (event) => view.zoom(0.4, timeAt(event.clientX)));
  // A wheel scrolls the page, unless the panel was chosen or a key is held.
  canvas.addEventListener('wheel', (event) => {
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      view.pan(event.deltaX / panel.plotWidth());
    } else if (event.ctrlKey || event.metaKey || document.activeElement === canvas) {
      view.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200), timeAt(event.clientX));
    } else {
      return;
    }
    event.preventDefault();
  }, { passive: false });
}
