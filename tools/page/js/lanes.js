// Faults, a thin lane each.

const LANE = 19;

class Lanes extends Panel {
  height() { return Math.max(1, this.run.lanes.length) * LANE; }

  bars(lane) {
    return this.run.lanes[lane].bars.filter((bar) => bar.begin <= this.view.to && bar.end >= this.view.from);
  }

  drawPlot(c) {
    this.run.lanes.forEach((lane, index) => {
      const y = index * LANE;
      const bars = this.bars(index);
      c.fillStyle = FAULT_COLOURS[lane.fault] || theme.colours.soft;
      for (const bar of bars) {
        c.fillRect(this.x(bar.begin), y + 4, Math.max(2, this.x(bar.end) - this.x(bar.begin)), LANE - 8);
      }
      bars.forEach((bar, k) => this.label(c, bar, bars[k + 1], y));
      c.strokeStyle = theme.colours.faint;
      c.beginPath();
      c.moveTo(this.gutter, y + LANE - 0.5);
      c.lineTo(this.width, y + LANE - 0.5);
      c.stroke();
    });
  }

  // The struck nodes, on a patch of paper, in as many words as there is room for.
  label(c, bar, next, y) {
    c.save();
    c.font = '11px system-ui, sans-serif';
    const x = Math.max(this.x(bar.begin), this.gutter) + 3;
    const end = bar.end > bar.begin ? this.x(bar.end) : next ? this.x(next.begin) : this.width;
    const some = bar.nodes.length < this.run.nodes.length;
    const names = some ? bar.nodes.map((node) => this.run.nodes[node]).join(' ') : '';
    const text = [bar.text, names].find((each) => each && c.measureText(each).width + 8 < end - x);
    if (text) {
      c.fillStyle = theme.colours.paper;
      c.globalAlpha = 0.88;
      c.fillRect(x, y + 3, c.measureText(text).width + 6, LANE - 6);
      c.globalAlpha = 1;
      c.fillStyle = theme.colours.ink;
      c.textAlign = 'left';
      c.fillText(text, x + 3, y + LANE / 2);
    }
    c.restore();
  }

  drawNames(c) {
    this.run.lanes.forEach((lane, index) => this.name(c, lane.fault, index * LANE + LANE / 2));
    if (!this.run.lanes.length) this.name(c, 'none', LANE / 2);
  }

  // The bar at a place, nearest in time; null: none.
  find(x, y) {
    const index = Math.floor(y / LANE);
    if (!this.run.lanes[index]) return null;
    let best = null;
    let least = 8;
    for (const bar of this.bars(index)) {
      const left = this.x(bar.begin);
      const right = this.x(bar.end);
      const far = x < left ? left - x : x > right ? x - right : 0;
      if (far < least) { least = far; best = { fault: this.run.lanes[index].fault, bar }; }
    }
    return best;
  }
}
