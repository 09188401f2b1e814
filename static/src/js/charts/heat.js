// {rows: [names], columns: [names], values: [[…] per row], unit?, places?, urls?: [[…]]} — prefer a .heat-table where the figures matter more than the shape.
import { axisLabel, font, number, token, tooltip } from "./look.js";

export function heat(data, { size }) {
  const places = data.places ?? 1;
  const known = data.values.flat().filter((value) => value !== null).map(Number);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const colour = (value) => (value === null ? token("surface") : token(`heat-${Math.min(5, 1 + Math.floor(((value - least) / (most - least || 1)) * 5))}`));
  const cells = data.values.flatMap((row, y) => row.map((value, x) => ({ x, y, value, url: data.urls?.[y]?.[x] })));
  const name = ([x, y]) => `${data.rows[y]} · ${data.columns[x]}`;
  return {
    height: 40 + data.rows.length * 36,
    option: {
      animation: false,
      grid: { left: 0, right: 4, top: 32 * size, bottom: 4, containLabel: true },
      tooltip: { ...tooltip(size), formatter: ({ value }) => `${name(value)}  ${number(value[2], places)} ${data.unit ?? ""}` },
      xAxis: { type: "category", position: "top", data: data.columns, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...axisLabel(size), interval: 0 } },
      yAxis: { type: "category", inverse: true, data: data.rows, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...axisLabel(size), ...font(size), color: token("ink-soft") } },
      series: [{
        type: "custom",
        data: cells.map(({ x, y, value, url }) => ({ value: [x, y, value], url })),
        renderItem(item, api) {
          const [x, y] = api.coord([api.value(0), api.value(1)]);
          const [width, height] = api.size([1, 1]);
          const { value } = cells[item.dataIndex];
          return {
            type: "rect", shape: { x: x - width / 2 + 1, y: y - height / 2 + 1, width: width - 2, height: height - 2, r: 3 }, style: { fill: colour(value) },
            textContent: { type: "text", style: { text: number(value, places), ...font(size), fill: token("ink") } }, textConfig: { position: "inside" },
          };
        },
      }],
    },
  };
}
