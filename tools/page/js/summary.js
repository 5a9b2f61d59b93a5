// The top of the page: the verdict, the limits of the challenge, the figures.

const FIGURE_NAMES = {
  'messages-per-op': ['messages an operation', ''],
  'stable-latency-median': ['median stable latency', ' ms'],
  'stable-latency-maximum': ['maximum stable latency', ' ms'],
};

function showVerdict(run) {
  const valid = run.challenge && run.valid === true ? run.challenge.passed : run.valid;
  const badge = byId('badge');
  badge.textContent = valid === true ? '✓' : valid === false ? '✗' : '?';
  badge.className = valid === true ? 'good' : valid === false ? 'bad' : 'unclear';
  byId('title').textContent = run.title;
  byId('verdict').textContent = run.report.verdict.replace(/:$/, '');
  byId('command').textContent = run.command;
  replaceChildren(byId('notes'), run.report.notes.map((note) => element('li', note.replace(/^- /, ''))));
  document.title = `${badge.textContent} ${run.title} · hearsay`;
}

// "1.65", "312"
function shortNumber(value) {
  if (value === null) return '?';
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function limitTile(figure) {
  const [what, unit] = FIGURE_NAMES[figure.figure] || [figure.figure, ''];
  const kept = figure.value !== null && figure.value < figure.below;
  const tile = element('div', '', `tile ${kept ? 'kept' : 'missed'}`);
  tile.append(element('b', shortNumber(figure.value) + unit), element('span', what));
  const bar = element('i', '', 'limit');
  const fill = element('i');
  fill.style.width = `${Math.min(100, 100 * (figure.value || 0) / figure.below)}%`;
  bar.append(fill);
  tile.append(bar, element('small', `${kept ? '✓' : '✗'} must be below ${figure.below}${unit}`));
  return tile;
}

function plainTile(value, what, more = '') {
  const tile = element('div', '', 'tile');
  tile.append(element('b', value), element('span', what));
  if (more) tile.append(element('small', more));
  return tile;
}

function showTiles(run) {
  const tiles = [];
  const figures = run.challenge ? run.challenge.figures : [];
  for (const figure of figures) if (figure.below !== null) tiles.push(limitTile(figure));
  const has = (name) => figures.some((f) => f.figure === name && f.below !== null);
  const k = run.key;
  if (k.msgs_per_op !== null && !has('messages-per-op')) {
    tiles.push(plainTile(shortNumber(k.msgs_per_op), 'messages an operation'));
  }
  if (k.stable && !has('stable-latency-median')) {
    tiles.push(plainTile(`${k.stable[0]} ms`, 'median stable latency', `maximum ${k.stable[1]} ms`));
  }
  if (k.ok !== null) {
    const bad = [k.failed ? `${k.failed} failed` : '', k.unknown ? `${k.unknown} unknown` : ''];
    tiles.push(plainTile(formatCount(k.ok), 'operations ok', bad.filter(Boolean).join(', ')));
  }
  if (run.messages) {
    tiles.push(plainTile(formatCount(run.messages.total), run.messageWords,
      k.lost ? `${formatCount(k.lost)} lost` : ''));
  }
  if (k.deaths) tiles.push(plainTile(formatCount(k.deaths), 'workers died', longestOutage(run)));
  if (run.lost_values) tiles.push(plainTile(formatCount(run.lost_values), 'values lost'));
  replaceChildren(byId('tiles'), tiles);
}

function longestOutage(run) {
  if (!run.outages.length) return '';
  const longest = run.outages.reduce((most, [, begin, end]) => Math.max(most, end - begin), 0);
  return `longest without one ${formatMs(longest)}`;
}

function showFigures(run) {
  const rows = run.report.figures.map(([name, text]) => {
    const row = element('tr');
    const head = element('th', name);
    head.scope = 'row';
    row.append(head, element('td', text));
    return row;
  });
  replaceChildren(byId('figures'), rows);
}
