// Latencies and rates over time.

const OUTCOMES = ['ok', 'failed', 'unknown', 'open'];

class LatencyChart extends Panel {
  constructor(canvas, run, view) {
    super(canvas, run, view);
    let most = 10_000;
    for (const latency of run.ops.latency) most = Math.max(most, latency);
    for (const value of run.stable) most = Math.max(most, value.latency * 1000);
    for (const limit of this.limits()) most = Math.max(most, limit.below * 1000);
    this.most = most * (this.limits().length ? 3 : 1.15);
  }

  height() { return this.width < 560 ? 130 : 170; }
  limits() {
    const figures = this.run.challenge ? this.run.challenge.figures : [];
    return figures.filter((f) => f.figure.startsWith('stable-latency') && f.below !== null);
  }

  // Logarithmic, but with a place for 0.
  y(us) {
    const share = Math.log10(1 + us / 100) / Math.log10(1 + this.most / 100);
    return this.tall - 6 - share * (this.tall - 12);
  }

  drawPlot(c) {
    c.strokeStyle = theme.colours.faint;
    c.beginPath();
    for (const tick of this.ticks()) {
      const y = Math.round(this.y(tick)) + 0.5;
      c.moveTo(this.gutter, y);
      c.lineTo(this.width, y);
    }
    c.stroke();
    this.operations(c);
    this.values(c);
    this.drawLimits(c);
  }

  ticks() { return [0, 1e3, 1e4, 1e5, 1e6, 1e7].filter((tick) => tick <= this.most); }

  operations(c) {
    const ops = this.run.ops;
    const end = lowerBound(ops.t, this.view.to);
    for (let i = lowerBound(ops.t, this.view.from); i < end; ++i) {
      if (ops.latency[i] < 0) continue;
      const x = this.x(ops.t[i]);
      const y = this.y(ops.latency[i]);
      if (ops.outcome[i] === 0) {
        c.fillStyle = paletteColour(4);
        c.fillRect(x - 1.25, y - 1.25, 2.5, 2.5);
      } else {
        cross(c, x, y, 4, theme.colours.alarm);
      }
    }
  }

  values(c) {
    for (const value of this.run.stable) {
      if (value.t < this.view.from || value.t > this.view.to) continue;
      const x = this.x(value.t);
      const y = this.y(value.latency * 1000);
      if (value.lost) {
        cross(c, x, y, 5, theme.colours.alarm);
        continue;
      }
      c.fillStyle = paletteColour(1);
      c.beginPath();
      c.moveTo(x, y - 2.6);
      c.lineTo(x + 2.6, y);
      c.lineTo(x, y + 2.6);
      c.lineTo(x - 2.6, y);
      c.fill();
    }
  }

  drawLimits(c) {
    c.setLineDash([7, 4]);
    c.textAlign = 'right';
    for (const limit of this.limits()) {
      const y = this.y(limit.below * 1000);
      c.strokeStyle = c.fillStyle = theme.colours.alarm;
      c.beginPath();
      c.moveTo(this.gutter, y);
      c.lineTo(this.width, y);
      c.stroke();
      const median = limit.figure.endsWith('median');
      c.fillText(`${median ? 'median' : 'maximum'} below ${limit.below} ms`, this.width - 4, y + (median ? 8 : -8));
    }
    c.setLineDash([]);
  }

  drawNames(c) {
    for (const tick of this.ticks()) {
      const text = tick >= US ? `${tick / US} s` : `${tick / 1000} ms`;
      this.name(c, text, Math.max(8, Math.min(this.tall - 7, this.y(tick))));
    }
  }
}

function cross(c, x, y, size, colour) {
  c.strokeStyle = colour;
  c.lineWidth = 1.5;
  c.beginPath();
  c.moveTo(x - size, y - size);
  c.lineTo(x + size, y + size);
  c.moveTo(x - size, y + size);
  c.lineTo(x + size, y - size);
  c.stroke();
  c.lineWidth = 1;
}

// Messages between nodes, and operations, a second.
class RateChart extends Panel {
  height() { return this.width < 560 ? 70 : 90; }

  // Counts of windows of `span`, from `from` on, scaled to a second.
  messageRates(from, span, count) {
    const series = this.run.traffic;
    const rates = new Float64Array(count);
    for (let i = 0; i < series.counts.length; ++i) {
      const window = Math.floor((series.start + (i + 0.5) * series.span - from) / span);
      if (window >= 0 && window < count) rates[window] += series.counts[i] * US / span;
    }
    return rates;
  }
  operationRates(from, span, count) {
    const rates = new Float64Array(count);
    for (const t of this.run.ops.t) {
      const window = Math.floor((t - from) / span);
      if (window >= 0 && window < count) rates[window] += this.run.ops.stride * US / span;
    }
    return rates;
  }
  // Windows of a round length, not shorter than what was counted.
  windows() {
    const { step } = timeTicks(this.view.from, this.view.to, this.plotWidth(), 9);
    const span = Math.max(step, this.run.traffic.span * 2, 50_000);
    const from = Math.floor(this.view.from / span) * span;
    return { span, from, count: Math.ceil((this.view.to - from) / span) + 1 };
  }

  drawPlot(c) {
    const { span, from, count } = this.windows();
    const messages = this.messageRates(from, span, count);
    const operations = this.operationRates(from, span, count);
    this.most = Math.max(1, ...messages, ...operations) * 1.1;
    const y = (rate) => this.tall - rate / this.most * (this.tall - 8);
    c.fillStyle = paletteColour(0);
    c.globalAlpha = 0.75;
    const wide = this.x(from + span) - this.x(from);
    for (let i = 0; i < count; ++i) {
      c.fillRect(this.x(from + i * span), y(messages[i]), Math.max(1, wide - 1), this.tall - y(messages[i]));
    }
    c.globalAlpha = 1;
    c.strokeStyle = theme.colours.ink;
    c.lineWidth = 1.5;
    c.beginPath();
    for (let i = 0; i < count; ++i) {
      c.lineTo(this.x(from + i * span), y(operations[i]));
      c.lineTo(this.x(from + (i + 1) * span), y(operations[i]));
    }
    c.stroke();
    c.lineWidth = 1;
  }

  drawNames(c) {
    c.fillStyle = theme.colours.soft;
    c.textAlign = 'left';
    let taken = 0;
    for (const [text, t] of [['the load ends', this.run.load_end], ['last reads', this.run.final_reads]]) {
      if (t === null || t < this.view.from || t > this.view.to) continue;
      const wide = c.measureText(text).width;
      const right = this.x(t) + 5;
      const x = right + wide > this.width ? right - wide - 10 : right;
      if (x < taken) continue;
      taken = x + wide + 8;
      c.fillText(text, x, 7);
    }
    this.name(c, formatCount(this.most / 1.1), 8);
    this.name(c, '0', this.tall - 7);
  }
}
