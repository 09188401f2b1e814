// Draws each <figure class="chart" data-chart="line|bar|waterfall|heat" data-source="id of the json_script">.
import * as echarts from "echarts/core";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { bar } from "./charts/bar.js";
import { heat } from "./charts/heat.js";
import { line } from "./charts/line.js";
import { waterfall } from "./charts/waterfall.js";

echarts.use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const KINDS = { bar, heat, line, waterfall };
const drawn = new Map();

function draw(figure) {
  if (drawn.has(figure)) return;
  const data = JSON.parse(document.getElementById(figure.dataset.source).textContent);
  const canvas = document.createElement("div");
  canvas.className = "chart-canvas";
  canvas.setAttribute("aria-hidden", "true");
  figure.prepend(canvas);
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const options = () => KINDS[figure.dataset.chart](data, { width: canvas.clientWidth, size, low: figure.dataset.height === "low" });
  canvas.style.height = `${Math.round(options().height * size)}px`;
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  const render = () => chart.setOption(options().option, true);
  render();
  chart.on("click", ({ data: point }) => { if (point?.url) window.location.assign(point.url); });
  drawn.set(figure, { chart, render });
  sizes.observe(canvas);
}

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => {
  const { chart, render } = drawn.get(target.parentElement) ?? {};
  if (!chart || chart.getWidth() === target.clientWidth || !target.clientWidth) return;
  chart.resize();
  render();
}));

/** Charts that a swap took away are let go. */
function sweep() {
  drawn.forEach(({ chart }, figure) => {
    if (figure.isConnected) return;
    chart.dispose();
    drawn.delete(figure);
  });
}

function drawAll() {
  sweep();
  document.querySelectorAll("figure.chart[data-chart]").forEach(draw);
}

drawAll();
document.addEventListener("htmx:afterSettle", drawAll);
