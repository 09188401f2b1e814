// {labels: [...], values: [...], tones?: [...], urls?: [...], unit?, places?, max?} — lying bars, the first on top.
import { TONES, axisLabel, font, number, token, tooltip } from "./look.js";

export function bar(data, { size }) {
  const places = data.places ?? 0;
  const unit = data.unit ? ` ${data.unit}` : "";
  return {
    height: 24 + data.labels.length * 34,
    option: {
      animation: false,
      grid: { left: 0, right: 64 * size, top: 4, bottom: 4, containLabel: true },
      tooltip: { ...tooltip(size), valueFormatter: (value) => `${number(value, places)}${unit}` },
      xAxis: { type: "value", show: false, min: 0, max: data.max },
      yAxis: { type: "category", inverse: true, data: data.labels, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...axisLabel(size), ...font(size), color: token("ink-soft"), width: 160 * size, overflow: "truncate" } },
      series: [{
        type: "bar", barWidth: 10 * size,
        label: { show: true, position: "right", ...font(size), color: token("ink"), formatter: ({ value }) => `${number(value, places)}${unit}` },
        data: data.values.map((value, index) => ({ value, url: data.urls?.[index], itemStyle: { borderRadius: 5, color: TONES[data.tones?.[index]] ?? TONES.grey } })),
      }],
    },
  };
}
