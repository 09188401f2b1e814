// {x: [labels], series: [{name, values}], unit?, places?, invert?, min?, max?} — invert for places, where 1 is the best and stands on top.
import { SERIES, axisLabel, font, number, token, tooltip } from "./look.js";

function lastPoint(values) {
  const index = values.findLastIndex((value) => value !== null);
  return (_, point) => (point.dataIndex === index ? 8 : 0);
}

export function line(data, { size, low }) {
  const places = data.places ?? 2;
  const legend = data.series.length > 1;
  const unit = data.unit ? ` ${data.unit}` : "";
  return {
    height: low ? 104 : 240,
    option: {
      animation: false,
      grid: { left: low ? 4 : 8, right: low ? 8 : 16, top: legend ? 36 * size : 12, bottom: low ? 6 : 4, containLabel: !low },
      legend: legend ? { top: 0, left: 0, icon: "circle", itemWidth: 8, itemHeight: 8, itemGap: 16, textStyle: { ...font(size), color: token("ink-soft") } } : undefined,
      tooltip: { ...tooltip(size), trigger: "axis", valueFormatter: (value) => `${number(value, places)}${unit}`, axisPointer: { lineStyle: { color: token("line-strong") } } },
      xAxis: { type: "category", data: data.x, boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } }, axisLabel: { ...axisLabel(size), show: !low, hideOverlap: true } },
      yAxis: { type: "value", inverse: Boolean(data.invert), scale: true, min: data.min, max: data.max, show: !low, splitNumber: 4, minInterval: data.invert ? 1 : undefined, splitLine: { lineStyle: { color: token("line") } }, axisLabel: axisLabel(size) },
      series: data.series.map(({ name, values }, index) => ({
        type: "line", name, data: values, color: SERIES[index % SERIES.length], lineStyle: { width: 2 }, symbol: "circle", symbolSize: lastPoint(values), showAllSymbol: true, connectNulls: false, emphasis: { disabled: true },
      })),
    },
  };
}
