// What is answered and what it earns so far. The server computes the score that counts; this one is to be seen at once.
const GRADES = [1, 0.66, 0.33, 0];
const number = (input, otherwise) => (input && input.value !== "" && !Number.isNaN(Number(input.value)) ? Number(input.value) : otherwise);
const clamp = (share) => Math.min(1, Math.max(0, share));

/** The share of its points that an item earns, as inspections/rules.py says; null where it does not count. */
export function share(scoring, parameters, outcome, count, deduction) {
  if (!outcome || outcome === "not_applicable" || outcome === "skipped") return null;
  if (outcome === "met") return 1;
  switch (scoring) {
    case "graded": return GRADES[(parameters.thresholds ?? [0, 1, 2]).filter((limit) => (count ?? 1) > limit).length];
    case "per_occurrence": return clamp(1 - (count ?? 1) * Number(parameters.step ?? 0.5));
    case "deduction": return clamp(1 - (deduction ?? 1));
    case "proportional": return clamp((count ?? 0) / Number(parameters.target ?? 1));
    default: return 0;
  }
}

const words = (form, name, value) => (form.dataset[name] ?? "{n}").replace("{n}", value);

function read(item) {
  const outcome = item.querySelector("fieldset.answers input:checked")?.value ?? "";
  const parameters = JSON.parse(item.dataset.parameters || "{}");
  const count = number(item.querySelector("[data-count]"), null);
  const deduction = number(item.querySelector("[data-deduction]"), null);
  const points = Number(item.dataset.points);
  const earns = share(item.dataset.scoring, parameters, outcome, count, deduction);
  return { outcome, points: earns === null ? 0 : points, earned: earns === null ? 0 : points * earns };
}

export function progress(form) {
  const items = [...form.querySelectorAll("[data-item]")];
  const bar = form.querySelector("[data-progress]");
  if (!items.length) return;

  function show() {
    let earned = 0;
    let points = 0;
    let answered = 0;
    for (const item of items) {
      const now = read(item);
      earned += now.earned;
      points += now.points;
      answered += now.outcome ? 1 : 0;
      item.classList.toggle("is-answered", Boolean(now.outcome));
      const lost = item.querySelector("[data-lost]");
      if (lost) lost.textContent = now.outcome === "not_met" ? words(form, "wordsLost", (now.points - now.earned).toFixed(2)) : "";
    }
    const left = items.length - answered;
    bar.value = answered;
    form.querySelector("[data-score]").textContent = points ? words(form, "wordsScore", ((earned / points) * 100).toFixed(2)) : "";
    form.querySelector("[data-submit-words]").textContent = left ? words(form, "wordsLeft", left) : form.dataset.wordsDone;
    form.querySelector("[data-rest]").disabled = !left;
  }

  form.querySelector("[data-rest]").addEventListener("click", (event) => {
    event.preventDefault();
    for (const item of items) {
      if (!item.querySelector("fieldset.answers input:checked")) item.querySelector(".answer-met input").checked = true;
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });
  form.addEventListener("click", (event) => {
    const step = event.target.closest("[data-stepper] [data-by]");
    if (!step) return;
    const input = step.parentElement.querySelector("input");
    input.value = Math.min(Number(input.max), Math.max(Number(input.min), number(input, 0) + Number(step.dataset.by)));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("change", (event) => {
    const echo = event.target.id && form.querySelector(`[data-echo="${CSS.escape(event.target.id)}"]`);
    if (echo && event.target.selectedOptions) echo.textContent = event.target.selectedOptions[0].textContent;
    show();
  });
  form.addEventListener("input", show);
  form.addEventListener("entry:restored", show);
  show();
}
