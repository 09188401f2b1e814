// {rows: [names], columns: [names], values: [[…] per row], unit?, places?, urls?: [[…]]} — prefer a .heat-table where the figures matter more than the shape.
import { axisLabel, font, number, token, tooltip } from "./look.js";

export function heat(data, { size }) {
  const places = data.places ?? 1;
  const cells = data.values.flatMap((row, y) => row.map((value, x) => ({ value: [x, y, value], url: data.urls?.[y]?.[x] })));
  const known = cells.map(({ value }) => value[2]).filter((value) => value !== null);
  const name = ([x, y]) => `${data.rows[y]} · ${data.columns[x]}`;
  return {
    height: 40 + data.rows.length * 36,
    option: {
      animation: false,
      grid: { left: 0, right: 4, top: 32 * size, bottom: 4, containLabel: true },
      tooltip: { ...tooltip(size), formatter: ({ value }) => `${name(value)}  ${number(value[2], places)} ${data.unit ?? ""}` },
      xAxis: { type: "category", position: "top", data: data.columns, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...axisLabel(size), interval: 0 } },
      yAxis: { type: "category", inverse: true, data: data.rows, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...axisLabel(size), ...font(size), color: token("ink-soft") } },
      visualMap: { show: false, min: Math.min(...known), max: Math.max(...known), inRange: { color: [1, 2, 3, 4, 5].map((step) => token(`heat-${step}`)) } },
      series: [{
        type: "heatmap", data: cells, itemStyle: { borderColor: "#fff", borderWidth: 2 },
        label: { show: true, ...font(size), color: token("ink"), formatter: ({ value }) => number(value[2], places) },
      }],
    },
  };
}
