// Draws the charts of the page with uPlot, from the JSON that stands in it. Nothing else here runs, and nothing is fetched.
{
  const { everyMs, faults, cells } = JSON.parse(document.getElementById('run').textContent);
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const longest = Math.max(0, ...Object.values(cells).map(({ ok }) => ok.length));
  const seconds = Array.from({ length: longest }, (_, at) => (at * everyMs) / 1000);
  const perSecond = (column) => column.map((value) => (value * 1000) / everyMs);

  /** The same scale for every cell, so that cells can be compared. */
  const most = (columns) =>
    Math.max(1, ...Object.values(cells).flatMap((series) => columns.flatMap((name) => series[name])));
  const ratesMax = (most(['ok', 'refused', 'unknown']) * 1000) / everyMs;
  const queueMax = most(['jobsOpen', 'tenantsHit']);

  const round = (value) => (value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1));
  const plain = (value) => (value === null || value === undefined ? '' : String(round(value)));
  const latency = (ms) =>
    ms === null || ms === undefined ? '' : ms < 1000 ? `${round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
  const clock = (value) =>
    value < 60 ? `${round(value)} s` : `${Math.floor(value / 60)}:${String(Math.floor(value % 60)).padStart(2, '0')}`;

  /** Lines differ by their dashes as well as by their colours. */
  const line = (label, name, dash, words, more = {}) => ({
    label,
    stroke: () => colour(name),
    width: 1.75,
    dash,
    value: (_, value) => words(value),
    points: { show: false },
    ...more,
  });

  const kinds = {
    rates: {
      columns: (series) => [series.ok, series.refused, series.unknown].map(perSecond),
      lines: [
        line('ok', 'good', [], plain),
        line('refused', 'bad', [7, 3], plain),
        line('unknown', 'doubt', [2, 3], plain),
      ],
      scale: { range: [0, ratesMax * 1.08] },
      axis: (values) => values.map(plain),
    },
    latency: {
      columns: (series) =>
        [series.latencyMsP50, series.latencyMsP99].map((column) =>
          column.map((ms) => (ms === null ? null : Math.max(1, ms))),
        ),
      lines: [line('p50', 'good', [], latency), line('p99', 'doubt', [7, 3], latency)],
      scale: { distr: 3, range: [1, 10_000] },
      splits: () => [1, 10, 100, 1000, 10_000],
      axis: (values) => values.map((ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`)),
    },
    queue: {
      columns: (series) => [series.jobsOpen, series.tenantsHit],
      lines: [line('open jobs', 'good', [], plain), line('tenants hit', 'bad', [7, 3], plain)],
      scale: { range: [0, queueMax * 1.08] },
      axis: (values) => values.map(plain),
    },
  };

  const shadeFaults = (plot) => {
    const { left, top, width, height } = plot.bbox;
    const { ctx } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.fillStyle = colour('shade');
    for (const { fromMs, toMs } of faults) {
      const from = plot.valToPos(fromMs / 1000, 'x', true);
      ctx.fillRect(from, top, Math.max(1, plot.valToPos(toMs / 1000, 'x', true) - from), height);
    }
    ctx.restore();
  };

  const axis = (more) => ({
    stroke: () => colour('quiet'),
    grid: { stroke: () => colour('faint'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
    ...more,
  });

  const draw = (place) => {
    const { kind, cell } = place.dataset;
    const { columns, lines, scale, splits, axis: words } = kinds[kind];
    const plot = new uPlot(
      {
        width: place.clientWidth,
        height: 170,
        scales: { x: { time: false }, y: scale },
        series: [{ label: 'at', value: (_, value) => (value === null ? '' : clock(value)) }, ...lines],
        axes: [
          axis({ values: (_, values) => values.map(clock), size: 24, space: 56 }),
          axis({
            values: (_, values) => words(values),
            size: 48,
            space: 26,
            ...(splits ? { splits, filter: (_, values) => values } : {}),
          }),
        ],
        cursor: { sync: { key: 'run' }, drag: { x: true, y: false }, points: { size: 6 } },
        legend: { markers: { dash: (_, index) => ['solid', 'solid', 'dashed', 'dotted'][index] } },
        hooks: { drawClear: [shadeFaults] },
      },
      [seconds, ...columns(cells[cell])],
      place,
    );
    new ResizeObserver(() => {
      if (place.clientWidth > 0 && place.clientWidth !== plot.width)
        plot.setSize({ width: place.clientWidth, height: 170 });
    }).observe(place);
    return plot;
  };

  const plots = [...document.querySelectorAll('.chart')].map(draw);
  const redraw = () => plots.forEach((plot) => plot.redraw(false));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

  // Paper is white, whatever the screen is: the charts are drawn anew for it.
  const onPaper = (is) => () => {
    root.classList.toggle('on-paper', is);
    if (is) for (const each of document.querySelectorAll('details')) each.open = true;
    redraw();
  };
  addEventListener('beforeprint', onPaper(true));
  addEventListener('afterprint', onPaper(false));
}
