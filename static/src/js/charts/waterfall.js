// {start: {label, value}, steps: [{label, value, note?, url?}], total: {label, value}, places?} — from the full score to the score, one row a step.
import { TONES, font, number, signed, token } from "./look.js";

const ROW = 34;

/** Where each row's bar begins and ends: the full bar, then each step from where the last one stopped. */
export function spans({ start, steps, total }) {
  let at = Number(start.value);
  const rows = [{ ...start, from: 0, to: at, kind: "start" }];
  for (const step of steps) {
    const then = at + Number(step.value);
    rows.push({ ...step, from: at, to: then, kind: then < at ? "loss" : "gain" });
    at = then;
  }
  return [...rows, { ...total, from: 0, to: Number(total.value), kind: "total" }];
}

/** Where the scale starts: below the lowest point by a `share` of the width, so that half a point can be seen and the notes have room. */
export function floor(rows, share) {
  const steps = rows.filter(({ kind }) => kind === "loss" || kind === "gain").flatMap(({ from, to }) => [from, to]);
  const lowest = Math.min(rows.at(-1).to, ...steps);
  const highest = Math.max(...rows.map(({ from, to }) => Math.max(from, to)));
  return Math.max(0, lowest - ((highest - lowest) * share) / (1 - share));
}

const COLOURS = { start: token("line-strong"), loss: TONES.red, gain: TONES.green, total: token("ink") };
const INKS = { start: token("ink-muted"), loss: TONES.red, gain: TONES.green, total: token("ink") };

export function waterfall(data, { width, size }) {
  const rows = spans(data);
  const left = 92 * size;
  const right = 60 * size;
  const noted = width > 300 * size && rows.some(({ note }) => note);
  const low = floor(rows, noted ? Math.min(0.6, (104 * size) / (width - left - right)) : 0.3);
  const text = (content, x, y, fill, align = "left", weight = "normal") => ({
    type: "text", style: { text: content, x, y, fill, align, verticalAlign: "middle", font: `${weight} ${13 * size}px ${token("font")}` },
  });
  return {
    height: rows.length * ROW + 4,
    option: {
      animation: false,
      grid: { left, right, top: 0, bottom: 0 },
      xAxis: { type: "value", min: low, max: Math.max(...rows.map(({ from, to }) => Math.max(from, to))), show: false },
      yAxis: { type: "category", inverse: true, show: false, data: rows.map(({ label }) => label) },
      series: [{
        type: "custom",
        data: rows.map((row, index) => ({ value: [index, row.from, row.to], url: row.url })),
        encode: { x: [1, 2], y: 0 },
        renderItem(_, api) {
          const row = rows[api.value(0)];
          const ends = [row.from, row.to].map((value) => api.coord([Math.max(value, low), api.value(0)]));
          const [[a, y], [b]] = ends;
          const bold = row.kind === "total" ? "bold" : "normal";
          const cut = row.label.length > 7 ? `${row.label.slice(0, 6)}…` : row.label;
          const parts = [
            { type: "rect", shape: { x: Math.min(a, b), y: y - 7 * size, width: Math.max(Math.abs(b - a), 2), height: 14 * size, r: 2 }, style: { fill: COLOURS[row.kind] } },
            text(cut, 0, y, row.kind === "start" ? token("ink-muted") : token("ink"), "left", bold),
            text(row.kind === "start" || row.kind === "total" ? number(row.value, data.places ?? 2) : signed(row.value, data.places ?? 2), width, y, INKS[row.kind], "right", bold),
          ];
          if (noted && row.note) parts.push(text(row.url ? `${row.note} ›` : row.note, left, y, token("ink-muted")));
          if (row.kind === "total") parts.push({ type: "line", shape: { x1: 0, y1: y - (ROW / 2) * size, x2: width, y2: y - (ROW / 2) * size }, style: { stroke: token("line") } });
          return { type: "group", children: parts };
        },
      }],
    },
  };
}
