// A picture over time: a canvas with a gutter for names, lines for the seconds, and what its kind
// draws on it.

const theme = {
  colours: {},
  read() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['ink', 'soft', 'faint', 'line', 'paper', 'alarm', 'accent']) {
      this.colours[name] = style.getPropertyValue(`--${name}`).trim();
    }
  },
};

// Okabe and Ito's colours, which colour-blind people can tell apart; in the order of use.
const PALETTE = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#8F7700', '#7A5195'];
const PALETTE_DARK = ['#56B4E9', '#E69F00', '#2FC79A', '#E29ABF', '#9AD0F0', '#F0E442', '#B79AD0'];
const FAULT_COLOURS = {
  partition: '#D55E00', 'one-way': '#E69F00', 'kill-worker': '#B5478A', 'pause-worker': '#A08A00',
  kill: '#7A4A2B', pause: '#8A8A8A', loss: '#56B4E9', duplicate: '#009E73', reorder: '#0072B2',
};

function isDark() { return theme.colours.scheme === 'dark'; }
function paletteColour(index) {
  const palette = isDark() ? PALETTE_DARK : PALETTE;
  return palette[index % palette.length];
}

class Panel {
  constructor(canvas, run, view) {
    this.canvas = canvas;
    this.run = run;
    this.view = view;
    this.context = canvas.getContext('2d');
    this.waiting = false;
    view.listeners.push(() => this.ask());
  }

  get gutter() { return this.width < 560 ? 80 : 92; }
  get right() { return 10; }
  get axis() { return 0; }  // room for the seconds, below
  height() { return 120; }
  plotWidth() { return Math.max(1, this.width - this.gutter - this.right); }
  timeAt(x) {
    return this.view.from + (x - this.gutter) / this.plotWidth() * (this.view.to - this.view.from);
  }
  x(t) {
    return this.gutter + (t - this.view.from) / (this.view.to - this.view.from) * this.plotWidth();
  }

  ask() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.paint(); });
  }

  paint() {
    this.width = this.canvas.parentElement.clientWidth;
    this.tall = this.height();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const pixels = [Math.round(this.width * ratio), Math.round(this.tall * ratio)];
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      [this.canvas.width, this.canvas.height] = pixels;
      this.canvas.style.height = `${this.tall}px`;
    }
    const c = this.context;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, this.width, this.tall);
    c.font = `${this.width < 560 ? 11 : 12}px system-ui, sans-serif`;
    c.textBaseline = 'middle';
    this.grid();
    c.save();
    c.beginPath();
    c.rect(this.gutter, 0, this.plotWidth() + this.right, this.tall);
    c.clip();
    this.drawPlot(c);
    c.restore();
    this.drawNames(c);
  }

  grid() {
    const c = this.context;
    const { ticks, step } = timeTicks(this.view.from, this.view.to, this.plotWidth(), 90);
    const floor = this.tall - this.axis;
    c.strokeStyle = theme.colours.faint;
    c.lineWidth = 1;
    c.beginPath();
    for (const t of ticks) {
      const x = Math.round(this.x(t)) + 0.5;
      c.moveTo(x, 0);
      c.lineTo(x, floor);
    }
    c.stroke();
    this.marks(c, floor);
    if (!this.axis) return;
    c.fillStyle = theme.colours.soft;
    c.textAlign = 'center';
    for (const t of ticks) {
      const x = this.x(t);
      if (x < this.gutter - 1 || x > this.width - 24) continue;
      c.fillText(formatTime(t, step), x, floor + 11);
    }
    c.textAlign = 'right';
    c.fillText('s', this.width - 2, floor + 11);
  }

  // The end of the load, and the final reads.
  marks(c, floor) {
    c.strokeStyle = theme.colours.soft;
    c.setLineDash([5, 4]);
    c.beginPath();
    for (const t of [0, this.run.load_end, this.run.final_reads]) {
      if (t === null || t < this.view.from || t > this.view.to) continue;
      const x = Math.round(this.x(t)) + 0.5;
      c.moveTo(x, 0);
      c.lineTo(x, floor);
    }
    c.stroke();
    c.setLineDash([]);
  }

  name(c, text, y, bold = false) {
    c.fillStyle = bold ? theme.colours.ink : theme.colours.soft;
    c.textAlign = 'right';
    let shown = text;
    const most = this.gutter - 8;
    while (shown.length > 2 && c.measureText(shown).width > most) shown = `${shown.slice(0, -2)}…`;
    c.fillText(shown, this.gutter - 6, y);
  }

  drawNames() {}
}
